"""Arguments that affect no network path: names, tags, and what only changes how a path is used.

An argument that is not listed here, and that no module of this package applies, makes every path over its
resource uncertain. A name includes everything inside it. Source: the provider's documentation of each
type (registry.terraform.io), and what AWS does with the argument.
"""

_ALWAYS = frozenset({"description", "lifecycle", "name", "name_prefix", "tags", "timeouts"})

_NAMES = {
    "aws_vpc": (
        "assign_generated_ipv6_cidr_block enable_network_address_usage_metrics ipv6_cidr_block "
        "ipv6_cidr_block_network_border_group ipv6_ipam_pool_id ipv6_netmask_length"
    ),
    # The default security group is nobody's, and closed.
    "aws_default_security_group": "egress ingress revoke_rules_on_delete",
    "aws_internet_gateway": "",
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
        "minimum_load_balancer_capacity preserve_host_header xff_header_processing_mode"
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
        "routing_http_response_access_control_allow_credentials_header_value "
        "routing_http_response_access_control_allow_headers_header_value "
        "routing_http_response_access_control_allow_methods_header_value "
        "routing_http_response_access_control_allow_origin_header_value "
        "routing_http_response_access_control_expose_headers_header_value "
        "routing_http_response_access_control_max_age_header_value "
        "routing_http_response_content_security_policy_header_value "
        "routing_http_response_server_enabled "
        "routing_http_response_strict_transport_security_header_value "
        "routing_http_response_x_content_type_options_header_value "
        "routing_http_response_x_frame_options_header_value ssl_policy tcp_idle_timeout_seconds"
    ),
    "aws_lb_listener_certificate": "",
    "aws_lb_listener_rule": "transform",
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
    "aws_wafv2_web_acl_association": "web_acl_arn",
    "aws_cloudwatch_log_group": "kms_key_id skip_destroy",
    # What a boundary or a managed policy allows, nobody here knows; permissions are not walked.
    "aws_iam_role": (
        "force_detach_policies managed_policy_arns max_session_duration path permissions_boundary"
    ),
    "aws_iam_role_policy": "",
    "aws_ecs_cluster": "service_connect_defaults setting",
    "aws_ecs_cluster_capacity_providers": "default_capacity_provider_strategy",
    "aws_service_discovery_http_namespace": "",
    "aws_ecs_task_definition": (
        "enable_fault_injection ephemeral_storage family inference_accelerator ipc_mode pid_mode "
        "placement_constraints skip_destroy track_latest volume"
    ),
    "aws_ecs_service": (
        "alarms availability_zone_rebalancing deployment_circuit_breaker deployment_configuration "
        "deployment_controller deployment_maximum_percent deployment_minimum_healthy_percent "
        "enable_ecs_managed_tags force_delete force_new_deployment iam_role ordered_placement_strategy "
        "placement_constraints propagate_tags "
        "service_connect_configuration.log_configuration service_registries sigint_rollback triggers "
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
