"""The spec as the user writes it: one class a section, one field a key.

The schema check, `tfgen show` and the reference in docs/spec.md follow from these classes. A type's
`Meta(description=...)` completes the sentence "expected ..."; a field's meaning is its docstring
line below it. `shorthand` names the field that a bare value sets: `port: 3000` is
`port: {number: 3000}`. `spec.defaults` replaces a default of None by a value derived from the rest of
the spec.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct, field

from tfgen.problems import SpecPath
from tfgen.spec.ways_out import USUAL, WAYS_OUT, WayOut

WORLD = "0.0.0.0/0"
HTTPS = 443

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\Z",
        max_length=64,
        description=(
            "a name of at most 64 lowercase letters, digits and single hyphens that begins with a letter"
        ),
    ),
]
ConnectName = Annotated[
    str,
    Meta(
        # ECS allows 64 characters for a discovery name: botocore, ecs ServiceConnectService.
        pattern=r"^[a-z0-9][a-z0-9_.-]*\Z",
        max_length=64,
        description="a host name of at most 64 lowercase letters, digits and . - _",
    ),
]
RegionName = Annotated[
    str, Meta(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\Z", description="a region such as us-east-1")
]
ZoneLetter = Annotated[str, Meta(pattern=r"^[a-h]\Z", description="the letter of a zone, a to h")]
ZoneCount = Annotated[int, Meta(ge=2, le=6, description="a number of zones from 2 to 6")]
Cidr = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}\Z",
        description="an IPv4 range such as 10.0.0.0/16",
    ),
]
PrefixLength = Annotated[int, Meta(ge=16, le=28, description="a prefix length from 16 to 28")]
PortNumber = Annotated[int, Meta(ge=1, le=65535, description="a port from 1 to 65535")]
PortRange = Annotated[
    str, Meta(pattern=r"^[0-9]{1,5}-[0-9]{1,5}\Z", description="a range of ports such as 8000-8100")
]
SecurityGroupId = Annotated[
    str, Meta(pattern=r"^sg-[0-9a-f]{8,17}\Z", description="the ID of a security group, sg-...")
]
PrefixListId = Annotated[
    str, Meta(pattern=r"^pl-[0-9a-f]{8,17}\Z", description="the ID of a prefix list, pl-...")
]
PathPattern = Annotated[
    str,
    Meta(
        # The characters and the length that a path condition takes: botocore, elbv2 RuleCondition.
        pattern=r"^/[A-Za-z0-9_.$/~\"'@:+*?&-]*\Z",
        max_length=126,
        description=(
            'a URL path that begins with "/" (at most 126 characters, no spaces; * and ? are wildcards)'
        ),
    ),
]
HostPattern = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9*?-]+(\.[A-Za-z0-9*?-]+)*\.([A-Za-z*?]+|[Xx][Nn]--[A-Za-z0-9-]*[A-Za-z0-9])\Z",
        max_length=128,
        description="a host name such as api.example.com (* and ? are wildcards)",
    ),
]
HeaderName = Annotated[
    str,
    Meta(
        # The load balancer drops headers with other characters (drop_invalid_header_fields).
        pattern=r"^[A-Za-z0-9-]+\Z",
        max_length=40,
        description="the name of a header: at most 40 letters, digits and hyphens (no wildcards)",
    ),
]
HeaderValue = Annotated[
    str,
    Meta(
        # Whether "\\" escapes anything in a header's value is not documented.
        pattern=r"^[!-\[\]-~]([ -\[\]-~]*[!-\[\]-~])?\Z",
        max_length=128,
        description=(
            "the value of a header: at most 128 ASCII characters without a backslash (* and ? are wildcards)"
        ),
    ),
]
QueryKey = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.~!$'(),;:@/\[\]+-]+\Z",
        max_length=128,
        description="the name of a query parameter: at most 128 characters (no wildcards, no = & # %)",
    ),
]
QueryValue = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_.~!$'(),;:@/\[\]+=*?-]+\Z",
        max_length=128,
        description=(
            "the value of a query parameter: at most 128 characters, no spaces, no & # % "
            "(* and ? are wildcards)"
        ),
    ),
]
Priority = Annotated[int, Meta(ge=1, le=50000, description="a priority from 1 to 50000")]
Weight = Annotated[int, Meta(ge=0, le=999, description="a weight from 0 to 999")]
HealthPath = Annotated[
    str,
    Meta(pattern=r"^/[!-~]*\Z", max_length=1024, description='a path that begins with "/"'),
]
HttpCodes = Annotated[
    str,
    Meta(
        pattern=r"^[2-4][0-9]{2}([,-][2-4][0-9]{2})*\Z",
        description='HTTP codes from 200 to 499, such as "200" or "200-399"',
    ),
]
Image = Annotated[
    str,
    Meta(
        # The grammar of references in the distribution specification: host, repository, tag, digest.
        pattern=r"^([A-Za-z0-9.-]+(:[0-9]+)?/)?PART(/PART)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?\Z".replace(
            "PART", r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
        ),
        max_length=1024,
        description="a container image such as REGISTRY/REPOSITORY:TAG",
    ),
]
Text = Annotated[str, Meta(description='text (quote what looks like another type: "1.10", "true")')]
EnvironmentName = Annotated[
    str, Meta(pattern=r"^[^\s=]+\Z", description="a variable name without spaces and =")
]
SecretSource = Annotated[
    str,
    Meta(
        pattern=r"^(arn:aws[a-z-]*:(secretsmanager|ssm):[a-z0-9-]+:[0-9]{12}:(secret:|parameter/)\S+|/\S+)\Z",
        description="the ARN of a Secrets Manager secret or an SSM parameter, or the /path of a parameter",
    ),
]
Traversal = Annotated[
    str,
    Meta(
        max_length=512,
        description="a value of Terraform, such as aws_db_instance.main.address or module.db.endpoint",
    ),
]
VpcId = Annotated[
    str, Meta(pattern=r"^vpc-[0-9a-f]{8,17}\Z", description="the ID of a VPC, such as vpc-0a1b2c3d4e5f60718")
]
SubnetId = Annotated[
    str,
    Meta(
        pattern=r"^subnet-[0-9a-f]{8,17}\Z",
        description="the ID of a subnet, such as subnet-0a1b2c3d4e5f60718",
    ),
]
RouteTableId = Annotated[
    str,
    Meta(
        pattern=r"^rtb-[0-9a-f]{8,17}\Z",
        description="the ID of a route table, such as rtb-0a1b2c3d4e5f60718",
    ),
]
InputName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*\Z",
        max_length=64,
        description="a name of lowercase letters, digits and single underscores that begins with a letter",
    ),
]
RouteTarget = Annotated[
    str,
    Meta(
        pattern=r"^(pcx|tgw|vgw|eni)-([0-9a-f]{8}|[0-9a-f]{17})\Z",
        description=(
            "the ID of a peering connection (pcx-), a transit gateway (tgw-), a virtual private gateway "
            "(vgw-) or a network interface (eni-)"
        ),
    ),
]
AllocationId = Annotated[
    str,
    Meta(
        pattern=r"^eipalloc-([0-9a-f]{8}|[0-9a-f]{17})\Z",
        description="the allocation ID of an Elastic IP address, such as eipalloc-0123456789abcdef0",
    ),
]
JsonKey = Annotated[
    str, Meta(pattern=r"^[^\s:]+\Z", max_length=256, description="a JSON key without spaces and colons")
]
ListenerArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:listener/app(/[A-Za-z0-9-]+){3}\Z",
        description="the ARN of a listener of an Application Load Balancer",
    ),
]
LoadBalancerArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/app(/[A-Za-z0-9-]+){2}\Z",
        description="the ARN of an Application Load Balancer",
    ),
]
DnsName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z",
        max_length=253,
        description="a DNS name such as shared-1234567890.us-east-1.elb.amazonaws.com",
    ),
]
CertificateArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:(acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+|iam::[0-9]{12}:server-certificate/[!-~]+)\Z",
        description="the ARN of a certificate in ACM, or of a server certificate in IAM",
    ),
]
DomainName = Annotated[
    str,
    Meta(
        # botocore, acm DomainNameString.
        pattern=r"^(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])\Z",
        max_length=253,
        description="a domain name such as shop.example.com, or *.shop.example.com for all names below it",
    ),
]
ZoneId = Annotated[
    str,
    Meta(
        # botocore, route53 ResourceId: 32 characters at most.
        pattern=r"^Z[A-Z0-9]{4,31}\Z",
        description="the ID of a hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ",
    ),
]
TlsPolicy = Annotated[
    str,
    Meta(
        pattern=r"^ELBSecurityPolicy-[A-Za-z0-9-]+\Z",
        description="the name of a TLS security policy, such as ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    ),
]
TrustStoreArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:truststore(/[A-Za-z0-9-]+){2}\Z",
        description="the ARN of a trust store of Elastic Load Balancing",
    ),
]
RedirectTarget = Annotated[
    str,
    Meta(
        pattern=r"^([a-z][a-z0-9-]*|/[!-~]*|https?://[!->@-~]+([/?][!-~]*)?)\Z",
        max_length=399,
        description="the name of a listener, a path that begins with /, or a URL such as https://www.example.com",
    ),
]
ResponseStatus = Annotated[int, Meta(ge=200, le=599, description="a status code: 2xx, 4xx or 5xx")]
ResponseBody = Annotated[str, Meta(max_length=1024, description="text of at most 1024 characters")]
ResponseHeader = Annotated[
    str, Meta(pattern=r"^[ -~]+\Z", max_length=1024, description="the value of a header, in ASCII")
]
ClusterArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]{1,255}\Z",
        description="the ARN of an ECS cluster",
    ),
]
RoleArn = Annotated[
    str,
    Meta(
        # IAM/reference_iam-quotas: a path and a name of these characters.
        pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/([!-.0-~]+/)*[A-Za-z0-9_+=,.@-]{1,64}\Z",
        description="the ARN of an IAM role",
    ),
]
PolicyArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/([!-.0-~]+/)*[A-Za-z0-9_+=,.@-]{1,128}\Z",
        description="the ARN of a managed IAM policy",
    ),
]
IamPath = Annotated[
    str,
    Meta(
        pattern=r"^/([!-.0-~]+/)*\Z",
        max_length=512,
        description='an IAM path that begins and ends with "/", such as /apps/',
    ),
]
AwsService = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*\Z",
        description="the endpoint name of an AWS service, such as s3, sqs or secretsmanager",
    ),
]
TagKey = Annotated[
    str,
    Meta(
        # AWS: 128 characters, and aws: is its own.
        pattern=r"^(?!aws:)[\s\S]+\Z",
        max_length=128,
        description="a tag key (at most 128 characters, not beginning with aws:)",
    ),
]
TagValue = Annotated[str, Meta(max_length=256, description="text of at most 256 characters (quote numbers)")]
BucketName = Annotated[
    str,
    Meta(
        # AmazonS3/latest/userguide/bucketnamingrules.html. Not refused is -s3alias: the alias of an access
        # point stands where a bucket's name does.
        pattern=r"^(?!xn--|sthree-|amzn-s3-demo-)(?![0-9]{1,3}(\.[0-9]{1,3}){3}\Z)(?!.*\.\.)"
        r"(?!.*(\.mrap|--ol-s3|--table-s3)\Z)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z",
        description=(
            "the name of an S3 bucket (3 to 63 lowercase letters, digits, hyphens and single dots; no IP "
            "address, no reserved prefix)"
        ),
    ),
]
ResourceAddress = Annotated[
    str,
    Meta(
        pattern=r"^\S+\Z",
        description="the address of a generated resource, such as module.load_balancer.aws_lb.main",
    ),
]
Argument = Annotated[
    str, Meta(pattern=r"^[a-z_][a-z0-9_]*\Z", description="the name of an argument, such as idle_timeout")
]
TrafficName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*\Z",
        description="internet, clients, ecr, or the endpoint name of an AWS service, such as s3 or logs",
    ),
]
Gigabytes = Annotated[int, Meta(ge=0, le=10_000_000, description="a number of GB from 0 to 10000000")]
TaskCount = Annotated[int, Meta(ge=0, le=5000, description="a number of tasks from 0 to 5000")]
StateKey = Annotated[
    str,
    Meta(
        # Terraform's backend refuses a "/" at either end.
        pattern=r"^[^/\s]([^\n]*[^/\n])?\Z",
        max_length=1024,
        description='an S3 key that neither begins nor ends with "/"',
    ),
]


WebAclArn = Annotated[
    str,
    Meta(
        # A regional one: those of CloudFront are global. wafv2 AssociateWebACL.
        pattern=r"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{1,36}\Z",
        description="the ARN of a regional web ACL of AWS WAF",
    ),
]
LogPrefix = Annotated[
    str,
    Meta(
        # ELB/enable-access-logging: not AWSLogs, and no slash at either end.
        pattern=r"^(?!.*AWSLogs)[A-Za-z0-9!_.()-]+(/[A-Za-z0-9!_.()-]+)*\Z",
        max_length=256,
        description='a prefix of S3 keys without "AWSLogs" and without "/" at either end',
    ),
]
CookieName = Annotated[
    str,
    Meta(
        # The characters of a token: RFC 6265.
        pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z",
        max_length=128,
        description="the name of a cookie (at most 128 characters, no spaces)",
    ),
]


class Section(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A mapping of the spec."""

    shorthand: ClassVar[str] = ""
    shorthand_of_ports: ClassVar[str] = ""
    """What a bare number or a range of numbers sets, where that is another key."""
    replaceable: ClassVar[Mapping[str, str]] = {}
    """Keys that are required, each with the key that takes its place."""

    @classmethod
    def short_key(cls, value: object) -> str:
        """The key that a bare value sets."""
        if cls.shorthand_of_ports and re.fullmatch(r"[0-9]+(-[0-9]+)?", str(value)):
            return cls.shorthand_of_ports
        return cls.shorthand


