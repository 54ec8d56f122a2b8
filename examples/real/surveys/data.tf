# The database, the secret of the sessions and the bucket with exported answers.

resource "aws_db_subnet_group" "main" {
  name_prefix = "surveys-"
  subnet_ids  = values(module.network.database_subnet_ids)
}

resource "aws_security_group" "database" {
  name_prefix = "surveys-database-"
  description = "MySQL"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  for_each = {
    web     = module.services.security_group_ids["web"]
    worker  = module.services.security_group_ids["worker"]
    bastion = aws_security_group.bastion.id
  }

  security_group_id            = aws_security_group.database.id
  description                  = "MySQL from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306
}

resource "aws_db_instance" "main" {
  identifier_prefix           = "surveys-"
  engine                      = "mysql"
  engine_version              = "8.0"
  instance_class              = "db.t4g.small"
  allocated_storage           = 20
  storage_encrypted           = true
  db_name                     = "surveys"
  username                    = "surveys"
  manage_master_user_password = true
  backup_retention_period     = 7
  db_subnet_group_name        = aws_db_subnet_group.main.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  final_snapshot_identifier   = "surveys-final"
}

resource "aws_secretsmanager_secret" "session" {
  name_prefix = "surveys-session-"
  description = "Key with which the web application signs session cookies; set by hand."
}

resource "aws_s3_bucket" "exports" {
  bucket_prefix = "surveys-exports-"
}

resource "aws_s3_bucket_public_access_block" "exports" {
  bucket                  = aws_s3_bucket.exports.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# Answers are personal data: exports are for downloading once.
resource "aws_s3_bucket_lifecycle_configuration" "exports" {
  bucket = aws_s3_bucket.exports.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = 30
    }
  }
}
