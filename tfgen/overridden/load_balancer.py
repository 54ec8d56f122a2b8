"""Overrides of the load balancer, its listeners, their rules, and target groups."""

from typing import Any

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint.model import Header, Listener, ListenerRule, NamedCondition, Service, TargetGroup
from tfgen.hcl.text import Label
from tfgen.ip_ranges import parse_range
from tfgen.overridden.resource import (
    Blocks,
    Resource,
    Tree,
    flag_of,
    one_block,
    text_of,
    texts_of,
    whole_number,
)
from tfgen.overridden.working_blueprint import WorkingBlueprint, part_with_label, with_changed_part
from tfgen.problems import Location

_CONDITIONS = {
    "host_header": "hosts",
    "path_pattern": "paths",
    "http_request_method": "methods",
    "source_ip": "sources",
}
_NAMED = {"http_header": "headers", "query_string": "queries"}
"""The conditions that a route can have, and the field of a rule that has them; those that have a name too."""


def _load_balancer(working: WorkingBlueprint, found: Resource) -> None:
    own = working.balancer_of(found)
    if own is None:
        return
    fields: dict[str, Any] = {}
    if at := found.take_pending("idle_timeout"):
        seconds = whole_number(found.after.get("idle_timeout", 60))
        fields["idle_timeout"] = 60 if seconds is None else seconds
        working.move_location((*own.path, "idle_timeout"), at)
    if found.take_pending("minimum_load_balancer_capacity"):
        units = whole_number(one_block(found.after, "minimum_load_balancer_capacity").get("capacity_units"))
        fields["capacity"] = () if units is None else (units,)
    if found.take_pending("internal"):
        fields["internal"] = flag_of(found.after.get("internal"), False)
    address_type = found.after.get("ip_address_type")
    if address_type in (None, "ipv4", "dualstack", "dualstack-without-public-ipv4") and found.take_pending(
        "ip_address_type"
    ):
        fields["ip_address_type"] = address_type or "ipv4"
    working.change_balancer(own, **fields)


def _carry_listener(working: WorkingBlueprint, found: Resource) -> None:
    balancer = working.balancer_of(found)
    listener = part_with_label(balancer.listeners, found.label) if balancer else None
    if balancer and listener is not None:
        fields = {**_carry_port(found, listener), **_carry_protocol(found), **_carry_default(found)}
        fields |= {**_carry_policy(working, found, listener), **_carry_headers(working, found, listener)}
        listeners = with_changed_part(balancer.listeners, listener, **fields)
        working.change_balancer(balancer, listeners=listeners)


def _carry_port(found: Resource, listener: Listener) -> dict[str, Any]:
    """Another port, to which the rules of the security group do not follow."""
    port = whole_number(found.after.get("port"))
    if port is None:
        return {}
    at = found.take_pending("port")
    here = (listener.port, listener.port)
    cidrs = tuple(replace(each, ports=each.ports or here) for each in listener.cidrs)
    return {"port": port, "cidrs": cidrs, "at": at} if at else {}


def _carry_protocol(found: Resource) -> dict[str, Any]:
    """HTTPS with the certificate that it needs; nothing else is for an Application Load Balancer."""
    protocol, certificate = str(found.after.get("protocol", "HTTP")), found.after.get("certificate_arn")
    if protocol == "HTTP" or (protocol == "HTTPS" and certificate):
        other = found.take_pending("certificate_arn")
        found.take_pending("protocol")
        given = {"certificates": (text_of(certificate),)} if other and isinstance(certificate, str) else {}
        return {"protocol": protocol, **given}
    return {}


def _carry_policy(working: WorkingBlueprint, found: Resource, listener: Listener) -> dict[str, Any]:
    policy = found.after.get("ssl_policy")
    if at := found.take_pending("ssl_policy"):
        working.move_location((*listener.path, "policy"), at)
    return {"policies": (text_of(policy),)} if isinstance(policy, str) else {}


def _carry_headers(working: WorkingBlueprint, found: Resource, listener: Listener) -> dict[str, Any]:
    """The headers of every response, all of which the files have as the overrides make them."""
    headers = []
    for name, part in facts.response_headers().items():
        argument = Label(f"routing_http_response_{part}_header_value")
        if at := found.take_pending(argument):
            working.move_location((*listener.path, "headers", name), at)
        if isinstance(value := found.after.get(argument), str):
            headers.append(Header(argument=argument, value=value))
    return {"headers": tuple(headers)}


