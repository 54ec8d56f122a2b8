"""Values that only Terraform knows: where the spec names them, and how the root hands them to the modules."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tfgen import facts
from tfgen.blueprint import names
from tfgen.blueprint.labels import FILE_SYSTEMS, REPOSITORIES
from tfgen.blueprint.model import Input, Reference, SecretReference, Validation, Variable
from tfgen.hcl.printer import interpolation, quoted_text
from tfgen.hcl.reference import (
    NotAReferenceError,
    Traversal,
    parse_reference,
    printed_reference,
)
from tfgen.hcl.text import Label, Ref, VariableRef
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_word
from tfgen.spec.alarms import any_alarm
from tfgen.spec.balancers import Balancer, balancer_of, balancers_of, listener_names, used_balancers
from tfgen.spec.containers import SaidContainer, containers_of, containers_of_spec
from tfgen.spec.deployments import every_route, moves_requests
from tfgen.spec.images import caches
from tfgen.spec.model import (
    WITH_TLS,
    Callee,
    ConnectTls,
    ContainerKeys,
    Given,
    GivenSecret,
    InputVariable,
    Part,
    RouteLogin,
    Service,
    Spec,
    TaskKeys,
    listed_certificates,
)
from tfgen.spec.volumes import ebs_of

STRING = Ref("string")
OUR_MODULES = ("alarms", "network", "load_balancer", "services")
_SECRET, _PARAMETER = "secretsmanager", "ssm"
# Whose ARN a reference may be, by the type of the resource or data source.
_STORES = {
    "aws_secretsmanager_secret": _SECRET,
    "aws_secretsmanager_secret_version": _SECRET,
    "aws_ssm_parameter": _PARAMETER,
}


Secrets = Mapping[str, str | GivenSecret]
"""Secrets by the names of what has their values."""


class Place(NamedTuple):
    """A reference where the spec has it: a traversal or the name of an input."""

    path: SpecPath
    reference: Given | GivenSecret | Part


class References:
    """The variables of a module that carry what it refers to: by default, those of the services module."""

    def __init__(
        self, spec: Spec, taken: frozenset[str], found: Callable[[Spec], Iterator[Place]] | None = None
    ) -> None:
        self._inputs: dict[str, Input] = {}
        referred = list((found or used_service_places)(spec))
        secrets = {root for place in referred if _is_secret(place) for root in _handed_down(place)}
        roots = sorted({root for place in referred for root in _handed_down(place)})
        labels = [_label(root) for root in roots]
        for root, label in zip(roots, labels, strict=True):
            alone = labels.count(label) == 1 and label not in taken
            name = label if alone else names.label(label, names.digest(root, 4))
            self._inputs[root] = _input(name, root, spec.inputs, is_secret=root in secrets)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """By label."""
        return tuple(sorted(self._inputs.values(), key=lambda each: each.variable.label))

    def value(self, given: Given | Part) -> Ref:
        """What stands for a reference in the module."""
        if isinstance(given, Given) and given.join is not None:
            return interpolation(part if isinstance(part, str) else self.value(part) for part in given.join)
        return VariableRef(self._inputs[_root_value(given)].variable.label)

    def environment(self, service: ContainerKeys) -> Iterator[tuple[str, Ref]]:
        for name, value in sorted(service.environment.items()):
            if isinstance(value, Given):
                yield name, self.value(value)

    def image(self, given: Given) -> tuple[Ref, tuple[Ref, ...], str]:
        """The image in the root; what has the ARN of its repository in the services module, if known; and the
        text that the image begins with."""
        arns = tuple(VariableRef(self._inputs[root].variable.label) for root in _repository_arns(given))
        if given.join is None:
            return _root_value(given), arns, ""
        parts = (each if isinstance(each, str) else _root_value(each) for each in given.join)
        return interpolation(parts), arns, beginning(given)

    def keys_of_secrets(self, containers: Iterable[ContainerKeys]) -> tuple[Ref | str, ...]:
        """The KMS keys of the user's own that secrets are encrypted with, each once."""
        secrets = (each for container in containers for each in all_secrets(container))
        said = (each.kms_key for each in secrets if isinstance(each, GivenSecret))
        keys = {each if isinstance(each, str) else self.value(each) for each in said if each is not None}
        return tuple(sorted(keys))

    def key(self, said: str | Part | None) -> tuple[Ref | str, ...]:
        """A KMS key, if there is one."""
        if said is None:
            return ()
        return (said if isinstance(said, str) else self.value(said),)

    def secrets(self, said: Secrets) -> Iterator[SecretReference]:
        for name, secret in sorted(said.items()):
            if isinstance(secret, GivenSecret) and not isinstance(source := _source(secret), str):
                arn = self.value(source)
                key = (f":{secret.key}::",) if secret.key else ()
                value = interpolation((arn, *key)) if key else arn
                yield SecretReference(
                    name=name, store=store_of(secret), root=_root_value(source), arn=arn, value=value
                )


