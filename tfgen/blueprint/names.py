"""Names: what AWS and Terraform allow, and how long names are shortened.

A name depends only on what it names, so a neighbor never changes it.
"""

import re
from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from tfgen.blueprint.labels import LOAD_BALANCER as LOAD_BALANCER_MODULE
from tfgen.hcl.text import Comment, Label, Ref
from tfgen.ip_ranges import is_ipv6
from tfgen.problems import joined
from tfgen.spec.model import MAIN

LOAD_BALANCER = 32  # botocore, elbv2 CreateLoadBalancer
ROLE = 64  # botocore, iam CreateRole
TARGET_GROUP_PREFIX = 6  # provider 5.100, aws_lb_target_group.name_prefix

# Files that the services module has anyway or Terraform takes for overrides, as the tests compare with the
# folder of its templates; names that Windows keeps.
TAKEN_FILES = frozenset(
    (
        *("cloudwatch_dashboard", "cluster", "discovery", "moved", "outputs", "override", "roles"),
        *("schedule_group", "terraform", "variables"),
    )
)
_TAKEN_NAMES = frozenset(
    ("aux", "con", "nul", "prn", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
)


def digest(text: str, length: int = 6) -> str:
    return sha256(text.encode()).hexdigest()[:length]


def fit(name: str, limit: int) -> str:
    """`name`, or its beginning and a hash of the whole, in at most `limit` characters."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - 7].rstrip('-')}-{digest(name)}"


def label(*words: str) -> Label:
    """An identifier from words: lowercase letters, digits and underscores.

    Names of services and listeners keep apart; for other text see `slug`.
    """
    text = "_".join(map(_word, words))
    return Label(text if text[:1].isalpha() else f"_{text}")


@cache
def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def range_name(cidr: str) -> str:
    """What a range is called in labels. The zeros that the text of an IPv6 range leaves out have a letter of
    their own there: 1::2 is not 1:2."""
    return cidr.replace("::", ":x:") if is_ipv6(cidr) else cidr


def slug(text: str, more: str = "") -> Label:
    """An identifier from any text; a hash is added where the words alone could mean another text.

    Of `more` only the first words are in it, and a longer hash stands for the rest."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    if more:
        said = "_".join(re.findall(r"[a-z0-9]+", more.lower()))[:_MOST_MORE].rstrip("_")
        return label(*words, *filter(None, [said]), digest(f"{text} {more}", 8))
    plain = re.fullmatch(r"(/[a-z0-9]+)+", text) is not None
    return label(*words) if plain else label(*(words or ["any"]), digest(text, 4))


_MOST_MORE = 40


def ref(text: str, *labels: Label) -> Ref:
    """An expression: `ref("aws_lb.{}.arn", label)`."""
    return Ref(text.format(*labels))


def comment(text: str) -> Comment:
    return Comment(" ".join(text.split()))


def service_file(key: str) -> str:
    """The file of a service, without its ending."""
    return f"{key}_service" if key in TAKEN_FILES | _TAKEN_NAMES else key


def load_balancer(stack: str, key: str = MAIN, *, internal: bool = False, network: bool = False) -> str:
    """Another name for an internal one, and for one of another type: where these change, the new one exists
    before the old one goes, and a name is taken once."""
    name = stack if key == MAIN else f"{stack}-{key}"
    named_internal = f"-{key}".endswith("-internal")
    if internal and not named_internal:
        name = f"{name}-internal"
    elif named_internal and not internal:
        name = f"{name}-public"
    if network:
        return fit(f"nlb-{name}", LOAD_BALANCER)
    # Elastic Load Balancing refuses names that begin with "internal-".
    return fit(f"alb-{name}" if name.startswith("internal-") else name, LOAD_BALANCER)


def target_group_prefix(key: str, *, internal: bool = False, version: str = "") -> str:
    """Replacing a target group needs a second one beside the first, so AWS makes up the rest.

    Behind an internal load balancer it is another one, so that a change of the scheme replaces the target
    group, too: AWS lets one load balancer forward to it, and for a while there are two. So it is with another
    version of the protocol: Terraform keeps the one that there was where none is written.
    """
    marks = f"{'i' if internal else ''}{version}"
    end = f"-{marks}-" if marks else "-"
    return f"{key[: TARGET_GROUP_PREFIX - len(end)].rstrip('-')}{end}"


def target_group_tag(stack: str, service: str, balancer: str, *port: str) -> str:
    """What a target group is called in the console, whose own name AWS makes up in part."""
    return "-".join((stack, service, *([] if balancer == MAIN else [balancer]), *port))


def noun_of_balancer(key: str) -> str:
    """What a person calls a load balancer, where there may be others."""
    return "the load balancer" if key == MAIN else f"the {key} load balancer"


def module_of_balancer(key: str) -> Label:
    return LOAD_BALANCER_MODULE if key == MAIN else label(key, LOAD_BALANCER_MODULE)


def of_balancer(key: str, *words: str) -> Label:
    """A label of a thing outside the load balancer's own module; that of `main` does not name it."""
    return label(*words) if key == MAIN else label(key, *words)


def balancer_security_group(stack: str, key: str) -> str:
    return security_group(stack, *([] if key == MAIN else [key]), "load-balancer")


def security_group(*words: str) -> str:
    # EC2 refuses names that begin with "sg-".
    name = "-".join(words)
    return f"group-{name}" if name.startswith("sg-") else name


def role(stack: str, key: str, purpose: str, region: str) -> str:
    """Role names are global in an account: the region keeps the same stack in two regions apart."""
    return fit(f"{stack}-{key}-{purpose}-{region}", ROLE)


def listed(
    words: Sequence[str], everything: int = 0, most: int = 4, *, everyone: str = "every service"
) -> str:
    """ "a, b and c"; "every service" where all of several are meant; long lists are cut."""
    if everything > 1 and len(words) == everything:
        return everyone
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return joined(words)
