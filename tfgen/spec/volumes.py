"""Where the containers of a task have folders besides those of their images."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tfgen.problems import SpecPath
from tfgen.spec.containers import SaidContainer, containers_of
from tfgen.spec.model import ContainerPath, Ebs, Mount, Part, Spec, TaskKeys, Volume

USUAL_OWNER = 1000, 1000
"""Who owns the folders of file systems, by the numbers of user and group."""


class SaidMount(NamedTuple):
    """A folder of a container where the spec has it; without `volume`, in an empty one of its own."""

    container: SaidContainer
    at: SpecPath
    path: ContainerPath
    volume: str | None = None
    read_only: bool = False


def mounts_of(container: SaidContainer, task: TaskKeys) -> Iterator[SaidMount]:
    """Those that the volumes of the service say, then the container's own, in the spec's order."""
    if container.said is task:
        for name, volume in task.volumes.items():
            if volume.path is not None:
                at = (*container.path, "volumes", name, "path")
                yield SaidMount(container, at, volume.path, name, volume.read_only)
    for index, said in enumerate(container.said.mounts):
        at = (*container.path, "mounts", index)
        if isinstance(said, Mount):
            volume = task.volumes.get(said.volume, Volume())
            yield SaidMount(container, at, said.path, said.volume, said.read_only or volume.read_only)
        else:
            yield SaidMount(container, at, said)


def mounts_of_task(key: str, task: TaskKeys) -> Iterator[SaidMount]:
    for container in containers_of(key, task):
        yield from mounts_of(container, task)


class SaidVolume(NamedTuple):
    """A volume of a service or a job where the spec has it."""

    section: str
    key: str
    name: str
    said: Volume

    @property
    def path(self) -> SpecPath:
        return (self.section, self.key, "volumes", self.name)

    @property
    def root(self) -> str:
        """Its folder in a file system of the stack's own."""
        return self.said.root or f"/{self.name}"

    @property
    def owner(self) -> tuple[int, int]:
        """The numbers of the user and of the group that own it there."""
        if self.said.user is None:
            return USUAL_OWNER
        user, _, group = str(self.said.user).partition(":")
        return int(user), int(group or user)

    def own_file_system(self, spec: Spec) -> str:
        """The name of the stack's file system that it is in, or nothing."""
        efs = self.said.efs
        return efs if isinstance(efs, str) and efs in spec.file_systems else ""

    def is_known(self, spec: Spec) -> bool:
        """Whether the file system is one of the stack's, an ID or a reference."""
        efs = self.said.efs
        if efs is None or isinstance(efs, Part) or efs in spec.file_systems:
            return True
        return re.fullmatch(r"fs-[0-9a-f]{8,40}", efs) is not None


def volumes_of(key: str, task: TaskKeys) -> Iterator[SaidVolume]:
    """Its volumes, by name."""
    for name, said in sorted(task.volumes.items()):
        yield SaidVolume(task.section, key, name, said)


def ebs_of(key: str, task: TaskKeys) -> list[tuple[SaidVolume, Ebs]]:
    """Its EBS volumes: at most one, where nothing is wrong."""
    return [(each, each.said.ebs) for each in volumes_of(key, task) if each.said.ebs is not None]
