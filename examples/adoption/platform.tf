# What the platform team runs: it stays as it is.

variable "platform" {
  description = "The VPC, the load balancer and the cluster of the platform team."
  type = object({
    vpc_id                          = string
    private_subnet_ids              = map(string)
    listener_arn                    = string
    load_balancer_security_group_id = string
    cluster_arn                     = string
  })
}
