"""A stack in a few lines, as `tfgen render` prints it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tfgen.blueprint.model import Blueprint, Listener, Network
from tfgen.cost.short import short_cost
from tfgen.output.compare import Changes
from tfgen.problems import some_words
from tfgen.texts import in_line, shell_word


def summarize(blueprint: Blueprint, changes: Changes, folder: Path) -> str:
    """What was written, what it makes, and what to do next."""
    lines = [
        f"{blueprint.name}: {_count_files(changes)} in {in_line(folder)}",
        *(f"  {line}" for line in _outdated_lines(changes)),
        f"  network        {_network_line(blueprint)}",
        *(f"  load balancer  {line}" for line in _load_balancer(blueprint)),
        *_repository_line(blueprint),
        *(f"  cluster        {in_line(each.arn)}, which exists" for each in blueprint.existing_cluster),
        *_namespace_lines(blueprint),
        *_service_lines(blueprint),
        *_cost_line(blueprint),
        *(
            f"  overrides      {in_line(each.address)}: {in_line(', '.join(each.patch))}"
            for each in blueprint.overrides
        ),
    ]
    return "\n".join(lines)


def _repository_line(blueprint: Blueprint) -> Iterator[str]:
    if names := [repository.name for repository in blueprint.repositories]:
        yield f"  repositories   {', '.join(names)}"


def _namespace_lines(blueprint: Blueprint) -> Iterator[str]:
    for each in blueprint.existing_namespaces:
        of_zone = f" for {each.zone}" if each.zone else ""
        yield f"  namespace      {in_line(each.value)}{of_zone}, which exists"


_DRIFT = {
    "created": "missing",
    "changed": "stale",
    "edited": "edited",
    "removed": "orphaned",
    "edited_orphans": "edited",
    "foreign": "in the way",
    "obstacles": "in the way",
}


def summarize_drift(name: str, changes: Changes, folder: Path) -> str:
    """Whether a folder is as it would be rendered now, and what is not."""
    if changes.none:
        return f"{name}: {in_line(folder)} is current"
    lines = [
        f"{what:<10} {in_line(path)}" for field, what in _DRIFT.items() for path in getattr(changes, field)
    ]
    return "\n  ".join([f"{name}: {in_line(folder)} is not current", *lines, *_outdated_lines(changes)])


def summarize_forecast(name: str, changes: Changes, folder: Path, *, force: bool) -> str:
    """What a render would do."""
    words = {"created": "create", "changed": "change", "removed": "remove"}
    words |= {
        "edited": "overwrite" if force else "refuse (edited)",
        "edited_orphans": "remove" if force else "refuse (edited)",
        "foreign": "overwrite" if force else "refuse (in the way)",
        "obstacles": "refuse (in the way)",
    }
    lines = [f"{what} {in_line(path)}" for field, what in words.items() for path in getattr(changes, field)]
    head = f"{name}: {_count_files(changes, force=force)} in {in_line(folder)}; nothing was written"
    return "\n  ".join([head, *lines, *_outdated_lines(changes, 0)])


def _outdated_lines(changes: Changes, width: int = 10) -> list[str]:
    """Files that the user took over and that would be different by now; reported once, by a render."""
    return [
        f"{'yours':<{width}} {in_line(path)}: tfgen would now "
        + ("write other content" if path in changes.ejected else "not write this file")
        for path in changes.outdated
    ]


def next_steps(folders: list[Path], *, as_module: bool) -> str:
    """The commands that follow a render."""
    if as_module:
        return (
            'Next: call it from your root module: module "..." '
            f'{{ source = "{in_line(_module_source(folders[0]))}" }}'
        )
    if len(folders) > 1:
        return "Next, in each folder: terraform init && terraform plan"
    return f"Next: cd {shell_word(folders[0])} && terraform init && terraform plan"


def not_rendered(folders: Sequence[Path]) -> str:
    """A stack that is not in the expected folder counts as affected: the folder may be wrong."""
    return (
        f"there is no stack in {_some_folders(folders)}, so it counts as affected. If it is rendered "
        "elsewhere, run this command there, or name the folder with -o."
    )


def without_spec(folders: Sequence[Path]) -> str:
    """Where a spec was removed, CI no longer plans its stack, which may still be deployed."""
    return (
        f"none of these specs describes the stack in {_some_folders(folders)}. If its spec was removed, "
        "destroy the stack before you remove its folder."
    )


def _some_folders(folders: Sequence[Path]) -> str:
    return some_words(list(map(in_line, folders)), 3)


def _module_source(folder: Path) -> str:
    """A module's address: without its dots Terraform would look for it in the registry."""
    return str(folder) if folder.is_absolute() else f"./{folder.as_posix()}"


