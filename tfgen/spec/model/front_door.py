"""Load balancers, their listeners, and the requests that they route, redirect and answer."""

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from tfgen.spec.model.network import Network
from tfgen.spec.model.sections import Given, Ignores, Part, Section
from tfgen.spec.model.values import (
    WORLD,
    WORLD_IPV6,
    AnyCidr,
    BucketName,
    CertificateArn,
    ClaimName,
    ClaimValue,
    ClientId,
    CognitoDomain,
    CookieName,
    DnsName,
    DomainName,
    HeaderName,
    HeaderValue,
    HostPattern,
    HttpsUrl,
    ListenerArn,
    LoadBalancerArn,
    LoginScope,
    LogPrefix,
    Name,
    PathPattern,
    PortNumber,
    Priority,
    QueryKey,
    QueryValue,
    RedirectTarget,
    ResponseBody,
    ResponseHeader,
    ResponseStatus,
    RewriteText,
    RewrittenHost,
    RewrittenPath,
    SecurityGroupId,
    Text,
    TlsPolicy,
    TrustStoreArn,
    UserPoolArn,
    WebAclArn,
    ZoneId,
)


class Requests(Section, frozen=True):
    """Requests, by what they have in common."""

    shorthand: ClassVar[str] = "path"

    path: PathPattern | list[PathPattern] = "/"
    """Matches itself and everything below it; a path with * or ? matches only as a pattern. A list
    makes a listener rule for each path."""
    host: HostPattern | list[HostPattern] | None = None
    """Match only requests for this host. A list makes a listener rule for each host (and path)."""
    methods: list[
        Annotated[str, Meta(pattern=r"^[A-Z_-]{1,40}\Z", description="an HTTP method in capital letters")]
    ] = []
    """Match only requests with one of these methods."""
    headers: dict[HeaderName, HeaderValue | list[HeaderValue]] = {}
    """Match only requests that have each of these headers, with its value or one of its values. Neither names
    nor values are case-sensitive."""
    query: dict[QueryKey, QueryValue | list[QueryValue]] = {}
    """Match only requests that have each of these query parameters, with its value or one of its values.
    Neither is case-sensitive. AWS does not document whether it decodes percent-encoded requests first."""
    source: list[AnyCidr] = []
    """Match only requests from these ranges. It is the address that connects to the load balancer: behind a
    proxy or a CDN, theirs."""

    @property
    def paths(self) -> list[str]:
        return [self.path] if isinstance(self.path, str) else self.path

    @property
    def hosts(self) -> list[str | None]:
        """The hosts; None stands for any."""
        return [*self.host] if isinstance(self.host, list) else [self.host]


class Cognito(Section, frozen=True):
    """A client of a user pool in Cognito, which has a secret, the code grant and the same scopes."""

    user_pool: UserPoolArn | Given
    """The ARN of the user pool."""
    client: ClientId | Given
    """The ID of its client."""
    domain: CognitoDomain | Given
    """The prefix of its domain, or a domain of your own."""


class Oidc(Section, frozen=True):
    """A client of an OpenID Connect provider, whose `.well-known/openid-configuration` has the URLs."""

    issuer: HttpsUrl | Given
    """The issuer."""
    authorization_endpoint: HttpsUrl | Given
    """Where clients are sent."""
    token_endpoint: HttpsUrl | Given
    """Where the load balancer gets tokens; its name must be in public DNS."""
    user_info_endpoint: HttpsUrl | Given
    """Where the load balancer gets claims; its name must be in public DNS."""
    client_id: ClientId | Given
    """The ID of the client."""
    client_secret: Part
    """The secret of the client: only as `ref` or `input`. Terraform stores it in its state."""


class Claim(Section, frozen=True):
    """What a claim of a token must be. `reader` is `{values: reader}`."""

    shorthand: ClassVar[str] = "values"

    values: ClaimValue | list[ClaimValue]
    """One value or at most 10. AWS does not document whether a token needs all of several."""
    format: Literal["single-string", "string-array", "space-separated-values"] | None = None
    """How tokens write it. Default: space-separated-values for the claim `scope`; of others, single-string
    for one value and string-array for a list."""


