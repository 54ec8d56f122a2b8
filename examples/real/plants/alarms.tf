# Whoever is on call is paged over the topic that the operations team owns.

variable "alarm_topic_arn" {
  type        = string
  description = "The operations team's topic for pages."
}

resource "aws_cloudwatch_metric_alarm" "database_storage" {
  alarm_name          = "plants-database-storage"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.main.identifier }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 20 * 1024 * 1024 * 1024
  comparison_operator = "LessThanThreshold"
  alarm_actions       = [var.alarm_topic_arn]
}