def name_of_reference(given: Given | Part) -> Label:
    """A name that follows from the words of a reference alone."""
    if isinstance(given, Given) and given.join is not None:
        return names.label("joined", names.digest(repr(given.join)))
    return _label(_root_value(given))


def beginning(given: Given) -> str:
    """The text that a value begins with, as far as the spec says it."""
    return next((each for each in (given.join or ())[:1] if isinstance(each, str)), "")


def all_secrets(container: ContainerKeys) -> Iterator[str | GivenSecret]:
    """What ECS reads when a container starts: its variables, and options of its logs."""
    yield from container.secrets.values()
    yield from container.logs.secrets.values()


def literal_secrets(said: Secrets) -> Iterator[tuple[str, str]]:
    """The secrets whose ARN the spec has, as ECS takes them: a JSON key follows the ARN."""
    for name, secret in sorted(said.items()):
        if isinstance(secret, str):
            yield name, secret
        elif isinstance(source := _source(secret), str):
            yield name, f"{source}:{secret.key}::" if secret.key else source


def secret_stores(service: ContainerKeys) -> Iterator[str]:
    """For each secret the endpoint name of the service that keeps it."""
    for secret in all_secrets(service):
        if isinstance(secret, str):
            yield _SECRET if ":secretsmanager:" in secret else _PARAMETER
        else:
            yield store_of(secret)


def store_of(secret: GivenSecret) -> str:
    """The endpoint name of the service that keeps a secret; empty where the spec does not say it."""
    if secret.secret is not None:
        return _SECRET
    if secret.parameter is not None:
        return _PARAMETER
    if secret.ref is None:
        return ""
    try:
        traversal = parse_reference(secret.ref)
    except NotAReferenceError:
        return ""
    last = traversal.steps[-1] if traversal.steps else ""
    return _STORES.get(traversal.type) or (_SECRET if last == "secret_arn" else "")


def _source(secret: GivenSecret) -> str | Part:
    """Where the ARN of a secret comes from."""
    inner = secret.secret if secret.secret is not None else secret.parameter
    return Part(ref=secret.ref) if inner is None else inner


def places(spec: Spec) -> Iterator[Place]:
    """Every reference of the spec."""
    yield from vpc_places(spec)
    yield from _places_of_what_exists(spec)
    yield from route_places(spec)
    yield from file_system_places(spec)
    yield from key_places(spec)
    yield from cache_places(spec)
    for balancer in balancers_of(spec):
        yield from front_places(balancer)
    yield from login_places(spec)
    yield from service_places(spec)


def vpc_places(spec: Spec) -> Iterator[Place]:
    """What the root knows of a VPC that exists."""
    if vpc := spec.network.vpc:
        for path, value in vpc.values:
            if isinstance(value, Part):
                yield Place(("network", "vpc", *path), value)


def inputs_of_vpc(spec: Spec) -> frozenset[str]:
    """The inputs that only a VPC that exists needs."""
    others: set[str] = set()
    for place in places(spec):
        if place.path[:2] != ("network", "vpc") and _is_handed_down(place.path, spec):
            others |= _inputs_in(place)
    return frozenset(name for place in vpc_places(spec) for name in _inputs_in(place) - others)


def _inputs_in(place: Place) -> frozenset[str]:
    return frozenset(name for each in _atoms(place.reference) for name in named_inputs(each))


def _places_of_what_exists(spec: Spec) -> Iterator[Place]:
    """Those that the root hands down under names of their own: see `blueprint.existing`."""
    yield from (
        Place(path, value)
        for path, value in (
            *existing_values(spec),
            *(each for key, task in spec.tasks.items() for each in role_values(key, task)),
        )
        if isinstance(value, Given)
    )


def existing_values(spec: Spec) -> Iterator[tuple[SpecPath, str | Given]]:
    """Whatever exists, by its place in the spec; roles of services are apart."""
    for each in balancers_of(spec):
        yield from _values_of_balancer(each)
    yield from _set_values(("cluster",), spec.cluster)
    yield from _set_values(("namespace",), spec.namespace)
    yield from _set_values(("dns", "namespace_id"), spec.dns.namespace_id if spec.dns else None)
    yield from _set_values(("iam", "permissions_boundary"), spec.iam.permissions_boundary)
    yield from _set_values(("alarms", "topic"), spec.alarms.topic if spec.alarms else None)


def _values_of_balancer(balancer: Balancer) -> Iterator[tuple[SpecPath, str | Given]]:
    said = balancer.said
    if existing := said.existing:
        path = (*balancer.path, "existing")
        for key, arn in existing.listener_arns.items():
            yield (*path, "listener_arns", key), arn
        yield (*path, "security_group"), existing.security_group
        yield from _set_values((*path, "dns_name"), existing.dns_name)
        yield from _set_values((*path, "arn"), existing.arn)
    yield from _set_values((*balancer.path, "waf"), said.waf)
    for name in ("access_logs", "connection_logs", "health_check_logs"):
        logs = getattr(said, name)
        if logs and not isinstance(logs.bucket, bool):
            yield (*balancer.path, name, "bucket"), logs.bucket


