"""What random stacks draw of how services run: scaling, deployments, sidecars, permissions, alarms."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Data = dict[str, Any]

POLICIES = ("audit", "offices", "reports")
"""The user's own, which exist before a stack."""

_QUEUE = "arn:aws:sqs:REGION:123456789012:jobs"
_KEY = "arn:aws:kms:REGION:123456789012:key/4f6c1d0e-8a57-4c1e-9d0b-2f0a7c3e5b11"
_ACCESS: tuple[Data, ...] = (
    {"read": "arn:aws:s3:::shop-files"},
    {"read": "arn:aws:s3:::shop-files", "prefix": "reports/"},
    {"write": "arn:aws:s3:::shop-files", "kms_key": _KEY},
    {"send": _QUEUE},
    {"receive": _QUEUE, "kms_key": _KEY},
    {"publish": "arn:aws:sns:REGION:123456789012:events"},
    {"write": "arn:aws:dynamodb:REGION:123456789012:table/carts"},
    {"put": "metrics"},
    {"put": "traces"},
)
_SCHEDULES: Mapping[str, Data] = {
    "morning": {"when": "cron(30 7 ? * MON-FRI *)", "timezone": "Europe/Berlin", "min": 3, "max": 6},
    "evening": {"when": "cron(0 19 ? * * *)", "min": 1, "max": 2},
}


def _scaling(rng: Random) -> Data:
    """Between one and so many tasks, by one or two measures."""
    found: Data = {"min": rng.choice([1, 2]), "max": rng.choice([3, 8])}
    measures: Data = {"cpu": rng.choice([50, 70]), "memory": 75, "queue": {"name": "jobs", "backlog": 100}}
    found |= {each: measures[each] for each in rng.sample(sorted(measures), rng.randint(1, 2))}
    if rng.random() < 0.4:
        found["schedule"] = {
            name: _SCHEDULES[name] for name in rng.sample(sorted(_SCHEDULES), rng.randint(1, 2))
        }
    if rng.random() < 0.3:
        found["cooldown"] = {"scale_in": rng.choice([120, 600])}
    return found


def _deployment(rng: Random) -> Data:
    said: Data = {
        "minimum": 50,
        "maximum": rng.choice([150, 200]),
        "circuit_breaker": rng.choice([False, {"enabled": True, "rollback": False}]),
        "wait": rng.choice([True, False]),
        "alarms": [rng.choice(["bookings-fail", "orders-late"])],
    }
    return {key: said[key] for key in rng.sample(sorted(said), rng.randint(1, 3))}


def _sidecars(rng: Random) -> Data:
    said: Mapping[str, Data] = {
        "telemetry": {"image": "ecr:otel:0.43", "essential": False, "cpu": 64, "memory": 128},
        "audit": {"image": "ecr:audit:2.1", "environment": {"LEVEL": rng.choice(["info", "debug"])}},
    }
    return {name: dict(said[name]) for name in rng.sample(sorted(said), rng.randint(1, 2))}


PRODUCTION: Mapping[str, Callable[[Random], Any]] = {
    "access": lambda rng: [dict(each) for each in rng.sample(_ACCESS, rng.randint(1, 3))],
    "containers": _sidecars,
    "deployment": _deployment,
    "deploys_by": lambda rng: rng.choice(["terraform", "ci"]),
    "health": lambda rng: rng.choice(["test -f /tmp/alive", {"command": ["alive"], "interval": 60}]),
    "policies": lambda rng: [
        f"arn:aws:iam::123456789012:policy/{name}" for name in rng.sample(POLICIES, rng.randint(1, 2))
    ],
    "scaling": _scaling,
    "spot": lambda rng: rng.choice([True, {"base": 1, "weight": 3}]),
    "stop_timeout": lambda rng: rng.choice([60, 120]),
}
"""Key of a service -> a value. REGION stands for the stack's region, and `ecr:` for its registry."""

ALARMS: tuple[Data, ...] = (
    {"topic": "arn:aws:sns:REGION:123456789012:on-call", "cpu": 80, "errors": 5},
    {"topic": "arn:aws:sns:REGION:123456789012:on-call", "unhealthy": True, "running": True},
    {"topic": "on-call@example.com", "memory": 90, "errors": 25},
)


def repair(service: Data, region: str) -> None:
    """What goes together with something else, once that is known."""
    if "scaling" in service:
        service.pop("count", None)
    if "port" not in service:
        service.pop("dns", None)
    if service.get("roles", {}).get("task"):
        for key in ("access", "policies"):  # of a role that is the user's
            service.pop(key, None)
    for sidecar in service.get("containers", {}).values():
        sidecar["image"] = sidecar["image"].replace("ecr:", f"123456789012.dkr.ecr.{region}.amazonaws.com/")
    for entry in service.get("access", ()):
        for key, value in entry.items():
            entry[key] = value.replace("REGION", region)
