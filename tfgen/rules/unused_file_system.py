"""A file system that no service mounts."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG761"
SEVERITY = "warning"
TITLE = "A file system of the stack is mounted by a service"
WHY = (
    "The stack creates it with its mount targets, and AWS charges for what is in it. A volume that should be "
    "in it may name another one, or be an empty volume of each task, whose files are lost with the task."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html"
BAD = """\
file_systems:
  shared: {}
services:
  web:
    volumes:
      uploads: /uploads
"""
GOOD = """\
file_systems:
  shared: {}
services:
  web:
    volumes:
      uploads: {path: /uploads, efs: shared}
"""
FAILS = (
    "file_systems: {shared: {}}",
    "file_systems: {one: {}, two: {}}\nservices: {web: {volumes: {data: {path: /data, efs: two}}}}",
)
PASSES = ("services: {web: {volumes: {data: {path: /data, efs: fs-0a1b2c3d}}}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    used = {point.file_system for task in blueprint.tasks for point in task.access_points}
    for each in blueprint.file_systems:
        if each.id not in used:
            message = f'no service has a volume in the file system "{each.key}"'
            hint = (
                f"add volumes: {{NAME: {{path: PATH, efs: {each.key}}}}} to a service; to remove it, set "
                "keep: false and apply first"
            )
            yield Problem(ID, each.at, message, hint, SEVERITY)