def role_values(key: str, task: TaskKeys) -> Iterator[tuple[SpecPath, str | Given]]:
    """The roles of a service or a job that exist."""
    path = (task.section, key, "roles")
    yield from _set_values((*path, "execution"), task.roles.execution)
    yield from _set_values((*path, "task"), task.roles.task)


def policy_values(spec: Spec) -> Iterator[tuple[SpecPath, str | Part]]:
    """The managed policies of services and jobs."""
    for key, task in spec.tasks.items():
        for index, value in enumerate(task.policies):
            yield (task.section, key, "policies", index), value


def credential_values(spec: Spec) -> Iterator[tuple[SpecPath, str | Part]]:
    """The secrets with which ECR pulls images of other registries."""
    for registry, cache in spec.pull_through.items() if isinstance(spec.pull_through, dict) else ():
        yield from _set_values(("pull_through", registry, "credentials"), cache.credentials)


def encryption_values(spec: Spec) -> Iterator[tuple[SpecPath, str | Part]]:
    """The KMS keys of what the stack encrypts, and of secrets that ECS reads."""
    yield from _set_values(("logs", "kms_key"), spec.logs.kms_key)
    yield from _set_values(("exec", "kms_key"), spec.exec.kms_key if spec.exec else None)
    for name, system in spec.file_systems.items():
        yield from _set_values(("file_systems", name, "kms_key"), system.kms_key)
    for container in containers_of_spec(spec):
        for name, secret in container.said.secrets.items():
            if isinstance(secret, GivenSecret):
                yield from _set_values((*container.path, "secrets", name, "kms_key"), secret.kms_key)


def hook_values(key: str, service: Service) -> Iterator[tuple[SpecPath, str | Given]]:
    """The functions that deployments of a service invoke."""
    for index, hook in enumerate(service.deployment.hooks):
        yield ("services", key, "deployment", "hooks", index, "function"), hook.function


def _is_handed_down(path: SpecPath, spec: Spec) -> bool:
    """Whether the stack uses a value: of a load balancer nobody has routes for, and the like, it does not."""
    for balancer in balancers_of(spec):
        if path[: len(balancer.path)] == balancer.path:
            return _is_used_of_balancer(balancer, path[len(balancer.path) :], spec)
    if path[0] == "iam":
        return creates_roles(spec) or creates_role_of_flow_logs(spec)
    if path[0] == "logins":
        return path[1] in used_logins(spec)
    is_used = _USED.get(str(path[0]))
    return is_used is None or is_used(spec)


def needs_namespace(spec: Spec) -> bool:
    """Whether a service has a Service Connect name, or calls one."""
    return any(map(spec.has_proxy, spec.services.values()))


def tls_of(spec: Spec) -> list[ConnectTls]:
    """The TLS of Service Connect names."""
    return [each.tls for service in spec.services.values() for each in service.connects if each.tls]


def needs_zone(spec: Spec) -> bool:
    """Whether a service has a name in DNS."""
    return any(service.dns for service in spec.services.values())


def _has_log_groups(spec: Spec) -> bool:
    return bool(spec.tasks) or creates_role_of_flow_logs(spec)


def has_sessions(spec: Spec) -> bool:
    """Whether the stack says how the cluster encrypts and logs sessions of ECS Exec."""
    return spec.exec is not None and spec.cluster is None and bool(spec.tasks)


_USED: dict[str, Callable[[Spec], bool]] = {
    "alarms": any_alarm,
    "cluster": lambda spec: bool(spec.tasks),
    "dns": needs_zone,
    "exec": has_sessions,
    "logs": _has_log_groups,
    "namespace": needs_namespace,
}
"""Whether the stack uses what a key at the top names."""


def _is_used_of_balancer(balancer: Balancer, rest: SpecPath, spec: Spec) -> bool:
    if rest[:2] == ("existing", "listener_arns"):
        routes = (route for service in spec.services.values() for route in every_route(service))
        return balancer.full_name(str(rest[2])) in {route.listener for route in routes}
    if balancer.key not in used_balancers(spec):
        return False
    if rest[0] in ("certificate", "zone", "listeners"):
        return (*balancer.path, *rest) in {place.path for place in used_front_places(balancer)}
    return (balancer.said.existing is None) == (rest[0] != "existing")


def creates_roles(spec: Spec) -> bool:
    """Whether the stack creates any role in the module of services."""
    return (
        has_task_roles(spec)
        or bool(tls_of(spec))
        or any(job.is_scheduled for job in spec.jobs.values())
        or any(map(moves_requests, spec.services.values()))
        or any(ebs_of(*each) for each in spec.services.items())
    )


