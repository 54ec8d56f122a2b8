"""Arguments that affect no network path: names, tags, and what only changes how a path is used.

An argument that is not listed here, and that no module of this package applies, makes every path over its
resource uncertain. A name includes everything inside it. Source: the provider's documentation of each
type (registry.terraform.io), and what AWS does with the argument.
"""

_ALWAYS = frozenset({"description", "lifecycle", "name", "name_prefix", "tags", "timeouts"})

_NAMES = {
    "aws_vpc": (
        "enable_network_address_usage_metrics ipv6_cidr_block "
        "ipv6_cidr_block_network_border_group ipv6_ipam_pool_id ipv6_netmask_length"
    ),
    # The default security group is nobody's, and closed.
    "aws_default_security_group": "egress ingress revoke_rules_on_delete",
    "aws_internet_gateway": "",
    "aws_egress_only_internet_gateway": "",
    "aws_subnet": (
        "assign_ipv6_address_on_creation enable_dns64 enable_resource_name_dns_a_record_on_launch "
        "enable_resource_name_dns_aaaa_record_on_launch map_public_ip_on_launch "
        "private_dns_hostname_type_on_launch"
    ),
    "aws_route_table": "propagating_vgws",
    "aws_route": "",
    "aws_route_table_association": "",
    "aws_eip": "address customer_owned_ipv4_pool network_border_group public_ipv4_pool",
    "aws_nat_gateway": "private_ip secondary_allocation_ids secondary_private_ip_address_count "
    "secondary_private_ip_addresses",
    "aws_vpc_endpoint": "auto_accept",
    "aws_security_group": "revoke_rules_on_delete",
    "aws_vpc_security_group_egress_rule": "",
    "aws_vpc_security_group_ingress_rule": "",
    "aws_lb": (
        "access_logs client_keep_alive connection_logs customer_owned_ipv4_pool desync_mitigation_mode "
        "dns_record_client_routing_policy drop_invalid_header_fields enable_cross_zone_load_balancing "
        "enable_deletion_protection enable_http2 enable_tls_version_and_cipher_suite_headers "
        "enable_waf_fail_open enable_xff_client_port enable_zonal_shift health_check_logs "
        "preserve_host_header xff_header_processing_mode"
    ),
    "aws_lb_listener": (
        "routing_http_request_x_amzn_mtls_clientcert_header_name "
        "routing_http_request_x_amzn_mtls_clientcert_issuer_header_name "
        "routing_http_request_x_amzn_mtls_clientcert_leaf_header_name "
        "routing_http_request_x_amzn_mtls_clientcert_serial_number_header_name "
        "routing_http_request_x_amzn_mtls_clientcert_subject_header_name "
        "routing_http_request_x_amzn_mtls_clientcert_validity_header_name "
        "routing_http_request_x_amzn_tls_cipher_suite_header_name "
        "routing_http_request_x_amzn_tls_version_header_name "
        "routing_http_response_server_enabled tcp_idle_timeout_seconds"
    ),
    "aws_lb_listener_certificate": "",
    "aws_lb_listener_rule": (
        "action.authenticate_cognito action.authenticate_oidc action.jwt_validation transform"
    ),
    # Names and certificates are outside the network's paths.
    "aws_acm_certificate": "key_algorithm options",
    "aws_acm_certificate_validation": "",
    "aws_route53_record": "ttl",
    # ECS registers each task with its container's port, so the group's own is a default that nobody uses.
    "aws_lb_target_group": (
        "connection_termination lambda_multi_value_headers_enabled "
        "load_balancing_algorithm_type load_balancing_anomaly_mitigation "
        "port preserve_client_ip proxy_protocol_v2 slow_start stickiness target_failover "
        "target_group_health target_health_state"
    ),
    "aws_s3_bucket": "bucket bucket_prefix force_destroy object_lock_enabled",
    "aws_s3_bucket_lifecycle_configuration": "rule transition_default_minimum_object_size",
    "aws_s3_bucket_policy": "policy",
    "aws_s3_bucket_public_access_block": (
        "block_public_acls block_public_policy ignore_public_acls restrict_public_buckets"
    ),
    "aws_s3_bucket_server_side_encryption_configuration": "rule",
    "aws_ecr_lifecycle_policy": "policy",
    "aws_ecr_pull_through_cache_rule": "credential_arn custom_role_arn",
    "aws_ecr_repository_creation_template": (
        "applied_for custom_role_arn description encryption_configuration image_tag_mutability "
        "lifecycle_policy prefix repository_policy resource_tags"
    ),
    "aws_ecr_repository": (
        "encryption_configuration force_delete image_scanning_configuration image_tag_mutability "
        "image_tag_mutability_exclusion_filter"
    ),
    # A file system that tasks cannot mount keeps them from starting, but no path of the proof leads to it.
    "aws_efs_access_point": "file_system_id posix_user root_directory",
    "aws_efs_backup_policy": "backup_policy file_system_id",
    "aws_efs_file_system": (
        "availability_zone_name creation_token encrypted kms_key_id lifecycle_policy performance_mode "
        "protection provisioned_throughput_in_mibps throughput_mode"
    ),
    "aws_efs_file_system_policy": "bypass_policy_lockout_safety_check file_system_id policy",
    "aws_efs_mount_target": (
        "file_system_id ip_address ip_address_type ipv6_address security_groups subnet_id"
    ),
    "aws_flow_log": (
        "deliver_cross_account_role destination_options eni_id iam_role_arn log_destination "
        "log_destination_type log_format log_group_name max_aggregation_interval regional_nat_gateway_id "
        "subnet_id tag_field_specification traffic_type transit_gateway_attachment_id transit_gateway_id "
        "vpc_id"
    ),
    "aws_wafv2_web_acl_association": "web_acl_arn",
    "aws_cloudwatch_metric_alarm": (
        "actions_enabled alarm_actions alarm_description alarm_name comparison_operator datapoints_to_alarm "
        "dimensions evaluate_low_sample_count_percentiles evaluation_periods extended_statistic "
        "insufficient_data_actions metric_name metric_query namespace ok_actions period statistic threshold "
        "threshold_metric_id treat_missing_data unit"
    ),
    "aws_cloudwatch_dashboard": "dashboard_body dashboard_name",
    "aws_sns_topic": "display_name kms_master_key_id policy delivery_policy",
    "aws_sns_topic_subscription": "endpoint protocol",
    # Which task definition runs in which cluster, subnets and security groups bears on all of them.
    "aws_scheduler_schedule": (
        "action_after_completion end_date flexible_time_window group_name kms_key_arn schedule_expression "
        "schedule_expression_timezone start_date state target.dead_letter_config target.input "
        "target.retry_policy target.role_arn target.ecs_parameters.capacity_provider_strategy "
        "target.ecs_parameters.enable_ecs_managed_tags target.ecs_parameters.enable_execute_command "
        "target.ecs_parameters.group target.ecs_parameters.launch_type "
        "target.ecs_parameters.placement_constraints target.ecs_parameters.placement_strategy "
        "target.ecs_parameters.propagate_tags target.ecs_parameters.reference_id target.ecs_parameters.tags "
        "target.ecs_parameters.task_count"
    ),
    "aws_scheduler_schedule_group": "",
    "aws_sqs_queue": (
        "content_based_deduplication deduplication_scope delay_seconds fifo_queue fifo_throughput_limit "
        "kms_data_key_reuse_period_seconds kms_master_key_id max_message_size message_retention_seconds "
        "policy receive_wait_time_seconds redrive_allow_policy redrive_policy sqs_managed_sse_enabled "
        "visibility_timeout_seconds"
    ),
    "aws_cloudwatch_log_group": "kms_key_id skip_destroy",
    # What a boundary or a managed policy allows, nobody here knows; permissions are not walked.
    "aws_iam_role": (
        "force_detach_policies managed_policy_arns max_session_duration path permissions_boundary"
    ),
    "aws_iam_role_policy": "",
    "aws_iam_role_policy_attachment": "policy_arn role",
    "aws_ecs_cluster": "service_connect_defaults setting",
    "aws_ecs_cluster_capacity_providers": "default_capacity_provider_strategy",
    "aws_service_discovery_http_namespace": "",
    "aws_service_discovery_private_dns_namespace": "",
    "aws_service_discovery_service": "force_destroy",
    "aws_ecs_task_definition": (
        "enable_fault_injection ephemeral_storage family inference_accelerator ipc_mode pid_mode "
        "placement_constraints skip_destroy track_latest volume"
    ),
    "aws_appautoscaling_policy": (
        "name policy_type step_scaling_policy_configuration target_tracking_scaling_policy_configuration"
    ),
    "aws_appautoscaling_scheduled_action": (
        "end_time name scalable_target_action schedule start_time timezone"
    ),
    "aws_appautoscaling_target": "role_arn suspended_state",
    "aws_ecs_service": (
        "alarms availability_zone_rebalancing deployment_circuit_breaker deployment_configuration "
        "deployment_controller deployment_minimum_healthy_percent "
        "enable_ecs_managed_tags force_delete force_new_deployment iam_role ordered_placement_strategy "
        "placement_constraints propagate_tags "
        "service_connect_configuration.access_log_configuration "
        "service_connect_configuration.log_configuration sigint_rollback triggers "
        "volume_configuration vpc_lattice_configurations wait_for_steady_state"
    ),
}
HARMLESS = {kind: frozenset(names.split()) for kind, names in _NAMES.items()}
"""Those of each type that tfgen writes, besides what is harmless of every type."""


def is_harmless(kind: str, name: str) -> bool:
    """Whether no network path depends on an argument, by its dotted name. On unknown types none does."""
    known = HARMLESS.get(kind)
    if known is None:
        return True
    words = name.split(".")
    return words[0] in _ALWAYS or any(".".join(words[:end]) in known for end in range(1, len(words) + 1))