class Jwt(Section, frozen=True):
    """JSON Web Tokens of clients that are programs, signed with RS256. Signature, `iss` and `exp` are always
    checked; `nbf` and `iat`, if a token has them."""

    issuer: HttpsUrl | Given
    """The issuer, as in the claim `iss`."""
    jwks: HttpsUrl | Given
    """The URL of its keys, which must be public: at most 10 keys, 150 KB."""
    claims: dict[ClaimName, Claim] = {}
    """At most 10 other claims that a token must have, such as `aud`."""


class Login(Section, frozen=True):
    """How clients log in: with one of `cognito`, `oidc` and `jwt`."""

    cognito: Cognito | None = None
    """A user pool in Cognito."""
    oidc: Oidc | None = None
    """Another provider."""
    jwt: Jwt | None = None
    """Tokens that requests must have in their `Authorization` header, with `provider: 6`. The other keys are
    not for them: without a valid token a request is refused."""
    scope: LoginScope = "openid"
    """What the load balancer asks the provider for; `openid` is needed."""
    session_timeout: Annotated[int, Meta(ge=1, le=604800, description="seconds from 1 to 604800")] = 604800
    """Seconds after which clients must log in again."""
    cookie: CookieName | None = None
    """The name of the session's cookie, which routes share where clients need to log in only once.
    Default: the names of the stack and of the login."""
    unauthenticated: Literal["authenticate", "deny", "allow"] = "authenticate"
    """What happens to requests without a session: clients are sent to the provider, get a 401, or pass."""
    params: dict[Text, Text] = {}
    """At most 10 parameters that the address of the provider gets in addition, such as `prompt: login`."""


class RouteLogin(Section, frozen=True):
    """The login that requests need. `office` is `{name: office}`."""

    shorthand: ClassVar[str] = "name"

    name: bool | Name = True
    """A login of `logins`; `true` is that of the service, or the only one, and `false` none."""
    unauthenticated: Literal["authenticate", "deny", "allow"] | None = None
    """What happens to requests without a session. Default: what the login says."""


class RewritePattern(Section, frozen=True):
    """A regular expression and what takes the place of its match."""

    regex: RewriteText
    """The expression: no lookaheads, lookbehinds, backreferences, atomic groups or possessive quantifiers."""
    replace: RewriteText
    """The text; `$1` stands for the first group."""


class Rewrite(Section, frozen=True):
    """What the service gets instead of what was requested. `/` is `{prefix: /}`."""

    shorthand: ClassVar[str] = "prefix"

    prefix: RewrittenPath | None = None
    """What takes the place of the route's path: with `/`, the path is removed."""
    url: RewritePattern | None = None
    """A rewrite of the path and the query, instead of `prefix`."""
    host: RewrittenHost | RewritePattern | None = None
    """A rewrite of the host, or the host."""


class Redirect(Section, frozen=True):
    """Where clients are sent. `https` is `{to: https}`."""

    shorthand: ClassVar[str] = "to"

    to: RedirectTarget
    """The name of a listener, whose protocol and port the new address has; a path; or a URL. What it does not
    name stays as it was requested: the host, the path, the query. In a path or a query, `#{host}`, `#{path}`
    (without its first slash) and `#{query}` stand for those of the request."""
    status: Literal[301, 302] = 301
    """301, which browsers keep, or 302."""


class Response(Section, frozen=True):
    """A response of the load balancer itself. `403` is `{status: 403}`."""

    shorthand: ClassVar[str] = "status"

    status: ResponseStatus
    """The status code: 2xx, 4xx or 5xx."""
    body: ResponseBody | None = None
    """Its text. Default: what the status code is called."""
    type: Literal["text/plain", "text/html", "text/css", "application/javascript", "application/json"] = (
        "text/plain"
    )
    """The type of the text."""


