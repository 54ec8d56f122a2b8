# PostgreSQL and Redis. The services' own rules are in clinic.yaml (egress); these are the other side.

resource "aws_security_group" "data" {
  name_prefix = "clinic-data-"
  description = "PostgreSQL and Redis"
  vpc_id      = module.network.vpc_id
}

locals {
  data_ports   = { postgres = 5432, redis = 6379 }
  data_clients = ["api", "worker"]
}

resource "aws_vpc_security_group_ingress_rule" "data" {
  for_each = { for pair in setproduct(keys(local.data_ports), local.data_clients) : join("_from_", pair) => pair }

  security_group_id            = aws_security_group.data.id
  description                  = each.key
  referenced_security_group_id = module.services.security_group_ids[each.value[1]]
  ip_protocol                  = "tcp"
  from_port                    = local.data_ports[each.value[0]]
  to_port                      = local.data_ports[each.value[0]]
}

resource "aws_db_subnet_group" "main" {
  name_prefix = "clinic-"
  subnet_ids  = values(module.network.private_subnet_ids)
}

resource "aws_db_instance" "main" {
  identifier_prefix           = "clinic-"
  engine                      = "postgres"
  engine_version              = "16"
  instance_class              = "db.t4g.large"
  allocated_storage           = 100
  max_allocated_storage       = 500
  storage_encrypted           = true
  db_name                     = "clinic"
  username                    = "clinic"
  manage_master_user_password = true
  multi_az                    = true
  backup_retention_period     = 30
  deletion_protection         = true
  db_subnet_group_name        = aws_db_subnet_group.main.name
  vpc_security_group_ids      = [aws_security_group.data.id]
  final_snapshot_identifier   = "clinic-final"
}

resource "aws_elasticache_subnet_group" "main" {
  name       = "clinic"
  subnet_ids = values(module.network.private_subnet_ids)
}

resource "aws_elasticache_replication_group" "main" {
  replication_group_id       = "clinic"
  description                = "Celery broker and Django cache"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = "cache.t4g.small"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  subnet_group_name          = aws_elasticache_subnet_group.main.name
  security_group_ids         = [aws_security_group.data.id]
}

resource "aws_secretsmanager_secret" "django" {
  name_prefix = "clinic-django-"
  description = "DJANGO_SECRET_KEY; set by hand."
}
