"""What a service writes to EBS volumes, which are deleted with its tasks."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, EbsVolume, Service
from tfgen.problems import Problem

ID = "TG766"
SEVERITY = "note"
TITLE = "What tasks write to EBS volumes may be lost with them"
WHY = (
    "ECS creates an EBS volume for each task and deletes it when the task stops: with each deployment, when "
    "it fails, is scaled in or is moved to another zone. No two tasks share one. Files that must last belong "
    "in an EFS file system, in a bucket or in a database."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html"
BAD = """\
services:
  web:
    volumes:
      database: {path: /var/lib/database, ebs: 100}
"""
GOOD = """\
services:
  web:
    volumes:
      model: {path: /srv/model, ebs: {snapshot: snap-0a1b2c3d4e5f60718}, read_only: true}
"""
FAILS = (
    "services: {web: {mounts: [{volume: data, path: /data}], volumes: {data: {ebs: 10}}}}",
    "services: {web: {mounts: [{volume: data, path: /one, read_only: true}, {volume: data, path: /two}], "
    "volumes: {data: {ebs: 10}}}}",
)
PASSES = (
    "services: {web: {volumes: {data: {path: /data, ebs: {snapshot: snap-0a1b2c3d}, read_only: true}}}}",
    "services: {web: {volumes: {data: {path: /data, ebs: {snapshot: snap-0a1b2c3d}, read_only: true}, "
    "work: /work}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for service in blueprint.services:
        for volume in service.ebs:
            if _is_written(service, volume):
                message = f'each task of "{service.key}" loses what it writes to its EBS volume when it ends'
                hint = (
                    "write files that must last to a file system (efs) or a bucket, or ignore the rule where "
                    "they may be lost"
                )
                yield Problem(ID, volume.at, message, hint, SEVERITY)


def _is_written(service: Service, volume: EbsVolume) -> bool:
    """Whether a container can write to it."""
    mounts = (mount for container in service.containers for mount in container.mounts)
    return any(mount.volume == volume.name and not mount.read_only for mount in mounts)
