variable "cloudfront_prefix_list_id" {
  type        = string
  description = "ID of the prefix list com.amazonaws.global.cloudfront.origin-facing in this region."
  default     = "pl-a3a144ca"
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer_from_cloudfront" {
  security_group_id = module.load_balancer.security_group_id
  description       = "HTTP from CloudFront"
  prefix_list_id    = var.cloudfront_prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_cloudfront_distribution" "main" {
  enabled = true
  comment = "shop"

  origin {
    origin_id   = "load_balancer"
    domain_name = module.load_balancer.dns_name

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "http-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id       = "load_balancer"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods         = ["GET", "HEAD"]
    # AWS's policies CachingDisabled and AllViewer: what the service says of caching and what clients send.
    cache_policy_id          = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    origin_request_policy_id = "216adef6-5c7f-47e4-b989-5492eafa07d3"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = true
  }
}
