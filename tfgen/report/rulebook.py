"""The meaning of each code: rules describe themselves, the table below describes the others."""

from typing import NamedTuple

from tfgen.rules import OF_OVERRIDES, Rule, rules


class Entry(NamedTuple):
    """What is to be said of a code. Only a rule has a severity of its own, a source and examples."""

    code: str
    severity: str
    title: str
    why: str
    source: str = ""
    bad: str = ""
    good: str = ""


# What is so where the code is not raised, as the title of a rule says it.
_CODES = {
    "TG001": "A spec is a file that can be read",
    "TG002": "A spec is YAML: one document, without tags, nothing in it twice",
    "TG101": "A spec is not empty",
    "TG102": "Every key is one that the spec knows",
    "TG103": "Required keys are there",
    "TG104": "Every key has a value",
    "TG105": "Every value is what its key expects",
    "TG106": "The version of the spec is one that tfgen knows",
    "TG110": "The region is one that tfgen knows",
    "TG111": "Where zones differ between accounts, network.zones lists them",
    "TG112": "The region has as many zones as network.zones counts",
    "TG113": "The listed zones are 2 to 6, each once",
    "TG114": "The region has the listed zones",
    "TG115": "Logs are kept for a number of days that CloudWatch offers",
    "TG116": "A range of health check codes goes from the lower to the higher",
    "TG201": "The ranges of the VPC and of subnets are /16 to /28",
    "TG202": "The subnets fit into the VPC",
    "TG203": "No two routes of a listener are for the same requests",
    "TG204": "Where subnets list their ranges, every zone has one",
    "TG205": "Where subnets list their ranges, they do so for the network's zones",
    "TG206": "Every subnet is inside the VPC",
    "TG207": "No two subnets overlap",
    "TG208": "A range is an IPv4 range",
    "TG209": "A range has no host bits set",
    "TG210": "The zone of the single NAT gateway is one of the network's",
    "TG211": "nat: single and nat_zone stand only where there is a NAT gateway for them",
    "TG212": "A VPC endpoint is one that tfgen knows",
    "TG213": "Interface endpoints are listed only where the way out has endpoints",
    "TG214": "No two endpoints need one name in Terraform",
    "TG220": "Every route says which listener it is bound to, where there are several",
    "TG221": "A route makes no more values than a listener rule holds",
    "TG222": "A route makes no more wildcards than a listener rule holds",
    "TG223": "No two rules of a listener have one priority",
    "TG224": "No two listeners have one port",
    "TG230": "A service calls services that there are",
    "TG231": "A service that others call has a Service Connect name",
    "TG232": "A service with a Service Connect name has a port",
    "TG233": "No two services have one Service Connect name",
    "TG240": "A service with routes has a port",
    "TG241": "No two services need one name in Terraform",
    "TG242": "A port with routes speaks what the load balancer speaks",
    "TG243": "A variable is in environment or in secrets, not in both",
    "TG244": "A renamed service was named otherwise before, and no other service has that name",
    "TG245": "A stack is no larger than what AWS lets any account have",
    "TG250": "A stack that is rendered as a module leaves tags to the root that calls it",
    "TG260": "An override is of a resource that the stack has",
    "TG261": "An override is of an argument or a block that the provider knows there",
    "TG262": "An override is of an argument that may be set",
    "TG263": "An override's value is one that its place can hold",
    "TG264": "An override of one block is for a block that there is once",
    "TG265": "A template of your own has the name of one of tfgen's",
    "TG266": "A template of your own can be read",
    "TG267": "A template of your own only prints",
    "TG268": "What overrides and templates of your own make is HCL",
    "TG269": "An override leaves there what the provider requires",
    "TG270": "An override is of what every version of the provider knows that the stack lets in",
    "TG271": "An override takes away what is there",
    "TG272": "No text of an override reads like a reference, which it cannot be",
    "TG390": "An ignore gives its reason",
    "TG391": "An ignore names a rule that there is",
    "TG392": "An ignore passes over something",
    "TG401": "A rendered page is HCL",
    "TG402": "The files of a stack that is held against a spec can be read",
}

_RAISED = {
    "TG0": "when the spec's file is read",
    "TG1": "when the spec is held against its schema",
    "TG2": "when the stack is worked out from the spec",
    "TG3": "when the spec's ignores are held against what the rules found",
    "TG4": "by tfgen validate or tfgen changes",
}


def entries() -> list[Entry]:
    """The rules, in the order of their numbers."""
    return sorted((_of_rule(rule) for rule in rules()), key=lambda entry: entry.code)


def other_codes() -> list[Entry]:
    """The codes that are no rules."""
    return [_of_code(code) for code in _CODES]


def codes() -> list[str]:
    """Every code there is."""
    return sorted(entry.code for entry in (*entries(), *other_codes()))


def entry(code: str) -> Entry:
    """What is to be said of a code. Raises KeyError where there is no such code."""
    if code in _CODES:
        return _of_code(code)
    return {entry.code: entry for entry in entries()}[code]


def _of_rule(rule: Rule) -> Entry:
    return Entry(rule.ID, rule.SEVERITY, rule.TITLE, rule.WHY, rule.SOURCE, rule.BAD, rule.GOOD)


_WIDTH, _HEIGHT = 110, 24


def _to_be_read(example: str) -> str:
    """An example of too much, cut to what shows it."""
    lines = [
        line if len(line) <= _WIDTH else f"{line[: _WIDTH - 40]}...  # {len(line):,} characters in all"
        for line in example.splitlines()
    ]
    if len(lines) > _HEIGHT:
        lines[_HEIGHT - 4 :] = [f"# ... and {len(lines) - _HEIGHT + 4:,} more lines like these"]
    return "\n".join(lines) + "\n"


def _of_code(code: str) -> Entry:
    can = (
        f"can be ignored at the top of the spec: {_ignore(code)}"
        if code in OF_OVERRIDES
        else "cannot be ignored"
    )
    return Entry(code, "", _CODES[code], f"Raised {_RAISED[code[:3]]}; it is no rule, and {can}.")


def text(entry: Entry) -> str:
    """As `tfgen explain` prints it."""
    if not entry.source:
        return f"{entry.code}: {entry.title}\n\n{entry.why}"
    return "\n\n".join(
        (
            f"{entry.code} {entry.severity}: {entry.title}",
            entry.why,
            f"Source: {entry.source}",
            f"What breaks it:\n{_indented(_to_be_read(entry.bad))}",
            f"What keeps it:\n{_indented(_to_be_read(entry.good))}",
            "Where it is no problem, say so beside the thing (in a service, a listener, load_balancer or "
            f"network) or in the spec itself:\n{_indented(_ignore(entry.code))}",
        )
    )


def markdown(entry: Entry) -> str:
    """As docs/rules.md has it, and whoever shows SARIF."""
    parts = (
        f"{entry.why} ([source]({entry.source}))",
        f"What breaks it:\n\n```yaml\n{_to_be_read(entry.bad)}```",
        f"What keeps it:\n\n```yaml\n{_to_be_read(entry.good)}```",
    )
    return "\n\n".join(parts)


def _ignore(code: str) -> str:
    return f"ignore: [{{rule: {code}, reason: ...}}]"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.rstrip("\n").splitlines())


def listing() -> str:
    """All rules, one a line."""
    return "\n".join(f"{entry.code}  {entry.severity:<7}  {entry.title}" for entry in entries())