def has_task_roles(spec: Spec) -> bool:
    """Whether the stack creates any role that ECS takes for a task."""
    return any(len(list(role_values(key, each))) < 2 for key, each in spec.tasks.items())


def creates_role_of_flow_logs(spec: Spec) -> bool:
    flow_logs = spec.network.flow_logs
    return flow_logs is not None and not flow_logs.bucket and not spec.network.vpc


def _set_values(path: SpecPath, value: Any) -> Iterator[tuple[SpecPath, Any]]:
    if value is not None:
        yield path, value


def network_places(spec: Spec) -> Iterator[Place]:
    """Those whose values the network's module needs."""
    yield from route_places(spec)
    if creates_role_of_flow_logs(spec) and isinstance(spec.logs.kms_key, Part):
        yield Place(("logs", "kms_key"), spec.logs.kms_key)


def cache_places(spec: Spec) -> Iterator[Place]:
    """Those to the credentials of ECR's pull-through cache."""
    for registry, cache in caches(spec).items():
        if cache.create and isinstance(cache.credentials, Part):
            yield Place(("pull_through", registry, "credentials"), cache.credentials)


def key_places(spec: Spec) -> Iterator[Place]:
    """Those to the keys of log lines and sessions, and to the bucket of sessions."""
    if isinstance(spec.logs.kms_key, Part):
        yield Place(("logs", "kms_key"), spec.logs.kms_key)
    for name in ("kms_key", "logs"):
        if isinstance(value := getattr(spec.exec, name, None), Part):
            yield Place(("exec", name), value)


def route_places(spec: Spec) -> Iterator[Place]:
    """Those to addresses of NAT gateways and to targets of routes."""
    for zone, address in spec.network.nat.addresses.items():
        if isinstance(address, Part) and spec.network.way_out.nat:
            yield Place(("network", "nat", "addresses", zone), address)
    for index, route in enumerate(spec.network.routes):
        if isinstance(route.via, Part):
            yield Place(("network", "routes", index, "via"), route.via)


def file_system_places(spec: Spec) -> Iterator[Place]:
    """Those to the keys that file systems are encrypted with."""
    for name, file_system in spec.file_systems.items():
        if isinstance(file_system.kms_key, Part):
            yield Place(("file_systems", name, "kms_key"), file_system.kms_key)


def front_places(balancer: Balancer) -> Iterator[Place]:
    """Those of a load balancer: certificates, the hosted zone, trust stores."""
    said = balancer.said
    if said.existing:
        return
    yield from _certificate_places((*balancer.path, "certificate"), said.certificate)
    if isinstance(said.zone, Given):
        yield Place((*balancer.path, "zone"), said.zone)
    for key, listener in balancer.listeners:
        path = balancer.listener_path(key)
        if listener.certificate != said.certificate:  # which defaults hand down
            yield from _certificate_places((*path, "certificate"), listener.certificate)
        if listener.mutual_tls and isinstance(store := listener.mutual_tls.trust_store, Given):
            yield Place((*path, "mutual_tls", "trust_store"), store)


def used_front_places(balancer: Balancer) -> Iterator[Place]:
    """Those whose values the load balancer's module needs: nothing of a listener without TLS, or of what no
    listener uses."""
    with_tls = {key: each for key, each in balancer.listeners if each.protocol in WITH_TLS}
    shared = any(each.certificate == balancer.said.certificate for each in with_tls.values())
    for place in front_places(balancer):
        key, *rest = place.path[len(balancer.path) :]
        if key == "listeners":
            used = rest[0] in with_tls
        else:
            used = shared if key == "certificate" else bool(balancer.said.domains)
        if used:
            yield place


def front_login_places(balancer: Balancer, spec: Spec) -> Iterator[Place]:
    """Those that the load balancer's module needs."""
    names_of_logins = logins_of_listeners(balancer, spec)
    return (place for place in login_places(spec) if place.path[1] in names_of_logins)


def login_places(spec: Spec) -> Iterator[Place]:
    """Those of logins, whoever uses them."""
    for name, login in spec.logins.items():
        for kind, section in (("cognito", login.cognito), ("oidc", login.oidc), ("jwt", login.jwt)):
            for key in section.__struct_fields__ if section else ():
                if isinstance(value := getattr(section, key), Given | Part):
                    yield Place(("logins", name, kind, key), value)


def _is_secret(place: Place) -> bool:
    return place.path[0] == "logins" and place.path[-1] == "client_secret"


def used_logins(spec: Spec) -> frozenset[str]:
    """The names of all logins that something needs."""
    fronts = (logins_of_listeners(balancer, spec) for balancer in balancers_of(spec))
    return logins_of_services(spec).union(*fronts)


