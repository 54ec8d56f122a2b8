"""EFS file systems of the stack's own, with their mount targets.

A policy of a file system that allows nothing leaves to IAM who mounts it, and refuses whoever does not
encrypt: EFS/iam-access-control-nfs-efs.
"""

from collections.abc import Iterator

from tfgen.blueprint import names
from tfgen.blueprint.model import FileSystem, Input, Output, Ready, Variable
from tfgen.blueprint.references import References
from tfgen.hcl.text import Comment, Label, Ref, ResourceRef, VariableRef
from tfgen.problems import Locate
from tfgen.spec import model as said
from tfgen.spec.model import Part, Spec

OWN_VARIABLES = frozenset({"vpc_id", "subnet_ids"})
"""The names of variables that their module has anyway."""
_DAY = "AFTER_1_DAY"


def build(spec: Spec, references: References, at: Locate) -> tuple[FileSystem, ...]:
    """The file systems, by name."""
    return tuple(
        _file_system(name, file_system, spec, references, at)
        for name, file_system in sorted(spec.file_systems.items())
    )


def _file_system(
    name: str, file_system: said.FileSystem, spec: Spec, references: References, at: Locate
) -> FileSystem:
    key, days = file_system.kms_key, file_system.infrequent
    return FileSystem(
        key=name,
        id=id_of(name),
        label=names.label(name),
        name=f"{spec.name}-{name}",
        kms_keys=() if key is None else (references.value(key) if isinstance(key, Part) else key,),
        transitions=() if days is None else (_DAY if days == 1 else f"AFTER_{days}_DAYS",),
        backups=("ENABLED",) if file_system.backup else (),
        kept=(True,) if file_system.keep else (),
        group_name=group_name(name, spec),
        group_description=f"Mount targets of the file system {name}",
        at=at(("file_systems", name)),
    )


def group_name(name: str, spec: Spec) -> str:
    """The name of the security group of its mount targets."""
    return names.security_group(spec.name, name, "file-system")


# --- between modules


def id_of(name: str) -> VariableRef:
    """The ID of a file system, as the services know it."""
    return VariableRef(names.label(name, "file_system_id"))


def group_of(name: str) -> VariableRef:
    """The security group of its mount targets, as the services know it."""
    return VariableRef(names.label(name, "file_system_security_group_id"))


def outputs(built: tuple[FileSystem, ...]) -> Iterator[Output]:
    for each in built:
        mounting = ("aws_efs_file_system_policy.{}", "aws_efs_mount_target.{}")
        ready = Ready(
            comment=Comment("Tasks that start before its mount targets exist cannot mount it."),
            depends_on=tuple(names.ref(text, each.label) for text in mounting),
        )
        yield Output(
            label=each.id.label,
            description=f"ID of the file system {each.key}.",
            value=names.ref("aws_efs_file_system.{}.id", each.label),
            ready=(ready,),
        )
        yield Output(
            label=group_of(each.key).label,
            description=f"ID of the security group of the mount targets of {each.key}.",
            value=ResourceRef("aws_security_group", each.label, ".id"),
        )


def own_variables(spec: Spec) -> Iterator[Label]:
    """The variables of the services for them."""
    for name in spec.file_systems:
        yield from (id_of(name).label, group_of(name).label)


def inputs(vpc_id: Input, subnets: Ref, given: tuple[Input, ...]) -> Iterator[Input]:
    """What their module needs; `subnets` are the IDs of those with tasks in the root."""
    yield vpc_id
    variable = Variable(
        label=Label("subnet_ids"),
        type=Ref("map(string)"),
        description="IDs of the subnets that run tasks, by zone letter.",
    )
    yield Input(variable=variable, value=subnets)
    yield from given
