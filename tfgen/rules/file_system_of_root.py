"""A file system that exists, mounted without an access point."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG763"
SEVERITY = "note"
TITLE = "A file system that exists is mounted through an access point"
WHY = (
    "Without an access point, a container reads and writes as the user that it runs as. Root has no rights "
    "of root there: the task role does not allow elasticfilesystem:ClientRootAccess, so that root can only "
    "do what everybody can. The folder must exist, too, or no task starts."
)
SOURCE = "https://docs.aws.amazon.com/efs/latest/ug/accessing-fs-nfs-permissions-per-user-subdirs.html"
BAD = """\
services:
  web:
    volumes:
      data: {path: /data, efs: fs-0a1b2c3d4e5f60718}
"""
GOOD = """\
services:
  web:
    volumes:
      data: {path: /data, efs: fs-0a1b2c3d4e5f60718, access_point: fsap-0a1b2c3d4e5f60718}
"""
FAILS = (
    "services: {web: {volumes: {data: {path: /data, efs: {input: files}, root: /data}}}}\n"
    "inputs: {files: The file system.}",
)
PASSES = ("file_systems: {shared: {}}\nservices: {web: {volumes: {data: {path: /data, efs: shared}}}}",)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for task in blueprint.tasks:
        for volume in task.volumes:
            for efs in volume.efs:
                if not efs.access_points:
                    message = "without an access point, root in a container has no rights of root over files"
                    hint = (
                        "add access_point: fsap-..., or ignore the rule if the containers run as the user "
                        "that owns the files"
                    )
                    yield Problem(ID, volume.at, message, hint, SEVERITY)