def _carry_default(found: Resource) -> dict[str, Any]:
    if not found.take_pending("default_action"):
        return {}
    actions = found.after.get("default_action")
    last = actions[-1] if isinstance(actions, Blocks) and actions else {}
    return {"answers": (_described_action(last),)}


def _described_action(action: Tree) -> str:
    """What the load balancer does to a request itself."""
    kind, answer = text_of(action.get("type")), one_block(action, "fixed_response")
    if kind == "fixed-response":
        code, body = text_of(answer.get("status_code")), text_of(answer.get("message_body"))
        return f'responds with {code} "{body}"' if body else f"responds with {code}"
    if kind == "redirect":
        return f"redirects with {text_of(one_block(action, 'redirect').get('status_code'))}"
    return "forwards to a target group outside this stack"


# --- rules of listeners


def _carry_rule(working: WorkingBlueprint, found: Resource) -> None:
    service = working.owner_of(found)
    if service is None:
        return
    rule = part_with_label(service.rules, found.label)
    if rule is not None:
        fields = {**_carry_priority(working, found, rule), **_carry_conditions(working, found, rule)}
        working.change_task(service, rules=with_changed_part(service.rules, rule, **fields))
        _carry_action(working, found)


def _carry_priority(working: WorkingBlueprint, found: Resource, rule: ListenerRule) -> dict[str, Any]:
    priority = whole_number(found.after.get("priority"))
    if priority is None or not (at := found.take_pending("priority")):
        return {}
    if not working.takes_priority(rule.listener, rule.priority, priority):
        says = f"{found.address} has priority {priority}, as has another rule of its listener"
        working.mark_flows(found, says, "route", at=at, certain=True)
    return {"priority": priority, "pinned": True, "at": at}


def _carry_action(working: WorkingBlueprint, found: Resource) -> None:
    """Whatever an action forwards to now is not known here; another kind does not forward."""
    actions = found.after.get("action")
    kinds = [text_of(each.get("type")) for each in actions] if isinstance(actions, Blocks) else []
    if kinds in (["redirect"], ["fixed-response"]) and (at := found.take_pending("action")):
        says = f"the action of {found.address} is {kinds[0]}"
        working.mark_flows(found, says, "route", at=at, certain=True)
    elif set(found.pending) == {"action.order"}:
        found.take_pending("action.order")


def _carry_conditions(working: WorkingBlueprint, found: Resource, rule: ListenerRule) -> dict[str, Any]:
    """Other conditions; where a route's own requests do not match them all, they are lost."""
    conditions = found.after.get("condition")
    said = _condition_values(conditions) if isinstance(conditions, Blocks) else None
    if said is None or not (at := found.take_pending("condition")):
        return {}
    lost = [
        name for name, field in _CONDITIONS.items() if not _holds_values(said[field], getattr(rule, field))
    ]
    lost += [name for name, field in _NAMED.items() if not _holds_named(said[field], getattr(rule, field))]
    if lost:
        says = f"the {' and '.join(lost)} of {found.address} no longer matches all requests of the route"
        working.mark_flows(found, says, "route", at=at, certain=True)
    return {**said, "at": at}


def _condition_values(conditions: Blocks) -> dict[str, Any] | None:
    """The conditions by the fields of a rule; None where there is one that routes do not have."""
    found: dict[str, Any] = dict.fromkeys((*_CONDITIONS.values(), *_NAMED.values()), ())
    for condition in conditions:
        name = next(iter(condition), "")
        if len(condition) != 1 or name not in _CONDITIONS | _NAMED:
            return None
        field = (_CONDITIONS | _NAMED)[name]
        values = texts_of(one_block(condition, name).get("values"))
        one = values if name in _CONDITIONS else _named_condition(condition, name)
        if not one or (field == "sources" and not all(map(_is_range, values or ()))):
            return None
        found[field] = (*found[field], one)
    names = [(field, each.name.lower()) for field in _NAMED.values() for each in found[field]]
    return found if len(names) == len(set(names)) else None


def _is_range(cidr: str) -> bool:
    try:
        return bool(parse_range(cidr))
    except ValueError:
        return False