class Part(Section, frozen=True):
    """A value that only Terraform knows, in a `join` or in the place of an ID: one of these."""

    ref: Traversal | None = None
    """A value of Terraform in the root of the stack: of a resource, a data source, a module, a local or a
    variable."""
    input: InputName | None = None
    """A variable of the root that tfgen writes; `inputs` describes it."""


class Given(Section, frozen=True):
    """A value that only Terraform knows: one of these."""

    ref: Traversal | None = None
    """A value of Terraform in the root of the stack: of a resource, a data source, a module, a local or a
    variable."""
    input: InputName | None = None
    """A variable of the root that tfgen writes; `inputs` describes it."""
    join: list[Text | Part] | None = None
    """Texts and references, one after another."""


class GivenSecret(Section, frozen=True):
    """A secret that only Terraform knows, or one key of it: one of `ref`, `secret` and `parameter`."""

    ref: Traversal | None = None
    """The ARN of a secret or a parameter, whose type says which of the two."""
    secret: Text | Part | None = None
    """The ARN of a secret in Secrets Manager."""
    parameter: Text | Part | None = None
    """The ARN of a parameter in Systems Manager."""
    key: JsonKey | None = None
    """A key of the JSON in a secret. Default: the whole secret."""


class InputVariable(Section, frozen=True):
    """A variable of the root. `Where jobs come from` is `{description: Where jobs come from}`."""

    shorthand: ClassVar[str] = "description"

    description: Text = ""
    """What it is for."""
    type: Literal["string", "number", "bool"] = "string"
    """Its type."""
    default: Text | None = None
    """Its value where nobody sets one. Default: none, so that Terraform asks for it."""
    sensitive: bool = False
    """Whether Terraform hides its value."""
    pattern: Text | None = None
    """A regular expression (RE2) that its value must match."""


