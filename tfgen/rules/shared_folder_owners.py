"""One folder of a file system that services use as different users."""

from collections.abc import Iterator

from tfgen.blueprint.model import AccessPoint, Blueprint
from tfgen.problems import Problem

ID = "TG762"
SEVERITY = "warning"
TITLE = "Services use a folder of a file system as one user"
WHY = (
    "EFS creates the folder for the first service that mounts it, and gives it to that service's user. "
    "Other users can neither read nor write there: the mode of the folder is 0750. The folder / belongs to "
    "root in every file system, and no other user can write there."
)
SOURCE = "https://docs.aws.amazon.com/efs/latest/ug/enforce-root-directory-access-point.html"
BAD = """\
file_systems:
  shared: {}
services:
  web:
    volumes:
      uploads: {path: /uploads, efs: shared}
  thumbnails:
    volumes:
      uploads: {path: /uploads, efs: shared, user: 33}
"""
GOOD = """\
file_systems:
  shared: {}
services:
  web:
    volumes:
      uploads: {path: /uploads, efs: shared, user: 33}
  thumbnails:
    volumes:
      uploads: {path: /uploads, efs: shared, user: 33}
"""
_TWO = "file_systems: {shared: {}, other: {}}\n"
FAILS = (
    _TWO + "services: {a: {volumes: {a: {path: /a, efs: shared, root: /x, user: '1000:33'}}}, "
    "b: {volumes: {b: {path: /b, efs: shared, root: /x}}, calls: []}, "
    "c: {volumes: {c: {path: /c, efs: other}}}}",
    _TWO + "services: {a: {volumes: {a: {path: /a, efs: shared, root: /}}}, "
    "c: {volumes: {c: {path: /c, efs: other}}}}",
)
PASSES = (
    _TWO + "services: {a: {volumes: {a: {path: /a, efs: shared}}}, "
    "c: {volumes: {a: {path: /c, efs: other, user: 33}}}}",
    _TWO + "services: {a: {volumes: {a: {path: /a, efs: shared, root: /, user: 0}}}, "
    "c: {volumes: {a: {path: /c, efs: other, user: 33, root: /b}}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    first: dict[tuple[str, str], AccessPoint] = {}
    for task in blueprint.tasks:
        for point in task.access_points:
            if point.root == "/":
                if point.user:
                    message = f"the folder / belongs to root, and user {point.user} cannot write there"
                    yield Problem(ID, point.at, message, "write another root, or user: 0", SEVERITY)
                continue
            other = first.setdefault((point.file_system, point.root), point)
            if point.owner != other.owner:
                message = (
                    f"{point.root} is used as {point.owner} here and as {other.owner} on line {other.at.line}"
                )
                hint = "write the same user for both, or another root for one of them"
                yield Problem(ID, point.at, message, hint, SEVERITY)
