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

WORLDS = WORLD, WORLD_IPV6 = "0.0.0.0/0", "::/0"
HTTPS = 443
ROLLING: Literal["rolling"] = "rolling"
MAIN = "main"
"""The name of the load balancer that `load_balancer` describes."""

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
TimeoutSeconds = Annotated[
    int, Meta(ge=0, le=2147483647, description="a number of seconds, or 0 for no limit")
]
ListenerName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)?\Z",
        max_length=129,
        description="the name of a listener or of a load balancer, or both, such as internal.https",
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
CalleeHost = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\Z",
        max_length=253,
        description="a host name in lowercase, or an IPv4 address",
    ),
]
DnsLabel = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z",
        max_length=63,
        description="a name in DNS: at most 63 lowercase letters, digits and hyphens, no dots",
    ),
]
PrivateZone = Annotated[
    str,
    Meta(
        # botocore, servicediscovery NamespaceNamePrivate: 253 characters, of which names in it need 64.
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\Z",
        max_length=189,
        description="a domain in lowercase with at least one dot, such as shop.internal",
    ),
]
RegionName = Annotated[
    str, Meta(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}\Z", description="a region such as us-east-1")
]
AccountId = Annotated[
    str,
    Meta(pattern=r"^[0-9]{12}\Z", description="the 12 digits of an AWS account in quotes"),
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
AnyCidr = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*/[0-9]{1,3})\Z",
        description="an IPv4 or IPv6 range such as 10.0.0.0/16 or 2001:db8::/32",
    ),
]
PrefixLength = Annotated[int, Meta(ge=16, le=28, description="a prefix length from 16 to 28")]
PortNumber = Annotated[int, Meta(ge=1, le=65535, description="a port from 1 to 65535")]
PortRange = Annotated[
    str, Meta(pattern=r"^[0-9]{1,5}-[0-9]{1,5}\Z", description="a range of ports such as 8000-8100")
]
PortName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\Z",
        max_length=32,
        description="the name of a port: at most 32 lowercase letters, digits and single hyphens",
    ),
]
PortNameOrRange = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,5}-[0-9]{1,5}|[a-z][a-z0-9]*(-[a-z0-9]+)*)\Z",
        max_length=32,
        description="a range of ports such as 8000-8100, or the name of a port of the service",
    ),
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
HealthCodes = Annotated[
    str,
    Meta(
        pattern=r"^([2-4][0-9]{2}([,-][2-4][0-9]{2})*|[0-9]{1,2}([,-][0-9]{1,2})*)\Z",
        description='HTTP codes from 200 to 499, such as "200" or "200-399", or gRPC codes from 0 to 99',
    ),
]
Image = Annotated[
    str,
    Meta(
        # The grammar of references in the distribution specification: host, repository, tag, digest; `ecr:`
        # in the place of the host is tfgen's own.
        pattern=r"^(ecr:|[A-Za-z0-9.-]+(:[0-9]+)?/)?PART(/PART)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?\Z".replace(
            "PART", r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
        ),
        max_length=1024,
        description="a container image such as REGISTRY/REPOSITORY:TAG",
    ),
]
CachedRegistry = Annotated[
    str,
    Meta(
        # botocore, ecr UpstreamRegistry, but for private ECR elsewhere.
        pattern=r"^(docker\.io|ghcr\.io|public\.ecr\.aws|quay\.io|registry\.gitlab\.com|registry\.k8s\.io|cgr\.dev"
        r"|[a-z0-9]{5,50}\.azurecr\.io)\Z",
        description=(
            "docker.io, ghcr.io, public.ecr.aws, quay.io, registry.gitlab.com, registry.k8s.io, cgr.dev or "
            "NAME.azurecr.io"
        ),
    ),
]
CachePrefix = Annotated[
    str,
    Meta(
        # botocore, ecr PullThroughCacheRuleRepositoryPrefix, without a slash.
        pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*\Z",
        min_length=2,
        max_length=30,
        description="2 to 30 lowercase letters and digits, with single . _ or - between them",
    ),
]
CacheSecretArn = Annotated[
    str,
    Meta(
        # botocore, ecr CredentialArn.
        pattern=(
            r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:ecr-pullthroughcache/"
            r"[a-zA-Z0-9/_+=.@-]+\Z"
        ),
        max_length=612,
        description="the ARN of a secret in Secrets Manager whose name begins with ecr-pullthroughcache/",
    ),
]
RepositoryName = Annotated[
    str,
    Meta(
        # botocore, ecr RepositoryName.
        pattern=r"^([a-z0-9]+([._-][a-z0-9]+)*/)*[a-z0-9]+([._-][a-z0-9]+)*\Z",
        min_length=2,
        max_length=256,
        description="the name of a repository, such as webapp or team/webapp",
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
EnvironmentFileArn = Annotated[
    str,
    Meta(
        # ECS/use-environment-file: the key ends with .env.
        pattern=r"^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S*\.env\Z",
        max_length=1100,
        description="the ARN of an object in S3 whose key ends with .env",
    ),
]
ContainerPath = Annotated[
    str,
    Meta(
        pattern=r"^(/[A-Za-z0-9_.-]+)+\Z",
        max_length=255,
        description="an absolute path in the container such as /var/cache",
    ),
]
FileSystemName = Annotated[
    str,
    Meta(
        # botocore, efs FileSystemId; such an ID is a name, too.
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\Z",
        max_length=64,
        description="the name of one in file_systems, or the ID of another, fs-...",
    ),
]
AccessPointId = Annotated[
    str, Meta(pattern=r"^fsap-[0-9a-f]{8,40}\Z", description="the ID of an access point, fsap-...")
]
SnapshotId = Annotated[
    str, Meta(pattern=r"^snap-[0-9a-f]{8,17}\Z", description="the ID of a snapshot, snap-...")
]
FolderPath = Annotated[
    str,
    Meta(
        # botocore, efs Path: at most four folders, none of which begins with a dot.
        pattern=r"^(/|(/[A-Za-z0-9_-][A-Za-z0-9_.-]*){1,4})\Z",
        max_length=100,
        description="a folder of a file system such as /uploads (at most four names and 100 characters)",
    ),
]
UserAndGroup = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,9}:[0-9]{1,9}\Z",
        description="the numbers of a user and of a group, such as 1000:1000",
    ),
]
ContainerUser = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?\Z",
        max_length=64,
        description="a user or USER:GROUP, by names or by numbers",
    ),
]
UserNumber = Annotated[int, Meta(ge=0, le=2147483647, description="the number of a user")]
LabelName = Annotated[
    str,
    Meta(pattern=r"^\S+\Z", max_length=128, description="a label without spaces (at most 128 characters)"),
]
LogOption = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z@][A-Za-z0-9@_.-]*\Z", max_length=128, description="the name of an option"),
]
Condition = Literal["START", "HEALTHY", "COMPLETE", "SUCCESS"]
ExitCode = Annotated[int, Meta(ge=0, le=255, description="an exit code from 0 to 255")]
OpenFiles = Annotated[int, Meta(ge=1, le=1048576, description="a number of files from 1 to 1048576")]
# ECS/fargate-task-definition-differences: Fargate adds no other.
AddedCapability = Literal["SYS_PTRACE"]
# ECS KernelCapabilities: what may be dropped.
DroppedCapability = Literal[
    "ALL", "AUDIT_CONTROL", "AUDIT_WRITE", "BLOCK_SUSPEND", "CHOWN", "DAC_OVERRIDE",
    "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE",
    "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE",
    "NET_BROADCAST", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_ADMIN", "SYS_BOOT",
    "SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE",
    "SYS_TIME", "SYS_TTY_CONFIG", "SYSLOG", "WAKE_ALARM",
]  # fmt: skip
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
FlowLogTarget = Annotated[
    str,
    Meta(
        pattern=r"^(cloudwatch|arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.()-]+)*/?)\Z",
        description="cloudwatch, or the ARN of an S3 bucket, with or without a prefix",
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
FunctionArn = Annotated[
    str,
    Meta(
        # botocore, lambda FunctionArn, with the version or the alias that a function may have.
        pattern=r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?\Z",
        max_length=256,
        description="the ARN of a Lambda function",
    ),
]
Percent = Annotated[int, Meta(ge=1, le=100, description="a percentage from 1 to 100")]
Minutes = Annotated[int, Meta(ge=0, le=1440, description="minutes from 0 to 1440")]
DeploymentStage = Literal[
    "RECONCILE_SERVICE",
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
]
"""botocore, ecs DeploymentLifecycleHookStage."""
ClusterArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/[A-Za-z0-9_-]{1,255}\Z",
        description="the ARN of an ECS cluster",
    ),
]
NamespaceArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:servicediscovery:[a-z0-9-]+:[0-9]{12}:namespace/ns-[a-z0-9]{8,48}\Z",
        description="the ARN of a Cloud Map namespace, which ends in /ns-...",
    ),
]
NamespaceId = Annotated[
    str, Meta(pattern=r"^ns-[a-z0-9]{8,48}\Z", description="the ID of a Cloud Map namespace, ns-...")
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
LoadPercent = Annotated[int, Meta(ge=1, le=100, description="a percentage from 1 to 100")]
Amount = Annotated[int, Meta(ge=1, le=1_000_000, description="a number from 1 to 1000000")]
CooldownSeconds = Annotated[int, Meta(ge=1, le=3600, description="seconds from 1 to 3600")]
AlarmName = Annotated[
    str,
    Meta(
        # botocore, cloudwatch AlarmName: 1 to 255 characters.
        pattern=r"^[!-~]([ -~]{0,253}[!-~])?\Z",
        description="the name of a CloudWatch alarm: at most 255 ASCII characters",
    ),
]
QueueName = Annotated[
    str,
    Meta(
        # botocore, sqs CreateQueueRequest.QueueName.
        pattern=r"^[A-Za-z0-9_-]+(\.fifo)?\Z",
        max_length=80,
        description="the name of an SQS queue: at most 80 letters, digits, hyphens and underscores",
    ),
]
ScheduleExpression = Annotated[
    str,
    Meta(
        # botocore, application-autoscaling PutScheduledActionRequest.Schedule.
        pattern=(
            r"^(cron\([0-9A-Z*?,/#-]+( [0-9A-Z*?,/#-]+){5}\)"
            r"|at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)"
            r"|rate\([1-9][0-9]{0,4} (minute|hour|day)s?\))\Z"
        ),
        description="a schedule such as cron(0 20 * * ? *), at(2030-01-31T20:00:00) or rate(1 day)",
    ),
]
TimeZone = Annotated[
    str,
    Meta(
        pattern=(
            r"^(UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)"
            r"(/[A-Za-z0-9_+-]+){1,2})\Z"
        ),
        description="the IANA name of a time zone, such as Europe/Berlin",
    ),
]
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
AlarmTopic = Annotated[
    str,
    Meta(
        # SNS/sns-create-topic: names of 256 characters. An address of mail without quotes and spaces.
        pattern=(
            r"^(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}"
            r"|[A-Za-z0-9!#$&'*+/=?^_`|~.{}-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63})\Z"
        ),
        description="the ARN of an SNS topic, or an address of mail",
    ),
]
AlarmPercent = Annotated[int, Meta(ge=1, le=100, description="false, or a percentage from 1 to 100")]
AlarmCount = Annotated[int, Meta(ge=1, le=1_000_000, description="false, or a number from 1 to 1000000")]
AlarmAge = Annotated[
    # botocore, sqs SetQueueAttributes.MessageRetentionPeriod: no message is older than 14 days.
    int, Meta(ge=60, le=1_209_600, description="false, or seconds from 60 to 1209600")
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


UserPoolArn = Annotated[
    str,
    Meta(
        # botocore, cognito-idp UserPoolIdType.
        pattern=r"^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[A-Za-z0-9-]+_[A-Za-z0-9]+\Z",
        max_length=131,
        description="the ARN of a user pool of Cognito",
    ),
]
CognitoDomain = Annotated[
    str,
    Meta(
        # botocore, cognito-idp DomainType: a prefix, or the whole name of a domain of one's own.
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z",
        max_length=253,
        description="the prefix of a Cognito domain, such as shop, or a domain such as auth.example.com",
    ),
]
ClientId = Annotated[
    str,
    Meta(
        pattern=r"^[!-~]+\Z",
        max_length=256,
        description="the ID of a client, of at most 256 characters, no spaces",
    ),
]
HttpsUrl = Annotated[
    str,
    Meta(
        pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?\Z",
        max_length=256,
        description="a URL that begins with https://, of at most 256 characters",
    ),
]
ClaimName = Annotated[
    str,
    Meta(
        # Those four are checked anyway: botocore, elbv2 JwtValidationActionAdditionalClaim.
        pattern=r"^(?!(exp|iss|nbf|iat)\Z)[!-~]+\Z",
        max_length=256,
        description="the name of a claim without spaces; not exp, iss, nbf or iat, which are checked anyway",
    ),
]
ClaimValue = Annotated[
    str,
    Meta(pattern=r"^[ -~]+\Z", max_length=256, description="the value of a claim: 1 to 256 ASCII characters"),
]
RewrittenPath = Annotated[
    str,
    Meta(
        pattern=r"^/[A-Za-z0-9_.~/@:+&,;=!-]*\Z",
        max_length=128,
        description='a path that begins with "/", of at most 128 characters and without wildcards',
    ),
]
RewrittenHost = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\Z",
        max_length=128,
        description="a host name such as api.example.com",
    ),
]
RewriteText = Annotated[
    str, Meta(pattern=r"^[ -~]+\Z", max_length=1024, description="ASCII text of at most 1024 characters")
]
LoginScope = Annotated[
    str,
    Meta(
        # The characters of a scope: RFC 6749, 3.3.
        pattern=r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*\Z",
        max_length=1024,
        description="scopes with spaces between them, such as openid email",
    ),
]


