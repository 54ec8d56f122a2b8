"""TLS between the proxies of Service Connect: the role with which ECS handles the certificates.

Source: ECS/service-connect-tls, ECS/infrastructure_IAM_role.
"""

from collections.abc import Iterator

from tfgen.blueprint import existing, infrastructure, names, ports
from tfgen.blueprint.model import Attachment, ConnectTls, Policy, Role, Statement
from tfgen.blueprint.references import References, tls_of
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Problem
from tfgen.spec.model import Connect, Given, Service, Spec

LABEL = Label("connect_tls")
_POLICY = (
    "arn:{}:iam::aws:policy/service-role/"
    "AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity"
)
_ACTIONS = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair")


def of_name(said: Connect, references: References) -> Iterator[ConnectTls]:
    """What a Service Connect name has of TLS."""
    if said.tls:
        key = said.tls.kms_key
        yield ConnectTls(
            authority=_value(said.tls.authority, references),
            kms_key=() if key is None else (_value(key, references),),
            role=names.ref("aws_iam_role.{}.arn", LABEL),
        )


def role(spec: Spec, partition: str, references: References) -> tuple[Role, ...]:
    """The role of the stack, if a name has TLS."""
    if not tls_of(spec):
        return ()
    said = (each.kms_key for each in tls_of(spec) if each.kms_key is not None)
    keys = tuple(sorted({_value(key, references) for key in said}))
    statement = Statement(sid="EncryptPrivateKeys", actions=_ACTIONS, resources=keys)
    of_keys = Policy(label=LABEL, name="encrypt-private-keys", statements=(statement,))
    return (
        Role(
            label=LABEL,
            name=names.role(spec.name, "connect", "tls", spec.region),
            policies=(of_keys,) if keys else (),
            attachments=(Attachment(label=LABEL, arn=_POLICY.format(partition)),),
            trust=infrastructure.TRUST,
            paths=existing.role_paths(spec),
            boundaries=existing.role_boundaries(spec),
        ),
    )


def depends_on(service: Service) -> Iterator[Ref]:
    """What must outlive a service with TLS, which otherwise hangs when its tasks stop."""
    said = [each.tls for each in service.connects if each.tls]
    if said:
        yield names.ref("aws_iam_role_policy_attachment.{}", LABEL)
    if any(each.kms_key is not None for each in said):
        yield names.ref("aws_iam_role_policy.{}", LABEL)


def _value(said: str | Given, references: References) -> Ref | str:
    return references.value(said) if isinstance(said, Given) else said


# --- what is wrong with it


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """CAs and keys in another region, and ports that other things than proxies connect to."""
    for key, service in spec.services.items():
        routed = ports.routed(service)
        for index, each in enumerate(service.connects):
            path = (*at(("services", key, "connect", index)).path, "tls")
            for name in ("authority", "kms_key") if each.tls else ():
                arn = getattr(each.tls, name)
                region = arn.split(":")[3] if isinstance(arn, str) else spec.region
                if region != spec.region:
                    message = f"the {name} is in {region}, and the services in {spec.region}"
                    yield Problem(
                        "TG739", at((*path, name)), message, f"give one that exists in {spec.region}"
                    )
            if each.tls and each.port in routed:
                message = f'port "{each.port}" of "{key}" has routes, and its proxy would expect TLS there'
                hint = "give callers a port of their own: connect: {name: NAME, port: PORT, tls: ...}"
                yield Problem("TG740", at(path), message, hint)
