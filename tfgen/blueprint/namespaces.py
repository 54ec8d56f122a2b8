"""The Cloud Map namespaces of Service Connect names and of names in DNS.

They are the stack's own, or exist, and then services of other stacks have names in them, too.
"""

from collections.abc import Iterator

from tfgen.blueprint import existing, names, ports, renames
from tfgen.blueprint.model import ExistingNamespace, Namespace, Service
from tfgen.blueprint.references import in_root, needs_namespace, needs_zone
from tfgen.hcl.text import Ref, VariableRef
from tfgen.problems import Locate, Problem
from tfgen.spec.model import Callee, Connect, Job, Spec, TaskKeys

_DISCOVERY_NAME = 64  # botocore, ecs ServiceConnectService.discoveryName
_OWN = Ref("aws_service_discovery_http_namespace.main.arn")
_OWN_PRIVATE = Ref("aws_service_discovery_private_dns_namespace.main.id")


def build(spec: Spec, built: tuple[Service, ...]) -> tuple[Namespace, ...]:
    """The namespace of the stack's own, if a service needs one."""
    if spec.namespace is not None or not any(service.connect for service in built):
        return ()
    return (Namespace(name=spec.name, description=f"Service Connect names of {spec.name}"),)


def build_existing(spec: Spec) -> tuple[ExistingNamespace, ...]:
    """Those that exist and that a service needs."""
    found = []
    if spec.namespace is not None and needs_namespace(spec):
        found.append(ExistingNamespace(value=in_root(spec.namespace), zone=""))
    if spec.dns and spec.dns.namespace_id is not None and needs_zone(spec):
        found.append(ExistingNamespace(value=in_root(spec.dns.namespace_id), zone=spec.dns.zone))
    return tuple(found)


def arn(spec: Spec) -> Ref:
    """The ARN of the namespace of Service Connect names in the services module."""
    return _OWN if spec.namespace is None else VariableRef(existing.NAMESPACE_ARN)


def private_id(spec: Spec) -> Ref:
    """The ID of the namespace of names in DNS in the services module."""
    own = spec.dns is None or spec.dns.namespace_id is None
    return _OWN_PRIVATE if own else VariableRef(existing.NAMESPACE_ID)


def discovery_name(key: str, connect: Connect, spec: Spec) -> str:
    """What Cloud Map calls a port: unique in a namespace, and so with the stack's name where it is shared."""
    name = ports.name_in_connect(renames.in_aws(key, spec), connect.port)
    return name if spec.namespace is None else names.fit(f"{spec.name}-{name}", _DISCOVERY_NAME)


# --- what is wrong with them


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Names that only a shared namespace could resolve."""
    for key, task in spec.tasks.items():
        for index, each in enumerate(task.calls) if task.outside else ():
            if not isinstance(each, str) and _is_unresolved(each, task, spec):
                message = f'no task resolves "{each.host}": DNS resolves no name without a dot'
                hint = (
                    "write the full host name, or, for a Service Connect name of another stack, name the "
                    "namespace that both are in: namespace: ARN"
                )
                if isinstance(task, Job):
                    hint = "write the full host name: jobs have no Service Connect"
                where = at((task.section, key, "calls", index, "host"))
                yield Problem("TG737", where, message, hint, "warning")


def _is_unresolved(callee: Callee, task: TaskKeys, spec: Spec) -> bool:
    alone = bool(callee.host) and "." not in (callee.host or ".")
    return alone and (spec.namespace is None or isinstance(task, Job))