def logins_of_services(spec: Spec, balancer: str | None = None) -> frozenset[str]:
    """The names of the logins that routes of services need, on any load balancer, or on one."""
    known = [name for name in listener_names(spec) if balancer in (None, balancer_of(name))]
    routes = (route for service in spec.services.values() for route in service.routes)
    return frozenset(_names_of_logins(route.login for route in routes if route.listener in known))


def logins_of_listeners(balancer: Balancer, spec: Spec) -> frozenset[str]:
    """The names of the logins that listeners need for what they answer themselves, besides services."""
    if balancer.said.existing or balancer.key not in used_balancers(spec):
        return frozenset()
    return frozenset(
        _names_of_logins(said.login for _, listener in balancer.listeners for said in listener.redirects)
    )


def _names_of_logins(said: Iterable[RouteLogin | None]) -> Iterator[str]:
    yield from (each.name for each in said if each and isinstance(each.name, str))


def _certificate_places(path: SpecPath, said: str | Given | list[str | Given] | None) -> Iterator[Place]:
    for index, each in enumerate(listed_certificates(said)):
        if isinstance(each, Given):
            yield Place((*path, index) if isinstance(said, list) else path, each)


def used_service_places(spec: Spec) -> Iterator[Place]:
    """Those whose values are variables of the services module, named for what they refer to."""
    yield from service_places(spec)
    yield from (place for place in key_places(spec) if place.path[0] == "logs" or has_sessions(spec))
    names_of_logins = logins_of_services(spec)
    yield from (place for place in login_places(spec) if place.path[1] in names_of_logins)
    used = used_balancers(spec)
    for balancer in balancers_of(spec):
        if balancer.key in used:
            yield from network_certificate_places(balancer)


def network_certificate_places(balancer: Balancer) -> Iterator[Place]:
    """The certificates of listeners that are in files of services."""
    if balancer.is_network:
        yield from (place for place in used_front_places(balancer) if "certificate" in place.path)


def service_places(spec: Spec) -> Iterator[Place]:
    """Those of services and jobs."""
    for key, task in spec.tasks.items():
        for container in containers_of(key, task):
            yield from _container_places(container)
        yield from _peers(key, task)
        yield from _callees(key, task)
        yield from _permissions(key, task)
        yield from _places_of_volumes(key, task)
        if isinstance(task, Service):
            yield from _places_of_tls(key, task)
            yield from _places_of_scaling(key, task)


def _places_of_volumes(key: str, task: TaskKeys) -> Iterator[Place]:
    for name, volume in task.volumes.items():
        for each in ("efs", "access_point", "security_group"):
            if isinstance(value := getattr(volume, each), Part):
                yield Place((task.section, key, "volumes", name, each), value)
        for each in ("kms_key", "snapshot") if volume.ebs else ():
            if isinstance(value := getattr(volume.ebs, each), Part):
                yield Place((task.section, key, "volumes", name, "ebs", each), value)


def _places_of_scaling(key: str, service: Service) -> Iterator[Place]:
    """The queue whose messages decide how many tasks run, and what ends deployments: alarms and hooks."""
    queue = service.scaling.queue if service.scaling else None
    if queue and isinstance(queue.name, Given):
        yield Place(("services", key, "scaling", "queue", "name"), queue.name)
    for index, name in enumerate(service.deployment.alarms):
        if isinstance(name, Given):
            yield Place(("services", key, "deployment", "alarms", index), name)
    for path, function in hook_values(key, service):
        if isinstance(function, Given):
            yield Place(path, function)


def _container_places(container: SaidContainer) -> Iterator[Place]:
    said, path = container.said, container.path
    if isinstance(said.image, Given):
        yield Place((*path, "image"), said.image)
    for name, value in said.environment.items():
        if isinstance(value, Given):
            yield Place((*path, "environment", name), value)
    for index, file in enumerate(said.environment_files):
        if isinstance(file, Given):
            yield Place((*path, "environment_files", index), file)
    yield from _secret_places((*path, "secrets"), said.secrets)
    for name, value in said.logs.options.items():
        if isinstance(value, Given):
            yield Place((*path, "logs", "options", name), value)
    yield from _secret_places((*path, "logs", "secrets"), said.logs.secrets)


def _secret_places(path: SpecPath, said: Secrets) -> Iterator[Place]:
    for name, secret in said.items():
        if isinstance(secret, GivenSecret):
            yield Place((*path, name), secret)
            if isinstance(secret.kms_key, Part):
                yield Place((*path, name, "kms_key"), secret.kms_key)


def _peers(key: str, task: TaskKeys) -> Iterator[Place]:
    """The references in what tasks may connect to, and in what may connect to them."""
    egress = () if task.egress == "all" else task.egress or ()
    ingress = task.ingress if isinstance(task, Service) else ()
    for kind, entries in (("egress", egress), ("ingress", ingress)):
        for index, entry in enumerate(entries):
            for name in ("cidr", "security_group", "prefix_list"):
                if isinstance(value := getattr(entry, name), Given):
                    yield Place((task.section, key, kind, index, name), value)


