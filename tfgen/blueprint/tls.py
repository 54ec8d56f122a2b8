"""TLS at the load balancer: certificates, security policies, and the records of its names.

Facts are those of features.md section 2 and ELB/create-https-listener.
"""

import re
from collections import Counter
from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint import names
from tfgen.blueprint.model import AliasRecord, Certificate, Header, ListenerCertificate, MutualTls, Records
from tfgen.blueprint.references import References, front_places
from tfgen.hcl.text import Label, Ref, ResourceRef
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_word
from tfgen.spec.model import Given, Spec, listed_certificates
from tfgen.spec.model import Listener as ListenerSpec

ISSUED = ResourceRef("aws_acm_certificate_validation", "main", ".certificate_arn")
"""The certificate of the stack's own names, which is not to be had before it is issued."""


def makes_certificate(spec: Spec) -> bool:
    """Whether the stack has a certificate of its own: for its names, where none is given."""
    return bool(spec.load_balancer.domains) and not spec.load_balancer.certificates


def build_certificate(spec: Spec) -> tuple[Certificate, ...]:
    if not makes_certificate(spec):
        return ()
    first, *others = spec.load_balancer.domains
    return (Certificate(domain=first, alternatives=tuple(sorted(others))),)


def build_records(spec: Spec, referred: References) -> tuple[Records, ...]:
    """The records of the stack's names, where it has some."""
    zone = spec.load_balancer.zone
    if zone is None or not spec.load_balancer.domains:
        return ()
    return (
        Records(
            zone_id=_value(zone, referred),
            names=tuple(sorted(spec.load_balancer.domains)),
            aliases=(AliasRecord(label=Label("alias"), type="A"),),
            validated=tuple(_validated(spec)) if makes_certificate(spec) else (),
        ),
    )


def _validated(spec: Spec) -> list[str]:
    """A wildcard has the record of the name that it is below (ACM/dns-validation)."""
    return sorted({name.removeprefix("*.") for name in spec.load_balancer.domains})


def _value(said: str | Given, referred: References) -> Ref | str:
    return said if isinstance(said, str) else referred.value(said)


def is_tls(listener: ListenerSpec) -> bool:
    return listener.protocol == "https"


def policies(listener: ListenerSpec) -> tuple[str, ...]:
    return (listener.policy,) if listener.policy and is_tls(listener) else ()


def certificates(key: str, spec: Spec, referred: References) -> tuple[ListenerCertificate, ...]:
    """The certificates of a listener with TLS, the default one first."""
    listener = spec.load_balancer.listeners[key]
    if not is_tls(listener):
        return ()
    said = listed_certificates(listener.certificate)
    if not said:
        return (ListenerCertificate(label=names.label(key), arn=ISSUED),)
    first, *more = (
        ListenerCertificate(label=_certificate_label(key, each, spec, referred), arn=_value(each, referred))
        for each in said
    )
    return (first, *sorted(more, key=lambda each: each.label))


def _certificate_label(key: str, said: str | Given, spec: Spec, referred: References) -> Label:
    """Named for what it is, so that another one more or less renames none."""

    def plain(listener: str, each: str | Given) -> Label:
        return names.label(listener, names.digest(each) if isinstance(each, str) else referred.name(each))

    every = (
        plain(name, each)
        for name, listener in spec.load_balancer.listeners.items()
        for each in listed_certificates(listener.certificate)
    )
    own = plain(key, said)
    return own if Counter(every)[own] == 1 else names.label(own, names.digest(f"{key} {said}", 4))


def mutual_tls(listener: ListenerSpec, referred: References) -> tuple[MutualTls, ...]:
    said = listener.mutual_tls
    if said is None or not is_tls(listener):
        return ()
    verifies = said.mode == "verify" and said.trust_store is not None
    return (
        MutualTls(
            mode=said.mode,
            trust_store=(_value(said.trust_store, referred),) if verifies and said.trust_store else (),
            allow_expired=(True,) if said.allow_expired and verifies else (),
        ),
    )


def headers(listener: ListenerSpec) -> Iterator[Header]:
    known = {name.lower(): part for name, part in facts.response_headers().items()}
    for name, value in sorted(listener.headers.items(), key=lambda header: header[0].lower()):
        argument = Label(f"routing_http_response_{known[name.lower()]}_header_value")
        yield Header(argument=argument, value=value)


