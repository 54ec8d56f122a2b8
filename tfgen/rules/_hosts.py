"""What the rules about environment variables share: what the name of a host tells."""

import re
from typing import NamedTuple

from tfgen import facts

_HOST = re.compile(r"[A-Za-z0-9_.-]{1,253}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}")
_APIS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu")
_MANAGED = (*_APIS, ".on.aws")


def is_host(text: str) -> bool:
    """A name or an IPv4 address; a number (of a version, or a time) is neither."""
    if not _HOST.fullmatch(text):
        return False
    labels = text.rstrip(".").split(".")
    return all(labels) and (not labels[-1].isdecimal() or is_ipv4(text))


def is_ipv4(host: str) -> bool:
    labels = host.split(".")
    return len(labels) == 4 and all(
        label.isascii()
        and label.isdecimal()
        and len(label) < 4
        and str(int(label)) == label
        and int(label) < 256
        for label in labels
    )


def is_here(host: str) -> bool:
    """The task itself, or what every task reaches without a rule of a security group."""
    name = host.lower().rstrip(".")
    return (
        name in ("localhost", "0.0.0.0", "host.docker.internal")  # noqa: S104 - nothing listens
        or name.endswith(".localhost")
        or (is_ipv4(name) and name.startswith(("127.", "169.254.")))
    )


def managed_kind(host: str) -> str:
    """The kind of a host that AWS runs in a VPC, such as rds; nothing for other hosts."""
    name = host.lower().rstrip(".")
    if not name.endswith(_MANAGED):
        return ""
    labels = name.split(".")
    kinds = facts.connection_signs().managed
    # kafka.us-east-1.amazonaws.com is an API; what precedes the kind is the name of a server.
    return next((label for label in labels[1:] if label in kinds), "") or ("es" if _in_vpc(name) else "")


def _in_vpc(name: str) -> bool:
    return name.startswith("vpc-") and ".es." in name


def is_private(host: str) -> bool:
    """Whether a name certainly has private addresses."""
    name = host.lower().rstrip(".")
    kind = managed_kind(name)
    if kind == "elb":
        return name.startswith("internal-")
    suffixes = facts.connection_signs().private_suffixes
    return bool(kind) or name.rpartition(".")[2] in suffixes or name.endswith(".home.arpa")


class Api(NamedTuple):
    """An AWS API by its host: the endpoint that serves it, and its region; empty where unknown."""

    endpoint: str
    region: str


def api_of_host(host: str) -> Api | None:
    """The AWS API of a host, or nothing for other hosts."""
    name = host.lower().rstrip(".")
    if not name.endswith(_APIS) or managed_kind(name):
        return None
    labels = name.split(".amazonaws.")[0].split(".")
    region = (
        labels[-1] if _REGION.fullmatch(labels[-1]) else labels[0] if labels[0] in facts.regions() else ""
    )
    words = [label for label in labels if label != region]
    known = facts.interface_endpoints() | facts.gateway_endpoints()
    renamed = facts.connection_signs().apis
    candidates = (".".join(reversed(words[-2:])), *reversed(words))  # api.ecr, BUCKET.s3
    found = next((renamed.get(each, each) for each in candidates if renamed.get(each, each) in known), "")
    return Api(found, region)
