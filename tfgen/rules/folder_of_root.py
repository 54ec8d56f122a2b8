"""Folders that a container may write to, and its user may not."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG616"
SEVERITY = "note"
TITLE = "A container's user can write to the folders that are mounted for it"
WHY = (
    "A folder that ECS creates belongs to root, with the mode 0755. Where the image declares a volume at the "
    "same path, it has the owner and the mode that it has in the image."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html"
BAD = """\
services:
  web:
    user: node
    read_only: true
    mounts: [/tmp]
"""
GOOD = """\
services:
  web:
    user: node
    read_only: true
    mounts: [/tmp]
    ignore: [{rule: TG616, reason: 'the image has VOLUME /tmp, which belongs to node'}]
"""
FAILS = (
    "services: {web: {user: 1000, mounts: [/cache, /tmp]}}",
    "services: {web: {user: 1000, volumes: {cache: /cache}}}",
)
PASSES = (
    "services: {web: {mounts: [/tmp]}}",
    "services: {web: {user: root, mounts: [/tmp]}}",
    "services: {web: {user: 0, mounts: [/tmp]}}",
    "services: {web: {user: '0:0', mounts: [/tmp]}}",
    "services: {web: {user: node}}",
    "services: {web: {user: node, volumes: {cache: {path: /cache, read_only: true}}}}",
    "services: {web: {user: node, volumes: {work: {path: /work, ebs: 100}}}}",
    "file_systems: {media: {}}\nservices: {web: {user: node, volumes: {media: {efs: media, path: /media}}}}",
)

_ROOT = ("root", "0")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for task in blueprint.tasks:
        empty = {each.name for each in task.volumes if not each.efs and not each.at_launch}
        for container in task.containers:
            user = str(dict(container.arguments).get("user", "root")).partition(":")[0]
            mounts = [each for each in container.mounts if each.volume in empty and not each.read_only]
            if mounts and user not in _ROOT:
                paths = " and ".join(each.path for each in mounts)
                message = (
                    f'"{container.name}" runs as {user} and cannot write to {paths}: ECS gives it to root'
                )
                declared = f"VOLUME {mounts[0].path}"
                hint = (
                    f"give it to {user} in the image and declare it there ({declared}), then ignore this note"
                )
                yield Problem(ID, mounts[0].at, message, hint, SEVERITY)