class Redirection(Requests, frozen=True):
    """Requests that the load balancer redirects or responds to itself; `/old` is `{path: /old}`."""

    to: RedirectTarget | None = None
    """Where clients are sent: as in `redirect`."""
    status: Literal[301, 302] = 301
    """301, which browsers keep, or 302."""
    respond: Response | None = None
    """A response of the load balancer itself, instead of `to`."""
    priority: Priority | None = None
    """The priority of the listener rule. Default: derived as that of a route."""
    login: RouteLogin | None = None
    """The login that clients need first. Default: none."""


class DefaultAction(Section, frozen=True):
    """What happens to requests that no route matches: one of these. `web` is `{service: web}`."""

    shorthand: ClassVar[str] = "service"

    service: Name | None = None
    """The service that gets them, as with a route `/` of its own."""
    respond: Response | None = None
    """A response of the load balancer itself."""
    redirect: Redirect | None = None
    """Where clients are sent."""


class MutualTls(Section, frozen=True):
    """Certificates of clients. `ARN` is `{trust_store: ARN}`."""

    shorthand: ClassVar[str] = "trust_store"

    trust_store: TrustStoreArn | Given | None = None
    """The ARN of the trust store with the authorities whose certificates are accepted."""
    mode: Literal["verify", "passthrough"] = "verify"
    """`verify` refuses clients without a valid certificate; `passthrough` accepts all of them and passes the
    certificate to the service in a header."""
    allow_expired: bool = False
    """Whether certificates that have expired are accepted."""


class Listener(Section, frozen=True):
    """A listener of the load balancer. `http: 80` is `http: {port: 80}`."""

    shorthand: ClassVar[str] = "port"

    port: PortNumber
    """The port that clients connect to."""
    protocol: Literal["http", "https", "tcp", "udp", "tls"] | None = None
    """What clients speak: http or https, or to a network load balancer tcp, udp or tls, which ends at the
    load balancer. Default: https where the listener has a `certificate`, or the load balancer has one or a
    `domain`; but http on port 80, and where the listener redirects on any port but 443. Of a network load
    balancer: tls where the listener has a `certificate`, otherwise tcp."""
    certificate: CertificateArn | Given | list[CertificateArn | Given] | None = None
    """The ARNs of its certificates: the first for clients that name no host, the others by the names in them.
    Default: those of the load balancer."""
    policy: TlsPolicy | None = None
    """The TLS security policy. Default: ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09 (TLS 1.3 and 1.2)."""
    mutual_tls: MutualTls | None = None
    """Certificates that clients must show. Default: none."""
    headers: dict[Text, ResponseHeader] = {}
    """Headers that the load balancer sets in every response, by name, such as Strict-Transport-Security."""
    server_header: bool = True
    """Whether responses of the load balancer itself name it in a `Server` header."""
    redirect: Redirect | None = None
    """Sends every request that no route matches elsewhere; the short form of `default: {redirect: ...}`."""
    default: DefaultAction | None = None
    """What happens to requests that no route matches. Default: a response with 404."""
    redirects: list[Redirection] = []
    """Requests that the load balancer redirects or responds to itself, beside the routes of services."""
    cidrs: list[AnyCidr] | None = None
    """The ranges of clients that may connect. Default: the load balancer's `cidrs`."""
    ignore: Ignores = None
    """Rules to ignore in this listener."""

    @property
    def redirects_the_rest(self) -> bool:
        """Whether what no route matches is sent elsewhere."""
        return self.redirect is not None or bool(self.default and self.default.redirect)


WITH_TLS = ("https", "tls")
"""The protocols of listeners that have certificates."""


def listed_certificates(said: str | Given | list[str | Given] | None) -> list[str | Given]:
    """The certificates of a key that takes one or several."""
    if said is None:
        return []
    return said if isinstance(said, list) else [said]


