"""An invalid name of a secret or a parameter."""

import re
from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG388"
SEVERITY = "error"
TITLE = "Secrets and parameters have valid names"
WHY = (
    "ECS reads each secret by its exact name: a name that Secrets Manager or Parameter Store does not "
    "allow cannot exist, and the task does not start. A * would also allow the role to read everything."
)
SOURCE = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"
BAD = """\
services:
  web:
    secrets:
      PASSWORD: /prod/${env}/database
"""
GOOD = """\
services:
  web:
    secrets:
      PASSWORD: /prod/eu/database
"""


def _of(*sources: str) -> str:
    """A service with these secrets."""
    return f"services: {{web: {{secrets: {{{', '.join(f'S{n}: {s!r}' for n, s in enumerate(sources))}}}}}}}"


_IN_MANAGER = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
_IN_STORE = "arn:aws:ssm:us-east-1:123456789012:parameter/"
FAILS = (
    _of("//x"),
    _of("/x//y"),
    _of("/x/"),
    _of("/prod/*"),
    _of("/prod/ä"),
    _of(f"{_IN_STORE}prod/x:key::"),
    _of(f"{_IN_STORE}prod/x:"),
    _of("/x:1:2"),
    _of("/a" * 16),
    _of(f"/{'a' * 967}"),
    _of(f"{_IN_MANAGER}*"),
    _of(f"{_IN_MANAGER}:key::"),
    _of(f"{_IN_MANAGER}db-??????"),
    _of(f"{_IN_MANAGER}db-a1b2c3${{x}}:key::"),
    _of(f"{_IN_MANAGER}{'a' * 513}"),
    _of(f"{_IN_MANAGER}{'a' * 513}-a1b2c3"),
)
PASSES = (
    _of("/a" * 15, "/a:3", "/a:prod", "/A_b.c-d/1", f"/{'a' * 966}"),
    _of(f"{_IN_STORE}a", f"{_IN_STORE}aws/reference/secretsmanager/db"),
    _of(f"{_IN_MANAGER}app/db_1+=.@x-a1b2c3:*::", f"{_IN_MANAGER}rds!db-1234-a1b2c3"),
    _of(f"{_IN_MANAGER}{'a' * 512}", f"{_IN_MANAGER}{'a' * 512}-a1b2c3"),
)

_NAME = 6  # arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME
# BC:ssm PutParameterRequest.Name; BC:secretsmanager CreateSecretRequest.Name, and the "!" with which services
# of AWS name the secrets that they keep (rds!db-...).
_NOT_IN_PARAMETER = re.compile(r"[^A-Za-z0-9_.\-/]")
_NOT_IN_SECRET = re.compile(r"[^A-Za-z0-9/_+=.@!\-]")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        for name, source, path in container.read_secrets:
            parts = source.split(":")
            is_secret = parts[2:3] == ["secretsmanager"]
            if found := _in_secret(parts[_NAME]) if is_secret else _in_parameter(source, blueprint):
                where = blueprint.locate(path)
                yield Problem(ID, where, f"{name} cannot be read: {found[0]}", found[1], SEVERITY)


def _in_secret(name: str) -> tuple[str, str] | None:
    """A message and a hint."""
    if not name:
        return "the ARN names no secret", "write the secret's full ARN"
    if wrong := _NOT_IN_SECRET.search(name):
        return _no_character(wrong[0], "secret", "aws secretsmanager list-secrets")
    longest = facts.limits()["secret_name_chars_max"].value
    if len(re.sub(r"-[A-Za-z0-9]{6}\Z", "", name)) > longest:
        return f"a secret's name has at most {longest} characters", "write the secret's full ARN"
    return None


def _in_parameter(source: str, blueprint: Blueprint) -> tuple[str, str] | None:
    """A message and a hint."""
    arn = source if source.startswith("arn:") else _arn(source, blueprint)
    name, colon, version = arn.partition(":parameter")[2].partition(":")
    if colon and (":" in version or not version):
        message = "a parameter is read as a whole: only secrets in Secrets Manager have JSON keys"
        return message, f"end it after {name}, and have the application parse the value"
    if wrong := _NOT_IN_PARAMETER.search(name):
        return _no_character(wrong[0], "parameter", "aws ssm describe-parameters")
    if "//" in name or name.endswith("/"):
        return "a parameter's name has no empty levels", (
            "write one / between two words, and none at the end"
        )
    return _too_much(name, len(arn) - len(colon + version))


def _arn(name: str, blueprint: Blueprint) -> str:
    """The ARN of a parameter of the stack's own account, whose number has 12 digits."""
    return f"arn:{blueprint.partition}:ssm:{blueprint.region}:{'0' * 12}:parameter{name}"


def _no_character(character: str, kind: str, listing: str) -> tuple[str, str]:
    message = f"the name of a {kind} cannot have the character {character!r}"
    stays = "what looks like an expression stays text: " if character in "${}" else ""
    return message, f"{stays}write the name of one {kind}, as {listing} shows it"


def _too_much(name: str, arn_length: int) -> tuple[str, str] | None:
    levels, longest = (facts.limits()[f"parameter_{most}_max"].value for most in ("levels", "arn_chars"))
    if name.count("/") > levels:
        return f"a parameter's name has at most {levels} levels", "write a name with fewer /"
    if arn_length > longest:
        return f"a parameter's ARN has at most {longest} characters", "write a shorter name"
    return None
