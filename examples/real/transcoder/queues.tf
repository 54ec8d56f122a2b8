# A queue for each fleet with a dead-letter queue, and the bucket.

locals {
  # How long the longest job takes.
  visibility_timeouts = { video = 7200, thumbnails = 600, notify = 60 }
}

resource "aws_sqs_queue" "dead" {
  for_each = local.visibility_timeouts

  name                      = "transcoder-${each.key}-dead"
  message_retention_seconds = 14 * 24 * 3600
}

resource "aws_sqs_queue" "work" {
  for_each = local.visibility_timeouts

  name                       = "transcoder-${each.key}"
  visibility_timeout_seconds = each.value

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = 3
  })
}

resource "aws_cloudwatch_metric_alarm" "dead" {
  for_each = aws_sqs_queue.dead

  alarm_name          = each.value.name
  alarm_description   = "A job has failed three times."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.value.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  alarm_actions       = [local.platform.alarm_topic_arn]
}

resource "aws_s3_bucket" "media" {
  bucket = "lectures-media-production"
}

resource "aws_s3_bucket_lifecycle_configuration" "media" {
  bucket = aws_s3_bucket.media.id

  rule {
    id     = "raw-recordings"
    status = "Enabled"

    filter {
      prefix = "raw/"
    }

    transition {
      days          = 30
      storage_class = "GLACIER_IR"
    }
  }
}
