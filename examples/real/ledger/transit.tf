# The attachment to the bank's transit gateway, whose route tables are the network team's.

variable "transit_gateway_id" {
  type        = string
  description = "The bank's transit gateway."
}

resource "aws_ec2_transit_gateway_vpc_attachment" "main" {
  transit_gateway_id = var.transit_gateway_id
  vpc_id             = module.network.vpc_id
  subnet_ids         = values(module.network.private_subnet_ids)

  tags = { Name = "ledger" }
}
