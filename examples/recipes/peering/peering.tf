resource "aws_eip" "partners" {
  domain = "vpc"
}

resource "aws_vpc_peering_connection" "warehouse" {
  vpc_id      = module.network.vpc_id
  peer_vpc_id = "vpc-0a1b2c3d4e5f60718"
  auto_accept = true
}

# The way back, in the route table of the other VPC.
resource "aws_route" "warehouse_to_shop" {
  route_table_id            = "rtb-0a1b2c3d4e5f60718"
  destination_cidr_block    = "10.0.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection.warehouse.id
}
