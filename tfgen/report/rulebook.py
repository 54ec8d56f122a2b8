"""What each code means: rules define it themselves, other codes in the table below."""

from typing import NamedTuple

from tfgen.rules import OF_OVERRIDES, Rule, all_rules


class Entry(NamedTuple):
    """What there is to say about a code. Only a rule has a severity of its own, a source and examples."""

    code: str
    severity: str
    title: str
    why: str
    source: str = ""
    bad: str = ""
    good: str = ""


# What is true where the code is not raised, in the form of a rule's title.
_CODES = {
    "TG001": "The spec is a file that can be read",
    "TG002": "The spec is YAML: one document, without tags and without duplicates",
    "TG101": "The spec is not empty",
    "TG102": "Every key is known",
    "TG103": "Required keys are present",
    "TG104": "Every key has a value",
    "TG105": "Every value has the type and form that its key expects",
    "TG106": "The version of the spec is supported",
    "TG110": "The region is known",
    "TG111": "Where zones differ between accounts, network.zones lists them",
    "TG112": "The region has at least as many zones as network.zones counts",
    "TG113": "network.zones lists 2 to 6 zones, each once",
    "TG114": "The region has the listed zones",
    "TG115": "The log retention is a number of days that CloudWatch offers",
    "TG116": "A range of health check codes begins with the lower code",
    "TG201": "The ranges of the VPC and of subnets are /16 to /28",
    "TG202": "The subnets fit into the VPC",
    "TG203": "No two routes of a listener match the same requests",
    "TG204": "Where subnets list their ranges, every zone has a range",
    "TG205": "Where subnets list their ranges, each zone is one of network.zones",
    "TG206": "Every subnet is inside the VPC",
    "TG207": "No two subnets overlap",
    "TG208": "A range is an IPv4 range",
    "TG209": "A range has no host bits set",
    "TG210": "The zone of the single NAT gateway is one of the network's zones",
    "TG211": "nat: single and nat_zone are set only where there is a NAT gateway",
    "TG212": "A VPC endpoint is known",
    "TG213": "Interface endpoints are listed only where the egress includes endpoints",
    "TG214": "No two endpoints have the same name in Terraform",
    "TG220": "Every route names its listener, where there are several",
    "TG221": "A route needs at most as many values as a listener rule may have",
    "TG222": "A route needs at most as many wildcards as a listener rule may have",
    "TG223": "No two rules of a listener have the same priority",
    "TG224": "No two listeners have the same port",
    "TG230": "A service calls services that exist",
    "TG231": "A called service has a Service Connect name",
    "TG232": "A service with a Service Connect name has a port",
    "TG233": "No two services have the same Service Connect name",
    "TG240": "A service with routes has a port",
    "TG241": "No two services have the same name in Terraform",
    "TG242": "A port with routes uses a protocol that the load balancer supports",
    "TG243": "A variable is in environment or in secrets, not in both",
    "TG244": "A renamed service had another name before, and no other service has that name",
    "TG245": "A stack is within the limits that AWS does not raise",
    "TG250": "A stack rendered as a module leaves tags to the root module that calls it",
    "TG260": "An override names a resource of the stack",
    "TG261": "An override names an argument or a block that the provider supports",
    "TG262": "An override names an argument that can be set",
    "TG263": "The value of an override is valid for its argument",
    "TG264": "An override of a single block names a block that occurs once",
    "TG265": "A template of your own has the name of one of tfgen's templates",
    "TG266": "A template of your own can be read",
    "TG267": "A template of your own only prints",
    "TG268": "Overrides and templates of your own produce valid HCL",
    "TG269": "An override keeps what the provider requires",
    "TG270": "An override is supported by every provider version that the stack allows",
    "TG271": "An override removes only what exists",
    "TG272": "No text in an override looks like a reference, since it cannot be one",
    "TG280": "Traffic in cost.traffic goes to the internet, to clients or to an AWS service",
    "TG281": "cost.tasks names services of the spec",
    "TG282": "A range of tasks begins with the smaller number",
    "TG289": "The default of an input has the type of the input",
    "TG290": "A reference names its value in one way",
    "TG291": "A reference is a traversal to a value of the root module",
    "TG292": "A secret says whether it is in Secrets Manager or in Systems Manager",
    "TG293": "Only secrets of Secrets Manager have JSON keys",
    "TG294": "A stack rendered as a module refers to nothing of the root that calls it",
    "TG295": "An input is used",
    "TG296": "A sensitive input has no default",
    "TG297": "An input has a name that no other variable of the root has",
    "TG298": "A reference names what a file of your own in the stack's folder declares",
    "TG299": "A reference names an attribute that the provider has",
    "TG510": "Listeners are the stack's own, or they exist already",
    "TG511": "An ARN is in the partition of the stack, and that of what the stack uses in its region",
    "TG512": "Each existing listener is named once, and all belong to one load balancer",
    "TG525": "IPv6 ranges are for a VPC with IPv6",
    "TG526": "A load balancer with IPv6 addresses is in subnets with IPv6 ranges",
    "TG527": "A load balancer without public IPv4 addresses is internet-facing",
    "TG528": "Ranges of clients are of a version of IP that the load balancer has addresses of",
    "TG529": "A virtual private gateway is the target of IPv4 routes only",
    "TG530": "nat lists zones, each once",
    "TG531": "Elastic IP addresses are given for zones with a NAT gateway, each its own",
    "TG532": "A route leads out of the VPC",
    "TG533": "No two routes of a table have the same destination",
    "TG534": "A route leads to a target of a known kind",
    "TG535": "A route names the ID of its target",
    "TG536": "Routes in a VPC that exists are created in route tables that the spec names",
    "TG539": "A certificate of a listener is issued before the listener uses it",
    "TG540": "A domain has a zone for its records, and a zone a domain",
    "TG541": "The names of a certificate fit into one zone, and the first into a certificate",
    "TG542": "A listener has a certificate where it speaks https or tls, and only there",
    "TG543": "A listener sets only headers that it can set",
    "TG544": "A TLS security policy is known",
    "TG545": "Client certificates are verified with a trust store, or passed on without one",
    "TG546": "Certificates and trust stores are in the region of the load balancer",
    "TG547": "A listener does one thing with the requests of a redirect, or that no route matches",
    "TG548": "A redirect leads to another address, and not from https to http",
    "TG570": "One key describes the load balancers",
    "TG571": "A word that names a load balancer names no listener of another one",
    "TG572": "No two load balancers have a name in common",
    "TG573": "A service has at most five target groups",
    "TG574": "A name has its records for one load balancer",
    "TG680": "The configuration of a cluster that exists is not changed",
    "TG682": "Images are cached in an account that the spec names",
    "TG683": "A registry is cached with the credentials that it needs",
    "TG685": "Each registry is cached below a prefix of its own",
    "TG687": "Images are cached where ECR has a pull-through cache",
    "TG690": "An image in the ECR of the stack's account is in a spec that names the account",
    "TG691": "The ARN of what exists is in the account of the stack",
    "TG692": "No two repositories have the same name in Terraform",
    "TG695": "Container Insights is set for a cluster of the stack's own",
    "TG575": "A service lets each security group in once",
    "TG600": "A network load balancer is one of the stack's own, with listeners that the spec names",
    "TG601": "A load balancer has keys of its type only",
    "TG602": "A listener speaks a protocol of its load balancer's type",
    "TG603": "A network load balancer stores logs of tls listeners, in a bucket that exists",
    "TG604": "A listener of a network load balancer has one route",
    "TG605": "A listener of a network load balancer has a route",
    "TG606": "A route on a network load balancer has no conditions",
    "TG607": "A listener of a network load balancer and the port that it leads to speak the same protocol",
    "TG608": "A udp port is checked at a port that accepts TCP connections",
    "TG609": "A health check has codes only if it has a path",
    "TG610": "A container that ECS Exec enters is not read-only",
    "TG611": "A container reads at most 10 environment files",
    "TG612": "The label of what an application calls is not set by hand",
    "TG613": "A soft limit is at most the hard limit",
    "TG614": "A folder is mounted once",
    "TG750": "A volume is mounted by a container",
    "TG751": "A container mounts volumes of its own service",
    "TG752": "A volume has keys of its kind only",
    "TG753": "A volume is in a file system of the stack, or in one that exists",
    "TG754": "A volume with an access point has no other folder",
    "TG755": "A volume has a name of its own",
    "TG756": "No two volumes of a service are the same folder",
    "TG757": "A service has at most one EBS volume",
    "TG758": "EBS volumes are those of services",
    "TG759": "An EBS volume has the size, the IOPS and the throughput of its type",
    "TG765": "The key of EBS volumes is in the region of the services",
    "TG615": "A container's health check has a command, without the word that ECS has before it",
    "TG620": "A container waits for containers of its own task",
    "TG621": "No two containers wait for each other",
    "TG622": "A container that others wait to be healthy has a health check",
    "TG623": "A container that others wait to end is not essential",
    "TG624": "A sidecar has a name of its own",
    "TG625": "Sidecars leave the application a share of the task",
    "TG626": "A port names a container of its task",
    "TG627": "A task has at most 10 containers",
    "TG630": "Defaults have only what services can have in common",
    "TG631": "Defaults make a spec no larger than it may be",
    "TG710": "A job has no name that a service has",
    "TG711": "A job has a schedule, or is run by hand",
    "TG712": "The schedule of a job is one that EventBridge Scheduler takes, and happens",
    "TG713": "The application of a job is not restarted when it has succeeded",
    "TG714": "A job calls services by names that it resolves",
    "TG715": "A time zone is one that there is",
    "TG632": "A task whose log lines are routed has a log router",
    "TG633": "A task has one log router",
    "TG634": "A log router sends its own log lines to CloudWatch",
    "TG635": "The port of a log router is not opened",
    "TG636": "A log router's configuration is not where ECS puts its own",
    "TG637": "Options of logs are for a log router, and say where it sends",
    "TG670": "An entry of access has one verb",
    "TG671": "An entry of access says which AWS service its thing is of",
    "TG672": "A verb of access is one that its AWS service has",
    "TG673": "An entry of access is about an AWS service whose permissions tfgen knows",
    "TG674": "An entry of access has the ARN of a thing",
    "TG675": "A key of an entry of access has an effect",
    "TG676": "Only a task role of the stack's own gets permissions",
    "TG677": "No two permissions of a service have the same name in Terraform",
    "TG390": "An ignore gives its reason",
    "TG391": "An ignore names an existing rule",
    "TG392": "An ignore has an effect",
    "TG520": "An entry of egress or ingress names one thing",
    "TG521": "ICMP has no ports",
    "TG522": "A range of ports begins with the lower port, and ends at 65535 at most",
    "TG523": "An entry of ingress names a port where the service has none",
    "TG524": "No two entries of ingress allow the same",
    "TG590": "A login that routes need is in logins",
    "TG591": "A login is one with Cognito, with OpenID Connect, or with tokens",
    "TG592": "Clients log in over HTTPS",
    "TG593": "A login is one that a load balancer can ask for",
    "TG594": "A login is needed by a route",
    "TG595": "What only version 6 of the AWS provider has is for stacks that allow no other",
    "TG596": "A rewrite is one that a load balancer can make",
    "TG560": "A condition on the host of requests is the key host, not a header",
    "TG561": "A route has one condition for each header and each query parameter",
    "TG562": "A condition has a value",
    "TG565": "A list of hosts or paths has entries",
    "TG567": "Weights and stickiness have an effect",
    "TG568": "The weights of a route divide its requests among one to five services",
    "TG569": "Services that share a route agree on its rule",
    "TG566": "A route with a priority has one host and one path",
    "TG401": "A rendered file is HCL",
    "TG402": "The files of a stack that is compared with a spec can be read",
    "TG580": "A service has port or ports, not both",
    "TG581": "What needs a port of a service names one, where none is the default",
    "TG582": "The name of a port is one of the service's",
    "TG583": "No two ports of a service are the same",
    "TG584": "No port has the names of another service",
    "TG585": "Routes to an http2 or grpc port are on HTTPS listeners",
    "TG586": "The codes of a health check are those of the port's protocol",
    "TG587": "A health check's own port speaks the protocol of the requests",
    "TG588": "A Service Connect name has one port, and a port one name",
    "TG732": "A DNS name has ports that callers connect to",
    "TG733": "No two services have the same DNS name",
    "TG734": "The private hosted zone hides no names of AWS",
    "TG735": "A call outside the stack names a security group or a range",
    "TG736": "A service of the stack is called by its key",
    "TG737": "DNS resolves the names of what is called outside the stack",
    "TG739": "The private CA and its key are in the region of the services",
    "TG740": "Only proxies connect to a port with TLS in Service Connect",
    "TG730": "Only ports that speak HTTP or gRPC have a timeout of requests in Service Connect",
    "TG589": "A load balancer with routes to grpc ports speaks HTTP/2",
    "TG550": "A slow start takes at least 30 seconds",
    "TG551": "Keys of a target group can be used together",
    "TG552": "The cookie of sticky sessions is not the load balancer's own",
    "TG553": "A reference leads to what its key needs",
    "TG554": "An input is text where an ID, an ARN or a name is needed",
    "TG555": "No two certificates of listeners have the same name in Terraform",
    "TG556": "No file of your own in the stack's folder makes a record that the stack makes",
    "TG640": "Either count or scaling says how many tasks run",
    "TG641": "Scaling follows a metric or a schedule",
    "TG642": "The least tasks of scaling are no more than the most",
    "TG643": "Requests to follow are those of an Application Load Balancer",
    "TG644": "A schedule of scaling is one that changes something at a time",
    "TG650": "Tasks are moved between zones only where more than all of them may run",
    "TG651": "The percentages of a deployment let a task start or stop",
    "TG652": "A deployment that moves requests moves those of one listener rule",
    "TG653": "What a service has goes with deployments that move requests",
    "TG654": "The keys of a deployment are for its strategy, and its hooks have a stage",
    "TG655": "Tests of a deployment have a rule of their own on the load balancer of the route",
    "TG500": "Beside a VPC that exists, no key describes one to create",
    "TG501": "A VPC that exists has the subnets that tasks run in",
    "TG502": "The subnets of a VPC that exists are used",
    "TG503": "A VPC that exists has subnets for a load balancer in two zones or more, and in each with tasks",
    "TG504": "Each subnet and each route table of a VPC that exists is in the spec once",
    "TG505": "An endpoint exists or is created, not both",
    "TG506": "Prefix lists and the security group are those of endpoints that the VPC has",
    "TG507": "The prefix list of a gateway endpoint is in the spec where tasks may connect to nothing else",
    "TG508": "A gateway endpoint that services need can be created, or exists",
    "TG509": "The security group of endpoints that exist is in the spec",
}

