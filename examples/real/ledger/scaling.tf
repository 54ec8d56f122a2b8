# Salaries and rents are posted at the end of a month.

resource "aws_appautoscaling_target" "postings" {
  service_namespace  = "ecs"
  resource_id        = "service/${module.services.cluster_name}/${module.services.service_names["postings"]}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = 6
  max_capacity       = 24
}

resource "aws_appautoscaling_policy" "postings_cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.postings.service_namespace
  resource_id        = aws_appautoscaling_target.postings.resource_id
  scalable_dimension = aws_appautoscaling_target.postings.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 55
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_policy" "postings_requests" {
  name               = "requests"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.postings.service_namespace
  resource_id        = aws_appautoscaling_target.postings.resource_id
  scalable_dimension = aws_appautoscaling_target.postings.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value = 3000

    predefined_metric_specification {
      predefined_metric_type = "ALBRequestCountPerTarget"
      resource_label = join("/", [
        module.load_balancer.arn_suffix,
        module.services.target_group_arn_suffixes["postings"],
      ])
    }
  }
}