ThingArn = Annotated[
    str,
    Meta(
        # IAM/reference-arns. S3 has no region and no account in them, models of Bedrock have no account.
        pattern=r"^(arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12})?:[!-~]+|metrics|traces)\Z",
        max_length=2048,
        description="the ARN of what the application uses; metrics and traces have none",
    ),
]
KeyArn = Annotated[
    str,
    Meta(
        # KMS in a policy is a key by its ARN, not an alias: SQS/sqs-key-management.
        pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f-]{36})\Z",
        description="the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID (no alias)",
    ),
]
AuthorityArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[0-9a-f-]{36}\Z",
        description="the ARN of a private CA of ACM",
    ),
]
KeyPrefix = Annotated[
    str,
    Meta(
        # No wildcards and no ${, which IAM would read; S3 keys begin with no slash here.
        pattern=r"^[A-Za-z0-9!_.'()=+@-][A-Za-z0-9!_.'()=+@/-]*\Z",
        max_length=512,
        description="the beginning of S3 keys, such as img/ (no wildcards)",
    ),
]
IamAction = Annotated[
    str,
    Meta(
        pattern=r"^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)\Z",
        max_length=128,
        description="an action of IAM, such as sqs:SendMessage",
    ),
]
ResourceArn = Annotated[
    str,
    Meta(
        pattern=r"^(\*|arn:[a-z*-]+:[a-z0-9*-]+:[a-z0-9*-]*:([0-9]{12}|\*|aws)?:[!-~]+)\Z",
        max_length=2048,
        description="an ARN, in which * stands for anything, or *",
    ),
]
ConditionOperator = Annotated[
    str,
    Meta(
        # IAM/reference_policies_elements_condition_operators
        pattern=r"^(Null|(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|"
        r"(Numeric|Date)((Not)?Equals|(LessThan|GreaterThan)(Equals)?)|Bool|BinaryEquals|"
        r"(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?)\Z",
        description="an operator of IAM, such as StringEquals or ArnLike",
    ),
]
ConditionKey = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9-]+:[!-~]+\Z",
        max_length=256,
        description="a condition key of IAM, such as aws:SourceVpce",
    ),
]


