resource "aws_db_subnet_group" "main" {
  name_prefix = "orders-"
  subnet_ids  = values(module.network.database_subnet_ids)
}

resource "aws_security_group" "database" {
  name_prefix = "orders-database-"
  description = "PostgreSQL"
  vpc_id      = module.network.vpc_id
}

# A rule of its own, since the services need the database's address, and this needs the services.
resource "aws_vpc_security_group_ingress_rule" "database_from_api" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = module.services.security_group_ids["api"]
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_instance" "main" {
  # Terraform creates what task definitions refer to before it destroys the old: a fixed name would be taken.
  identifier_prefix           = "orders-"
  engine                      = "postgres"
  engine_version              = "16"
  instance_class              = "db.t4g.small"
  allocated_storage           = 20
  storage_encrypted           = true
  db_name                     = "orders"
  username                    = "orders"
  manage_master_user_password = true
  multi_az                    = true
  db_subnet_group_name        = aws_db_subnet_group.main.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  skip_final_snapshot         = false
  final_snapshot_identifier   = "orders-final"
}
