"""The values that a spec has: texts and numbers with their patterns, limits and descriptions."""

from typing import Annotated, Literal

from msgspec import Meta

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
        examples=["arn:aws:secretsmanager:REGION:ACCOUNT:secret:ecr-pullthroughcache/NAME-SUFFIX"],
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
        examples=["arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX"],
        description="the ARN of a Secrets Manager secret or an SSM parameter, or the /path of a parameter",
    ),
]
EnvironmentFileArn = Annotated[
    str,
    Meta(
        # ECS/use-environment-file: the key ends with .env.
        pattern=r"^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/\S*\.env\Z",
        max_length=1100,
        examples=["arn:aws:s3:::BUCKET/KEY.env"],
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
        examples=["arn:aws:elasticloadbalancing:REGION:ACCOUNT:listener/app/NAME/ID/ID"],
        description="the ARN of a listener of an Application Load Balancer",
    ),
]
LoadBalancerArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:loadbalancer/app(/[A-Za-z0-9-]+){2}\Z",
        examples=["arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/app/NAME/ID"],
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
        examples=["arn:aws:acm:REGION:ACCOUNT:certificate/ID"],
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
        examples=["arn:aws:s3:::BUCKET"],
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
        examples=["arn:aws:elasticloadbalancing:REGION:ACCOUNT:truststore/NAME/ID"],
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
        examples=["arn:aws:lambda:REGION:ACCOUNT:function:NAME"],
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
        examples=["arn:aws:ecs:REGION:ACCOUNT:cluster/NAME"],
        description="the ARN of an ECS cluster",
    ),
]
NamespaceArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:servicediscovery:[a-z0-9-]+:[0-9]{12}:namespace/ns-[a-z0-9]{8,48}\Z",
        examples=["arn:aws:servicediscovery:REGION:ACCOUNT:namespace/ns-ID"],
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
        examples=["arn:aws:iam::ACCOUNT:role/NAME"],
        description="the ARN of an IAM role",
    ),
]
PolicyArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/([!-.0-~]+/)*[A-Za-z0-9_+=,.@-]{1,128}\Z",
        examples=["arn:aws:iam::ACCOUNT:policy/NAME"],
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
        examples=["arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID"],
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
        examples=["arn:aws:sns:REGION:ACCOUNT:NAME"],
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
        examples=["arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID"],
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
        examples=["arn:aws:sqs:REGION:ACCOUNT:QUEUE or arn:aws:s3:::BUCKET"],
        description="the ARN of what the application uses; metrics and traces have none",
    ),
]
KeyArn = Annotated[
    str,
    Meta(
        # KMS in a policy is a key by its ARN, not an alias: SQS/sqs-key-management.
        pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f-]{36})\Z",
        examples=["arn:aws:kms:REGION:ACCOUNT:key/ID"],
        description="the ARN of a KMS key (no alias)",
    ),
]
AuthorityArn = Annotated[
    str,
    Meta(
        pattern=r"^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:[0-9]{12}:certificate-authority/[0-9a-f-]{36}\Z",
        examples=["arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID"],
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
        examples=["arn:aws:sqs:REGION:ACCOUNT:NAME"],
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
