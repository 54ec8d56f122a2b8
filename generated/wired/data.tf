# What the services of wired.yaml refer to. This file is not tfgen's: it is written by hand.

resource "aws_security_group" "data" {
  name        = "wired-data"
  description = "The database and the cache"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "data" {
  for_each = { database = 5432, cache = 6379 }

  security_group_id            = aws_security_group.data.id
  description                  = "The ${each.key}, for web"
  referenced_security_group_id = module.services.security_group_ids["web"]
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}

resource "aws_db_subnet_group" "main" {
  name       = "wired"
  subnet_ids = values(module.network.private_subnet_ids)
}

resource "aws_db_instance" "main" {
  identifier             = "wired"
  engine                 = "postgres"
  engine_version         = "16.4"
  instance_class         = "db.t4g.micro"
  allocated_storage      = 20
  storage_encrypted      = true
  db_name                = "wired"
  username               = "wired"
  password               = jsondecode(aws_secretsmanager_secret_version.database.secret_string)["password"]
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.data.id]
  skip_final_snapshot    = true
}

variable "database_password" {
  type        = string
  description = "The password of the database; set it with TF_VAR_database_password."
  default     = "change-me-before-the-first-apply"
}

resource "aws_secretsmanager_secret" "database" {
  name = "wired/database"
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id     = aws_secretsmanager_secret.database.id
  secret_string = jsonencode({ password = var.database_password })
}

resource "aws_elasticache_subnet_group" "main" {
  name       = "wired"
  subnet_ids = values(module.network.private_subnet_ids)
}

resource "aws_elasticache_cluster" "main" {
  cluster_id         = "wired"
  engine             = "redis"
  engine_version     = "7.1"
  node_type          = "cache.t4g.micro"
  num_cache_nodes    = 1
  port               = 6379
  subnet_group_name  = aws_elasticache_subnet_group.main.name
  security_group_ids = [aws_security_group.data.id]
}

resource "aws_sqs_queue" "jobs" {
  name                       = "wired-jobs"
  visibility_timeout_seconds = 120
}

resource "aws_s3_bucket" "assets" {
  bucket = "wired-assets"
}

resource "aws_ssm_parameter" "session_key" {
  name  = "/wired/session-key"
  type  = "SecureString"
  value = var.database_password
}