# --- what is wrong with them


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What contradicts the rest of the spec, or what ACM and Elastic Load Balancing refuse."""
    yield from _domain_problems(spec, at)
    for key, listener in spec.load_balancer.listeners.items():
        path: SpecPath = ("load_balancer", "listeners", key)
        yield from _protocol_problems(key, spec, at)
        yield from _header_problems(listener, (*path, "headers"), at)
        yield from _policy_problems(listener, at(("load_balancer", "listeners", key, "policy")))
        if listener.mutual_tls and (listener.mutual_tls.mode == "verify") == (
            listener.mutual_tls.trust_store is None
        ):
            yield _trust_store_problem(listener.mutual_tls.mode, at((*path, "mutual_tls")))
    yield from _place_problems(spec, at)
    yield from _issue_problems(spec, at)


def _issue_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """A listener takes a certificate that is issued; ACM has its ARN before."""
    for place in front_places(spec):
        ref = place.reference.ref if "certificate" in place.path else None
        if ref and re.fullmatch(r"aws_acm_certificate\..*\.(arn|id)", ref):
            message = (
                f"{ref} is there before the certificate is issued, and a listener cannot use it until then"
            )
            name = ref.split(".")[1].partition("[")[0]
            hint = f"refer to aws_acm_certificate_validation.{name}.certificate_arn, which waits for it"
            yield Problem("TG539", at((*place.path, "ref")), message, hint, "warning")


def _shown(said: str | Given) -> str:
    if isinstance(said, str):
        return said
    return said.ref or said.input or "a join"


def _domain_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    domains, zone = spec.load_balancer.domains, spec.load_balancer.zone
    where = at(("load_balancer", "domain"))
    if domains and zone is None:
        message = f"domain needs the zone in which the records of {names.listed(domains)} belong"
        hint = "add zone: Z..., the ID of the hosted zone; or remove domain, and give a certificate"
        yield Problem("TG540", where, message, hint)
    if zone is not None and not domains:
        message = "zone needs a domain, whose records belong in it"
        yield Problem("TG540", at(("load_balancer", "zone")), message, "add domain: shop.example.com")
    if len({_apex(each) for each in domains}) > 1:
        message = f"one zone cannot hold both {domains[0]} and {_other_apex(domains)}"
        hint = "keep the names of one zone here, and write the rest in a .tf file of your own"
        yield Problem("TG541", where, message, hint)
    if domains and len(domains[0]) > _COMMON_NAME and makes_certificate(spec):
        length = len(domains[0])
        message = f"the first name of a certificate has at most {_COMMON_NAME} characters, not {length}"
        yield Problem("TG541", where, message, "list a shorter one first")


_COMMON_NAME = 64
"""ACM RequestCertificate, DomainName: in compliance with RFC 5280."""


def _apex(domain: str) -> str:
    """The last two labels, above which no zone of one's own can be."""
    return ".".join(domain.split(".")[-2:])


def _other_apex(domains: list[str]) -> str:
    return next(each for each in domains if _apex(each) != _apex(domains[0]))


def _protocol_problems(key: str, spec: Spec, at: Locate) -> Iterator[Problem]:
    """A listener has a certificate exactly where it speaks TLS."""
    listener, path = spec.load_balancer.listeners[key], ("load_balancer", "listeners", key)
    said = listed_certificates(listener.certificate)
    if is_tls(listener):
        if repeated := [each for index, each in enumerate(said) if each in said[:index]]:
            message = f'listener "{key}" has a certificate twice: {_shown(repeated[0])}'
            yield Problem("TG542", at((*path, "certificate")), message, "remove one of them")
        if not listed_certificates(listener.certificate) and not makes_certificate(spec):
            message = f'listener "{key}" speaks https and has no certificate'
            yield Problem("TG542", at(path), message, "add certificate: ARN, or domain and zone")
        return
    for name in ("certificate", "policy", "mutual_tls"):
        if getattr(listener, name):
            message = f'listener "{key}" speaks http, where {name} means nothing'
            hint = f"remove {name}, or write protocol: https"
            yield Problem("TG542", at((*path, name)), message, hint)


def _header_problems(listener: ListenerSpec, path: SpecPath, at: Locate) -> Iterator[Problem]:
    known = facts.response_headers()
    lower = {name.lower() for name in known}
    for name in listener.headers:
        if sum(name.lower() == each.lower() for each in listener.headers) > 1:
            yield Problem("TG543", at((*path, name)), f"the header {name} is there twice", "keep one of them")
        if name.lower() not in lower:
            near = nearest_word(name, known)
            hint = f"did you mean {near}?" if near else f"it can set: {', '.join(sorted(known))}"
            message = f"a listener cannot set the header {name}"
            yield Problem("TG543", at((*path, name)), message, hint)


def _policy_problems(listener: ListenerSpec, where: Location) -> Iterator[Problem]:
    known = facts.tls_policies()
    if listener.policy and listener.policy not in known:
        near = nearest_word(listener.policy, known)
        message = f"unknown TLS security policy {listener.policy}; without one of this name, the apply fails"
        hint = f"did you mean {near}?" if near else f"write {facts.default_tls_policy()}"
        yield Problem("TG544", where, message, hint, "warning")


def _trust_store_problem(mode: str, where: Location) -> Problem:
    if mode == "verify":
        message, hint = "mutual_tls verifies nothing without a trust store", "add trust_store: ARN"
    else:
        message, hint = "mutual_tls with mode: passthrough has no use for a trust store", "remove trust_store"
    return Problem("TG545", where, message, hint)


def _place_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """A certificate of ACM is in the Region of the load balancer; IAM has none."""
    own_path: SpecPath = ("load_balancer", "certificate")
    said = [(own_path, each) for each in spec.load_balancer.certificates]
    for key, listener in spec.load_balancer.listeners.items():
        path: SpecPath = ("load_balancer", "listeners", key)
        own = listed_certificates(listener.certificate)
        if own != spec.load_balancer.certificates:
            said += [((*path, "certificate"), each) for each in own]
        store = listener.mutual_tls and listener.mutual_tls.trust_store
        if store:
            said.append(((*path, "mutual_tls"), store))
    for path, each in said:
        _, partition, _, region, *_ = each.split(":") if isinstance(each, str) else ("", "", "", "")
        home = facts.regions().get(spec.region)
        if partition and home and partition != home.partition:
            message = f"this ARN is in the partition {partition}, and {spec.region} in {home.partition}"
            yield Problem("TG546", at(path), message, f"begin it with arn:{home.partition}:")
        elif region and region != spec.region:
            what = "trust store" if path[-1] == "mutual_tls" else "certificate"
            message = f"this {what} is in {region}, and the load balancer in {spec.region} cannot use it"
            yield Problem("TG546", at(path), message, f"give one that is in {spec.region}")