_RAISED = {
    "TG0": "when the spec's file is read",
    "TG1": "when the spec is checked against its schema",
    "TG2": "when the stack is derived from the spec",
    "TG3": "when the spec's ignores are compared with what the rules found",
    "TG4": "by tfgen validate or tfgen changes",
    "TG5": "when the stack is derived from the spec",
    "TG6": "when the stack is derived from the spec",
    "TG7": "when the stack is derived from the spec",
}


def rule_entries() -> list[Entry]:
    """The rules, in the order of their numbers."""
    return sorted((_of_rule(rule) for rule in all_rules()), key=lambda entry: entry.code)


def other_codes() -> list[Entry]:
    """The codes that are not rules."""
    return [_of_code(code) for code in _CODES]


def all_codes() -> list[str]:
    """Every code there is."""
    return sorted(entry.code for entry in (*rule_entries(), *other_codes()))


def entry_of_code(code: str) -> Entry:
    """What there is to say about a code. Raises KeyError where there is no such code."""
    if code in _CODES:
        return _of_code(code)
    return {entry.code: entry for entry in rule_entries()}[code]


def _of_rule(rule: Rule) -> Entry:
    return Entry(rule.ID, rule.SEVERITY, rule.TITLE, rule.WHY, rule.SOURCE, rule.BAD, rule.GOOD)


