# Repositories of the images, the bucket for uploads, and who may use it.

resource "aws_ecr_repository" "web" {
  name                 = "clinic/web"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_ecr_repository" "api" {
  name                 = "clinic/api"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_s3_bucket" "uploads" {
  bucket_prefix = "clinic-uploads-"
}

resource "aws_s3_bucket_versioning" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "uploads" {
  bucket                  = aws_s3_bucket.uploads.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_iam_role_policy" "uploads" {
  for_each = toset(["api", "worker"])

  name = "uploads"
  role = module.services.task_role_names[each.key]

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = "${aws_s3_bucket.uploads.arn}/*"
      },
      {
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = aws_s3_bucket.uploads.arn
      },
    ]
  })
}
