# PostgreSQL in the database subnets, Redis, and the secret that holds all of the shop's credentials.

locals {
  clients = { shop = module.services.security_group_ids["shop"], jobs = module.services.security_group_ids["jobs"] }
}

resource "aws_security_group" "database" {
  name_prefix = "plants-database-"
  description = "PostgreSQL"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = local.clients

  security_group_id            = aws_security_group.database.id
  description                  = "PostgreSQL from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_subnet_group" "main" {
  name_prefix = "plants-"
  subnet_ids  = values(module.network.database_subnet_ids)
}

resource "aws_db_instance" "main" {
  identifier_prefix         = "plants-"
  engine                    = "postgres"
  engine_version            = "16"
  instance_class            = "db.m7g.large"
  allocated_storage         = 200
  storage_type              = "gp3"
  storage_encrypted         = true
  kms_key_id                = aws_kms_key.data.arn
  db_name                   = "plants"
  username                  = "plants"
  password                  = jsondecode(aws_secretsmanager_secret_version.rails.secret_string)["database_password"]
  multi_az                  = true
  backup_retention_period   = 14
  deletion_protection       = true
  db_subnet_group_name      = aws_db_subnet_group.main.name
  vpc_security_group_ids    = [aws_security_group.database.id]
  final_snapshot_identifier = "plants-final"
}

resource "aws_security_group" "cache" {
  name_prefix = "plants-cache-"
  description = "Redis"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "cache" {
  for_each = local.clients

  security_group_id            = aws_security_group.cache.id
  description                  = "Redis from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
}

resource "aws_elasticache_subnet_group" "main" {
  name       = "plants"
  subnet_ids = values(module.network.private_subnet_ids)
}

resource "aws_elasticache_replication_group" "main" {
  replication_group_id       = "plants"
  description                = "Sessions, fragments and Sidekiq's queues"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = "cache.m7g.large"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  subnet_group_name          = aws_elasticache_subnet_group.main.name
  security_group_ids         = [aws_security_group.cache.id]
}

resource "aws_kms_key" "data" {
  description         = "The shop's database and secrets"
  enable_key_rotation = true
}

# The values come from outside, so that no state has them but this one: TF_VAR_rails_secrets in the pipeline.
variable "rails_secrets" {
  type        = map(string)
  description = "database_password, secret_key_base and smtp_password."
  sensitive   = true
}

resource "aws_secretsmanager_secret" "rails" {
  name_prefix = "plants-rails-"
  kms_key_id  = aws_kms_key.data.arn
}

resource "aws_secretsmanager_secret_version" "rails" {
  secret_id     = aws_secretsmanager_secret.rails.id
  secret_string = jsonencode(var.rails_secrets)
}
