"""Single mistakes, one for each code where one is enough, as edits of one sound spec.

A mistake is a context, which is sound, and a fault in it: both are plain data that is laid over the spec.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from support.ruled import REGISTRY, whole_spec
from tfgen import rules
from tfgen.pipe import run_text
from tfgen.spec.source import dump_yaml, parse_yaml

GONE = "<gone>"
BASE: dict[str, Any] = {
    "name": "shop",
    "region": "us-east-1",
    "network": {"egress": "nat"},
    "services": {
        "front": {"image": f"{REGISTRY}/front:1.0", "port": 3000, "routes": ["/front"], "calls": ["back"]},
        "back": {"image": f"{REGISTRY}/back:1.0", "port": 5000, "connect": "back"},
    },
}


class Mistake(NamedTuple):
    code: str
    fault: dict[str, Any]
    context: Mapping[str, Any] = MappingProxyType({})


def _service(**keys: Any) -> dict[str, Any]:
    return {"image": f"{REGISTRY}/other:1.0", **keys}


def _services(**services: Any) -> dict[str, Any]:
    return {"services": services}


def _routed(name: str, *routes: Any, **keys: Any) -> dict[str, Any]:
    return {name: _service(port=80, routes=list(routes), **keys)}


# --- what the schema refuses, and what cannot be filled in or built

_OTHERS = [
    Mistake("TG102", {"services": {"front": {"quux": 1}}}),
    Mistake("TG102", {"services": {"front": {"replicas": 3}}}),
    Mistake("TG102", {"netwrk": {}}),
    Mistake("TG103", _services(bare={"port": 80})),
    Mistake("TG103", {"name": GONE}),
    Mistake("TG103", {"region": GONE}),
    Mistake("TG103", {"services": {"back": {"image": GONE}}}),
    Mistake("TG104", {"services": {"front": {"cpu": None}}}),
    Mistake("TG104", {"services": {"back": {"connect": {"name": None}}}}),
    Mistake("TG105", {"services": {"front": {"cpu": 0.5}}}),
    Mistake("TG105", {"services": {"front": {"image": "Not An Image"}}}),
    Mistake("TG105", {"services": {"back": {"port": "http"}}}),
    Mistake("TG105", {"services": {"back": {"connect": "Back End"}}}),
    Mistake("TG105", {"services": {"front": {"routes": "/"}}}),
    Mistake("TG105", {"network": {"egress": "vpn"}}),
    Mistake("TG105", {"region": "Virginia"}),
    Mistake("TG105", {"network": {"zones": "two"}}),
    Mistake("TG105", {"load_balancer": {"listeners": {"http": "eighty"}}}),
    Mistake("TG105", {"load_balancer": {"idle_timeout": 5000}}),
    Mistake("TG105", {"services": {"back": {"count": "two"}}}),
    Mistake("TG105", {"services": {"back": {"environment": {"A": ["b"]}}}}),
    Mistake("TG105", _services(Up=_service())),
    Mistake("TG105", _services(other=3)),
    Mistake("TG105", {"tags": ["a"]}),
    Mistake("TG110", {"region": "us-east-9"}),
    Mistake("TG111", {"region": "us-west-1"}),
    Mistake("TG112", {"network": {"zones": 4}}, {"region": "eu-west-1"}),
    Mistake("TG113", {"network": {"zones": ["a"]}}),
    Mistake("TG114", {"network": {"zones": ["a", "h"]}}),
    Mistake("TG115", {"logs": {"retention": 31}}),
    Mistake("TG116", {"services": {"front": {"health_check": {"codes": "299-200"}}}}),
    Mistake("TG201", {"network": {"cidr": "10.0.0.0/8"}}),
    Mistake("TG202", {"network": {"subnets": {"public": 17}}}),
    Mistake("TG204", {"network": {"subnets": {"private": {"a": "10.0.0.0/20"}}}}),
    Mistake(
        "TG205",
        {"network": {"subnets": {"private": {"c": "10.0.32.0/20"}}}},
        {"network": {"subnets": {"private": {"a": "10.0.0.0/20", "b": "10.0.16.0/20"}}}},
    ),
    Mistake(
        "TG206", {"network": {"subnets": {"private": {"a": "10.1.0.0/20", "b": "10.0.16.0/20"}}}}
    ),
    Mistake(
        "TG207", {"network": {"subnets": {"private": {"a": "10.0.0.0/20", "b": "10.0.0.0/21"}}}}
    ),
    Mistake("TG208", _services(far=_service(egress=["300.0.0.0/8"]))),
    Mistake("TG209", _services(near=_service(egress=["203.0.113.9/24"]))),
    Mistake("TG210", {"network": {"nat": "single", "nat_zone": "d"}}),
    Mistake("TG212", _services(user=_service(uses=["sqss"])), {"network": {"egress": "nat+endpoints"}}),
    Mistake("TG213", {"network": {"endpoints": ["sqs"]}}),
    Mistake("TG203", _services(**_routed("twice", "/a", "/a/"))),
    Mistake("TG220", _services(**_routed("lost", {"path": "/lost", "listener": "nowhere"}))),
    Mistake("TG221", _services(**_routed("many", {"path": "/m", "methods": ["GET", "PUT", "POST", "HEAD"]}))),
    Mistake("TG222", _services(**_routed("stars", "/*a*b*c*d*e*f*g"))),
    Mistake(
        "TG223", _services(**_routed("one", {"path": "/o", "priority": 9}, {"path": "/p", "priority": 9}))
    ),
    Mistake(
        "TG224",
        {"load_balancer": {"listeners": {"http": 80, "other": 80}}},
        _services(**_routed("beside", {"path": "/beside", "listener": "other"}))
        | {"load_balancer": {"listeners": {"http": 80, "other": 81}}},
    ),
    Mistake("TG230", _services(caller=_service(calls=["nobody"]))),
    Mistake("TG231", _services(caller2=_service(calls=["front"]))),
    Mistake("TG232", _services(unported=_service(connect="unported"), asks=_service(calls=["unported"]))),
    Mistake("TG233", _services(again=_service(port=80, connect="back"), asks2=_service(calls=["again"]))),
    Mistake("TG240", _services(portless=_service(routes=["/portless"]))),
    Mistake("TG242", _services(tcp=_service(port={"number": 1, "protocol": "tcp"}, routes=["/tcp"]))),
    Mistake("TG243", _services(both=_service(environment={"A": "x"}, secrets={"A": "/a"}))),
    Mistake("TG244", _services(new=_service(was="front"))),
    Mistake("TG520", _services(two=_service(egress=[{"cidr": "10.1.0.0/16", "prefix_list": "pl-0a1b2c3d"}]))),
    Mistake("TG521", _services(ping=_service(egress=[{"port": 8, "protocol": "icmp"}]))),
    Mistake("TG522", _services(span=_service(egress=["9000-8000"]))),
    Mistake("TG523", _services(closed=_service(ingress=["10.0.0.0/8"]))),
    Mistake(
        "TG524", _services(same=_service(port=81, ingress=["10.0.0.0/8", {"cidr": "10.0.0.0/8", "port": 81}]))
    ),
    Mistake("TG260", {"overrides": {"module.network.aws_vpc.other": {"tags": {"A": "b"}}}}),
    Mistake("TG261", {"overrides": {"module.network.aws_vpc.main": {"tagz": "b"}}}),
    Mistake("TG280", {"cost": {"traffic": {"s33": 1}}}),
    Mistake("TG281", {"cost": {"tasks": {"nobody": 1}}}),
    Mistake("TG282", {"cost": {"tasks": {"front": {"low": 3, "high": 1}}}}),
    Mistake("TG391", {"services": {"front": {"ignore": [{"rule": "TG399", "reason": "none"}]}}}),
]  # fmt: skip


def over(data: Any, edit: Any) -> Any:
    """Data with an edit laid over it."""
    if not isinstance(data, dict) or not isinstance(edit, Mapping):
        return deepcopy(edit)
    merged = {**data, **{key: over(data.get(key), value) for key, value in edit.items()}}
    return {key: value for key, value in merged.items() if value != GONE}


def codes_of(*edits: Mapping[str, Any]) -> list[str]:
    """What check says of the sound spec with edits, but for notes, each as a code and where it stands."""
    data = BASE
    for edit in edits:
        data = over(data, edit)
    problems = run_text(dump_yaml(data), "shop.yaml").problems
    return sorted(problem.code for problem in problems if problem.severity != "note")


@cache
def mistakes() -> tuple[Mistake, ...]:
    """Those above, and of each rule what it gives as an example, as far as that is small and alone."""
    of_rules = [next(filter(is_single, _of_rule(rule)), None) for rule in rules.all_rules()]
    return tuple(mistake for mistake in (*_OTHERS, *filter(None, of_rules)) if is_single(mistake))


def is_single(mistake: Mistake) -> bool:
    return not codes_of(mistake.context) and codes_of(mistake.context, mistake.fault) == [mistake.code]


def _of_rule(rule: rules.Rule) -> Iterator[Mistake]:
    """From its examples, as far as they are small; warnings and errors alone."""
    for text in (rule.BAD, *rule.FAILS):
        if len(text) < 2500 and rule.SEVERITY != "note":
            yield _of_case(rule.ID, text)


def _of_case(code: str, text: str) -> Mistake:
    for key in (parse_yaml(text, "case").data or {}).get(
        "services", {}
    ):  # those of two rules live side by side
        text = re.sub(rf"(?<![\w./-]){key}(?![\w/-])", f"{code.lower()}-{key}", text)
    text = re.sub(r"routes: \[/([\],])", rf"routes: [/{code.lower()}\1", text)
    data = whole_spec(text)
    context = {key: data[key] for key in data.keys() - {"services", "name"} if data[key] != BASE.get(key)}
    if not data["services"] or codes_of(context):
        return Mistake(code, {**context, "services": data["services"]})
    return Mistake(code, {"services": data["services"]}, context)


def are_compatible(one: Any, other: Any) -> bool:
    """Whether two edits say nothing different of one place."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(are_compatible(one[key], other[key]) for key in one.keys() & other.keys())
    return bool(one == other)