class Section(Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A mapping of the spec."""

    shorthand: ClassVar[str] = ""
    shorthand_of_ports: ClassVar[str] = ""
    """What a bare number or a range of numbers sets, where that is another key."""
    alike: ClassVar[str] = ""
    """The section whose words people write here, too."""
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
    kms_key: KeyArn | Part | None = None
    """The KMS key of your own that it is encrypted with, which the execution role is allowed to decrypt with.
    Default: none, as with keys of AWS."""


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

    to: AnyCidr
    """The range of the other network."""
    via: RouteTarget | Part
    """The target of the route."""
    kind: Literal["peering", "transit-gateway", "vpn-gateway", "network-interface"] | None = None
    """What the target is. Default: what its ID or the type of its resource says."""


class FlowLogs(Section, frozen=True):
    """Flow logs of the VPC. `cloudwatch` is `{to: cloudwatch}`."""

    shorthand: ClassVar[str] = "to"

    to: FlowLogTarget = "cloudwatch"
    """A log group of the stack's own, or a bucket that exists and whose policy allows the delivery."""
    retention: Annotated[int, Meta(description="a number of days")] | None = None
    """Days after which the log group deletes them. Default: those of `logs`."""
    traffic: Literal["all", "accept", "reject"] = "all"
    """The connections to log: all, those that security groups allow, or the others."""
    interval: Literal[60, 600] = 600
    """Seconds of traffic in an entry, at most."""

    @property
    def bucket(self) -> bool:
        """Whether they go to a bucket."""
        return self.to != "cloudwatch"


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
    of_created: ClassVar[tuple[str, ...]] = (
        *("egress", "cidr", "zones", "nat", "nat_zone", "subnets", "ipv6", "flow_logs"),
    )
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
    ipv6: bool = False
    """Whether the VPC and its subnets have IPv6 ranges besides, which AWS chooses. With `egress: nat`,
    `nat+endpoints` or `public`, tasks reach the internet by IPv6, too. They have IPv6 addresses only if the
    ECS account setting `dualStackIPv6` is on, which is up to you; without it, all of it stays IPv4."""
    routes: list[NetworkRoute] = []
    """Routes to other networks, from the subnets that run tasks and from database subnets. In a VPC that
    exists: in its `route_tables`."""
    endpoints: list[AwsService] = []
    """VPC endpoints in addition to those that tfgen derives."""
    endpoint_policies: bool | None = None
    """Whether the VPC endpoints that are created let through only what the stack needs: what `access`,
    `statements` and the start of tasks ask for. Where `uses` names a service, its endpoint stays open.
    `false` opens what was narrowed: AWS keeps what a removed key said. Default: open, as AWS makes them."""
    flow_logs: FlowLogs | None = None
    """Logs of the connections in the VPC. AWS charges for what they contain, which `tfgen cost` cannot know.
    Default: none."""
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


class Logs(Section, frozen=True):
    """CloudWatch log groups."""

    retention: Annotated[int, Meta(description="a number of days")] = 30
    """Days after which log lines are deleted."""
    kms_key: KeyArn | Part | None = None
    """The KMS key of your own that log lines are encrypted with, of services, sessions of ECS Exec and flow
    logs. Its policy must allow CloudWatch Logs to use it. Default: none, as with keys of AWS."""


class Exec(Section, frozen=True):
    """How the cluster encrypts and logs the sessions of ECS Exec."""

    kms_key: KeyArn | Part | None = None
    """The KMS key of your own that the data of sessions is encrypted with, besides TLS. Task roles are
    allowed to decrypt with it. Default: none."""
    logs: bool | BucketName | Part | None = None
    """Where the commands of sessions and their output are stored: `true` for a log group of the stack's own,
    or a bucket that exists; `false` for nowhere. The image needs `script` and `cat`. Default: where the log
    lines of the container go."""


class Port(Section, frozen=True):
    """A port of the container. `port: 3000` is `port: {number: 3000}`."""

    shorthand: ClassVar[str] = "number"

    number: PortNumber
    """The port that the container listens on."""
    was: PortNumber | None = None
    """The previous port, while running tasks still use it: security groups allow both ports."""
    container: Name | None = None
    """The sidecar that listens on it, such as a proxy. Default: the application."""
    protocol: Literal["http", "http2", "grpc", "https", "tcp", "udp"] = "http"
    """The protocol in which requests arrive there. `http2` and `grpc` need an HTTPS listener. With `https`,
    the load balancer does not check the container's certificate, and Service Connect passes TLS on unread.
    `tcp` and `udp` have routes on network load balancers only, and `udp` no Service Connect name."""


class ServicePort(Port, frozen=True):
    """One of the container's ports, by its name. `admin: 9000` is `admin: {number: 9000}`."""

    health_check: "HealthCheck | None" = None
    """How the load balancer checks this port. Default: the service's `health_check`."""


DEFAULT_PORT = "http"
"""The name of the port that is meant where a spec names none."""


class Route(Requests, frozen=True):
    """Requests that the load balancer sends to this service, with the whole path: only `rewrite` removes a
    prefix. `/api` is `{path: /api}`."""

    weight: Weight | None = None
    """The share of the requests that this service gets of a route that several services have: of 90 and 10,
    nine tenths and one. With 0, it gets none. AWS does not document that others take over the share of a
    service without healthy tasks: give a new one 0 first."""
    sticky: Annotated[int, Meta(ge=1, le=604800, description="seconds from 1 to 604800")] | None = None
    """Seconds for which a client stays with the service that got its first request, where the weights of a
    route divide them."""
    port: PortName | None = None
    """The port of the service that gets the requests, by its name in `ports`. Default: `http`, or the only
    one."""
    listener: ListenerName | None = None
    """The listener of this route, or a load balancer, or both: `internal.https`. A route on a network load
    balancer has only this key and `port`. Default: the service's `listener`."""
    priority: Priority | None = None
    """The priority of the listener rule. Default: derived from the route; more specific routes come first."""
    login: RouteLogin | None = None
    """The login that clients need first. Default: the service's `login`."""
    rewrite: Rewrite | None = None
    """What the service gets instead of the path, the query or the host that were requested, with
    `provider: 6`. Routes go by what was requested. Default: what was requested."""


class HealthCheck(Section, frozen=True):
    """How the load balancer checks a task. `health_check: /healthz` is `{path: /healthz}`."""

    shorthand: ClassVar[str] = "path"

    path: HealthPath | None = None
    """The path to request. Health checks bypass the routes and have the task's IP address as the host.
    Default: /, or /AWS.ALB/healthcheck of a grpc port; behind a network load balancer alone none, so that a
    port is healthy that accepts TCP connections."""
    codes: HealthCodes | None = None
    """The codes that count as healthy. Default: 200-399, or 200-499 (all except server errors) if the spec
    sets no path and the service has no route /. Of a grpc port, gRPC codes: by default 12 (unimplemented) for
    the default path, and 0 for one that the spec sets."""
    port: PortNumber | PortName | None = None
    """The port to check, by number or by its name in `ports`, which must speak the protocol of the port that
    gets the requests, with or without TLS. Security groups allow it. Default: that port."""
    interval: Annotated[int, Meta(ge=5, le=300, description="seconds from 5 to 300")] = 15
    """Seconds between checks."""
    timeout: Annotated[int, Meta(ge=2, le=120, description="seconds from 2 to 120")] = 5
    """Seconds to wait for a response; less than the interval."""
    healthy: Annotated[int, Meta(ge=2, le=10, description="a number of checks from 2 to 10")] = 2
    """Consecutive successful checks after which a task is healthy."""
    unhealthy: Annotated[int, Meta(ge=2, le=10, description="a number of checks from 2 to 10")] = 3
    """Consecutive failed checks after which a task is unhealthy."""


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


class PrivateDns(Section, frozen=True):
    """The private hosted zone of the services that have `dns`. `shop.internal` is `{zone: shop.internal}`."""

    shorthand: ClassVar[str] = "zone"

    zone: PrivateZone
    """The domain, which then has no other names for what is in the VPC."""
    namespace_id: NamespaceId | Given | None = None
    """The Cloud Map namespace of the zone, where it exists: one for DNS queries in VPCs, in which services of
    other stacks have names, too. Default: a zone and a namespace of the stack's own."""


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


class Roles(Section, frozen=True):
    """Roles that exist, for which the stack creates no role and no policy."""

    execution: RoleArn | Given | None = None
    """The ARN of the role with which ECS starts tasks. Default: a role of the stack's own."""
    task: RoleArn | Given | None = None
    """The ARN of the role of the application. Default: a role of the stack's own."""


class Access(Section, frozen=True):
    """What the application does with one thing of AWS: one of the verbs, with the ARN of the thing. The task
    role is allowed the verb's actions, and the network path is opened, as by `uses`."""

    verbs: ClassVar[tuple[str, ...]] = (
        *("read", "write", "delete", "send", "receive", "publish", "invoke"),
        *("encrypt", "decrypt", "sign", "start", "put"),
    )

    read: ThingArn | Part | None = None
    """What it reads: objects of a bucket, items of a table, records of a stream, a secret or a parameter."""
    write: ThingArn | Part | None = None
    """What it writes: objects of a bucket, items of a table, a secret or a parameter."""
    delete: ThingArn | Part | None = None
    """The bucket whose objects it deletes."""
    send: ThingArn | Part | None = None
    """The queue that it sends messages to, or the identity of SES that it sends email from."""
    receive: ThingArn | Part | None = None
    """The queue whose messages it receives and deletes."""
    publish: ThingArn | Part | None = None
    """The topic that it publishes to."""
    invoke: ThingArn | Part | None = None
    """The function or the model of Bedrock that it invokes. An inference profile of Bedrock needs the
    models that it leads to, too."""
    encrypt: ThingArn | Part | None = None
    """The KMS key that it encrypts with."""
    decrypt: ThingArn | Part | None = None
    """The KMS key that it decrypts with."""
    sign: ThingArn | Part | None = None
    """The KMS key that it signs with."""
    start: ThingArn | Part | None = None
    """The state machine whose executions it starts."""
    put: ThingArn | Part | None = None
    """The event bus, stream or delivery stream that it puts records into; `metrics` for metrics of
    CloudWatch, `traces` for X-Ray."""
    of: (
        Literal[
            "s3",
            "sqs",
            "sns",
            "dynamodb",
            "secretsmanager",
            "ssm",
            "kms",
            "events",
            "states",
            "kinesis",
            "firehose",
            "lambda",
            "ses",
            "bedrock",
        ]
        | None
    ) = None
    """The AWS service of the thing, as ARNs name it. Default: what the ARN, the type of the resource or the
    verb says."""
    prefix: list[KeyPrefix] | KeyPrefix | None = None
    """The beginning of the keys of a bucket, or a list, for objects below it only."""
    kms_key: KeyArn | Part | None = None
    """The KMS key of your own that the thing is encrypted with. Its key policy must allow the task role, too.
    Default: none, as with keys of AWS."""

    @property
    def prefixes(self) -> list[str]:
        """The beginnings of keys that it is about; the empty one is that of all."""
        if not self.prefix:
            return [""]
        return [self.prefix] if isinstance(self.prefix, str) else self.prefix

    @property
    def said(self) -> tuple[str, ...]:
        """The verbs that it has."""
        return tuple(verb for verb in self.verbs if getattr(self, verb) is not None)


class RoleStatement(Section, frozen=True):
    """A statement of a policy of your own."""

    actions: list[IamAction]
    """The actions, such as sqs:SendMessage; * and ? are wildcards."""
    resources: list[ResourceArn | Part]
    """The ARNs, or `"*"`."""
    conditions: dict[ConditionOperator, dict[ConditionKey, list[Text] | Text]] = {}
    """The conditions, as IAM has them: an operator, keys, and the values of each."""
    effect: Literal["Allow", "Deny"] = "Allow"
    """Whether the actions are allowed or denied."""


class Sticky(Section, frozen=True):
    """Sessions that stay with a task. `true` is `{enabled: true}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """`false` turns off what was on: AWS keeps what a removed key said."""
    duration: Annotated[int, Meta(ge=1, le=604800, description="seconds from 1 to 604800")] = 86400
    """Seconds for which requests of a client go to the same task."""
    cookie: CookieName | None = None
    """The application's own cookie that begins a session. Default: a cookie of the load balancer."""


class ServiceAlarms(Section, frozen=True):
    """What of a service raises an alarm, where it differs from what `alarms` of the stack says. `false` is
    `{enabled: false}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """Whether there are any alarms of this service."""
    cpu: bool | AlarmPercent | None = None
    """The use of CPU in percent from which on there is an alarm, or `false` for none."""
    memory: bool | AlarmPercent | None = None
    """The use of memory, likewise."""
    errors: bool | AlarmCount | None = None
    """The responses with status 500 to 599 within five minutes, likewise."""
    unhealthy: bool | None = None
    """Whether there is an alarm when a task fails the health checks of a load balancer."""
    running: bool | None = None
    """Whether there is an alarm when fewer tasks run than should."""
    queue_age: bool | AlarmAge | None = None
    """The age in seconds of the oldest message in a queue from which on there is an alarm, or `false`."""


class Alarms(Section, frozen=True):
    """What AWS tells somebody about. An alarm for each thing and each service, which CloudWatch charges for;
    `tfgen cost` does not count it."""

    shorthand: ClassVar[str] = "topic"

    topic: AlarmTopic | Given
    """Who is told when an alarm begins and when it ends: the ARN of an SNS topic, whose policy must let
    CloudWatch publish; or an address of mail, for which there is a topic then. AWS sends it a message first,
    which must be confirmed."""
    cpu: bool | AlarmPercent = 90
    """The average use of CPU of a service, in percent, from which on there is an alarm after 15 minutes."""
    memory: bool | AlarmPercent = 90
    """The average use of memory of a service, likewise."""
    errors: bool | AlarmCount = 10
    """The responses with status 500 to 599 within five minutes from which on there is an alarm: of the tasks
    of a service, and of an Application Load Balancer of the stack's own itself."""
    unhealthy: bool = True
    """Whether there is an alarm when a task has failed the health checks of a load balancer for five
    minutes."""
    running: bool = True
    """Whether there is an alarm when fewer tasks of a service run than should, for ten minutes. Container
    Insights counts them, which a cluster that exists must have on."""
    jobs: bool = True
    """Whether there is an alarm when a scheduled job did not start. What a task does that has started is not
    seen."""
    queue_age: bool | AlarmAge = False
    """The age in seconds of the oldest message in a queue from which on there is an alarm: of each queue
    that a service receives from, or that decides how many of its tasks run. `true` is 600."""


class ContainerHealth(Section, frozen=True):
    """A command in the container that shows whether it is healthy. `health: pg_isready` is
    `health: {command: pg_isready}`."""

    shorthand: ClassVar[str] = "command"

    command: Text | list[Text]
    """A line for the shell of the image, or a list of words that need no shell. What it runs must be in the
    image."""
    interval: Annotated[int, Meta(ge=5, le=300, description="seconds from 5 to 300")] = 30
    """Seconds between checks."""
    timeout: Annotated[int, Meta(ge=2, le=60, description="seconds from 2 to 60")] = 5
    """Seconds after which a check has failed."""
    retries: Annotated[int, Meta(ge=1, le=10, description="a number of checks from 1 to 10")] = 3
    """Consecutive failed checks after which the container is unhealthy."""
    start: Annotated[int, Meta(ge=0, le=300, description="seconds from 0 to 300")] = 0
    """Seconds after the start during which failed checks do not count. A successful check ends them."""


class OpenFileLimit(Section, frozen=True):
    """How many files may be open. `nofile: 65536` is `nofile: {soft: 65536}`."""

    shorthand: ClassVar[str] = "soft"

    soft: OpenFiles
    """What processes begin with."""
    hard: OpenFiles | None = None
    """What a process can raise it to. Default: `soft`."""


class Ulimits(Section, frozen=True):
    """Limits of the operating system. Fargate lets only this one be set."""

    nofile: OpenFileLimit | None = None
    """How many files a process may have open. Default: that of Fargate, 65535."""


class Capabilities(Section, frozen=True):
    """Linux capabilities, besides those that containers have anyway."""

    add: list[AddedCapability] = []
    """What the container gets. Fargate adds nothing else."""
    drop: list[DroppedCapability] = []
    """What the container loses of what it has by default; `ALL` is all of it."""


class Restart(Section, frozen=True):
    """How ECS restarts the container without replacing its task. `true` is `{enabled: true}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """Whether ECS restarts the container when it exits."""
    ignored_exit_codes: list[ExitCode] = []
    """Exit codes after which it is not restarted."""
    period: Annotated[int, Meta(ge=60, le=1800, description="seconds from 60 to 1800")] = 300
    """Seconds that the container must have run before it can be restarted."""


class FireLens(Section, frozen=True):
    """What makes a sidecar the log router of its task. `fluentbit` is `{type: fluentbit}`."""

    shorthand: ClassVar[str] = "type"

    type: Literal["fluentbit", "fluentd"] = "fluentbit"
    """The program that its image runs."""
    config_file: ContainerPath | None = None
    """A configuration file in its image, which is read besides what `logs.options` of the containers say.
    Default: none."""
    metadata: bool = True
    """Whether log lines get the names of the cluster, the task and the container."""


class ContainerLogs(Section, frozen=True):
    """How the log lines of a container are written. `firelens` is `{driver: firelens}`."""

    shorthand: ClassVar[str] = "driver"

    driver: Literal["awslogs", "firelens"] = "awslogs"
    """Who gets them: CloudWatch, or the sidecar that has `firelens`."""
    mode: Literal["non-blocking", "blocking"] = "non-blocking"
    """What happens when CloudWatch falls behind: `non-blocking` drops log lines, `blocking` has the
    application wait."""
    options: dict[LogOption, str | int | Given] = {}
    """Of `firelens`, the output of the router: the properties of a plugin of Fluent Bit or Fluentd, `Name` or
    `@type` among them. The task role needs the permissions of its destination."""
    secrets: dict[LogOption, SecretSource | GivenSecret] = {}
    """Of `firelens`, options that ECS reads from Secrets Manager or SSM when a task starts."""


class ServiceLogs(ContainerLogs, frozen=True):
    """The log lines of a service."""

    retention: Annotated[int, Meta(description="a number of days")] | None = None
    """Days after which log lines are deleted. Default: `logs.retention`."""


class QueueBacklog(Section, frozen=True):
    """A queue of Amazon SQS in the Region and the account of the stack."""

    name: QueueName | Given
    """Its name, as CloudWatch has it; not its ARN or URL."""
    backlog: Amount
    """The messages for each task that are to wait. Tasks are added while there are more. CloudWatch divides
    by the number of tasks that Container Insights counts, which the cluster must have on."""


class ScheduledScaling(Section, frozen=True):
    """Other limits from a time on."""

    when: ScheduleExpression
    """When it happens: `cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)`, `at(TIME)` or
    `rate(NUMBER UNIT)`."""
    timezone: TimeZone = "UTC"
    """The time zone of `cron` and `at`."""
    min: TaskCount | None = None
    """The least tasks from then on. Default: as before."""
    max: TaskCount | None = None
    """The most tasks from then on. Default: as before."""


class Cooldown(Section, frozen=True):
    """Seconds for which the effect of a change is waited for."""

    scale_in: CooldownSeconds = 300
    """After tasks were stopped, until more of them are."""
    scale_out: CooldownSeconds = 60
    """After tasks were added, until more of them are."""


class Scaling(Section, frozen=True):
    """How many tasks run: AWS Application Auto Scaling adds and stops them between two limits. It adds tasks
    if any metric wants more, and stops tasks if all want fewer. Terraform sets the limits and lets the number
    of tasks be."""

    min: TaskCount
    """The least tasks, with which the service starts. With 0, no metric starts the first task again."""
    max: TaskCount
    """The most tasks."""
    cpu: LoadPercent | None = None
    """The average use of CPU to keep, in percent."""
    memory: LoadPercent | None = None
    """The average use of memory to keep, in percent."""
    requests: Amount | None = None
    """The requests to keep for each task and minute, which Application Load Balancers count. Of several ports
    and load balancers, each by itself."""
    queue: QueueBacklog | None = None
    """The messages of a queue to keep for each task."""
    schedule: dict[Name, ScheduledScaling] = {}
    """Other limits at other times, by name. `terraform apply` sets `min` and `max` again, until the next of
    these times."""
    cooldown: Cooldown = Cooldown()
    """How long the effect of a change is waited for."""


class Spot(Section, frozen=True):
    """Some tasks on Fargate Spot, the others on demand."""

    weight: Annotated[int, Meta(ge=1, le=1000, description="a number of tasks from 1 to 1000")]
    """The tasks on Spot for each one on demand, after those of `base`."""
    base: TaskCount = 0
    """The first tasks, all of which are on demand."""


class CircuitBreaker(Section, frozen=True):
    """Ends deployments whose tasks fail. `true` is `{enabled: true}`."""

    shorthand: ClassVar[str] = "enabled"

    enabled: bool = True
    """Whether a deployment fails when several tasks in a row did not start or were unhealthy. Without it, ECS
    goes on trying."""
    rollback: bool = True
    """Whether the last deployment that succeeded is deployed again."""


class DeploymentStep(Section, frozen=True):
    """How requests move to the new tasks little by little. `10` is `{percent: 10}`."""

    shorthand: ClassVar[str] = "percent"

    percent: Percent | None = None
    """The share of the requests that moves first (`canary`), or at each step (`linear`, at least 3).
    Default: 5 or 10."""
    minutes: Minutes | None = None
    """The minutes until the next step. Default: 10 (`canary`) or 6 (`linear`)."""


class DeploymentTest(Section, frozen=True):
    """Requests for the route of the service that reach the new tasks first, before they get any others."""

    shorthand: ClassVar[str] = "listener"

    listener: ListenerName | None = None
    """The listener of these requests. Default: that of the route."""
    headers: dict[HeaderName, HeaderValue | list[HeaderValue]] = {}
    """The headers that they have besides what the route says."""


class DeploymentHook(Section, frozen=True):
    """A Lambda function that ECS invokes, and whose response lets the deployment go on or rolls it back."""

    function: FunctionArn | Given
    """The ARN of the function."""
    at: list[DeploymentStage]
    """The stages of a deployment at which it is invoked."""


class Deployment(Section, frozen=True):
    """How ECS replaces tasks."""

    strategy: Literal["rolling", "blue-green", "canary", "linear"] = ROLLING
    """`rolling` replaces tasks one after another. The others start a new task for each old one, and move the
    requests of a route to them: all at once, after a share of them, or in equal steps. They need
    `provider: 6`."""
    bake: Minutes | None = None
    """The minutes for which the old tasks go on running when all requests have moved, so that a rollback
    needs no new tasks. Default: 10."""
    step: DeploymentStep | None = None
    """How requests move with `canary` or `linear`. Default: as AWS does it."""
    test: DeploymentTest | None = None
    """Which requests reach the new tasks first. Default: none."""
    hooks: list[DeploymentHook] = []
    """Functions that can end a deployment and roll it back."""
    minimum: Annotated[int, Meta(ge=0, le=100, description="a percentage from 0 to 100")] = 100
    """The percentage of tasks that keep running, rounded up to whole tasks."""
    maximum: Annotated[int, Meta(ge=100, le=200, description="a percentage from 100 to 200")] = 200
    """The percentage of tasks that may run, old and new ones together, rounded down to whole tasks."""
    circuit_breaker: CircuitBreaker | None = None
    """Whether failed rolling deployments end, and are rolled back. Default: both."""
    alarms: list[AlarmName | Given] = []
    """The names of CloudWatch alarms that end a deployment and roll it back. One that is in alarm when the
    deployment begins is ignored for all of it. Without any again, they are turned off; whether every later
    plan shows that is not confirmed."""
    wait: bool = True
    """Whether `terraform apply` waits until the deployment is complete; it fails if that takes 20 minutes.
    Without it, an apply succeeds whether or not the new tasks start."""
    rebalancing: bool = True
    """Whether ECS moves tasks between zones to keep them spread evenly."""


class Mount(Section, frozen=True):
    """A volume in a container."""

    volume: Name
    """One of `volumes` of the service."""
    path: ContainerPath
    """The folder of the container that it is mounted at."""
    read_only: bool = False
    """Whether this container cannot write to it."""


class ContainerKeys(Section, frozen=True):
    """What every container has: that of a service, and each sidecar."""

    image: Image | Given
    """The image to run. A text is also a Terraform variable, which can set another tag or digest. With
    `account`, `ecr:webapp:1.4` is an image in the private ECR of the stack's account and region."""
    command: list[Text] = []
    """Replaces the image's command."""
    entrypoint: list[Text] = []
    """Replaces the image's entry point; ECS then ignores the image's command, too."""
    working_directory: ContainerPath | None = None
    """The folder in which the command runs. Default: that of the image."""
    user: ContainerUser | UserNumber | None = None
    """The user that the command runs as. Default: that of the image."""
    read_only: bool = False
    """Whether the container can write only to `mounts` and volumes. Excludes `exec`."""
    mounts: list[ContainerPath | Mount] = []
    """Folders that the container can write to, each in an empty volume that ends with the task. They belong
    to root, unless the image has a VOLUME there with another owner. With `{volume: NAME, path: PATH}` the
    folder is one of `volumes`, which other containers of the task may have, too."""
    init: bool = False
    """Whether an init process reaps zombie processes and passes signals on. Default: `exec`."""
    stop_timeout: Annotated[int, Meta(ge=2, le=120, description="seconds from 2 to 120")] | None = None
    """Seconds from SIGTERM to SIGKILL when a task is stopped. Default: 30."""
    ulimits: Ulimits = Ulimits()
    """Limits of the operating system."""
    capabilities: Capabilities = Capabilities()
    """Linux capabilities."""
    health: ContainerHealth | None = None
    """A command that shows whether the container is healthy; ECS replaces tasks with an unhealthy essential
    container. Default: none, since ECS ignores the HEALTHCHECK of the image."""
    restart: Restart | None = None
    """Whether ECS restarts the container without replacing its task. Default: no."""
    labels: dict[LabelName, Text] = {}
    """Docker labels of the container."""
    environment: dict[EnvironmentName, str | int | Given] = {}
    """Environment variables that are not secret."""
    environment_files: list[EnvironmentFileArn | Given] = []
    """Files in S3 with more environment variables, at most 10, which ECS reads when a task starts.
    `environment` has priority, and of several files the first that has a variable."""
    secrets: dict[EnvironmentName, SecretSource | GivenSecret] = {}
    """Environment variables that ECS reads from Secrets Manager or SSM when a task starts."""
    logs: ContainerLogs = ContainerLogs()
    """How log lines are written."""
    depends_on: dict[Name, Condition] | list[Name] = {}
    """Other containers of the task, by name, that must have started (START), be healthy by their `health`
    (HEALTHY), have ended (COMPLETE) or have ended with exit code 0 (SUCCESS) first. A list is of those that
    must have started. The application has the name of its service."""


class Sidecar(ContainerKeys, frozen=True):
    """A container beside that of the application, in each task of the service."""

    essential: bool = True
    """Whether the task stops when this container does."""
    cpu: Annotated[int, Meta(ge=2, description="a number of CPU units")] | None = None
    """The CPU units of the task that are reserved for it. Default: none."""
    memory: Annotated[int, Meta(ge=6, description="a number of MiB")] | None = None
    """The memory of the task that it may use at most. Default: all of it."""
    firelens: FireLens | None = None
    """Makes it the log router of the task, for containers with `logs: firelens`, which start after it.
    Default: it is none."""


class Ebs(Section, frozen=True):
    """An EBS volume that each task of a service has for itself: ECS creates it when the task starts, encrypts
    it, and deletes it with the task. `100` is `{size: 100}`."""

    shorthand: ClassVar[str] = "size"

    size: Annotated[int, Meta(ge=1, le=16384, description="a number of GiB from 1 to 16384")] | None = None
    """GiB. Needed unless there is a `snapshot`, which it must not be smaller than. Default: the size of the
    snapshot."""
    type: Literal["gp3", "gp2", "io1", "io2", "st1", "sc1"] = "gp3"
    """The type of the volume."""
    iops: (
        Annotated[int, Meta(ge=100, le=256000, description="a number of IOPS from 100 to 256000")] | None
    ) = None
    """I/O operations per second: 3000 to 16000 for gp3, 100 to 64000 for io1, 100 to 256000 for io2, both of
    which need it. Default: 3000 for gp3."""
    throughput: (
        Annotated[int, Meta(ge=125, le=1000, description="a number of MiB per second from 125 to 1000")]
        | None
    ) = None
    """MiB per second, for gp3. Default: 125."""
    kms_key: KeyArn | Part | None = None
    """The symmetric KMS key that it is encrypted with, whose policy lets the stack's role use it. Default:
    the key that EBS has by default."""
    snapshot: SnapshotId | Part | None = None
    """The snapshot of a volume without partitions, whose files the volume begins with. Default: none, so that
    the volume is empty."""
    file_system_type: Literal["xfs", "ext4", "ext3"] = "xfs"
    """The file system on it: with a snapshot, the one that it has."""


class Volume(Section, frozen=True):
    """A folder that is mounted in tasks: of an EFS file system, of an EBS volume, or without `efs` and `ebs`
    an empty one that the containers of a task share and that ends with it. `/cache` is `{path: /cache}`."""

    shorthand: ClassVar[str] = "path"

    path: ContainerPath | None = None
    """Where the application has it. Default: nowhere; `mounts` of a container names the volume."""
    efs: FileSystemName | Part | None = None
    """The file system: one of `file_systems` by its name, or the ID of one that exists, which must have a
    mount target in each zone with tasks. Connections to it are encrypted, and the task role is allowed to
    mount it. Default: none."""
    ebs: Ebs | None = None
    """An EBS volume for each task, which ends with it; a service has at most one, and a job none. Default:
    none."""
    access_point: AccessPointId | Part | None = None
    """The access point of a file system that exists. The stack creates one for each volume in a file system
    of its own. Default: none, and then root in a container has no rights of root over files."""
    root: FolderPath | None = None
    """The folder of the file system. Of one in `file_systems` it is created, and services with the same
    folder share it. Default: there the name of the volume, otherwise the whole file system or the folder of
    the access point."""
    user: UserNumber | UserAndGroup | None = None
    """The numbers of the user and the group that own the folder in a file system of `file_systems`, and as
    whom every container reads and writes there. Default: 1000, for both."""
    read_only: bool = False
    """Whether no container of the service can write to it."""
    security_group: SecurityGroupId | Part | None = None
    """The security group of the mount targets of a file system that exists, whose own rules must allow the
    tasks. Default: tasks may connect to port 2049 of the whole VPC."""


class TaskKeys(ContainerKeys, frozen=True):
    """What every task has: those of a service, and those of a job. The keys of a container are those of its
    application."""

    section: ClassVar[str] = "services"
    """The key of the spec that describes it."""
    noun: ClassVar[str] = "service"

    cpu: Annotated[int, Meta(description="a number of CPU units (1024 are one vCPU)")] = 512
    """The CPU units of each task."""
    memory: Annotated[int, Meta(description="a number of MiB (1 GiB is 1024)")] | None = None
    """The memory of each task. Default: the smallest size that Fargate offers for `cpu` with at least 2 GiB
    per vCPU."""
    storage: Annotated[int, Meta(ge=21, le=200, description="a number of GiB from 21 to 200")] | None = None
    """GiB of ephemeral storage for the images and files of each task. AWS charges for what is above 20.
    Default: 20."""
    volumes: dict[Name, Volume] = {}
    """Folders of file systems and of EBS volumes, and folders that containers share, by name."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """The CPU architecture that the images are built for."""
    containers: dict[Name, Sidecar] = {}
    """Sidecars: more containers in each task, by name. They share its address and reach one another at
    localhost."""
    calls: list[Name | Callee] = []
    """The services that this one calls by their Service Connect or DNS names (a job, by DNS names alone), and
    what it calls outside the stack."""
    uses: list[AwsService] = []
    """AWS services that the application calls. Opens a network path to them; the permissions are those of
    `access` or `policies`."""
    access: list[Access] = []
    """What the application does with things of AWS: gives the task role the permissions, and opens a network
    path."""
    policies: list[PolicyArn | Part] = []
    """Managed policies that are attached to the task role."""
    statements: list[RoleStatement] = []
    """What else the task role is allowed or denied."""
    egress: Literal["all"] | list[Egress] | None = None
    """What tasks may connect to besides what the spec tells anyway; `all` is every protocol and port.
    Default: port 443 of 0.0.0.0/0 with NAT gateways or public subnets (and of ::/0 with `network.ipv6`),
    otherwise nothing."""
    logs: ServiceLogs = ServiceLogs()
    """How log lines are written and kept."""
    exec: bool = False
    """Whether `aws ecs execute-command` can open a shell in a task."""
    roles: Roles = Roles()
    """Roles that exist, for this service to use."""
    was: Name | list[Name] = []
    """Earlier names of this service, oldest first, including one that it has again. The service keeps the
    oldest in AWS, so that renaming replaces nothing."""
    ignore: Ignores = None
    """Rules to ignore in this service."""

    @property
    def callees(self) -> list[str]:
        """The services of the stack that it calls."""
        return [each for each in self.calls if isinstance(each, str)] if self.outside else list(self.calls)  # type: ignore[arg-type]

    @property
    def outside(self) -> list[Callee]:
        """What it calls outside the stack."""
        if set(map(type, self.calls)) <= {str}:  # hundreds, where all services call one another
            return []
        return [each for each in self.calls if not isinstance(each, str)]


class Service(TaskKeys, frozen=True):
    """One ECS service on Fargate."""

    port: Port | None = None
    """The container's port. Default: none, for a worker that accepts no connections."""
    ports: dict[PortName, ServicePort] = {}
    """The container's ports, by name; `port: 3000` is `ports: {http: 3000}`. Where nothing names a port,
    `http` is meant, or the only one."""
    routes: list[Route] = []
    """The requests that the load balancer sends to this service, by path."""
    listener: ListenerName | None = None
    """The listener of the routes: its name, that of its load balancer, or both, as in `internal.https`.
    Default: `https` or `http` of `main` or of the only load balancer, or its only listener."""
    login: RouteLogin | None = None
    """The login that clients need for the routes. Default: none."""
    health_check: HealthCheck = HealthCheck()
    """How the load balancer checks whether a task is healthy."""
    grace_period: Annotated[int, Meta(ge=0, le=2147483647, description="a number of seconds")] = 60
    """Seconds after the start of a task during which failed health checks do not count. Must cover a slow
    start and the checks that make a task healthy."""
    connect: list[Connect] | Connect | None = None
    """The Service Connect name by which other services call this one, or a list, with one for each port."""
    connect_logs: ConnectLogs | None = None
    """Whether its proxy of Service Connect logs requests in the log group of the service, with `provider: 6`.
    Default: it logs only its own messages there."""
    dns: ServiceDns | None = None
    """The name by which other services, and all else in the VPC, resolve the addresses of the tasks: in the
    private hosted zone, without a proxy. Names have IPv4 addresses alone."""
    count: TaskCount | None = None
    """The number of tasks to run, where `scaling` does not decide. Default: 2."""
    scaling: Scaling | None = None
    """How the number of tasks follows the load, instead of `count`. Default: it does not."""
    spot: bool | Spot | None = None
    """Whether tasks run on Fargate Spot: all of them, or some. AWS stops such tasks with two minutes' notice
    when it needs the capacity, and starts none while it has none to spare; tasks on demand do not take their
    place. To leave Spot again, apply with `false` before you remove the key: otherwise, versions of the
    provider before 6.15 replace the service, and later ones fail at `terraform plan`. With the key, every
    update of the service starts its tasks anew. Default: all tasks are on demand."""
    deployment: Deployment = Deployment()
    """How ECS replaces tasks when the service is updated."""
    deploys_by: Literal["terraform", "ci"] = "terraform"
    """Who deploys another image. With `ci`, a pipeline registers revisions of the task definition and updates
    the service, and Terraform leaves it at them: the README of the stack has the commands. If the spec
    changes, Terraform registers a revision, from which the pipeline makes its next one."""
    ingress: list[Ingress] = []
    """What may connect to the tasks besides the load balancer and callers."""
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
    it. Default: `true`, or what a network load balancer says; AWS keeps what a removed key said."""
    preserve_client_ip: bool | None = None
    """Whether tasks see the addresses of clients, behind tcp and tls listeners of network load balancers:
    behind udp listeners they always do. A task then cannot reach itself through the load balancer. Default:
    no; AWS keeps what a removed key said."""
    proxy_protocol: bool = False
    """Whether network load balancers begin each connection of tcp and tls listeners with a header of the
    PROXY protocol, version 2, which has the client's address. The application must expect it, in health
    checks, too."""
    connection_termination: bool | None = None
    """Whether network load balancers close connections when `deregistration_delay` is over. Default: no,
    but yes behind udp listeners; AWS keeps what a removed key said."""
    alarms: ServiceAlarms = ServiceAlarms()
    """What of the service raises an alarm, where it differs from `alarms` of the stack."""

    @property
    def connects(self) -> list[Connect]:
        """Its Service Connect names."""
        if self.connect is None:
            return []
        return self.connect if isinstance(self.connect, list) else [self.connect]

    @property
    def default_port(self) -> str | None:
        """The name of the port that is meant where none is named; None where that is not clear."""
        names = list(self.ports)
        return DEFAULT_PORT if DEFAULT_PORT in names else names[0] if len(names) == 1 else None


class Retries(Section, frozen=True):
    """How often EventBridge Scheduler tries to start the tasks of a job again. `3` is `{attempts: 3}`."""

    shorthand: ClassVar[str] = "attempts"

    attempts: Annotated[int, Meta(ge=0, le=185, description="a number of attempts from 0 to 185")] = 30
    """The attempts after the first one that failed."""
    within: Annotated[int, Meta(ge=60, le=86400, description="seconds from 60 to 86400")] = 3600
    """Seconds after the scheduled time, after which it gives up."""


class Job(TaskKeys, frozen=True):
    """Tasks that run and end: at scheduled times, or when somebody starts them. Keys that services have, too,
    are described there."""

    section: ClassVar[str] = "jobs"
    noun: ClassVar[str] = "job"

    schedule: ScheduleExpression | None = None
    """When tasks start: `cron(MINUTES HOURS DAY-OF-MONTH MONTH DAY-OF-WEEK YEAR)`, `rate(NUMBER UNIT)` or,
    once, `at(TIME)`. EventBridge Scheduler starts them; on rare occasions it does so twice."""
    run: Literal["by-hand"] | None = None
    """`by-hand` instead of a schedule: the README of the stack has the commands that start a task."""
    timezone: TimeZone = "UTC"
    """The time zone of `cron` and `at`."""
    window: Annotated[int, Meta(ge=0, le=1440, description="minutes from 0 to 1440")] = 0
    """Minutes after the scheduled time within which the tasks may start; 0 for at that time."""
    count: Annotated[int, Meta(ge=1, le=10, description="a number of tasks from 1 to 10")] = 1
    """The number of tasks that start each time."""
    enabled: bool = True
    """Whether the schedule is on. `false` keeps all of the job, which then runs by hand only."""
    retries: Retries = Retries()
    """How often the start is tried again if it fails. A task that has started is not started again, however
    it ends."""
    spot: bool = False
    """Whether tasks run on Fargate Spot. AWS stops such tasks with two minutes' notice when it needs the
    capacity."""

    @property
    def is_scheduled(self) -> bool:
        """Whether something other than a person starts it."""
        return self.schedule is not None


class Defaults(Service, frozen=True):
    """What services and jobs have that do not say otherwise."""

    alike: ClassVar[str] = "Service"

    image: Image | Given | None = None  # type: ignore[assignment]
    """The image to run."""


class Repository(Section, frozen=True):
    """A repository of private ECR. `30` is `{keep: 30}`."""

    shorthand: ClassVar[str] = "keep"

    keep: Annotated[int, Meta(ge=1, le=10000, description="a number of images from 1 to 10000")] | None = None
    """How many images with tags to keep: ECR deletes the oldest beyond it, those that services run, too.
    Default: all."""
    untagged: Annotated[int, Meta(ge=0, le=3650, description="days from 0 to 3650")] = 14
    """The days after which ECR deletes images without a tag; 0 keeps them."""
    immutable: bool = True
    """Whether a tag stays with the image that it was pushed with."""
    scan: bool = True
    """Whether ECR looks for known vulnerabilities in each image that is pushed."""


class FileSystem(Section, frozen=True):
    """An EFS file system with a mount target in each zone that has tasks. It is encrypted, and mounted only
    by services whose volumes name it, over TLS."""

    kms_key: KeyArn | Part | None = None
    """The KMS key that it is encrypted with. Another key replaces the file system. Default: the one of AWS
    for EFS."""
    backup: bool = True
    """Whether AWS Backup makes a backup of it every day, and keeps each for 35 days."""
    infrequent: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] | None = None
    """Days without access after which a file moves to Infrequent Access, which costs less to store and more
    to read; with the next access it moves back. Default: never."""
    keep: bool = True
    """Whether Terraform refuses to destroy or replace it. It does not refuse where the whole file system is
    removed from the spec."""


class PullThrough(Section, frozen=True):
    """How images of a public registry get into private ECR. An ARN is `{credentials: ARN}`."""

    shorthand: ClassVar[str] = "credentials"

    credentials: CacheSecretArn | Part | None = None
    """The ARN of a secret with the keys `username` and `accessToken`, encrypted with the default key. Its
    name begins with ecr-pullthroughcache/. Needed for all but public.ecr.aws, quay.io and registry.k8s.io."""
    prefix: CachePrefix | None = None
    """The beginning of the names of its repositories. Default: docker-hub, github, ecr-public, quay, gitlab,
    k8s, chainguard, or the name of the registry in Azure."""
    create: bool = True
    """Whether the stack creates the rule. An account has one rule for a prefix in a region: another stack may
    have created it."""


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
    """How many tasks of a service run on average. Default: its `count`, or `scaling.min` to `scaling.max`."""


LENIENT_CODES = "200-499"
"""Every code that a health check can accept: all except server errors."""


GRPC_HEALTH_PATH = "/AWS.ALB/healthcheck"
"""The default path of gRPC health checks in AWS. Applications do not implement it, and respond so."""


def usual_health_check(protocol: str = "http") -> HealthCheck:
    """The default health check of a service with the route /."""
    if protocol == "grpc":
        return HealthCheck(path=GRPC_HEALTH_PATH, codes="12")
    return HealthCheck(path="/", codes="200-399")


def has_root(service: Service, port: str | None) -> bool:
    """Whether one of the routes to a port is "/", on any host."""
    return any(path in ("/", "/*") for route in service.routes if route.port == port for path in route.paths)


class ProviderVersions(Section, frozen=True):
    """The AWS provider. `6` is `{version: 6}`."""

    shorthand: ClassVar[str] = "version"

    version: Literal[6] | None = None
    """6 is for version 6 only, which some keys need. Default: versions 5.100 and 6."""


class Spec(Section, frozen=True, kw_only=True):
    """A whole spec file."""

    version: Annotated[int, Meta(ge=1, description="a version of the spec's language")] = 2
    """The version of the spec format; `tfgen upgrade` updates an older one."""
    name: Name
    """The name of the stack, which is part of the names of its resources."""
    region: RegionName
    """The AWS region of the stack."""
    account: AccountId | None = None
    """The AWS account of the stack: Terraform changes no other, an image `ecr:webapp:1.4` is in its private
    ECR of the region, and ARNs of other accounts are found. Default: the account of the credentials."""
    network: Network
    """The VPC and its egress."""
    provider: ProviderVersions = ProviderVersions()
    """The versions of the AWS provider that the stack allows."""
    load_balancer: LoadBalancer | None = None
    """The load balancer, which is created if any service has routes. In `load_balancers` it is `main`."""
    load_balancers: dict[Name, LoadBalancer] = {}
    """Several load balancers, by name; each is created if any service has routes on one of its listeners.
    Default: `main`, as `load_balancer` describes it."""
    logins: dict[Name, Login] = {}
    """How clients log in before a route leads them to a service, by name; services and routes name them.
    Health checks need no login."""
    cluster: ClusterArn | Given | None = None
    """The ARN of an ECS cluster that exists. Default: a cluster with the name of the stack."""
    insights: Literal["off", "on", "enhanced"] | None = None
    """Container Insights of the cluster: metrics of services, or with `enhanced` of each task and container,
    too. CloudWatch charges for them, which `tfgen cost` does not count. Default: `on`, for a cluster of the
    stack's own."""
    iam: Iam = Iam()
    """What all roles of the stack have."""
    dns: PrivateDns | None = None
    """The private hosted zone in which services have names, if any has `dns`. Default: NAME.internal."""
    namespace: NamespaceArn | Given | None = None
    """The ARN of a Cloud Map namespace that exists, for Service Connect names: in it, services of several
    stacks call each other. Default: a namespace with the name of the stack, if a service has such a name."""
    logs: Logs = Logs()
    """CloudWatch log groups."""
    exec: Exec | None = None
    """How sessions of ECS Exec are encrypted and logged, of the services that have `exec`."""
    repositories: dict[RepositoryName, Repository] = {}
    """Repositories of private ECR to create, by name. A service names one in its image, `image:
    webapp:1.4.2`, which is then no image of Docker Hub."""
    file_systems: dict[Name, FileSystem] = {}
    """EFS file systems to create, by name. Volumes of services name them in `efs`."""
    pull_through: bool | dict[CachedRegistry, PullThrough] = False
    """Whether images of public registries are pulled through the cache of private ECR: those of these
    registries, or with `true` those of public.ecr.aws, quay.io and registry.k8s.io, which need no
    credentials. Needs `account`. An image is written with its address in the registry."""
    defaults: Defaults | None = None
    """Keys of services, for every service that does not say otherwise, and for jobs those that they have,
    too. Mappings are merged; any other value of a service, also a list, replaces the default, and `null`
    removes it."""
    services: dict[Name, Service] = {}
    """The ECS services, by name. Without services and jobs, the stack is only a network."""
    jobs: dict[Name, Job] = {}
    """Tasks that run and end, by name: scheduled ones, and those that somebody starts."""
    alarms: Alarms | None = None
    """Who is told when something is wrong, and of what. Default: nobody."""
    dashboard: bool = False
    """Whether CloudWatch has a dashboard of the stack: its load balancers, services and queues. CloudWatch
    charges for it, which `tfgen cost` does not count."""
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
    lint_files: bool = False
    """Whether the stack has files for checkov and Trivy (.checkov.yaml, .trivyignore) with what these would
    report of it: why each finding stands, and the key that changes it."""
    overrides: dict[ResourceAddress, dict[Argument, Any]] = {}
    """Arguments of generated resources, by address (docs/overrides.md)."""

    @property
    def balancers(self) -> dict[str, LoadBalancer]:
        """The load balancers by name, whichever of the two keys describes them."""
        return self.load_balancers or {MAIN: self.load_balancer or LoadBalancer()}

    @property
    def tasks(self) -> dict[str, Service | Job]:
        """What runs tasks: the services and the jobs, by name."""
        return {**self.services, **self.jobs}

    def task(self, key: str) -> Service | Job:
        """The service or the job with a name."""
        return self.services[key] if key in self.services else self.jobs[key]

    def has_proxy(self, service: Service | Job) -> bool:
        """Whether a proxy of Service Connect runs in its tasks. ECS has none for tasks without a service."""
        if isinstance(service, Job):
            return False
        callees = (self.services[key] for key in service.callees if key in self.services)
        if any(self.is_connected(each) for each in service.outside):
            return True
        return bool(service.connects) or any(each.connects for each in callees)

    def is_connected(self, callee: Callee) -> bool:
        """Whether what is outside the stack has a Service Connect name in the stack's namespace: DNS resolves
        no name without a dot."""
        return self.namespace is not None and "." not in (callee.host or ".")

    def balancer_path(self, name: str) -> SpecPath:
        """Where the spec describes a load balancer."""
        return ("load_balancers", name) if self.load_balancers else ("load_balancer",)