class ExistingLoadBalancer(Section, frozen=True):
    """A load balancer that exists. The stack adds rules to its listeners and changes nothing else."""

    listener_arns: dict[Name, ListenerArn | Given]
    """The ARNs of its listeners, by the names that routes use."""
    security_group: SecurityGroupId | Given
    """The ID of its security group, from which tasks accept requests."""
    dns_name: DnsName | Given | None = None
    """Its DNS name. Becomes an output of the stack."""
    arn: LoadBalancerArn | Given | None = None
    """Its ARN, which the ARNs of its listeners are compared with. Becomes an output of the stack."""


class ForwardedFor(Section, frozen=True):
    """What the load balancer does with the header X-Forwarded-For. `preserve` is `{mode: preserve}`."""

    shorthand: ClassVar[str] = "mode"

    mode: Literal["append", "preserve", "remove"] = "append"
    """Appends the client's address, leaves the header as it is, or removes it."""
    client_port: bool = False
    """Whether the client's port is appended, too."""


class LogDelivery(Section, frozen=True):
    """Where logs of the load balancer are stored. `true` is `{bucket: true}`."""

    shorthand: ClassVar[str] = "bucket"

    bucket: bool | BucketName | Given = True
    """A bucket that exists in the region of the stack and whose policy allows the delivery, or `true` for one
    of the stack's own; `false` stores no logs."""
    prefix: LogPrefix | None = None
    """The beginning of the logs' keys in the bucket. Default: none."""


