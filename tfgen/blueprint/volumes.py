"""Volumes of tasks: folders that containers share, and folders of EFS file systems.

Connections to a file system are encrypted, and the task role says who mounts: both are always on, since an
access point needs them. Source: ECS/efs-volumes, and botocore, ecs EFSVolumeConfiguration.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tfgen import facts
from tfgen.blueprint import file_systems, names, renames
from tfgen.blueprint.model import AccessPoint, EfsVolume, Mount, Peer, Policy, Statement, Volume
from tfgen.blueprint.peer_words import CIDR, GROUP
from tfgen.blueprint.references import References, name_of_reference
from tfgen.hcl.printer import interpolation
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Problem, nearest_word, some_words
from tfgen.spec.containers import SaidContainer, containers_of
from tfgen.spec.model import Part, Spec, TaskKeys
from tfgen.spec.volumes import (
    USUAL_OWNER,
    SaidMount,
    SaidVolume,
    mounts_of,
    mounts_of_task,
    volumes_of,
)

NFS = 2049
_VOLUME_NAME = 255  # botocore, ecs Volume.name
_POLICY_NAME = 128  # botocore, iam PutRolePolicy


def mounts(key: str, container: SaidContainer, spec: Spec, at: Locate) -> tuple[Mount, ...]:
    """The folders of a container that are in volumes, by path."""
    own = next(iter(container.words), "") or renames.in_aws(key, spec)
    found = (
        Mount(
            volume=each.volume or _own_volume(each, own),
            path=each.path,
            read_only=each.read_only,
            is_own=each.volume is None,
            at=at(each.at),
        )
        for each in mounts_of(container, spec.task(key))
    )
    return tuple(sorted(found, key=lambda each: each.path))


def _own_volume(said: SaidMount, container: str) -> str:
    return names.fit("-".join((container, *names.slug(said.path).split("_"))), _VOLUME_NAME)


def build(key: str, spec: Spec, references: References, at: Locate) -> tuple[Volume, ...]:
    """The volumes of a task, by name."""
    task = spec.task(key)
    own = (
        Volume(name=each.volume, at=each.at)
        for container in containers_of(key, task)
        for each in mounts(key, container, spec, at)
        if each.is_own
    )
    said = (
        Volume(
            name=each.name,
            efs=_efs(each, spec, references) if each.said.efs is not None else (),
            at_launch=() if each.said.ebs is None else (True,),
            at=at(each.path),
        )
        for each in volumes_of(key, task)
    )
    return tuple(sorted((*own, *said), key=lambda each: each.name))


def _efs(volume: SaidVolume, spec: Spec, references: References) -> tuple[EfsVolume, ...]:
    said = volume.said
    if own := volume.own_file_system(spec):
        point = names.ref("aws_efs_access_point.{}.id", _label(volume, spec))
        return (EfsVolume(file_system=file_systems.id_of(own), roots=(), access_points=(point,)),)
    points = () if said.access_point is None else (_value(said.access_point, references),)
    roots = () if said.root in (None, "/") else (said.root,)
    return (EfsVolume(file_system=_given(volume, references), roots=roots, access_points=points),)


def _given(volume: SaidVolume, references: References) -> Ref | str:
    """The ID of a file system that exists."""
    return _value(volume.said.efs or "", references)


def _value(said: str | Part, references: References) -> Ref | str:
    return references.value(said) if isinstance(said, Part) else said


def _label(volume: SaidVolume, spec: Spec, *first: str) -> Label:
    """A name for what a service has of one folder: another folder is another thing, so that the old one goes
    only when no task has it any more."""
    return names.label(volume.key, *first, *_words(volume, spec))


def _words(volume: SaidVolume, spec: Spec) -> tuple[str, ...]:
    said = volume.said
    if own := volume.own_file_system(spec):
        folder = () if volume.root == "/" else (names.slug(volume.root),)
        owner = () if volume.owner == USUAL_OWNER else ("user", *map(str, dict.fromkeys(volume.owner)))
        return (own, *folder, *owner)
    return tuple(_word(each) for each in (said.efs, said.access_point) if each is not None)


def _word(said: str | Part) -> str:
    return said if isinstance(said, str) else name_of_reference(said).removesuffix("_id")


# --- what a task role and security groups allow


def access_points(key: str, spec: Spec, at: Locate) -> Iterator[AccessPoint]:
    """One for each folder in a file system of the stack's own."""
    for volume in volumes_of(key, spec.task(key)):
        if own := volume.own_file_system(spec):
            user, group = volume.owner
            yield AccessPoint(
                label=_label(volume, spec),
                name=f"{spec.name}-{renames.in_aws(key, spec)}-{volume.name}",
                file_system=file_systems.id_of(own),
                root=volume.root,
                user=user,
                group=group,
                at=at(volume.path),
            )


