# What the platform team runs, in production. Their names are in the platform's own repository.

locals {
  platform = {
    vpc_id                     = "vpc-0e1f2a3b4c5d60718"
    private_subnet_ids         = { a = "subnet-0e2000000000000a1", b = "subnet-0e2000000000000b1", c = "subnet-0e2000000000000c1" }
    endpoint_security_group_id = "sg-0e3f4a5b6c7d80912"
    cluster_arn                = "arn:aws:ecs:eu-west-2:345678901234:cluster/production"
    boundary_arn               = "arn:aws:iam::345678901234:policy/team-boundary"
    alarm_topic_arn            = "arn:aws:sns:eu-west-2:345678901234:lectures-alarms"
  }
}
