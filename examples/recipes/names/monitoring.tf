# Prometheus asks for the addresses of the tasks: dns_sd_configs with names: [api.orders.internal] and type: A.
resource "aws_security_group" "prometheus" {
  name        = "orders-prometheus"
  description = "Prometheus"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "prometheus_to_api" {
  security_group_id            = aws_security_group.prometheus.id
  description                  = "Metrics of api"
  referenced_security_group_id = module.services.security_group_ids["api"]
  ip_protocol                  = "tcp"
  from_port                    = 9102
  to_port                      = 9102
}