def policies(key: str, spec: Spec, references: References) -> Iterator[Policy]:
    """The inline policies of the task role, one for each folder of a file system."""
    task = spec.task(key)
    alike: dict[Label, list[SaidVolume]] = {}  # several folders of a file system without an access point
    for volume in volumes_of(key, task):
        if volume.said.efs is not None:
            alike.setdefault(_label(volume, spec, "mount"), []).append(volume)
    written = {each.volume for each in mounts_of_task(key, task) if not each.read_only}
    for label, (volume, *others) in alike.items():
        name = names.label("mount", *_words(volume, spec)).replace("_", "-")
        writes = any(each.name in written for each in (volume, *others))
        statement = _statement(volume, spec, references, writes=writes)
        yield Policy(label=label, name=names.fit(name, _POLICY_NAME), statements=(statement,))


def _statement(volume: SaidVolume, spec: Spec, references: References, *, writes: bool) -> Statement:
    mount, write = "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"
    if volume.own_file_system(spec):
        label = _label(volume, spec)
        resource: Ref | str = names.ref("aws_efs_access_point.{}.file_system_arn", label)
        point: Ref | str | None = names.ref("aws_efs_access_point.{}.arn", label)
    else:
        said = volume.said.access_point
        resource = _arn("file-system", _given(volume, references), spec)
        point = None if said is None else _arn("access-point", _value(said, references), spec)
    return Statement(
        sid="Mount",
        actions=(mount, write) if writes else mount,
        resources=resource,
        conditions=(_condition(point),),
    )


