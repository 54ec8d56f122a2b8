"""What services and jobs call outside the stack, for people and proofs, and what is wrong with it.

The rules of security groups are in `blueprint.security`.
"""

from collections.abc import Iterator

from tfgen.blueprint import names, peers
from tfgen.blueprint.addressing import range_problems
from tfgen.blueprint.model import TCP, Callee
from tfgen.blueprint.references import References
from tfgen.problems import Locate, Location, Problem
from tfgen.spec.model import Callee as CalleeSpec
from tfgen.spec.model import Spec, TaskKeys


def build(key: str, task: TaskKeys, references: References) -> Iterator[Callee]:
    """What a task calls, each with its first place in the spec."""
    for said, entry in peers.called_entries(task, references):
        yield Callee(
            host=said.host or "",
            name=_name(said),
            label=names.slug(_name(said)),
            port=_port(said),
            egress=entry.egress,
            path=(task.section, key, "calls", task.calls.index(said)),
        )


def address(said: CalleeSpec) -> str:
    """HOST:PORT, or what has the address."""
    return f"{_name(said)}:{_port(said)}"


def _name(said: CalleeSpec) -> str:
    peer = said.security_group or said.cidr
    return said.host or (peers.text_of(peer) if peer else "")


def _port(said: CalleeSpec) -> str:
    return str(said.port) if said.protocol == TCP else f"{said.port}/{said.protocol}"


# --- what is wrong with them


def problems(key: str, task: TaskKeys, spec: Spec, at: Locate) -> Iterator[Problem]:
    """What is wrong with the calls of a task to what is outside the stack."""
    for index, each in enumerate(task.calls):
        if not isinstance(each, str):
            yield from _callee_problems(each, spec, at((task.section, key, "calls", index)), at)


def _callee_problems(said: CalleeSpec, spec: Spec, where: Location, at: Locate) -> Iterator[Problem]:
    if (said.security_group is None) == (said.cidr is None):
        message = (
            "this call has a security_group and a cidr"
            if said.cidr
            else "this call names neither a security group nor a range"
        )
        hint = "write one of security_group and cidr: where the tasks may connect to"
        yield Problem("TG735", where, message, hint)
    if isinstance(said.cidr, str):
        yield from range_problems(said.cidr, at((*where.path, "cidr")))
    if own := _own_service(said, spec):
        message = f'"{said.host}" is the service "{own}" of this stack'
        yield Problem("TG736", at((*where.path, "host")), message, f"write {own} in place of this entry")


def _own_service(said: CalleeSpec, spec: Spec) -> str:
    """The service of the stack that a host is a name of, if it is one."""
    for key, service in spec.services.items():
        own = {each.name for each in service.connects}
        if service.dns and spec.dns:
            own.add(f"{service.dns.name}.{spec.dns.zone}")
        if said.host in own:
            return key
    return ""
