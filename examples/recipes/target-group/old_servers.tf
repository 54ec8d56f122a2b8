resource "aws_lb_target_group" "old" {
  name_prefix = "old-"
  target_type = "ip"
  vpc_id      = module.network.vpc_id
  protocol    = "HTTP"
  port        = 8080

  health_check {
    path = "/status"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# Addresses outside of the VPC's range are in no zone of it.
resource "aws_lb_target_group_attachment" "old" {
  for_each = toset(["10.80.1.10", "10.80.1.11"])

  target_group_arn  = aws_lb_target_group.old.arn
  target_id         = each.key
  availability_zone = "all"
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_old" {
  security_group_id = module.load_balancer.security_group_id
  description       = "The old servers"
  cidr_ipv4         = "10.80.1.0/24"
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
}

# Before the rule of the stack, which has priority 50000.
resource "aws_lb_listener_rule" "both" {
  listener_arn = module.load_balancer.listener_arns["http"]
  priority     = 900

  action {
    type = "forward"

    forward {
      target_group {
        arn    = module.services.target_group_arns["web"]
        weight = 90
      }

      target_group {
        arn    = aws_lb_target_group.old.arn
        weight = 10
      }
    }
  }

  condition {
    path_pattern {
      values = ["/*"]
    }
  }
}