class Ignore(Section, frozen=True):
    """A rule to ignore here. `TG304` is `{rule: TG304}`, but give a reason."""

    shorthand: ClassVar[str] = "rule"

    rule: Annotated[str, Meta(description="the number of a rule, such as TG304")]
    """The rule; `tfgen explain` lists them."""
    reason: Text = ""
    """Why it is not a problem here. Without a reason, tfgen warns."""


Ignores = list[Ignore] | None


class Backend(Section, frozen=True):
    """The S3 bucket in which Terraform stores its state."""

    bucket: BucketName
    """An existing bucket."""
    key: StateKey | None = None
    """The key of the state in the bucket. Default: NAME/REGION/terraform.tfstate."""
    region: RegionName | None = None
    """The region of the bucket. Default: the region of the stack."""


class Subnets(Section, frozen=True):
    """The sizes of subnets as prefix lengths, or the exact range for each zone."""

    public: PrefixLength | dict[ZoneLetter, Cidr] | None = None
    """Public subnets. Default: 6 bits longer than the VPC's prefix (a /22 in a /16), up to /27."""
    private: PrefixLength | dict[ZoneLetter, Cidr] | None = None
    """Private subnets. Default: 4 bits longer than the VPC's prefix (a /20 in a /16), up to /28."""
    database: bool | PrefixLength | dict[ZoneLetter, Cidr] | None = None
    """Subnets for databases, without a route to the internet. `true`: 6 bits longer than the VPC's prefix
    (a /22 in a /16), up to /28. Default: none."""


