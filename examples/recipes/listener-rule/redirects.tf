resource "aws_lb_listener_rule" "moved_catalog" {
  listener_arn = module.load_balancer.listener_arns["http"]
  priority     = 10

  action {
    type = "redirect"

    redirect {
      path        = "/products"
      status_code = "HTTP_301"
    }
  }

  condition {
    path_pattern {
      values = ["/catalog", "/catalog/*"]
    }
  }
}
