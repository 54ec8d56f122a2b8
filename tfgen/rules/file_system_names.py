"""A file system in a VPC that exists, whose DNS settings nobody here knows."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG764"
SEVERITY = "note"
TITLE = "A VPC in which file systems are mounted resolves their names"
WHY = (
    "ECS mounts a file system by its DNS name, which exists only in a VPC with DNS support and DNS host "
    "names. Otherwise no task starts: the mount fails, which ECS reports as an initialization error."
)
SOURCE = "https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html"
_VPC = (
    "network: {vpc: {id: vpc-0a1b2c3d, cidr: 10.0.0.0/16, way_out: nat, "
    "public_subnets: {a: subnet-0a1b2c3d, b: subnet-1a1b2c3d}, "
    "private_subnets: {a: subnet-2a1b2c3d, b: subnet-3a1b2c3d}}}\n"
)
_POINT = "access_point: fsap-0a1b2c3d"
BAD = f"""\
{_VPC}services:
  web:
    volumes:
      data: {{path: /data, efs: fs-0a1b2c3d, {_POINT}}}
"""
GOOD = f"""\
services:
  web:
    volumes:
      data: {{path: /data, efs: fs-0a1b2c3d, {_POINT}}}
"""
FAILS = (_VPC + "file_systems: {shared: {}}\nservices: {web: {volumes: {data: {path: /data, efs: shared}}}}",)
PASSES = (_VPC + "services: {web: {volumes: {data: /data}}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    volumes = (volume for task in blueprint.tasks for volume in task.volumes if volume.efs)
    for volume in volumes if blueprint.network.existing else ():
        message = f'whether the VPC resolves the name of the file system of "{volume.name}" cannot be known'
        hint = "make sure that enable_dns_support and enable_dns_hostnames of the VPC are on"
        yield Problem(ID, volume.at, message, hint, SEVERITY)
        return