def usual_subnets(cidr: str) -> Subnets:
    """The default sizes of subnets in a VPC's range."""
    length = int(cidr.rpartition("/")[2])
    # A load balancer wants a /27 or larger in each zone (aws.md section 5); AWS ends at /28.
    return Subnets(
        public=min(length + 6, max(27, length)), private=min(length + 4, 28), database=min(length + 6, 28)
    )


class Nat(Section, frozen=True):
    """The NAT gateways. `single` is `{zones: single}`."""

    shorthand: ClassVar[str] = "zones"

    zones: Literal["per-zone", "single"] | list[ZoneLetter] = "per-zone"
    """One NAT gateway in each zone, one for all zones, or one in each of these zones; a zone without one uses
    that of the next listed zone."""
    addresses: dict[ZoneLetter, AllocationId | Part] = {}
    """Elastic IP addresses of your own, by zone. Default: tfgen creates one for each NAT gateway."""


class NetworkRoute(Section, frozen=True):
    """A route to another network, through a gateway or a connection of your own."""

    to: Cidr
    """The range of the other network."""
    via: RouteTarget | Part
    """The target of the route."""
    kind: Literal["peering", "transit-gateway", "vpn-gateway", "network-interface"] | None = None
    """What the target is. Default: what its ID or the type of its resource says."""


