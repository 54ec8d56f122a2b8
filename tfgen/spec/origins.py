"""Where a service or a job has a value from."""

from tfgen.problems import Locate, SpecPath

DEFAULTS = "defaults"
"""The key of what services and jobs have in common."""
_INHERITING = ("services", "jobs")


def is_inherited(path: SpecPath, at: Locate) -> bool:
    """Whether a service or a job has a value from `defaults`: it has the place of one there."""
    if not path or path[0] not in _INHERITING or at(path).path != path:
        return False
    origin = (DEFAULTS, *path[2:])
    return at(origin).path == origin and at(origin)._replace(path=()) == at(path)._replace(path=())