def _callees(key: str, task: TaskKeys) -> Iterator[Place]:
    """The references in what a task calls outside the stack."""
    for index, each in enumerate(task.calls) if task.outside else ():
        for name in ("cidr", "security_group") if isinstance(each, Callee) else ():
            if isinstance(value := getattr(each, name), Given):
                yield Place((task.section, key, "calls", index, name), value)


def _places_of_tls(key: str, service: Service) -> Iterator[Place]:
    """The CAs and KMS keys of Service Connect names."""
    for index, each in enumerate(service.connects):
        for name in ("authority", "kms_key") if each.tls else ():
            if isinstance(value := getattr(each.tls, name), Given):
                yield Place(("services", key, "connect", index, "tls", name), value)


def _permissions(key: str, service: TaskKeys) -> Iterator[Place]:
    """The references in what the application may do."""
    here = (service.section, key)
    for index, entry in enumerate(service.access):
        for name in (*entry.verbs, "kms_key"):
            if isinstance(value := getattr(entry, name), Part):
                yield Place((*here, "access", index, name), value)
    for index, policy in enumerate(service.policies):
        if isinstance(policy, Part):
            yield Place((*here, "policies", index), policy)
    for index, statement in enumerate(service.statements):
        for number, value in enumerate(statement.resources):
            if isinstance(value, Part):
                yield Place((*here, "statements", index, "resources", number), value)


def build(spec: Spec, at: Locate) -> tuple[Reference, ...]:
    """Every value of Terraform that the spec names, where it names it; inputs where they are variables."""
    return tuple(
        _build_reference(each, at((*path, "ref" if each.input is None else "input")))
        for place in places(spec)
        for path, each in located(place)
        if each.input is None or _is_handed_down(place.path, spec)
    )


def environment_parts(
    container: SaidContainer, at: Locate
) -> Iterator[tuple[str, tuple[str | Reference, ...]]]:
    """What each variable is made of, of those that only Terraform knows."""
    for name, value in sorted(container.said.environment.items()):
        if isinstance(value, Given):
            where = at((*container.path, "environment", name))
            parts = value.join if value.join is not None else (value,)
            yield name, tuple(p if isinstance(p, str) else _build_reference(p, where) for p in parts)


def _build_reference(given: Given | Part, at: Location) -> Reference:
    root = _root_value(given)
    if given.ref is None:
        return Reference(root=root, type="", attribute="", at=at)
    traversal = parse_reference(given.ref)
    kind = f"data.{traversal.type}" if traversal.first == "data" else traversal.type
    return Reference(root=root, type=kind, attribute=traversal.attribute, at=at)


def _handed_down(place: Place) -> Iterator[Ref]:
    """The values in the root that the services module gets for a reference."""
    if place.path[-1] == "image" and isinstance(place.reference, Given):
        yield from _repository_arns(place.reference)
    else:
        yield from map(_root_value, _atoms(place.reference))


def _repository_arns(image: Given) -> Iterator[Ref]:
    """The ARN of the repository that an image is in, where a reference names its resource."""
    for each in _atoms(image):
        traversal = parse_reference(each.ref) if each.ref else None
        if traversal and (traversal.type, traversal.attribute) == ("aws_ecr_repository", "repository_url"):
            yield printed_reference(traversal._replace(steps=(*traversal.steps[:-1], "arn")))


def _atoms(given: Given | GivenSecret | Part) -> Iterator[Given | Part]:
    """What each has one traversal or one input of."""
    if isinstance(given, Given) and given.join is not None:
        yield from (part for part in given.join if isinstance(part, Part))
    elif not isinstance(given, GivenSecret):
        yield given
    elif not isinstance(source := _source(given), str):
        yield source


def _root_value(given: Given | Part) -> Ref:
    """The expression in the root; a variable of it, however the spec names it."""
    if given.input is not None:
        return VariableRef(Label(given.input))
    traversal = parse_reference(given.ref or "")
    if traversal.first == "var" and len(traversal.steps) == 1:
        return VariableRef(Label(traversal.steps[0]))
    return printed_reference(traversal)


def in_root(value: str | Given | Part) -> Ref | str:
    """A text, or the expression in the root that a reference stands for."""
    if isinstance(value, str):
        return value
    if isinstance(value, Given) and value.join is not None:
        return interpolation(map(in_root, value.join))
    return _root_value(value)


def _label(root: Ref) -> Label:
    """The variable's name: the words of the reference, without what its place says anyway."""
    if isinstance(root, VariableRef):
        return root.label
    traversal = parse_reference(root)
    words = [traversal.first, *map(str, traversal.steps)]
    if words[0] in ("data", "module", "local", "var"):
        words = words[1:]
    if traversal.type:
        words[0] = words[0].partition("_")[2]
    return names.label(*words)


