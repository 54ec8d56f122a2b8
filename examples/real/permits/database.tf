# The permits database. tfgen does not write this file; permits.yaml refers to what is in it.

variable "database_subnet_ids" {
  type        = list(string)
  description = "The platform team's subnets without a route to the internet."
}

resource "aws_db_subnet_group" "main" {
  name_prefix = "permits-"
  subnet_ids  = var.database_subnet_ids
}

resource "aws_security_group" "database" {
  name_prefix = "permits-database-"
  description = "The permits database"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database_from_permits" {
  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from the service"
  referenced_security_group_id = module.services.security_group_ids["permits"]
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_instance" "main" {
  identifier_prefix           = "permits-"
  engine                      = "postgres"
  engine_version              = "16"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 50
  storage_encrypted           = true
  db_name                     = "permits"
  username                    = "permits"
  manage_master_user_password = true
  multi_az                    = true
  backup_retention_period     = 14
  deletion_protection         = true
  db_subnet_group_name        = aws_db_subnet_group.main.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  final_snapshot_identifier   = "permits-final"
}
