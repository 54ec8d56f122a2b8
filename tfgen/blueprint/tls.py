"""TLS at the load balancer: certificates, security policies, and the records of its names.

Facts are those of features.md section 2 and ELB/create-https-listener.
"""

from collections.abc import Iterable, Iterator

from tfgen import facts
from tfgen.blueprint import ipv6, names
from tfgen.blueprint.model import (
    AliasRecord,
    Certificate,
    Header,
    Listener,
    ListenerCertificate,
    MutualTls,
    Records,
)
from tfgen.blueprint.references import Place, References, front_places, name_of_reference
from tfgen.hcl.reference import NotAReferenceError, Traversal, parse_reference, printed_reference
from tfgen.hcl.text import Label, Ref, ResourceRef
from tfgen.problems import Locate, Location, Problem, SpecPath, nearest_word
from tfgen.spec.balancers import Balancer
from tfgen.spec.model import WITH_TLS, Given, LoadBalancer, Spec, listed_certificates
from tfgen.spec.model import Listener as ListenerSpec

ISSUED = ResourceRef("aws_acm_certificate_validation", "main", ".certificate_arn")
"""The certificate of the stack's own names, which is not to be had before it is issued."""


def makes_certificate(said: LoadBalancer) -> bool:
    """Whether a load balancer has a certificate of its own: for its names, where none is given."""
    return bool(said.domains) and not said.certificates


def build_certificate(said: LoadBalancer) -> tuple[Certificate, ...]:
    if not makes_certificate(said):
        return ()
    first, *others = said.domains
    return (Certificate(domain=first, alternatives=tuple(sorted(others))),)


def build_records(said: LoadBalancer, referred: References) -> tuple[Records, ...]:
    """The records of a load balancer's names, where it has some."""
    zone = said.zone
    if zone is None:  # without a domain there is none
        return ()
    return (
        Records(
            zone_id=_value(zone, referred),
            names=tuple(sorted(said.domains)),
            aliases=tuple(AliasRecord(label=label, type=kind) for label, kind in ipv6.record_types(said)),
            validated=tuple(_validated(said)) if makes_certificate(said) else (),
        ),
    )


def _validated(said: LoadBalancer) -> list[str]:
    """A wildcard has the record of the name that it is below (ACM/dns-validation)."""
    return sorted({name.removeprefix("*.") for name in said.domains})


def _value(said: str | Given, referred: References) -> Ref | str:
    return said if isinstance(said, str) else referred.value(said)


def is_tls(listener: ListenerSpec) -> bool:
    return listener.protocol in WITH_TLS


def policies(listener: ListenerSpec) -> tuple[str, ...]:
    """One where it speaks TLS: others have none."""
    return (listener.policy,) if listener.policy else ()


def certificates(key: str, balancer: LoadBalancer, referred: References) -> tuple[ListenerCertificate, ...]:
    """The certificates of a listener with TLS, the default one first."""
    listener = balancer.listeners[key]
    if not is_tls(listener):
        return ()
    said = listed_certificates(listener.certificate)
    if not said:
        return (ListenerCertificate(label=names.label(key), arn=ISSUED),)
    first, *more = (
        ListenerCertificate(label=_certificate_label(key, each), arn=_value(each, referred)) for each in said
    )
    return (first, *sorted(more, key=lambda each: each.label))


def _certificate_label(key: str, said: str | Given) -> Label:
    """Named for what it is, so that another one more or less renames none."""
    return names.label(key, names.digest(said) if isinstance(said, str) else name_of_reference(said))


def mutual_tls(listener: ListenerSpec, referred: References) -> tuple[MutualTls, ...]:
    said = listener.mutual_tls
    if said is None:
        return ()
    return (
        MutualTls(
            mode=said.mode,
            trust_store=(_value(said.trust_store, referred),) if said.trust_store else (),
            allow_expired=(True,) if said.allow_expired and said.trust_store else (),
        ),
    )


def headers(listener: ListenerSpec) -> Iterator[Header]:
    known = {name.lower(): part for name, part in facts.response_headers().items()}
    for name, value in sorted(listener.headers.items(), key=lambda header: header[0].lower()):
        argument = Label(f"routing_http_response_{known[name.lower()]}_header_value")
        yield Header(argument=argument, value=value)


# --- what is wrong with them


def meetings(listeners: Iterable[Listener]) -> Iterator[Problem]:
    """Certificates that would have one address in Terraform, although no two are the same: local.shop and
    {input: shop} of a listener, or b-c of listener a and c of listener a-b."""
    owners: dict[Label, str] = {}
    for listener in listeners:
        for each in listener.more_certificates:
            if other := owners.get(each.label):
                of = f'listeners "{other}" and "{listener.key}"'
                where = f'listener "{other}"' if other == listener.key else of
                message = f"two certificates of {where} would have the name {each.label} in Terraform"
                yield Problem("TG555", listener.at, message, "rename the input or the local of one of them")
            owners[each.label] = listener.key


