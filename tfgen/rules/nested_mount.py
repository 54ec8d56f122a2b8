"""A volume that is mounted inside another one."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint, Container, Mount
from tfgen.problems import Problem

ID = "TG760"
SEVERITY = "note"
TITLE = "No volume is mounted inside another one"
WHY = (
    "Where one folder is inside the other, the inner one has to exist in the outer volume: in a file system "
    "it is created there, and in one that is only read it cannot be, so that no task starts. Files of the "
    "outer volume at that path are hidden."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html"
BAD = """\
services:
  web:
    mounts: [/srv, /srv/cache]
"""
GOOD = """\
services:
  web:
    mounts: [/srv/files, /srv/cache]
"""
FAILS = (
    "services: {web: {mounts: [/srv/cache], volumes: {data: /srv}}}",
    "services: {web: {volumes: {data: {efs: fs-0a1b2c3d, path: /srv/data}, cache: /srv}}}",
    "services: {web: {containers: {a: {image: nginx, mounts: [/b/c/d, /a, /b]}}}}",
)
PASSES = (
    "services: {web: {mounts: [/srv, /srv-cache]}}",
    "services: {web: {mounts: [/srv], containers: {a: {image: nginx, mounts: [/srv/cache]}}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        for mount in container.mounts:
            for outer in _around(mount, container):
                message = f'"{mount.path}" is inside "{outer.path}", where another volume is mounted'
                yield Problem(ID, mount.at, message, "mount one of them at a path beside the other", SEVERITY)


def _around(mount: Mount, container: Container) -> Iterator[Mount]:
    """The next volume around a mount, if there is one."""
    around = [each for each in container.mounts if mount.path.startswith(f"{each.path}/")]
    yield from around[-1:]  # they are in the order of their paths