class ExistingVpc(Section, frozen=True):
    """A VPC that exists. Nothing of it is changed but what the spec asks for: endpoints that it lacks and the
    services need are created in it, and `routes` are added to its route tables."""

    id: VpcId | Part
    """Its ID."""
    cidr: Cidr
    """Its range, in which all the subnets below are."""
    way_out: Literal["public", "nat", "endpoints", "nat+endpoints"]
    """How tasks reach what is outside the VPC, as its routes are now; tfgen cannot check it. With endpoints,
    those that the services need and `endpoints` does not list are created."""
    public_subnets: dict[ZoneLetter, SubnetId | Part] = {}
    """Its public subnets, by zone, for the load balancer, and with `way_out: public` for tasks."""
    private_subnets: dict[ZoneLetter, SubnetId | Part] = {}
    """Its private subnets, by zone, for tasks."""
    endpoints: list[AwsService] = []
    """The VPC endpoints that it has; those with an interface have private DNS."""
    endpoint_security_group: SecurityGroupId | Part | None = None
    """The security group of the interface endpoints that it has. Default: unknown, so that tasks may connect
    to port 443 in the whole range."""
    prefix_lists: dict[AwsService, PrefixListId | Part] = {}
    """The prefix lists of the gateway endpoints that it has. Needed where tasks may not connect to the
    internet."""
    route_tables: list[RouteTableId | Part] = []
    """The route tables of the subnets that run tasks, for gateway endpoints and routes to create. Default:
    none, so that neither is created."""

    @property
    def values(self) -> Iterator[tuple[SpecPath, str | Part]]:
        """The IDs in it, each with its path."""
        yield ("id",), self.id
        for key, subnets in (
            ("public_subnets", self.public_subnets),
            ("private_subnets", self.private_subnets),
        ):
            yield from (((key, zone), subnet) for zone, subnet in subnets.items())
        if self.endpoint_security_group is not None:
            yield ("endpoint_security_group",), self.endpoint_security_group
        yield from ((("prefix_lists", name), each) for name, each in self.prefix_lists.items())
        yield from ((("route_tables", index), each) for index, each in enumerate(self.route_tables))


class Network(Section, frozen=True):
    """The VPC and its egress."""

    replaceable: ClassVar[Mapping[str, str]] = {"egress": "vpc"}
    of_created: ClassVar[tuple[str, ...]] = (*("egress", "cidr", "zones", "nat", "nat_zone", "subnets"),)
    """The keys that describe a VPC to create."""

    egress: Literal["public", "nat", "endpoints", "nat+endpoints"] | None = None
    """How tasks reach what is outside the VPC. Required, but for a `vpc` that exists."""
    cidr: Cidr = "10.0.0.0/16"
    """The range of the VPC, /16 to /28. Two zones with subnets of the default sizes need at least a /25."""
    zones: ZoneCount | list[ZoneLetter] = 2
    """The number of zones, or their letters."""
    nat: Nat = Nat()
    """The NAT gateways: `per-zone`, `single`, or the zones that have one. Default: `per-zone`."""
    nat_zone: ZoneLetter | None = None
    """The zone of the single NAT gateway. Default: the first zone."""
    subnets: Subnets = Subnets()
    """The sizes or ranges of the subnets."""
    routes: list[NetworkRoute] = []
    """Routes to other networks, from the subnets that run tasks and from database subnets. In a VPC that
    exists: in its `route_tables`."""
    endpoints: list[AwsService] = []
    """VPC endpoints in addition to those that tfgen derives."""
    service_connect_endpoint: bool = True
    """Whether `egress: endpoints` includes an ecs-agent endpoint for Service Connect's proxy."""
    vpc: ExistingVpc | None = None
    """A VPC that exists, instead of one that is created."""
    ignore: Ignores = None
    """Rules to ignore in this section."""

    @property
    def way_out(self) -> WayOut:
        return WAYS_OUT[self.said_way_out[1]]

    @property
    def said_way_out(self) -> tuple[str, str]:
        """The key that says how tasks reach what is outside, and its value."""
        if self.vpc:
            return "vpc.way_out", self.vpc.way_out
        return "egress", self.egress or USUAL

    @property
    def nat_zones(self) -> list[str]:
        """The zones with a NAT gateway, where there are any; known once zones are filled in."""
        if isinstance(self.nat.zones, list):
            return sorted(set(self.nat.zones))
        zones = self.zones if isinstance(self.zones, list) else []
        if self.nat.zones == "single":
            return [self.nat_zone or zones[0]] if zones else []
        return zones


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
    source: list[Cidr] = []
    """Match only requests from these ranges. It is the address that connects to the load balancer: behind a
    proxy or a CDN, theirs."""

    @property
    def paths(self) -> list[str]:
        return [self.path] if isinstance(self.path, str) else self.path

    @property
    def hosts(self) -> list[str | None]:
        """The hosts; None stands for any."""
        return [*self.host] if isinstance(self.host, list) else [self.host]


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
    protocol: Literal["http", "https"] | None = None
    """What clients speak. Default: https where the listener has a `certificate`, or the load balancer has one
    or a `domain`; but http on port 80, and where the listener redirects on any port but 443."""
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
    cidrs: list[Cidr] | None = None
    """The ranges of clients that may connect. Default: the load balancer's `cidrs`."""
    ignore: Ignores = None
    """Rules to ignore in this listener."""

    @property
    def redirects_the_rest(self) -> bool:
        """Whether what no route matches is sent elsewhere."""
        return self.redirect is not None or bool(self.default and self.default.redirect)


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
    """The Application Load Balancer, which is created if any service has routes and none is given."""

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
    443, and `http` on port 80, which redirects to it."""
    cidrs: list[Cidr] | None = None
    """The ranges of clients that may connect. Default: 0.0.0.0/0, or the VPC's range if it is internal."""
    idle_timeout: Annotated[int, Meta(ge=1, le=4000, description="seconds from 1 to 4000")] = 60
    """Seconds after which an idle connection is closed; applications should close theirs later."""
    existing: ExistingLoadBalancer | None = None
    """A load balancer that exists, instead of one of the stack's own."""
    scheme: Literal["internet-facing", "internal"] = "internet-facing"
    """Whether clients on the internet can connect. An internal one is in the subnets that run tasks, for
    clients in the VPC and in networks connected to it. A change replaces the load balancer."""
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
    access_logs: LogDelivery | None = None
    """Where a line for each request is stored. A bucket of the stack's own keeps them for the days of
    `logs.retention`, and must be emptied before it can be destroyed. Whether its policy suffices in China is
    not confirmed. Default: nowhere."""
    connection_logs: LogDelivery | None = None
    """Where a line for each connection of a client is stored, as `access_logs`. Default: nowhere."""
    waf: WebAclArn | Given | None = None
    """The ARN of a web ACL of AWS WAF, which is associated with the load balancer."""
    ignore: Ignores = None
    """Rules to ignore in this section."""

    @property
    def is_internal(self) -> bool:
        return self.scheme == "internal"

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


