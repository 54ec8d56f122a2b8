# Which recording is in which state.

resource "aws_security_group" "database" {
  name_prefix = "transcoder-database-"
  description = "PostgreSQL"
  vpc_id      = local.platform.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = toset(["video", "thumbnails"])

  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from ${each.key}"
  referenced_security_group_id = module.services.security_group_ids[each.key]
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_subnet_group" "main" {
  name_prefix = "transcoder-"
  subnet_ids  = values(local.platform.private_subnet_ids)
}

resource "aws_db_instance" "main" {
  identifier_prefix           = "transcoder-"
  engine                      = "postgres"
  engine_version              = "15"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 50
  storage_encrypted           = true
  db_name                     = "transcoder"
  username                    = "transcoder"
  manage_master_user_password = true
  backup_retention_period     = 7
  db_subnet_group_name        = aws_db_subnet_group.main.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  final_snapshot_identifier   = "transcoder-final"
}
