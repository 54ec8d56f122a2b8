# Recordings while they are transcoded. A task that is replaced goes on with what is there.

resource "aws_efs_file_system" "work" {
  encrypted       = true
  throughput_mode = "elastic"
}

resource "aws_efs_access_point" "work" {
  file_system_id = aws_efs_file_system.work.id

  posix_user {
    uid = 1000
    gid = 1000
  }

  root_directory {
    path = "/work"

    creation_info {
      owner_uid   = 1000
      owner_gid   = 1000
      permissions = "0750"
    }
  }
}

resource "aws_security_group" "work" {
  name_prefix = "transcoder-work-"
  description = "Mount targets of the work in progress"
  vpc_id      = local.platform.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "work" {
  security_group_id            = aws_security_group.work.id
  description                  = "NFS from video"
  referenced_security_group_id = module.services.security_group_ids["video"]
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_efs_mount_target" "work" {
  for_each = local.platform.private_subnet_ids

  file_system_id  = aws_efs_file_system.work.id
  subnet_id       = each.value
  security_groups = [aws_security_group.work.id]
}