def usual_clients(load_balancer: LoadBalancer, network: Network) -> list[str]:
    """The default ranges of clients that may connect to a load balancer."""
    if not load_balancer.is_internal:
        return [WORLD]
    return [network.vpc.cidr if network.vpc else network.cidr]


class Logs(Section, frozen=True):
    """CloudWatch log groups."""

    retention: Annotated[int, Meta(description="a number of days")] = 30
    """Days after which log lines are deleted."""


class Port(Section, frozen=True):
    """The container's port. `port: 3000` is `port: {number: 3000}`."""

    shorthand: ClassVar[str] = "number"

    number: PortNumber
    """The port that the container listens on."""
    was: PortNumber | None = None
    """The previous port, while running tasks still use it: security groups allow both ports."""
    protocol: Literal["http", "http2", "grpc", "tcp"] = "http"
    """The protocol that Service Connect's proxy uses."""


class Route(Requests, frozen=True):
    """Requests that the load balancer sends to this service, with the whole path: no prefix is removed.
    `/api` is `{path: /api}`."""

    weight: Weight | None = None
    """The share of the requests that this service gets of a route that several services have: of 90 and 10,
    nine tenths and one. With 0, it gets none. AWS does not document that others take over the share of a
    service without healthy tasks: give a new one 0 first."""
    sticky: Annotated[int, Meta(ge=1, le=604800, description="seconds from 1 to 604800")] | None = None
    """Seconds for which a client stays with the service that got its first request, where the weights of a
    route divide them."""
    listener: Name | None = None
    """The listener of this route. Default: the service's `listener`."""
    priority: Priority | None = None
    """The priority of the listener rule. Default: derived from the route; more specific routes come first."""


class HealthCheck(Section, frozen=True):
    """How the load balancer checks a task. `health_check: /healthz` is `{path: /healthz}`."""

    shorthand: ClassVar[str] = "path"

    path: HealthPath | None = None
    """The path to request. Health checks bypass the routes and have the task's IP address as the host.
    Default: /."""
    codes: HttpCodes | None = None
    """The codes that count as healthy. Default: 200-399, or 200-499 (all except server errors) if the spec
    sets no path and the service has no route /."""
    interval: Annotated[int, Meta(ge=5, le=300, description="seconds from 5 to 300")] = 15
    """Seconds between checks."""
    timeout: Annotated[int, Meta(ge=2, le=120, description="seconds from 2 to 120")] = 5
    """Seconds to wait for a response; less than the interval."""
    healthy: Annotated[int, Meta(ge=2, le=10, description="a number of checks from 2 to 10")] = 2
    """Consecutive successful checks after which a task is healthy."""
    unhealthy: Annotated[int, Meta(ge=2, le=10, description="a number of checks from 2 to 10")] = 3
    """Consecutive failed checks after which a task is unhealthy."""