def _input(label: Label, root: Ref, inputs: Mapping[str, InputVariable], *, is_secret: bool = False) -> Input:
    said = inputs.get(root.label) if isinstance(root, VariableRef) else None
    description = (said and said.description) or f"{root} of the root module."
    sensitive = (True,) if is_secret else ()
    variable = Variable(label=label, type=STRING, description=description, sensitive=sensitive)
    return Input(variable=variable, value=root)


def root_variables(spec: Spec) -> Iterator[Variable]:
    """The variables of the root that inputs are, by name."""
    atoms = [
        each
        for place in places(spec)
        if _is_handed_down(place.path, spec)
        for each in _atoms(place.reference)
    ]
    used = {each.input for each in atoms if each.input}
    used |= spec.inputs.keys() & {name for each in atoms for name in named_inputs(each)}
    secrets = inputs_of_secrets(spec)
    for name in sorted(used):
        said = spec.inputs.get(name, InputVariable())
        validation = () if said.pattern is None else (_validation(name, said.pattern),)
        yield Variable(
            label=Label(name),
            type=Ref(said.type),
            description=said.description or f"Set for each deployment: {name.replace('_', ' ')}.",
            default=() if said.default is None else (said.default,),
            sensitive=(True,) if said.sensitive or name in secrets else (),
            validation=validation,
        )


def inputs_of_secrets(spec: Spec) -> frozenset[str]:
    """The inputs that are secrets of clients, whether or not the spec calls them sensitive."""
    secrets = filter(_is_secret, login_places(spec))
    return frozenset(name for place in secrets for name in _inputs_in(place))


def _validation(name: str, pattern: str) -> Validation:
    condition = Ref(f"can(regex({quoted_text(pattern)}, var.{name}))")
    return Validation(condition=condition, message=f"The value must match the regular expression {pattern}.")


# --- what is wrong with them


def problems(spec: Spec, at: Locate, *, as_module: bool) -> Iterator[Problem]:
    used = set()
    for place in places(spec):
        yield from _form_problems(place, at)
        for path, each in located(place):
            used |= set(named_inputs(each))
            if each.ref is not None:
                where = at((*path, "ref"))
                yield from _traversal_problems(each.ref, spec, where, as_module=as_module)
    for name, said in spec.inputs.items():
        is_secret = said.sensitive or name in inputs_of_secrets(spec)
        yield from _input_problems(name, said, used, at(("inputs", name)), is_secret=is_secret)


def named_inputs(given: Given | Part) -> Iterator[str]:
    """The input that a reference names, also as the variable that it is."""
    if given.input:
        yield given.input
    elif given.ref and given.ref.startswith("var."):
        yield given.ref.removeprefix("var.")


def located(place: Place) -> Iterator[tuple[SpecPath, Given | Part]]:
    given = place.reference
    if isinstance(given, Given) and given.join is not None:
        for index, part in enumerate(given.join):
            if isinstance(part, Part):
                yield (*place.path, "join", index), part
    elif not isinstance(given, GivenSecret):
        yield place.path, given
    elif not isinstance(source := _source(given), str):
        inner = next((name for name in ("secret", "parameter") if getattr(given, name) is not None), "")
        if inner or given.ref is not None:
            yield ((*place.path, inner) if inner else place.path), source


def _form_problems(place: Place, at: Locate) -> Iterator[Problem]:
    """A reference names its value in one way."""
    for path, each in located(place):
        said = [name for name in ("ref", "input") if getattr(each, name) is not None]
        if len(said) != 1:
            what = f"both {' and '.join(said)}" if said else "neither ref nor input"
            yield Problem("TG290", at(path), f"this has {what}", "write one of ref: and input:")
    given = place.reference
    where = at(place.path)
    if isinstance(given, Given) and given.join is not None and (given.ref or given.input):
        yield Problem(
            "TG290", where, "this has a join and another value", "write one of ref:, input: and join:"
        )
    if isinstance(given, GivenSecret):
        yield from _secret_problems(given, where)


def _secret_problems(secret: GivenSecret, where: Location) -> Iterator[Problem]:
    said = [name for name in ("ref", "secret", "parameter") if getattr(secret, name) is not None]
    if len(said) > 1:
        yield Problem("TG290", where, f"this has {' and '.join(said)}", "write one of them")
    elif not said:
        yield Problem("TG290", where, "this has no secret", "write one of ref:, secret: and parameter:")
    elif not (store := store_of(secret)):
        message = f"nothing says whether {secret.ref} is a secret or a parameter"
        inner = f"{{ref: {secret.ref}}}"
        hint = f"write {{secret: {inner}}} for Secrets Manager, or {{parameter: {inner}}} for Systems Manager"
        yield Problem("TG292", where, message, hint)
    elif secret.key and store == _PARAMETER:
        hint = "remove key; ECS reads JSON keys from Secrets Manager only"
        yield Problem("TG293", where, "a parameter has no JSON keys for ECS", hint)