def _named_condition(condition: Tree, kind: str) -> NamedCondition | None:
    """A condition on one header, or on one query parameter."""
    if kind == "http_header":
        block = one_block(condition, kind)
        name, values = text_of(block.get("http_header_name")), texts_of(block.get("values"))
        return NamedCondition(name=name, accepted=values) if name and values else None
    blocks = condition.get(kind)
    pairs = [(text_of(each.get("key")), text_of(each.get("value"))) for each in blocks or ()]
    names = {key for key, _ in pairs}
    if len(names) != 1 or not all(map(all, pairs)):
        return None
    return NamedCondition(name=names.pop() or "", accepted=tuple(value or "" for _, value in pairs))


def _holds_values(now: tuple[tuple[str, ...], ...], was: tuple[tuple[str, ...], ...]) -> bool:
    """Whether conditions, all of which must hold, have all values that there were."""
    return all(was and set(was[0]) <= set(values) for values in now)


def _holds_named(now: tuple[NamedCondition, ...], was: tuple[NamedCondition, ...]) -> bool:
    known = {each.name.lower(): {value.lower() for value in each.accepted} for each in was}
    return all(
        each.name.lower() in known and known[each.name.lower()] <= {value.lower() for value in each.accepted}
        for each in now
    )


# --- target groups


def _target_group(working: WorkingBlueprint, found: Resource) -> None:
    service = working.owner_of(found)
    if service is None:
        return
    group = part_with_label(service.target_groups, found.label)
    if group is not None:
        fields = {**_health_check(found, group), **_carry_cross_zone(found), **_carry_delay(found)}
        working.change_task(service, target_groups=with_changed_part(service.target_groups, group, **fields))
        _spoken_protocol(found, service, group)


def _carry_cross_zone(found: Resource) -> dict[str, Any]:
    value = found.after.get("load_balancing_cross_zone_enabled")
    if found.take_pending("load_balancing_cross_zone_enabled"):
        return {"cross_zone": (text_of(value),) if value is not None else ()}
    return {}


def _carry_delay(found: Resource) -> dict[str, Any]:
    seconds = whole_number(found.after.get("deregistration_delay"))
    taken = found.take_pending("deregistration_delay")
    return {"deregistration_delay": seconds} if taken and seconds is not None else {}


def _health_check(found: Resource, group: TargetGroup) -> dict[str, Any]:
    """The fields of a health check that is another."""
    check, fields = one_block(found.after, "health_check"), {}
    at: Location | None = None
    for name, field, convert in (
        ("path", "path", text_of),
        ("matcher", "codes", text_of),
        ("interval", "interval", whole_number),
        ("timeout", "timeout", whole_number),
        ("healthy_threshold", "healthy", whole_number),
        ("unhealthy_threshold", "unhealthy", whole_number),
    ):
        value = convert(check.get(name))
        if value is not None and (here := found.take_pending(f"health_check.{name}")):
            fields[field], at = value, at or here
    if here := _carry_checked_port(found, group, fields):
        at = at or here
    for name, default in (("protocol", group.protocol), ("enabled", "true")):
        if text_of(check.get(name)) == default:
            found.take_pending(f"health_check.{name}")
    return {**fields, "at": at} if at else {}


def _carry_checked_port(found: Resource, group: TargetGroup, fields: dict[str, Any]) -> Location | None:
    """Another port, to which the rules of the security groups do not follow; or that of the requests."""
    said = one_block(found.after, "health_check").get("port")
    port = group.port if text_of(said) == _PORT_OF_REQUESTS else whole_number(said)
    if port is None or not (at := found.take_pending("health_check.port")):
        return None
    fields["check_port"] = () if port == group.port else (port,)
    return at


_PORT_OF_REQUESTS = "traffic-port"


def _spoken_protocol(found: Resource, service: Service, group: TargetGroup) -> None:
    """What the spec says that the container speaks at the port."""
    mappings = (mapping for mapping in service.port_mappings if mapping.port == group.port)
    spoken = {name for mapping in mappings for each in mapping.connect for name in each.app_protocol}
    version = str(found.after.get("protocol_version", "HTTP1"))
    if version == group.version or version.lower() in spoken:
        found.take_pending("protocol_version")


CARRY = {
    "aws_lb": _load_balancer,
    "aws_lb_listener": _carry_listener,
    "aws_lb_listener_rule": _carry_rule,
    "aws_lb_target_group": _target_group,
}
