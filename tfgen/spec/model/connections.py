"""How services find each other, and what their tasks connect to."""

from typing import ClassVar, Literal

from tfgen.spec.model.sections import Given, Section
from tfgen.spec.model.values import (
    AnyCidr,
    AuthorityArn,
    CalleeHost,
    ConnectName,
    DnsLabel,
    KeyArn,
    PortName,
    PortNameOrRange,
    PortNumber,
    PortRange,
    PrefixListId,
    SecurityGroupId,
    TimeoutSeconds,
)


class ConnectTimeouts(Section, frozen=True):
    """When the proxies of Service Connect end what takes too long."""

    request: TimeoutSeconds | None = None
    """Seconds for the response to a request, of ports that speak HTTP or gRPC; 0 for no limit. Default: 15,
    which AWS sets."""
    idle: TimeoutSeconds | None = None
    """Seconds for which a connection may be idle; 0 for no limit. It ends requests that take longer, too.
    Default: 300, or 3600 for TCP, which AWS sets."""


class ConnectLogs(Section, frozen=True):
    """A log line for each request that passes through a proxy of Service Connect. `json` is `{format:
    json}`."""

    shorthand: ClassVar[str] = "format"

    format: Literal["json", "text"]
    """How lines are written."""
    query: bool = False
    """Whether lines have the query of requests, which may contain tokens and personal data."""


class ConnectTls(Section, frozen=True):
    """TLS between the proxies of Service Connect. `ARN` is `{authority: ARN}`."""

    shorthand: ClassVar[str] = "authority"

    authority: AuthorityArn | Given
    """The ARN of the private CA that issues the certificates, which has the tag AmazonECSManaged: true."""
    kms_key: KeyArn | Given | None = None
    """The symmetric KMS key that their private keys are encrypted with in Secrets Manager, whose policy lets
    the stack's role use it. Default: the key of AWS."""


class Connect(Section, frozen=True):
    """A Service Connect name. `connect: backend` is `connect: {name: backend}`."""

    shorthand: ClassVar[str] = "name"

    name: ConnectName
    """The host name that callers use."""
    port: PortNumber | PortName | None = None
    """The port of the service, by its name in `ports`; a number is an `alias_port`. Default: `http`, or the
    only one."""
    alias_port: PortNumber | None = None
    """The port that callers use, as in http://backend:PORT. Default: that of the container."""
    timeouts: ConnectTimeouts = ConnectTimeouts()
    """When the proxies end requests and connections. Requests of load balancers pass through them, too."""
    tls: ConnectTls | None = None
    """TLS from the proxies of callers to that of this service; applications speak without. Default: none."""


class ServiceDns(Section, frozen=True):
    """A name in the stack's private hosted zone. `dns: api` is `dns: {name: api}`."""

    shorthand: ClassVar[str] = "name"

    name: DnsLabel
    """The first part of the host name that callers use, as in api.shop.internal."""
    ports: list[PortName] = []
    """The ports that callers may connect to, by their names in `ports`. Default: `http`, or the only one."""


class Egress(Section, frozen=True):
    """What tasks may connect to: a range, a security group or a prefix list. `443` is `{port: 443}`, to any
    address; `10.1.0.0/16` is `{cidr: 10.1.0.0/16}`."""

    shorthand: ClassVar[str] = "cidr"
    shorthand_of_ports: ClassVar[str] = "port"

    cidr: AnyCidr | Given | None = None
    """The range to allow; of what only Terraform knows, IPv4. Default: 0.0.0.0/0 and, with `network.ipv6`,
    ::/0, where there is no security group and no prefix list."""
    security_group: SecurityGroupId | Given | None = None
    """The security group to allow, whose own rules must allow the tasks."""
    prefix_list: PrefixListId | Given | None = None
    """The prefix list to allow."""
    port: PortNumber | PortRange | None = None
    """The port to allow, or a range of ports. Default: 443; ICMP has none."""
    protocol: Literal["tcp", "udp", "icmp"] = "tcp"
    """The protocol to allow."""


class Ingress(Section, frozen=True):
    """What may connect to the tasks: a range, a security group or a prefix list. `10.1.0.0/16` is
    `{cidr: 10.1.0.0/16}`."""

    shorthand: ClassVar[str] = "cidr"

    cidr: AnyCidr | Given | None = None
    """The range to allow; of what only Terraform knows, IPv4."""
    security_group: SecurityGroupId | Given | None = None
    """The security group to allow."""
    prefix_list: PrefixListId | Given | None = None
    """The prefix list to allow."""
    port: PortNumber | PortNameOrRange | None = None
    """The port to allow, a range of ports, or a name in `ports`. Default: the container's port, or of several
    the one named `http`; ICMP has none."""
    protocol: Literal["tcp", "udp", "icmp"] = "tcp"
    """The protocol to allow."""


class Callee(Section, frozen=True):
    """What a service calls outside the stack: in a security group, or in a range."""

    port: PortNumber
    """The port that it listens on."""
    host: CalleeHost | None = None
    """The host name or the IPv4 address at which it is called, for people and checks. Default: what has the
    address."""
    security_group: SecurityGroupId | Given | None = None
    """Its security group. The stack adds a rule to it that allows the tasks to connect, so its other rules
    must not be inline ones."""
    cidr: AnyCidr | Given | None = None
    """The range of its addresses, whose security group must allow the tasks."""
    protocol: Literal["tcp", "udp"] = "tcp"
    """The protocol to allow."""