class LoadBalancer(Section, frozen=True):
    """The load balancer, which is created if any service has routes and none is given."""

    type: Literal["application", "network"] = "application"
    """An Application Load Balancer for HTTP, or a Network Load Balancer for TCP, UDP and TLS, each of whose
    listeners has one route and no rules. A change replaces the load balancer."""
    certificate: CertificateArn | Given | list[CertificateArn | Given] | None = None
    """The ARNs of certificates for its listeners with TLS: the first for clients that name no host, the
    others by the names in them. With a `domain`, the records are created and no certificate is."""
    domain: DomainName | list[DomainName] = []
    """The names that lead to it. A certificate for them is created, records that prove to ACM who owns them,
    and records with the address of the load balancer."""
    zone: ZoneId | Given | None = None
    """The ID of the public hosted zone for the records of `domain`."""
    listeners: dict[Name, Listener] = field(default_factory=lambda: {"http": Listener(port=80)})
    """Its listeners, by name. Default: `http` on port 80; with a `certificate` or a `domain`, `https` on port
    443, and `http` on port 80, which redirects to it. A network load balancer has no default."""
    cidrs: list[AnyCidr] | None = None
    """The ranges of clients that may connect. Default: 0.0.0.0/0 and, where it has IPv6 addresses, ::/0; or
    the VPC's IPv4 range if it is internal."""
    idle_timeout: Annotated[int, Meta(ge=1, le=4000, description="seconds from 1 to 4000")] = 60
    """Seconds after which an idle connection is closed; applications should close theirs later."""
    existing: ExistingLoadBalancer | None = None
    """A load balancer that exists, instead of one of the stack's own."""
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """Whether clients on the internet can connect. An internal one is in the subnets that run tasks, for
    clients in the VPC and in networks connected to it. A change replaces the load balancer."""
    ip_address_type: Literal["ipv4", "dualstack", "dualstack-without-public-ipv4"] | None = None
    """Whether clients connect by IPv4, by IPv4 and IPv6, or on the internet by IPv6 alone. The last needs no
    public IPv4 addresses, which AWS charges for. Requests reach tasks by IPv4 either way. Default:
    `dualstack` with `network.ipv6` if it is internet-facing; otherwise `ipv4`, which must be written to
    return to it: AWS keeps what a removed key said."""
    deletion_protection: bool = False
    """Whether AWS refuses to delete the load balancer. `terraform destroy` and whatever replaces it then
    fail: set `false` and apply first."""
    client_keep_alive: Annotated[int, Meta(ge=60, le=604800, description="seconds from 60 to 604800")] = 3600
    """Seconds for which the connection of a client is kept at most."""
    desync: Literal["defensive", "strictest", "monitor"] = "defensive"
    """How requests that applications may read differently (request smuggling) are handled."""
    drop_invalid_headers: bool = True
    """Whether headers are removed whose names have other characters than letters, digits and hyphens."""
    preserve_host: bool = False
    """Whether tasks get the header Host as the client sent it, with its port."""
    x_forwarded_for: ForwardedFor = ForwardedFor()
    """What becomes of the header X-Forwarded-For of requests."""
    http2: bool = True
    """Whether clients can use HTTP/2, which they do with HTTPS only."""
    zonal_shift: bool = False
    """Whether Application Recovery Controller may shift traffic away from a zone."""
    cross_zone: bool = False
    """Whether a network load balancer sends connections to the tasks of all zones, and not from each zone
    only to tasks in it. AWS charges for data between zones. Application Load Balancers do so anyway."""
    capacity: (
        Annotated[int, Meta(ge=1, le=100_000, description="a number of LCUs from 1 to 100000")] | None
    ) = None
    """Capacity that AWS reserves for it, in load balancer capacity units (LCUs), for traffic that comes at
    once. It is charged by the hour, used or not; a request takes minutes to hours, and AWS allows two
    decreases a day. The least that AWS accepts is not confirmed: its examples have 100. Default: none."""
    access_logs: LogDelivery | None = None
    """Where a line for each request is stored. A bucket of the stack's own keeps them for the days of
    `logs.retention`, and must be emptied before it can be destroyed. Whether its policy suffices in China is
    not confirmed. Of a network load balancer, only connections of tls listeners, and only in a bucket that
    exists. Default: nowhere."""
    connection_logs: LogDelivery | None = None
    """Where a line for each connection of a client is stored, as `access_logs`. Default: nowhere."""
    health_check_logs: LogDelivery | None = None
    """Where results of health checks are stored, as `access_logs`, with `provider: 6`. Default: nowhere."""
    waf: WebAclArn | Given | None = None
    """The ARN of a web ACL of AWS WAF, which is associated with the load balancer."""
    ignore: Ignores = None
    """Rules to ignore in this section."""

    @property
    def is_internal(self) -> bool:
        return self.scheme == "internal"

    @property
    def is_network(self) -> bool:
        """Whether it forwards connections and datagrams, and reads no requests."""
        return self.type == "network"

    @property
    def certificates(self) -> list[str | Given]:
        """Those that are given."""
        return listed_certificates(self.certificate)

    @property
    def domains(self) -> list[str]:
        """The names that lead to it, in the case that DNS has them in."""
        said = [self.domain] if isinstance(self.domain, str) else self.domain
        return list(dict.fromkeys(name.lower() for name in said))

    @property
    def listener_names(self) -> list[str]:
        """The names that routes can use."""
        return list(self.existing.listener_arns if self.existing else self.listeners)


def usual_address_type(
    load_balancer: LoadBalancer, network: Network
) -> Literal["ipv4", "dualstack", "dualstack-without-public-ipv4"] | None:
    """The default IP address type of a load balancer of the stack's own. AWS's documents disagree on whether
    an internal one can have IPv6 addresses."""
    usual = (
        network.ipv6
        and not load_balancer.is_internal
        and load_balancer.existing is None
        and not load_balancer.is_network
    )
    return "dualstack" if usual else None


def usual_clients(load_balancer: LoadBalancer, network: Network) -> list[str]:
    """The default ranges of clients that may connect to a load balancer, whose IP address type is known."""
    if not load_balancer.is_internal:
        versions = {"dualstack": [WORLD, WORLD_IPV6], "dualstack-without-public-ipv4": [WORLD_IPV6]}
        return versions.get(load_balancer.ip_address_type or "ipv4", [WORLD])
    return [network.vpc.cidr if network.vpc else network.cidr]
