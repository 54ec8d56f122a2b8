# After a day of lectures, hundreds of recordings arrive within an hour: one more task for each ten that wait.

resource "aws_appautoscaling_target" "video" {
  service_namespace  = "ecs"
  resource_id        = "service/${module.services.cluster_name}/${module.services.service_names["video"]}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 2
  max_capacity       = 40
}

resource "aws_appautoscaling_policy" "video_backlog" {
  name               = "backlog"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.video.service_namespace
  resource_id        = aws_appautoscaling_target.video.resource_id
  scalable_dimension = aws_appautoscaling_target.video.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 10

    customized_metric_specification {
      metrics {
        id          = "waiting"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "AWS/SQS"
            metric_name = "ApproximateNumberOfMessagesVisible"

            dimensions {
              name  = "QueueName"
              value = aws_sqs_queue.work["video"].name
            }
          }
        }
      }

      metrics {
        id          = "running"
        return_data = false

        metric_stat {
          stat = "Average"

          metric {
            namespace   = "ECS/ContainerInsights"
            metric_name = "RunningTaskCount"

            dimensions {
              name  = "ClusterName"
              value = module.services.cluster_name
            }

            dimensions {
              name  = "ServiceName"
              value = module.services.service_names["video"]
            }
          }
        }
      }

      metrics {
        id         = "backlog"
        expression = "waiting / running"
      }
    }
  }
}