_WIDTH, _HEIGHT = 110, 24


def _to_be_read(example: str) -> str:
    """An example of excess, cut to a readable length."""
    lines = [
        line if len(line) <= _WIDTH else f"{line[: _WIDTH - 40]}...  # {len(line):,} characters in total"
        for line in example.splitlines()
    ]
    if len(lines) > _HEIGHT:
        lines[_HEIGHT - 4 :] = [f"# ... and {len(lines) - _HEIGHT + 4:,} more lines like these"]
    return "\n".join(lines) + "\n"


def _of_code(code: str) -> Entry:
    can = (
        f"can be ignored at the top of the spec: {_ignore_example(code)}"
        if code in OF_OVERRIDES
        else "cannot be ignored"
    )
    return Entry(code, "", _CODES[code], f"Raised {_RAISED[code[:3]]}; it is not a rule, and {can}.")


def entry_as_text(entry: Entry) -> str:
    """As `tfgen explain` prints it."""
    if not entry.source:
        return f"{entry.code}: {entry.title}\n\n{entry.why}"
    return "\n\n".join(
        (
            f"{entry.code} {entry.severity}: {entry.title}",
            entry.why,
            f"Source: {entry.source}",
            f"Breaks the rule:\n{_indented_text(_to_be_read(entry.bad))}",
            f"Follows the rule:\n{_indented_text(_to_be_read(entry.good))}",
            "Where it is intended, ignore it there (in a service, a listener, load_balancer or network) or "
            f"at the top of the spec:\n{_indented_text(_ignore_example(entry.code))}",
        )
    )


def entry_as_markdown(entry: Entry) -> str:
    """As in docs/rules.md and in SARIF."""
    parts = (
        f"{entry.why} ([source]({entry.source}))",
        f"Breaks the rule:\n\n```yaml\n{_to_be_read(entry.bad)}```",
        f"Follows the rule:\n\n```yaml\n{_to_be_read(entry.good)}```",
    )
    return "\n\n".join(parts)


def _ignore_example(code: str) -> str:
    return f"ignore: [{{rule: {code}, reason: ...}}]"


def _indented_text(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.rstrip("\n").splitlines())


def list_rules() -> str:
    """All rules, one a line."""
    return "\n".join(f"{entry.code}  {entry.severity:<7}  {entry.title}" for entry in rule_entries())
