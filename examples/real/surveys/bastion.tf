# A host for looking into the database from the office.

variable "office_range" {
  type        = string
  description = "The office's public addresses."
}

variable "bastion_ami" {
  type        = string
  description = "AMI of the bastion, Amazon Linux 2023 for arm64."
  default     = "ami-0a1b2c3d4e5f60718"
}

resource "aws_security_group" "bastion" {
  name        = "surveys-bastion"
  description = "SSH from the office"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "bastion_from_office" {
  security_group_id = aws_security_group.bastion.id
  cidr_ipv4         = var.office_range
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_vpc_security_group_egress_rule" "bastion_to_anything" {
  security_group_id = aws_security_group.bastion.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_instance" "bastion" {
  ami                         = var.bastion_ami
  instance_type               = "t4g.nano"
  subnet_id                   = module.network.public_subnet_ids["a"]
  vpc_security_group_ids      = [aws_security_group.bastion.id]
  associate_public_ip_address = true
  key_name                    = "surveys"

  metadata_options {
    http_tokens = "required"
  }

  tags = { Name = "surveys-bastion" }
}
