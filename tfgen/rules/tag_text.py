"""Tags that some service does not accept."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem
from tfgen.rules.tag_count import tags_of

ID = "TG326"
SEVERITY = "error"
TITLE = "Every service accepts the tags"
WHY = (
    "EC2 accepts any character in a tag, but IAM, ECS and Elastic Load Balancing refuse most symbols; IAM "
    "also treats keys that differ only in case as the same, and ECS reserves values that begin with aws: "
    "for AWS."
)
SOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html"
BAD = """\
tags: {team: "market & search"}
services:
  web: {port: 8080}
"""
GOOD = """\
tags: {team: market and search}
services:
  web: {port: 8080}
"""
FAILS = (
    "tags: {'cost(center)': '4711'}\nservices: {web: {port: 80}}",
    'tags: {team: "market\\tsearch"}\nservices: {web: {port: 80}}',
    "tags: {team: market, Team: search}\nservices: {web: {port: 80}}",
    "tags: {'AWS:team': market}",
    "tags: {team: 'Aws:market'}\nservices: {web: {port: 80}}",
)
PASSES = (
    "tags: {team: 'Käufer 3\u3000_.:/=+-@'}\nservices: {web: {port: 80}}",
    "tags: {team: 'market & search', Team: search}",
    "tags: {'aws-account': '4711', team: aws-market}\nservices: {web: {port: 80}}",
    "tags: {team: 'aws:market'}",
)

_SIGNS = frozenset(" _.:/=+-@")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    folded: dict[str, str] = {}
    for key, value in tags_of(blueprint).items():
        other = folded.setdefault(key.lower(), key)
        if found := _fault(key, value, other, blueprint):
            yield Problem(ID, blueprint.locate(("tags", key)), *found, SEVERITY)


def _fault(key: str, value: str, other: str, blueprint: Blueprint) -> tuple[str, str] | None:
    """A message and a hint."""
    if key.lower().startswith("aws:"):
        return f'the tag key "{key}" begins with aws:, which AWS reserves', "write another key"
    if not blueprint.tasks:
        return None  # EC2 accepts the rest
    if value.lower().startswith("aws:"):
        return f'the value of the tag "{key}" begins with aws:, which ECS refuses', "write another value"
    if wrong := [char for char in key + value if not _is_taken(char)]:
        message = f'the tag "{key}" has the character {wrong[0]!r}, which IAM and ECS do not allow'
        return message, "write letters, digits, spaces and _ . : / = + - @"
    if other != key:
        return (
            f'IAM treats the tag keys "{other}" and "{key}" as the same, and allows each key once',
            "keep one of them",
        )
    return None


def _is_taken(char: str) -> bool:
    r"""Whether it is in [\p{L}\p{Z}\p{N}_.:/=+\-@]: botocore, iam tagKeyType."""
    return char.isalnum() or char in _SIGNS or _is_separator(char)


def _is_separator(char: str) -> bool:
    import unicodedata  # noqa: PLC0415 - only a rare character in a tag pays for it

    return unicodedata.category(char).startswith("Z")
