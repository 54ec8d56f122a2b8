"""Services and jobs that had another name: the resources in AWS stay, and Terraform learns their new
addresses.

Most names in AWS cannot change: with another name, a role, a security group, a log group, a task
definition family, an ECS service or a target group is another resource. A renamed service therefore keeps
its names in AWS, and only its file, its Terraform labels and its variable are new.

A name can be reused: `webapp` that was [webapp, frontend] has its own name in AWS, and Terraform moves it
only from `frontend`.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tfgen.blueprint import names
from tfgen.blueprint.model import Rename
from tfgen.hcl.text import Comment
from tfgen.problems import Locate, Problem
from tfgen.spec.model import Callee, Spec


def earlier(key: str, spec: Spec) -> tuple[str, ...]:
    """The names that a service had, the oldest first, including the current one if it had it before."""
    was = spec.task(key).was
    return (was,) if isinstance(was, str) else tuple(was)


def in_aws(key: str, spec: Spec) -> str:
    """The name of a service in AWS: the oldest that it had."""
    was = spec.task(key).was
    if not was:
        return key
    return was if isinstance(was, str) else was[0]


def _former_names(key: str, spec: Spec) -> tuple[str, ...]:
    """The names that a service no longer has: resources with them move."""
    return tuple(name for name in earlier(key, spec) if name != key)


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for key, task in spec.tasks.items():
        path = (task.section, key, "was")
        if earlier(key, spec)[-1:] == (key,):
            hint = "remove it, or write its previous name; of several, the latest comes last"
            yield Problem("TG244", at(path), f'"{key}" is its current name', hint)
            continue
        for name in earlier(key, spec):
            other = taken.get(name)
            if name != key and name in spec.tasks:
                section, noun = spec.task(name).section, spec.task(name).noun
                message = f'there is a {noun} "{name}" (line {at((section, name)).line}), which needs its '
                message += "names in AWS itself"
                hint = f'rename that {noun}, or remove this line so that "{key}" is a new {task.noun}'
            elif other:
                line = at((spec.task(other).section, other, "was")).line
                message = f'"{other}" was "{name}" too (line {line}), and only '
                message += "one of them can keep the resources"
                hint = "remove one of the two"
            else:
                taken[name] = key
                continue
            yield Problem("TG244", at(path), message, hint)


def build(spec: Spec) -> tuple[Rename, ...]:
    """What was renamed, by name; services that were not have rules that carry the names of others."""
    if not any(task.was for task in spec.tasks.values()):
        return ()
    return tuple(_rename_of(key, spec) for key in sorted(spec.tasks))


def _rename_of(key: str, spec: Spec) -> Rename:
    labels = tuple(names.label(each) for each in (*_former_names(key, spec), key))
    return Rename(comment=_rename_comment(key, spec), labels=labels, stand_in=names.label(_stand_in(key)))


def _rename_comment(key: str, spec: Spec) -> Comment:
    was = _former_names(key, spec)
    if not was:
        return names.comment(f"{key}: its rules that name renamed services.")
    return names.comment(f"{key} was {names.listed(was)}; its names in AWS stay the same.")


def stand_ins(spec: Spec) -> Spec:
    """The spec with a name in place of each service's that is part of no other text.

    Where its label is in the address of a resource, the service's own label is there, and was.
    """
    return replace(
        spec,
        services={
            _stand_in(key): replace(service, calls=[_stand_in_call(each) for each in service.calls])
            for key, service in spec.services.items()
        },
        jobs={
            _stand_in(key): replace(job, calls=[_stand_in_call(each) for each in job.calls])
            for key, job in spec.jobs.items()
        },
    )


def _stand_in_call(callee: str | Callee) -> str | Callee:
    return _stand_in(callee) if isinstance(callee, str) else callee


def _stand_in(key: str) -> str:
    return f"service-{names.digest(key, 16)}"
