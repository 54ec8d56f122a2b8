"""The containers of a task, as a spec describes them: the application first, then its sidecars."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.problems import SpecPath
from tfgen.spec.model import ContainerKeys, Spec, TaskKeys


class SaidContainer(NamedTuple):
    """A container where the spec describes it; `words` end the names of what belongs to it."""

    path: SpecPath
    said: ContainerKeys
    words: tuple[str, ...] = ()


def containers_of(key: str, task: TaskKeys) -> Iterator[SaidContainer]:
    """Those of a service or a job."""
    path = (task.section, key)
    yield SaidContainer(path, task)
    for name, sidecar in sorted(task.containers.items()):
        yield SaidContainer((*path, "containers", name), sidecar, (name,))


def said_conditions(said: ContainerKeys) -> dict[str, str]:
    """What a container waits for as the spec says it, by the names of others."""
    waits = said.depends_on
    return dict.fromkeys(waits, "START") if isinstance(waits, list) else dict(waits)


def has_environment_files(task: TaskKeys) -> bool:
    return any(container.said.environment_files for container in containers_of("", task))


def containers_of_spec(spec: Spec) -> Iterator[SaidContainer]:
    for key, task in spec.tasks.items():
        yield from containers_of(key, task)