class Connect(Section, frozen=True):
    """The Service Connect name. `connect: backend` is `connect: {name: backend}`."""

    shorthand: ClassVar[str] = "name"

    name: ConnectName
    """The host name that callers use."""
    port: PortNumber | None = None
    """The port that callers use, as in http://backend:PORT. Default: the container's port."""


class Egress(Section, frozen=True):
    """What tasks may connect to: a range, a security group or a prefix list. `443` is `{port: 443}`, to any
    address; `10.1.0.0/16` is `{cidr: 10.1.0.0/16}`."""

    shorthand: ClassVar[str] = "cidr"
    shorthand_of_ports: ClassVar[str] = "port"

    cidr: Cidr | Given | None = None
    """The range to allow. Default: 0.0.0.0/0, where there is no security group and no prefix list."""
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

    cidr: Cidr | Given | None = None
    """The range to allow."""
    security_group: SecurityGroupId | Given | None = None
    """The security group to allow."""
    prefix_list: PrefixListId | Given | None = None
    """The prefix list to allow."""
    port: PortNumber | PortRange | None = None
    """The port to allow, or a range of ports. Default: the container's port; ICMP has none."""
    protocol: Literal["tcp", "udp", "icmp"] = "tcp"
    """The protocol to allow."""


class Roles(Section, frozen=True):
    """Roles that exist, for which the stack creates no role and no policy."""

    execution: RoleArn | Given | None = None
    """The ARN of the role with which ECS starts tasks. Default: a role of the stack's own."""
    task: RoleArn | Given | None = None
    """The ARN of the role of the application. Default: a role of the stack's own."""


class Sticky(Section, frozen=True):
    """Sessions that stay with a task. `true` is `{enabled: true}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """`false` turns off what was on: AWS keeps what a removed key said."""
    duration: Annotated[int, Meta(ge=1, le=604800, description="seconds from 1 to 604800")] = 86400
    """Seconds for which requests of a client go to the same task."""
    cookie: CookieName | None = None
    """The application's own cookie that begins a session. Default: a cookie of the load balancer."""


class Service(Section, frozen=True):
    """One ECS service on Fargate with one container."""

    image: Image | Given
    """The image to run. A text is also a Terraform variable, which can set another tag or digest."""
    port: Port | None = None
    """The container's port. Default: none, for a worker that accepts no connections."""
    routes: list[Route] = []
    """The requests that the load balancer sends to this service, by path."""
    listener: Name | None = None
    """The listener of the routes. Default: `http`, or the only listener."""
    health_check: HealthCheck = HealthCheck()
    """How the load balancer checks whether a task is healthy."""
    grace_period: Annotated[int, Meta(ge=0, le=2147483647, description="a number of seconds")] = 60
    """Seconds after the start of a task during which failed health checks do not count. Must cover a slow
    start and the checks that make a task healthy."""
    connect: Connect | None = None
    """The Service Connect name by which other services call this one."""
    calls: list[Name] = []
    """The services that this one calls by their Service Connect names."""
    cpu: Annotated[int, Meta(description="a number of CPU units (1024 are one vCPU)")] = 512
    """The CPU units of each task."""
    memory: Annotated[int, Meta(description="a number of MiB (1 GiB is 1024)")] | None = None
    """The memory of each task. Default: the smallest size that Fargate offers for `cpu` with at least 2 GiB
    per vCPU."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """The CPU architecture that the image is built for."""
    count: TaskCount = 2
    """The number of tasks to run."""
    command: list[Text] = []
    """Replaces the image's command."""
    environment: dict[EnvironmentName, str | int | Given] = {}
    """Environment variables that are not secret."""
    secrets: dict[EnvironmentName, SecretSource | GivenSecret] = {}
    """Environment variables that ECS reads from Secrets Manager or SSM when a task starts."""
    uses: list[AwsService] = []
    """AWS services that the application calls. Opens a network path to them; you attach the permissions."""
    egress: Literal["all"] | list[Egress] | None = None
    """What tasks may connect to besides what the spec tells anyway; `all` is every protocol and port.
    Default: port 443 of 0.0.0.0/0 with NAT gateways or public subnets, otherwise nothing."""
    ingress: list[Ingress] = []
    """What may connect to the tasks besides the load balancer and callers."""
    was: Name | list[Name] = []
    """Earlier names of this service, oldest first, including one that it has again. The service keeps the
    oldest in AWS, so that renaming replaces nothing."""
    exec: bool = False
    """Whether `aws ecs execute-command` can open a shell in a task."""
    roles: Roles = Roles()
    """Roles that exist, for this service to use."""
    deregistration_delay: Annotated[int, Meta(ge=0, le=3600, description="seconds from 0 to 3600")] = 60
    """Seconds for which requests in flight may go on when a task is stopped; a deployment waits for them."""
    slow_start: Annotated[int, Meta(ge=0, le=900, description="seconds from 0 to 900")] = 0
    """Seconds, 30 or more, during which the share of requests of a new task grows; 0 for all at once."""
    algorithm: Literal["round_robin", "least_outstanding_requests", "weighted_random"] | None = None
    """How the load balancer chooses a task. Default: `round_robin`, which must be written to return to it:
    AWS keeps what a removed key said."""
    anomaly_mitigation: bool | None = None
    """Whether tasks whose error rate is unusual get fewer requests, with `algorithm: weighted_random`.
    Default: no; AWS keeps what a removed key said."""
    sticky: Sticky | None = None
    """Whether requests of a client go to the same task. Default: no."""
    cross_zone: bool | None = None
    """Whether requests go to the tasks of all zones, or from each zone of the load balancer only to tasks in
    it. Default: `true`; AWS keeps what a removed key said."""
    ignore: Ignores = None
    """Rules to ignore in this service."""