def _traversal_problems(text: str, spec: Spec, where: Location, *, as_module: bool) -> Iterator[Problem]:
    if as_module:
        message = f"a module cannot refer to {text} of the root that calls it"
        yield Problem(
            "TG294", where, message, "write input: NAME, and pass the value as an argument of the module"
        )
        return
    try:
        traversal = parse_reference(text)
    except NotAReferenceError as error:
        yield Problem("TG291", where, "this is no reference to a value of Terraform", str(error))
        return
    if traversal.first == "module" and _is_ours(str(traversal.words[1]), spec):
        yield from _own_module_problems(traversal, spec, where)
    yield from _attribute_problems(traversal, where)


def _attribute_problems(traversal: Traversal, where: Location) -> Iterator[Problem]:
    """What the provider's schema does not have."""
    data = traversal.first == "data"
    known = facts.reference_attributes(f"data.{traversal.type}" if data else traversal.type)
    if known is None or traversal.attribute in known.names:
        return
    near = _nearest_attribute(traversal.attribute, known.names)
    message = f"{'the data source ' if data else ''}{traversal.type} has no attribute {traversal.attribute}"
    hint = f"did you mean {near}?" if near else "write an attribute that the provider documents for this type"
    yield Problem("TG299", where, message, hint, "error" if known.complete else "warning")


def _is_ours(module: str, spec: Spec) -> bool:
    own = (
        *([REPOSITORIES] if spec.repositories or spec.pull_through else []),
        *([FILE_SYSTEMS] if spec.file_systems else []),
    )
    return module in (*OUR_MODULES, *own, *map(names.module_of_balancer, spec.balancers))


_OF_NETWORK = ("vpc_id",)


def _nearest_attribute(attribute: str, names: frozenset[str]) -> str:
    """One that differs by letters, or by first words: queue_url and url, brokers and bootstrap_brokers."""
    longer = (name for name in sorted(names) if name.endswith(f"_{attribute}"))
    shorter = (name for name in sorted(names) if attribute.endswith(f"_{name}"))
    alike = next(longer, "") or next(shorter, "")
    return nearest_word(attribute, names, 0.8) or alike or nearest_word(attribute, names)


def _own_module_problems(traversal: Traversal, spec: Spec, where: Location) -> Iterator[Problem]:
    _, module, *output = traversal.words
    if module == "network" and output[:1] and output[0] in _OF_NETWORK:
        if spec.network.vpc:
            message = "module.network of this stack has no VPC: network.vpc names one that exists"
            yield Problem("TG291", where, message, "write what network.vpc.id has")
        return
    if module == "services":
        message = "services cannot refer to their own module: Terraform would find a cycle"
        yield Problem(
            "TG291", where, message, "use a name: one service reaches another by `connect` and `calls`"
        )
        return
    message = f"{'.'.join(traversal.words)} is part of tfgen's own modules"
    yield Problem(
        "TG291", where, message, "refer to what your own files declare, or to module.network.vpc_id"
    )


def _input_problems(
    name: str, said: InputVariable, used: set[str], where: Location, *, is_secret: bool
) -> Iterator[Problem]:
    if name not in used:
        near = nearest_word(name, used, 0.7) if used else ""
        hint = (
            f"did you mean {near}?"
            if near
            else f"write {{input: {name}}} where its value belongs, or remove it; "
            "if only your own files use it, declare it there"
        )
        yield Problem("TG295", where, f'nothing uses the input "{name}"', hint, "warning")
    if said.default is not None and not _fits_type(said.default, said.type):
        message = f'the default of the input "{name}" is no {said.type}'
        hint = "write true or false" if said.type == "bool" else "write a number, or type: string"
        yield Problem("TG289", where, message, hint)
    if is_secret and said.default is not None:
        hint = "remove the default, and pass the value with TF_VAR or a file that is not committed"
        yield Problem(
            "TG296", where, f'the default of the sensitive input "{name}" would be in the repository', hint
        )


def _fits_type(default: str, kind: str) -> bool:
    """Whether Terraform converts a text to the type of an input."""
    if kind == "bool":
        return default in ("true", "false")
    return kind == "string" or _NUMBER.fullmatch(default) is not None


_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


def input_collisions(spec: Spec, taken: Mapping[str, str], at: Locate) -> Iterator[Problem]:
    """Inputs that have the name of a variable that the root has anyway."""
    for place in places(spec):
        for path, each in located(place):
            if each.input and each.input in taken:
                message = f'the root has a variable "{each.input}" already: {taken[each.input]}'
                yield Problem("TG297", at((*path, "input")), message, "choose another name")
