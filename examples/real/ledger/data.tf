# Tables, the cache, and the bucket of monthly statements.

resource "aws_dynamodb_table" "accounts" {
  name         = "ledger-accounts"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "account_id"

  attribute {
    name = "account_id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_dynamodb_table" "postings" {
  name         = "ledger-postings"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "account_id"
  range_key    = "posted_at"

  attribute {
    name = "account_id"
    type = "S"
  }

  attribute {
    name = "posted_at"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_security_group" "cache" {
  name_prefix = "ledger-cache-"
  description = "Redis"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "cache" {
  for_each = toset(["accounts", "postings", "limits"])

  security_group_id            = aws_security_group.cache.id
  description                  = "Redis from ${each.key}"
  referenced_security_group_id = module.services.security_group_ids[each.key]
  ip_protocol                  = "tcp"
  from_port                    = 6379
  to_port                      = 6379
}

resource "aws_elasticache_subnet_group" "main" {
  name       = "ledger"
  subnet_ids = values(module.network.private_subnet_ids)
}

resource "aws_elasticache_replication_group" "main" {
  replication_group_id       = "ledger"
  description                = "Balances and limits"
  engine                     = "redis"
  engine_version             = "7.1"
  node_type                  = "cache.r7g.large"
  num_cache_clusters         = 3
  automatic_failover_enabled = true
  multi_az_enabled           = true
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  subnet_group_name          = aws_elasticache_subnet_group.main.name
  security_group_ids         = [aws_security_group.cache.id]
}

resource "aws_s3_bucket" "statements" {
  bucket              = "cards-ledger-statements"
  object_lock_enabled = true
}

resource "aws_s3_bucket_object_lock_configuration" "statements" {
  bucket = aws_s3_bucket.statements.id

  rule {
    default_retention {
      mode  = "COMPLIANCE"
      years = 10
    }
  }
}
