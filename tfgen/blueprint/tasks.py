"""What services and jobs have alike: containers, roles, security groups, task definitions."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tfgen.blueprint import (
    access,
    callees,
    containers,
    existing,
    names,
    peers,
    permissions,
    ports,
    renames,
    security,
    volumes,
)
from tfgen.blueprint.model import Call, Container, Image, Input, Network, SecurityRule, Variable
from tfgen.blueprint.references import References
from tfgen.hcl.text import Ref, VariableRef
from tfgen.problems import Locate, Location, SpecPath
from tfgen.spec.containers import containers_of
from tfgen.spec.model import Connect, Service, Spec


class Context(NamedTuple):
    """What tasks are built from besides their own section of the spec."""

    spec: Spec
    partition: str
    network: Network
    images: dict[SpecPath, Image]
    calls: tuple[Call, ...]
    references: References
    at: Locate


class Parts(NamedTuple):
    """The parts of a task, and what else is built from them."""

    fields: dict[str, Any]
    """The fields of `blueprint.model.Task`, but for those that services and jobs have each in their way."""
    roles: existing.ServiceRoles
    security_rules: tuple[SecurityRule, ...]
    reached: str
    """Where its tasks may go besides what it calls, in one text."""


def build(key: str, context: Context) -> Parts:
    spec, task = context.spec, context.spec.task(key)
    aws_name = renames.in_aws(key, spec)
    own = containers.build(key, _container_context(key, context))
    roles = _build_roles(key, own, context)
    egress = security.egress(
        key, spec, images_of(key, context), context.network, context.calls, context.references
    )
    rules = (*security.ingress(key, spec, context.calls, context.references), *egress.rules)
    fields = {
        "key": key,
        "label": names.label(key),
        "file": names.service_file(key),
        "aws_name": aws_name,
        "family": f"{spec.name}-{aws_name}",
        "cluster": existing.cluster_of_services(spec),
        "inputs": (*_image_inputs(key, context), *existing.role_inputs(key, task)),
        "cpu": task.cpu,
        "memory": task.memory or 0,
        "size_at": _size_at((task.section, key), context.at),
        "architecture": task.architecture.upper(),
        "containers": own,
        **_parts_of_storage(key, context),
        "region": spec.region,
        "log_group": f"/ecs/{spec.name}/{aws_name}",
        "log_retention": task.logs.retention or spec.logs.retention,
        "log_keys": context.references.key(spec.logs.kms_key),
        "execution_role": roles.execution,
        "task_role": roles.task,
        "execution_role_arn": roles.execution_arn,
        "task_role_arn": roles.task_arn,
        "given_roles": roles.given,
        "security_group_name": names.security_group(spec.name, aws_name),
        "security_group_description": f"Tasks of {aws_name}",
        "security_rules": rules,
        "public_ip": (True,) if spec.network.way_out.public_tasks else (),
        "exec": (True,) if task.exec else (),
        "calls": callee_keys(key, context),
        "outside": tuple(callees.build(key, task, context.references)),
        "uses": permissions.uses(key, task, spec),
        "egress": tuple(
            each.egress for each in peers.egress_entries(task, context.references, ipv6=spec.network.ipv6)
        ),
        "at": context.at((task.section, key)),
    }
    return Parts(fields, roles, rules, egress.reached)


def _build_roles(key: str, own: tuple[Container, ...], context: Context) -> existing.ServiceRoles:
    spec, referred = context.spec, context.references
    execution = access.execution_role(key, spec, own, context.partition, referred)
    return existing.build_roles(
        key, spec, execution, access.task_role(key, spec, context.partition, referred), context.at
    )


def _parts_of_storage(key: str, context: Context) -> dict[str, Any]:
    """What tasks have besides the files of their images."""
    size = context.spec.task(key).storage
    return {
        "storage": () if size is None else (size,),
        "volumes": volumes.build(key, context.spec, context.references, context.at),
        "access_points": tuple(volumes.access_points(key, context.spec, context.at)),
    }


def images_of(key: str, context: Context) -> tuple[Image, ...]:
    """Those of all containers of a task."""
    own = containers_of(key, context.spec.task(key))
    return tuple(context.images[container.path] for container in own)


def _container_context(key: str, context: Context) -> containers.TaskContext:
    return containers.TaskContext(
        context.spec, context.images, context.references, _callee_addresses(key, context), context.at
    )


def _image_inputs(key: str, context: Context) -> Iterator[Input]:
    for container in containers_of(key, context.spec.task(key)):
        label, image = containers.image_variable(key, container), context.images[container.path]
        of = " in ".join((*container.words, key))
        variable = Variable(label=label, type=Ref("string"), description=f"Image of {of}.")
        yield Input(
            variable=variable, value=next(iter((*image.own, *image.cached, *image.given)), VariableRef(label))
        )


def _size_at(path: SpecPath, at: Locate) -> Location:
    """Where the spec gives the memory, or else the CPU units."""
    memory = at((*path, "memory"))
    return memory if memory != at(path) else at((*path, "cpu"))


# --- what they call


def callee_keys(key: str, context: Context) -> tuple[str, ...]:
    return tuple(sorted([call.callee for call in context.calls if call.caller == key]))


def _callee_addresses(key: str, context: Context) -> tuple[str, ...]:
    # By their names in AWS: one that is renamed starts no tasks of its callers.
    if key in context.spec.jobs:
        return ()
    callees = sorted(callee_keys(key, context), key=lambda callee: renames.in_aws(callee, context.spec))
    called = (context.spec.services[callee] for callee in callees)
    addresses = [address(each, service) for service in called for each in ports.names_by_port(service)]
    return (" ".join(addresses),) if addresses else ()


def address(connect: Connect, service: Service) -> str:
    """Where callers reach a port."""
    protocol = service.ports[connect.port].protocol if isinstance(connect.port, str) else ""
    return ports.address(protocol, connect.name, connect.alias_port or 0)
