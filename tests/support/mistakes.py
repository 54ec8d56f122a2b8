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


_AUTHORITY = (
    "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/0a1b2c3d-0000-4000-8000-000000000000"
)
_FAR_KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"


class Mistake(NamedTuple):
    code: str
    fault: dict[str, Any]
    context: Mapping[str, Any] = MappingProxyType({})


def _service(**keys: Any) -> dict[str, Any]:
    return {"image": f"{REGISTRY}/other:1.0", **keys}


def _services(**services: Any) -> dict[str, Any]:
    return {"services": services}


def _jobs(**jobs: Any) -> dict[str, Any]:
    return {"jobs": jobs}


def _ebs(said: Any) -> dict[str, Any]:
    return {"volumes": {"work": {"path": "/work", "ebs": said}}}


def _routed(name: str, *routes: Any, **keys: Any) -> dict[str, Any]:
    return {name: _service(port=80, routes=list(routes), **keys)}


# --- what the schema refuses, and what cannot be filled in or built

_ROUTER = _service(firelens="fluentbit")
_ROUTED = {"driver": "firelens", "options": {"Name": "datadog"}}
_AGENT = {"agent": _service()}
_SIX = {"provider": 6}
_BLUE_GREEN = {"provider": 6, "services": {"front": {"deployment": {"strategy": "blue-green"}}}}
_OTHERS = [
    Mistake("TG640", {"services": {"front": {"count": 3, "scaling": {"min": 2, "max": 4, "cpu": 60}}}}),
    Mistake("TG641", {"services": {"back": {"scaling": {"min": 2, "max": 4}}}}),
    Mistake("TG642", {"services": {"back": {"scaling": {"min": 5, "max": 4, "cpu": 60}}}}),
    Mistake("TG643", {"services": {"back": {"scaling": {"min": 2, "max": 4, "requests": 600}}}}),
    Mistake(
        "TG644",
        {
            "services": {
                "back": {"scaling": {"min": 2, "max": 4, "schedule": {"late": {"when": "rate(1 day)"}}}}
            }
        },
    ),
    Mistake("TG650", {"services": {"front": {"deployment": {"minimum": 0, "maximum": 100}}}}),
    Mistake("TG651", {"services": {"front": {"count": 1, "deployment": {"maximum": 150}}}}),
    Mistake("TG652", {"services": {"back": {"deployment": {"strategy": "canary"}}}}, _SIX),
    Mistake("TG653", {"services": {"front": {"deployment": {"circuit_breaker": True}}}}, _BLUE_GREEN),
    Mistake("TG654", {"services": {"front": {"deployment": {"bake": 10}}}}),
    Mistake("TG655", {"services": {"front": {"deployment": {"test": {}}}}}, _BLUE_GREEN),
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
    Mistake("TG735", _services(caller3=_service(calls=[{"host": "db.example", "port": 5432}]))),
    Mistake(
        "TG736",
        _services(caller4=_service(calls=[{"host": "back", "port": 5000, "cidr": "10.0.0.0/16"}])),
    ),
    Mistake(
        "TG739",
        _services(
            ca1=_service(
                port=80,
                connect={"name": "ca1", "tls": {"authority": _AUTHORITY.replace("us-east-1", "eu-west-1")}},
            ),
            asks7=_service(calls=["ca1"]),
        ),
    ),
    Mistake(
        "TG740",
        _services(
            ca2=_service(port=80, routes=["/ca2"], connect={"name": "ca2", "tls": {"authority": _AUTHORITY}}),
            asks8=_service(calls=["ca2"]),
        ),
    ),
    Mistake("TG232", _services(unported=_service(connect="unported"), asks=_service(calls=["unported"]))),
    Mistake("TG233", _services(again=_service(port=80, connect="back"), asks2=_service(calls=["again"]))),
    Mistake("TG732", _services(lone=_service(dns="lone"), asks6=_service(calls=["lone"]))),
    Mistake(
        "TG733",
        _services(
            **{name: _service(port=80, dns="same", ingress=["10.0.0.0/8"]) for name in ("dns1", "dns2")}
        ),
    ),
    Mistake(
        "TG734",
        {
            "dns": "eu.amazonaws.com",
            **_services(named=_service(port=80, dns="named", ingress=["10.0.0.0/8"])),
        },
    ),
    Mistake("TG240", _services(portless=_service(routes=["/portless"]))),
    Mistake("TG242", _services(tcp=_service(port={"number": 1, "protocol": "tcp"}, routes=["/tcp"]))),
    Mistake("TG670", _services(dumb=_service(access=[{"prefix": "img/"}]))),
    Mistake("TG670", _services(both=_service(access=[{"start": "metrics", "put": "metrics"}]))),
    Mistake("TG671", _services(vague=_service(access=[{"read": {"input": "thing"}}]))),
    Mistake("TG672", _services(odd=_service(access=[{"publish": "arn:aws:s3:::assets"}]))),
    Mistake("TG673", _services(rare=_service(access=[{"read": "arn:aws:batch:::job/a"}]))),
    Mistake("TG674", _services(part=_service(access=[{"read": "arn:aws:s3:::assets/img/*"}]))),
    Mistake("TG675", _services(lost=_service(access=[{"put": "metrics", "prefix": "img/"}]))),
    Mistake(
        "TG676",
        _services(owned=_service(roles={"task": {"input": "role"}}, access=[{"put": "metrics"}])),
    ),
    Mistake("TG677", _services(same2=_service(access=[{"put": "metrics"}, {"put": "metrics"}]))),
    Mistake("TG511", _services(abroad=_service(access=[{"read": "arn:aws-cn:s3:::assets"}]))),
    Mistake("TG580", _services(twofold=_service(port=80, ports={"admin": 81}))),
    Mistake(
        "TG581", _services(which=_service(ports={"a": 80, "b": 81}, routes=["/which"]))
    ),
    Mistake("TG582", _services(**_routed("named", {"path": "/named", "port": "admin"}))),
    Mistake(
        "TG583",
        _services(
            same=_service(ports={"http": 80, "b": 80}, connect="same"), asks4=_service(calls=["same"])
        ),
    ),
    Mistake("TG584", {"services": {"clash": _service(ports={"raw": 80}), "clash-raw": _service()}}),
    Mistake("TG585", _services(rpc=_service(port={"number": 50051, "protocol": "grpc"}, routes=["/rpc"]))),
    Mistake("TG586", _services(**_routed("graded", "/graded", health_check={"path": "/", "codes": "0"}))),
    Mistake(
        "TG589",
        {"load_balancer": {"http2": False}},
        _services(calls=_service(port={"number": 50051, "protocol": "grpc"}, routes=["/calls"]))
        | {
            "load_balancer": {
                "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d",
                "listeners": {"http": {"port": 443, "protocol": "https"}},
            }
        },
    ),
    Mistake(
        "TG588",
        _services(
            udp=_service(port={"number": 514, "protocol": "udp"}, connect="udp"),
            asks3=_service(calls=["udp"]),
        ),
    ),
    Mistake("TG627", _services(crowd=_service(containers={f"a{each}": _service() for each in range(10)}))),
    Mistake("TG710", _jobs(back=_service(run="by-hand"))),
    Mistake("TG711", _jobs(idle=_service())),
    Mistake("TG711", _jobs(both=_service(schedule="rate(1 day)", run="by-hand"))),
    Mistake("TG712", _jobs(never=_service(schedule="cron(0 3 31 FEB,APR ? *)"))),
    Mistake("TG712", _jobs(late=_service(schedule="cron(0 25 * * ? *)"))),
    Mistake("TG713", _jobs(endless=_service(run="by-hand", restart=True))),
    Mistake("TG714", _jobs(caller=_service(run="by-hand", calls=["back"]))),
    Mistake("TG680", {"exec": {}}, {"cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/shared"}),
    Mistake("TG682", {"pull_through": {"quay.io": {}}}),
    Mistake("TG683", {"pull_through": {"docker.io": {}}}, {"account": "123456789012"}),
    Mistake(
        "TG685",
        {"pull_through": {"quay.io": {"prefix": "same"}, "registry.k8s.io": {"prefix": "same"}}},
        {"account": "123456789012"},
    ),
    Mistake("TG632", _services(routed=_service(logs={"driver": "firelens", "options": {"Name": "s3"}}))),
    Mistake("TG633", _services(twice=_service(logs=_ROUTED, containers={"a": _ROUTER, "b": _ROUTER}))),
    Mistake(
        "TG634", _services(inward=_service(containers={"a": {**_ROUTER, "logs": {"driver": "firelens"}}}))
    ),
    Mistake("TG635", _services(open=_service(port=24224, logs=_ROUTED, containers={"a": _ROUTER}))),
    Mistake(
        "TG636",
        _services(
            covered=_service(
                logs={"driver": "firelens"},
                containers={"a": _service(firelens={"config_file": "/fluent-bit/etc/fluent-bit.conf"})},
            )
        ),
    ),
    Mistake("TG637", _services(direct=_service(logs={"options": {"Name": "s3"}}))),
    Mistake("TG630", {"defaults": {"was": "old"}}),
    Mistake("TG610", _services(sealed=_service(read_only=True, exec=True))),
    Mistake("TG611", _services(filed=_service(environment_files=["arn:aws:s3:::settings/a.env"] * 11))),
    Mistake("TG612", _services(labelled=_service(labels={"calls": "x"}))),
    Mistake("TG613", _services(limited=_service(ulimits={"nofile": {"soft": 2, "hard": 1}}))),
    Mistake("TG614", _services(mounted=_service(mounts=["/tmp", "/tmp"]))),
    Mistake("TG750", _services(lost2=_service(volumes={"data": {}}))),
    Mistake("TG751", _services(unknown=_service(mounts=[{"volume": "data", "path": "/data"}]))),
    Mistake("TG752", _services(empty=_service(volumes={"data": {"path": "/data", "user": 1}}))),
    Mistake("TG753", _services(nofile=_service(volumes={"data": {"path": "/data", "efs": "nobody"}}))),
    Mistake(
        "TG754",
        _services(
            rooted=_service(
                volumes={
                    "data": {
                        "path": "/data",
                        "efs": "fs-0a1b2c3d",
                        "access_point": "fsap-0a1b2c3d",
                        "root": "/data",
                    }
                }
            )
        ),
    ),
    Mistake("TG757", _services(two=_service(volumes={n: {"path": f"/{n}", "ebs": 10} for n in "ab"}))),
    Mistake("TG758", _jobs(sorted=_service(run="by-hand", **_ebs(10)))),
    Mistake("TG759", _services(slow=_service(**_ebs({"size": 10, "type": "st1"})))),
    Mistake("TG765", _services(far=_service(**_ebs({"size": 10, "kms_key": _FAR_KEY})))),
    Mistake("TG755", _services(alike=_service(mounts=["/tmp"], volumes={"alike-tmp": "/data"}))),
    Mistake(
        "TG756",
        _services(
            doubled=_service(
                volumes={
                    name: {"path": f"/{name}", "efs": "fs-0a1b2c3d", "access_point": "fsap-0a1b2c3d"}
                    for name in ("one", "two")
                }
            )
        ),
    ),
    Mistake("TG615", _services(sick=_service(health=""))),
    Mistake("TG620", _services(waiting=_service(depends_on=["nobody"]))),
    Mistake("TG621", _services(circling=_service(depends_on=["circling"]))),
    Mistake("TG622", _services(unwell=_service(depends_on={"agent": "HEALTHY"}, containers=_AGENT))),
    Mistake("TG623", _services(ending=_service(depends_on={"agent": "SUCCESS"}, containers=_AGENT))),
    Mistake("TG624", _services(twin=_service(containers={"twin": _service()}))),
    Mistake("TG625", _services(greedy=_service(containers={"agent": _service(cpu=512)}))),
    Mistake("TG626", _services(ported=_service(port={"number": 80, "container": "nobody"}))),
    Mistake(
        "TG730",
        _services(
            raw=_service(
                port={"number": 5432, "protocol": "tcp"},
                connect={"name": "raw", "timeouts": {"request": 9}},
            ),
            asks5=_service(calls=["raw"]),
        ),
    ),
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
