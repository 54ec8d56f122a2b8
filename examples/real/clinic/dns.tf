# The name that patients know.

variable "zone_id" {
  type        = string
  description = "Hosted zone of this name."
}

resource "aws_route53_record" "main" {
  zone_id = var.zone_id
  name    = var.host
  type    = "A"

  alias {
    name                   = module.load_balancer.dns_name
    zone_id                = module.load_balancer.zone_id
    evaluate_target_health = true
  }
}
