"""EBS volumes: one for each task of a service, which ECS creates when the task starts and deletes with it.

They are always encrypted. Source: ECS/ebs-volumes, ECS/configure-ebs-volume and ECS/ebs-kms-encryption.
"""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint import infrastructure, names, renames
from tfgen.blueprint.model import Attachment, EbsVolume, Policy, Role, Statement
from tfgen.blueprint.references import References
from tfgen.facts import EbsType
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.model import Ebs, Part, Spec, TaskKeys
from tfgen.spec.volumes import SaidVolume, ebs_of

_POLICY = "arn:{}:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes"


def build(key: str, spec: Spec, references: References, at: Locate) -> Iterator[EbsVolume]:
    """That of each task of a service, if they have one."""
    for volume, said in ebs_of(key, spec.services[key]):
        yield EbsVolume(
            name=volume.name,
            role=names.ref("aws_iam_role.{}.arn", _label(key)),
            volume_type=said.type,
            file_system_type=said.file_system_type,
            sizes=() if said.size is None else (said.size,),
            iops=() if said.iops is None else (said.iops,),
            throughputs=() if said.throughput is None else (said.throughput,),
            kms_keys=_values(said.kms_key, references),
            snapshots=_values(said.snapshot, references),
            at=at((*volume.path, "ebs")),
        )


def _label(key: str) -> Label:
    return names.label(key, "volumes")


def _values(said: str | Part | None, references: References) -> tuple[Ref | str, ...]:
    if said is None:
        return ()
    return (references.value(said) if isinstance(said, Part) else said,)


# --- IAM


def roles(key: str, spec: Spec, partition: str, references: References) -> Iterator[Role]:
    """With which ECS creates, attaches and deletes the volumes; the service depends on what it may do."""
    for _, said in ebs_of(key, spec.services[key]):
        label = _label(key)
        statements = tuple(_key_statements(said, references))
        yield Role(
            label=label,
            name=names.role(spec.name, renames.in_aws(key, spec), "volumes", spec.region),
            policies=(Policy(label=label, name="encrypt-volumes", statements=statements),)
            if statements
            else (),
            attachments=(Attachment(label=label, arn=_POLICY.format(partition)),),
            trust=infrastructure.TRUST,
        )


def _key_statements(said: Ebs, references: References) -> Iterator[Statement]:
    """What EBS asks of a key of the user's own, on behalf of ECS; a snapshot is encrypted anew."""
    for key in _values(said.kms_key, references):
        again = ("kms:ReEncryptFrom", "kms:ReEncryptTo") if said.snapshot is not None else ()
        of_volumes = {"ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:ebs:id"}}
        grants = {"Bool": {"kms:GrantIsForAWSResource": "true"}, **of_volumes}
        yield Statement(sid="FindKey", actions="kms:DescribeKey", resources=key)
        yield Statement(
            sid="Encrypt",
            actions=("kms:GenerateDataKey*", *again) if again else "kms:GenerateDataKey*",
            resources=key,
            conditions=(of_volumes,),
        )
        yield Statement(sid="LetEbsUseKey", actions="kms:CreateGrant", resources=key, conditions=(grants,))


# --- what is wrong with them


def problems(key: str, task: TaskKeys, spec: Spec, at: Locate) -> Iterator[Problem]:
    first: SaidVolume | None = None
    in_order = sorted(ebs_of(key, task), key=lambda each: list(task.volumes).index(each[0].name))
    for volume, said in in_order:
        path = (*volume.path, "ebs")
        if task.section == "jobs":
            message = f'"{key}" is a job, and only services have EBS volumes: no schedule can configure one'
            hint = "write storage: 200 for up to 200 GiB of ephemeral storage, or efs for files that last"
            yield Problem("TG758", at(path), message, hint)
            continue
        if first:
            message = (
                f'a task has at most one EBS volume, and "{first.name}" is one (line {at(first.path).line})'
            )
            hint = "remove one of them; storage: 200 is up to 200 GiB of ephemeral storage besides"
            yield Problem("TG757", at(path), message, hint)
        first = first or volume
        yield from _value_problems(said, path, at)
        yield from _region_problems(said, spec, path, at)


def _value_problems(said: Ebs, path: SpecPath, at: Locate) -> Iterator[Problem]:
    """What a volume of its type cannot have."""
    type_ = facts.ebs_types()[said.type]
    if said.size is None and said.snapshot is None:
        yield Problem(
            "TG759", at(path), "an EBS volume needs a size or a snapshot", "add size: 100 for 100 GiB"
        )
    for name, range_ in (("size", type_.gib), ("iops", type_.iops), ("throughput", type_.throughput)):
        value, where = getattr(said, name), at((*path, name))
        if value is None:
            if name == "iops" and type_.needs_iops:
                message = f"a volume of the type {said.type} needs iops"
                yield Problem("TG759", at(path), message, f"add iops, from {_words(type_.iops)}")
        elif range_ is None:
            others = names.listed(_types_with(name)).replace(" and ", " or ")
            message = f"a volume of the type {said.type} has no {name} of its own"
            yield Problem("TG759", where, message, f"remove {name}, or write type: {others}")
        elif not range_[0] <= value <= range_[1]:
            unit = {"size": "a size in GiB", "iops": "iops", "throughput": "a throughput in MiB/s"}[name]
            message = f"a volume of the type {said.type} has {unit} from {_words(range_)}, not {value}"
            yield Problem("TG759", where, message, f"write {name}: {min(max(value, range_[0]), range_[1])}")
    yield from _ratio_problems(said, type_, path, at)


def _words(range_: tuple[int, int] | None) -> str:
    return " to ".join(map(str, range_ or ()))


def _types_with(name: str) -> list[str]:
    return [word for word, each in facts.ebs_types().items() if getattr(each, name)]


def _ratio_problems(said: Ebs, type_: EbsType, path: SpecPath, at: Locate) -> Iterator[Problem]:
    """More IOPS than the size allows, and more throughput than the IOPS allow."""
    if not type_.iops:
        return
    iops = said.iops or type_.iops[0]
    if said.size and iops > (most := max(type_.iops[0], said.size * type_.iops_per_gib)):
        message = f"a volume of the type {said.type} with {said.size} GiB has at most {most} IOPS, not {iops}"
        size = -(-iops // type_.iops_per_gib)
        yield Problem("TG759", at((*path, "iops")), message, f"write iops: {most}, or size: {size}")
    needed = (said.throughput or 0) * facts.ebs_iops_per_throughput()
    if type_.throughput and needed > iops:
        message = f"{said.throughput} MiB/s need {needed} IOPS, and the volume has {iops}"
        hint = f"write iops: {needed}, or throughput: {iops // facts.ebs_iops_per_throughput()}"
        yield Problem("TG759", at((*path, "throughput")), message, hint)


def _region_problems(said: Ebs, spec: Spec, path: SpecPath, at: Locate) -> Iterator[Problem]:
    """EBS would find out when a task starts, and the apply would succeed."""
    if isinstance(said.kms_key, str) and (region := said.kms_key.split(":")[3]) != spec.region:
        message = f"the key is in {region}, and the volumes are in {spec.region}"
        yield Problem("TG765", at((*path, "kms_key")), message, f"give a key in {spec.region}")