def _condition(access_point: Ref | str | None) -> Mapping[str, Any]:
    """Source: EFS/iam-access-control-nfs-efs. The account in an ARN may be a wildcard."""
    if access_point is None:
        return {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    operator = "StringLike" if "*" in access_point else "StringEquals"
    return {operator: {"elasticfilesystem:AccessPointArn": access_point}}


def _arn(kind: str, id_: Ref | str, spec: Spec) -> Ref | str:
    region = facts.regions().get(spec.region)
    partition = region.partition if region else "aws"
    beginning = f"arn:{partition}:elasticfilesystem:{spec.region}:{spec.account or '*'}:{kind}/"
    return interpolation((beginning, id_)) if isinstance(id_, Ref) else f"{beginning}{id_}"


class MountTargets(NamedTuple):
    """What tasks connect to in order to mount: `to` ends the label of the rule that allows it."""

    to: str
    description: str
    peer: Peer


def mount_targets(key: str, spec: Spec, cidr: str, references: References) -> Iterator[MountTargets]:
    """Those of the file systems of a task, each once; `cidr` is the range of the VPC."""
    found = (
        _mount_targets(volume, spec, cidr, references)
        for volume in volumes_of(key, spec.task(key))
        if volume.said.efs is not None
    )
    yield from sorted({each.peer.value: each for each in found}.values(), key=lambda each: each.to)


def _mount_targets(volume: SaidVolume, spec: Spec, cidr: str, references: References) -> MountTargets:
    if own := volume.own_file_system(spec):
        peer = Peer(argument=GROUP, value=file_systems.group_of(own))
        return MountTargets(f"file-system-{own}", f"The file system {own}", peer)
    if (group := volume.said.security_group) is not None:
        peer = Peer(argument=GROUP, value=_value(group, references))
        return MountTargets(f"file-systems-{_word(group)}", "File systems", peer)
    return MountTargets("file-systems", "File systems in the VPC", Peer(argument=CIDR, value=cidr))


def own_file_systems(key: str, spec: Spec) -> frozenset[str]:
    """The names of the stack's file systems that a service mounts."""
    found = (each.own_file_system(spec) for each in volumes_of(key, spec.task(key)))
    return frozenset(filter(None, found))


# --- what is wrong with them


def problems(key: str, task: TaskKeys, spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with the volumes of a task."""
    for container in containers_of(key, task):
        yield from _mount_problems(container, task, at)
    for volume in volumes_of(key, task):
        yield from _key_problems(volume, spec, at)
        yield from _name_problems(volume, spec, at)
    yield from _unmounted(key, task, at)
    yield from _same_folders(key, task, spec, at)


def _mount_problems(container: SaidContainer, task: TaskKeys, at: Locate) -> Iterator[Problem]:
    """Volumes that the service does not have, and folders that two are mounted at."""
    first: dict[str, SaidMount] = {}
    for mount in mounts_of(container, task):
        if mount.volume is not None and mount.volume not in task.volumes:
            near = nearest_word(mount.volume, task.volumes, 0.6)
            known = some_words(sorted(task.volumes))
            hint = f"add {mount.volume} to volumes of the task, or write its folder alone"
            if known:
                hint = f"did you mean {near}?" if near else f"write one of {known}"
            message = f'the service has no volume "{mount.volume}"'
            yield Problem("TG751", at((*mount.at, "volume")), message, hint)
        other = first.setdefault(mount.path, mount)
        if other is not mount:
            message = f'"{mount.path}" is listed twice'
            if mount.volume or other.volume:
                message = f'two volumes are mounted at "{mount.path}" (line {at(other.at).line})'
            hint = "remove one of them" if message.endswith("twice") else "mount one of them at another path"
            yield Problem("TG614", at(mount.at), message, hint)


def _key_problems(volume: SaidVolume, spec: Spec, at: Locate) -> Iterator[Problem]:
    said = volume.said
    of_efs = ("access_point", "root", "user", "security_group")
    if said.ebs is not None:
        yield from _without_effect(volume, ("efs", *of_efs), "an EBS volume", at)
    elif said.efs is None:
        yield from _without_effect(volume, of_efs, "an empty volume", at)
    elif not volume.is_known(spec):
        near = nearest_word(str(said.efs), spec.file_systems, 0.6)
        hint = f"add {said.efs} to file_systems at the top of the spec, or write the ID of one that exists"
        if near:
            hint = f"did you mean {near}?"
        elif str(said.efs).startswith("fs-"):
            hint = "write the whole ID: fs- and 8 or 17 hexadecimal digits"
        where = at((*volume.path, "efs"))
        yield Problem("TG753", where, f'unknown file system "{said.efs}"', hint)
    elif volume.own_file_system(spec):
        noun = "a volume in a file system of the stack"
        yield from _without_effect(volume, ("access_point", "security_group"), noun, at)
    else:
        noun = "a volume in a file system that exists"
        yield from _without_effect(volume, ("user",), noun, at)
        if said.access_point is not None and said.root not in (None, "/"):
            where = at((*volume.path, "root"))
            message = "an access point has a folder of its own, and ECS allows no other"
            yield Problem("TG754", where, message, "remove root, or remove access_point")


def _without_effect(volume: SaidVolume, keys: tuple[str, ...], noun: str, at: Locate) -> Iterator[Problem]:
    for key in keys:
        if getattr(volume.said, key) is not None:
            is_empty = volume.said.efs is None and volume.said.ebs is None
            hint = f"add efs, or remove {key}" if is_empty else f"remove {key}"
            yield Problem("TG752", at((*volume.path, key)), f"{noun} has no {key}", hint)


def _name_problems(volume: SaidVolume, spec: Spec, at: Locate) -> Iterator[Problem]:
    """A name that the empty volume of a folder in `mounts` has already."""
    task = spec.task(volume.key)
    for container in containers_of(volume.key, task):
        for each in mounts(volume.key, container, spec, at):
            if each.is_own and each.volume == volume.name:
                message = f'the empty volume at "{each.path}" is called "{volume.name}", too'
                yield Problem("TG755", at(volume.path), message, "give the volume another name")


def _unmounted(key: str, task: TaskKeys, at: Locate) -> Iterator[Problem]:
    known = {each.volume for each in mounts_of_task(key, task)}
    for name in task.volumes:
        if name not in known:
            message = f'no container mounts the volume "{name}"'
            hint = (
                f"add path: /{name} for the application, "
                f"or mounts: [{{volume: {name}, path: /{name}}}] to a container"
            )
            yield Problem("TG750", at((task.section, key, "volumes", name)), message, hint)


def _same_folders(key: str, task: TaskKeys, spec: Spec, at: Locate) -> Iterator[Problem]:
    """Two volumes of the same folder: one can be mounted at several paths."""
    first: dict[tuple[Label, str], SaidVolume] = {}
    for volume in sorted(volumes_of(key, task), key=lambda each: list(task.volumes).index(each.name)):
        if volume.said.efs is None or volume.said.ebs is not None:
            continue
        root = "" if volume.own_file_system(spec) else volume.said.root or "/"
        other = first.setdefault((_label(volume, spec), root), volume)
        if other is not volume:
            message = f'the volume "{other.name}" (line {at(other.path).line}) is the same folder'
            hint = f"remove this one, and add mounts: [{{volume: {other.name}, path: PATH}}] for its path"
            yield Problem("TG756", at(volume.path), message, hint)
