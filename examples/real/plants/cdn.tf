# CloudFront in front of the load balancer, with the shop's name, its certificate and a firewall. CloudFront takes
# certificates and firewalls from us-east-1 only.

provider "aws" {
  alias  = "us_east_1"
  region = "us-east-1"
}

variable "zone_id" {
  type        = string
  description = "Hosted zone of plants.example."
}

variable "cloudfront_prefix_list_id" {
  type        = string
  description = "Prefix list com.amazonaws.global.cloudfront.origin-facing in us-west-2."
  default     = "pl-82a045eb"
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer_from_cloudfront" {
  security_group_id = module.load_balancer.security_group_id
  description       = "HTTPS from CloudFront"
  prefix_list_id    = var.cloudfront_prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_acm_certificate" "shop" {
  provider = aws.us_east_1

  domain_name               = "plants.example"
  subject_alternative_names = ["www.plants.example"]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = {
    for option in aws_acm_certificate.shop.domain_validation_options : option.domain_name => option
  }

  zone_id = var.zone_id
  name    = each.value.resource_record_name
  type    = each.value.resource_record_type
  ttl     = 300
  records = [each.value.resource_record_value]
}

resource "aws_acm_certificate_validation" "shop" {
  provider = aws.us_east_1

  certificate_arn         = aws_acm_certificate.shop.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_wafv2_web_acl" "shop" {
  provider = aws.us_east_1

  name  = "plants-shop"
  scope = "CLOUDFRONT"

  default_action {
    allow {}
  }

  rule {
    name     = "rate"
    priority = 10

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = 2000
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = true
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "plants-shop"
    sampled_requests_enabled   = true
  }
}

resource "aws_cloudfront_distribution" "shop" {
  enabled         = true
  comment         = "The shop"
  aliases         = ["plants.example", "www.plants.example"]
  is_ipv6_enabled = true
  web_acl_id      = aws_wafv2_web_acl.shop.arn

  origin {
    origin_id   = "load_balancer"
    domain_name = "origin.plants.example"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id         = "load_balancer"
    viewer_protocol_policy   = "redirect-to-https"
    allowed_methods          = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods           = ["GET", "HEAD"]
    cache_policy_id          = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" # AWS's CachingDisabled
    origin_request_policy_id = "216adef6-5c7f-47e4-b989-5492eafa07d3" # AWS's AllViewer
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate_validation.shop.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

resource "aws_route53_record" "shop" {
  for_each = {
    for pair in setproduct(["plants.example", "www.plants.example"], ["A", "AAAA"]) : join(" ", pair) => pair
  }

  zone_id = var.zone_id
  name    = each.value[0]
  type    = each.value[1]

  alias {
    name                   = aws_cloudfront_distribution.shop.domain_name
    zone_id                = aws_cloudfront_distribution.shop.hosted_zone_id
    evaluate_target_health = false
  }
}