class Iam(Section, frozen=True):
    """What all roles of the stack have."""

    path: IamPath = "/"
    """The path in front of their names."""
    permissions_boundary: PolicyArn | Given | None = None
    """The ARN of the policy that limits their permissions."""


class TaskRange(Section, frozen=True):
    """How many tasks of a service run. `4` is `{low: 4}`."""

    shorthand: ClassVar[str] = "low"

    low: TaskCount
    """The average over a quiet month."""
    high: TaskCount | None = None
    """The average over a busy month. Default: `low`."""


class Cost(Section, frozen=True):
    """What `tfgen cost` assumes. Nothing here changes a resource."""

    traffic: dict[TrafficName, Gigabytes] = {}
    """GB a month, by what they go to or come from: `internet` for what tasks exchange with the internet,
    `clients` for what the load balancer handles, or the endpoint name of an AWS service. Default: 100 for
    internet (where tasks can reach it), clients and s3, 10 for ecr and logs."""
    hours: Annotated[int, Meta(ge=0, le=744, description="a number of hours from 0 to 744")] = 730
    """The hours of a month in which the stack exists."""
    tasks: dict[Name, TaskRange] = {}
    """How many tasks of a service run on average. Default: its `count`."""


LENIENT_CODES = "200-499"
"""Every code that a health check can accept: all except server errors."""


def usual_health_check() -> HealthCheck:
    """The default health check of a service with the route /."""
    return HealthCheck(path="/", codes="200-399")


def has_root(service: Service) -> bool:
    """Whether one of the routes is "/", on any host."""
    return any(path in ("/", "/*") for route in service.routes for path in route.paths)


class Spec(Section, frozen=True, kw_only=True):
    """A whole spec file."""

    version: Annotated[int, Meta(ge=1, description="a version of the spec's language")] = 2
    """The version of the spec format; `tfgen upgrade` updates an older one."""
    name: Name
    """The name of the stack, which is part of the names of its resources."""
    region: RegionName
    """The AWS region of the stack."""
    network: Network
    """The VPC and its egress."""
    load_balancer: LoadBalancer = LoadBalancer()
    """The load balancer, which is created if any service has routes."""
    cluster: ClusterArn | Given | None = None
    """The ARN of an ECS cluster that exists. Default: a cluster with the name of the stack."""
    iam: Iam = Iam()
    """What all roles of the stack have."""
    logs: Logs = Logs()
    """CloudWatch log groups."""
    services: dict[Name, Service] = {}
    """The ECS services, by name. Without services, the stack is only a network."""
    inputs: dict[InputName, InputVariable] = {}
    """Variables of the root, for values that differ between deployments."""
    tags: dict[TagKey, TagValue] = {}
    """Tags of all resources, set in the provider's default_tags."""
    backend: Backend | None = None
    """The S3 bucket for Terraform's state. Default: no backend; Terraform stores the state locally."""
    cost: Cost = Cost()
    """What `tfgen cost` assumes about traffic, hours and tasks."""
    ignore: Ignores = None
    """Rules to ignore in the whole spec."""
    overrides: dict[ResourceAddress, dict[Argument, Any]] = {}
    """Arguments of generated resources, by address (docs/overrides.md)."""
