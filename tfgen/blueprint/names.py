"""Names: what AWS and Terraform allow, and how long names are shortened.

A name depends only on what it names, so a neighbor never changes it.
"""

import re
from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from tfgen.hcl.text import Comment, Label, Ref

LOAD_BALANCER = 32  # botocore, elbv2 CreateLoadBalancer
ROLE = 64  # botocore, iam CreateRole
TARGET_GROUP_PREFIX = 6  # provider 5.100, aws_lb_target_group.name_prefix

# Files that the services module has anyway or Terraform takes for overrides, as the tests compare with the
# folder of its templates; names that Windows keeps.
TAKEN_FILES = frozenset(
    ("cluster", "discovery", "moved", "outputs", "override", "roles", "terraform", "variables")
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


def load_balancer(stack: str, *, internal: bool = False) -> str:
    """Another name for an internal one: where the scheme changes, the new one exists before the old one
    goes, and a name is taken once."""
    name = f"{stack}-internal" if internal else stack
    # Elastic Load Balancing refuses names that begin with "internal-".
    return fit(f"alb-{name}" if name.startswith("internal-") else name, LOAD_BALANCER)


def target_group_prefix(key: str, *, internal: bool = False) -> str:
    """Replacing a target group needs a second one beside the first, so AWS makes up the rest.

    Behind an internal load balancer it is another one, so that a change of the scheme replaces the target
    group, too: AWS lets one load balancer forward to it, and for a while there are two.
    """
    end = "-i-" if internal else "-"
    return f"{key[: TARGET_GROUP_PREFIX - len(end)].rstrip('-')}{end}"


def security_group(*words: str) -> str:
    # EC2 refuses names that begin with "sg-".
    name = "-".join(words)
    return f"group-{name}" if name.startswith("sg-") else name


def role(stack: str, key: str, purpose: str, region: str) -> str:
    """Role names are global in an account: the region keeps the same stack in two regions apart."""
    return fit(f"{stack}-{key}-{purpose}-{region}", ROLE)


def listed(words: Sequence[str], everything: int = 0, most: int = 4) -> str:
    """ "a, b and c"; "every service" where all of several are meant; long lists are cut."""
    if everything > 1 and len(words) == everything:
        return "every service"
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