def _count_files(changes: Changes, *, force: bool = True) -> str:
    """How many files; `force` overwrites what was edited or is in the way, which is otherwise refused."""
    edited, orphans, foreign = map(len, (changes.edited, changes.edited_orphans, changes.foreign))
    refused = {"edited": edited + orphans, "in the way": foreign}
    parts = {
        "new": len(changes.created),
        "changed": len(changes.changed),
        **({"overwritten": edited + foreign} if force else refused),
        "unchanged": len(changes.unchanged),
    }
    if changes.obstacles:
        parts["in the way"] = parts.get("in the way", 0) + len(changes.obstacles)
    total = sum(parts.values())
    parts |= {"removed": len(changes.removed) + (orphans if force else 0), "yours": len(changes.ejected)}
    said = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
    return f"{total} files ({said})"


def _network_line(blueprint: Blueprint) -> str:
    network = blueprint.network
    zones = ", ".join(f"{blueprint.region}{subnet.zone}" for subnet in network.public_subnets)
    if not zones:
        zones = ", ".join(f"{blueprint.region}{subnet.zone}" for subnet in network.private_subnets)
    where = next((f"{each.id}, which exists, {network.cidr}" for each in network.existing), network.cidr)
    ranges = f"{in_line(where)} and IPv6" if network.ipv6 else in_line(where)
    return f"{ranges} in {zones}; {', '.join(_ways_out(network))}"


def _ways_out(network: Network) -> Iterator[str]:
    if not network.private_subnets:
        yield "tasks in public subnets"
    for existing in network.existing:
        yield f"egress given: {existing.way_out}"
    for nat in network.nat:
        yield f"{len(nat.zones)} NAT gateway{'s' if len(nat.zones) > 1 else ''}"
    if network.egress_only_gateways:
        yield "an egress-only internet gateway"
    if network.target_routes:
        given = dict.fromkeys(route.destination for route in network.target_routes)
        yield f"routes to {' '.join(given)}"
    endpoints = [endpoint.service for endpoint in network.gateway_endpoints]
    endpoints += [endpoint.service for endpoint in network.interface_endpoints]
    if endpoints:
        yield f"{'new ' if network.existing else ''}endpoints {' '.join(endpoints)}"


def _load_balancer(blueprint: Blueprint) -> Iterator[str]:
    for balancer in blueprint.load_balancer:
        name = f"{balancer.key}, " if balancer.owner else ""
        for listener in balancer.listeners:
            routes = _routes_of_listener(blueprint, listener.key)
            by_ipv6 = "" if "IPv4" in balancer.versions else "by IPv6 alone, "
            inside = "internal, " if balancer.internal and balancer.key != "internal" else ""
            where = f"{name}{inside}{by_ipv6}"
            count = len(listener.rules)
            own = f", and {count} rule{'s'[: count - 1]} of its own" if count else ""
            yield f"{where}port {listener.text}: {_cut_words(routes) or _without_routes(listener)}{own}"
        for records in balancer.records:
            yield f"{name}names {_cut_words(list(records.names))}"
    for given in blueprint.existing_load_balancer:
        for each in given.listeners:
            if routes := _routes_of_listener(blueprint, each.key):
                yield f"existing listener {each.key}: {_cut_words(routes)}"


def _without_routes(listener: Listener) -> str:
    """What a listener does that no route uses."""
    for response in listener.responses:
        return f"{response.status} only"
    return listener.default


def _routes_of_listener(blueprint: Blueprint, listener: str) -> list[str]:
    rules = blueprint.rules
    forwarded = [
        f"{service.key}:{group.port}"
        for service in blueprint.services
        for group in service.forwarded(listener)
    ]
    return forwarded or [
        f"{route.text} -> {service.key}:{group.port}"
        for service in blueprint.services
        for route in service.routes
        if route.listener == listener
        for group in service.targets(rules[route.rule])[:1]  # the other has the same port
    ]


def _cut_words(words: list[str], most: int = 4) -> str:
    more = [f"{len(words) - most} more"] if len(words) > most else []
    return ", ".join([*words[:most], *more])


def _cost_line(blueprint: Blueprint) -> Iterator[str]:
    said = short_cost(blueprint)
    if said.cost:
        yield f"  cost           {said.text} a month before traffic; tfgen cost lists the parts"


def _service_lines(blueprint: Blueprint) -> Iterator[str]:
    for index, service in enumerate(blueprint.services):
        words = [
            f"{service.tasks.text} x {service.cpu} CPU units, {service.memory} MiB",
            *(f"called as {address}" for address in service.addresses),
            *([f"calls {', '.join(service.called)}"] if service.called else []),
        ]
        head = "  services       " if index == 0 else " " * 17
        yield f"{head}{service.key}: {'; '.join(words)}"
    for index, job in enumerate(blueprint.jobs):
        starts = ", ".join(schedule.expression for schedule in job.schedules) or "by hand"
        words = [
            f"{starts}; {job.count} x {job.cpu} CPU units, {job.memory} MiB",
            *([f"calls {', '.join(job.called)}"] if job.called else []),
        ]
        head = "  jobs           " if index == 0 else " " * 17
        yield f"{head}{job.key}: {'; '.join(words)}"