def problems(balancer: Balancer, spec: Spec, at: Locate) -> Iterator[Problem]:
    """What contradicts the rest of the spec, or what ACM and Elastic Load Balancing refuse."""
    yield from _domain_problems(balancer, at)
    for key, listener in balancer.listeners:
        path = balancer.listener_path(key)
        yield from _protocol_problems(key, balancer, at)
        yield from _header_problems(listener, (*path, "headers"), at)
        yield from _policy_problems(listener, at((*path, "policy")))
        if listener.mutual_tls and (listener.mutual_tls.mode == "verify") == (
            listener.mutual_tls.trust_store is None
        ):
            yield _trust_store_problem(listener.mutual_tls.mode, at((*path, "mutual_tls")))
    yield from _place_problems(balancer, spec, at)
    yield from _issue_problems(balancer, at)


def _issue_problems(balancer: Balancer, at: Locate) -> Iterator[Problem]:
    """A listener takes a certificate that is issued; ACM has its ARN before."""
    for place in front_places(balancer):
        if "certificate" in place.path and (found := _before_it_is_issued(place)):
            message = (
                f"{printed_reference(found)} is there before the certificate is issued, and a listener "
                "cannot use it until then"
            )
            better = found._replace(
                first="aws_acm_certificate_validation", steps=(*found.steps[:-1], "certificate_arn")
            )
            hint = f"refer to {printed_reference(better)}, which waits for it"
            yield Problem("TG539", at((*place.path, "ref")), message, hint, "warning")


def _before_it_is_issued(place: Place) -> Traversal | None:
    """The reference to a certificate itself; None for others."""
    try:
        found = parse_reference(place.reference.ref or "")
    except NotAReferenceError:
        return None
    own = found.first == "aws_acm_certificate" and found.attribute in ("arn", "id")
    return found if own else None


def _shown(said: str | Given) -> str:
    if isinstance(said, str):
        return said
    return said.ref or said.input or "a join"


def _domain_problems(balancer: Balancer, at: Locate) -> Iterator[Problem]:
    domains, zone = balancer.said.domains, balancer.said.zone
    where = at((*balancer.path, "domain"))
    if domains and zone is None:
        message = f"domain needs the zone in which the records of {names.listed(domains)} belong"
        hint = "add zone: Z..., the ID of the hosted zone; or remove domain, and give a certificate"
        yield Problem("TG540", where, message, hint)
    if zone is not None and not domains:
        message = "zone needs a domain, whose records belong in it"
        yield Problem("TG540", at((*balancer.path, "zone")), message, "add domain: shop.example.com")
    if len({_apex(each) for each in domains}) > 1:
        message = f"one zone cannot hold both {domains[0]} and {_other_apex(domains)}"
        hint = "keep the names of one zone here, and write the rest in a .tf file of your own"
        yield Problem("TG541", where, message, hint)
    if domains and len(domains[0]) > _COMMON_NAME and makes_certificate(balancer.said):
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


def _protocol_problems(key: str, balancer: Balancer, at: Locate) -> Iterator[Problem]:
    """A listener has a certificate exactly where it speaks TLS."""
    listener, path = balancer.said.listeners[key], balancer.listener_path(key)
    said = listed_certificates(listener.certificate)
    if is_tls(listener):
        if repeated := [each for index, each in enumerate(said) if each in said[:index]]:
            message = f'listener "{key}" has a certificate twice: {_shown(repeated[0])}'
            yield Problem("TG542", at((*path, "certificate")), message, "remove one of them")
        if not listed_certificates(listener.certificate) and not makes_certificate(balancer.said):
            message = f'listener "{key}" speaks {listener.protocol} and has no certificate'
            yield Problem("TG542", at(path), message, "add certificate: ARN, or domain and zone")
        return
    for name in ("certificate", "policy", "mutual_tls"):
        if getattr(listener, name):
            message = f'listener "{key}" speaks {listener.protocol}, where {name} means nothing'
            hint = f"remove {name}, or write protocol: {'tls' if balancer.is_network else 'https'}"
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


def _place_problems(balancer: Balancer, spec: Spec, at: Locate) -> Iterator[Problem]:
    """A certificate of ACM is in the Region of the load balancer; IAM has none."""
    own_path: SpecPath = (*balancer.path, "certificate")
    said = [(own_path, each) for each in balancer.said.certificates]
    for key, listener in balancer.listeners:
        path = balancer.listener_path(key)
        own = listed_certificates(listener.certificate)
        if own != balancer.said.certificates:
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
