"""A secret among the plain environment variables. Messages never show the value."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint.model import Blueprint, Container
from tfgen.problems import Problem, SpecPath

ID = "TG313"
SEVERITY = "warning"
TITLE = "Secrets are not plain environment variables"
WHY = (
    "Values in environment are in the spec, in Terraform's state and in the task definition, readable to "
    "everybody with access to one of them."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html"
BAD = """\
services:
  web:
    environment:
      DATABASE_PASSWORD: correct horse battery
"""
GOOD = """\
services:
  web:
    secrets:
      DATABASE_PASSWORD: arn:aws:secretsmanager:us-east-1:123456789012:secret:web/database-a1b2c3
"""
FAILS = (
    "services: {web: {environment: {DB: {join: ['postgres://shop:correct-horse@', {input: host}]}}}}",
    "services: {web: {environment: {A_PASSWORD: {join: [hunter2]}}}}",
    "services: {web: {environment: {stripeApiKey: rk_test_9}}}",
    "services: {web: {environment: {A_PASSWORD: abab, A_TOKEN: aB3/xYz9}}}",
    "services: {web: {environment: {SETTING: postgres://shop:correct-horse@db.example.com/shop}}}",
    "services: {web: {environment: {SETTING: 'redis://:correct-horse@cache.example.com'}}}",
    "services: {web: {environment: {SETTING: 'Server=db;Password=correct-horse;'}}}",
    "services: {web: {environment: {SETTING: AKIAIOSFODNN7EXAMPLE}}}",
    "services: {web: {environment: {SETTING: 'hvs.aaaaaaaaaaaaaaaaaaaaaaaa'}}}",
    'services: {web: {environment: {SETTING: "-----BEGIN RSA PRIVATE KEY-----\\nMII"}}}',
    "services: {web: {environment: {DB_PASS: hunter2, DB_PWD: hunter2}}}",
    "services: {web: {environment: {SECRET_KEY_BASE: 0123456789abcdef0123456789abcdef}}}",
    "services: {web: {environment: {ALERTS: 'https://hooks.slack.com/services/TAAAAAAAA/BAAAAAAAA/aaaaaaaaaaaaaaaa'}}}",
    "services: {web: {environment: {SETTING: password=correct-horse}}}",
    "services: {web: {environment: {SETTING: 'jdbc:postgresql://db/shop?user=shop&password=correct-horse'}}}",
    "services: {web: {environment: {A_SECRET: aaaabbbb, B_SECRET: correct-h0rse, C_SECRET: Correct-Horse}}}",
    "services: {web: {environment: {A_PASSWORD: correct-horse, B_TOKEN: y-b-token}}}",
)
PASSES = (
    "services: {web: {environment: {A_PASSWORD: {input: password}, A_TOKEN: {join: [x-, {input: token}]}}}}",
    "services: {web: {environment: {DB: {join: ['postgres://shop:', {input: password}, '@db.a.example']}}}}",
    "services: {web: {environment: {TOKEN_URL: 'https://example.com/token', SECRET_NAME: web/database}}}",
    "services: {web: {environment: {PASSWORD_MIN_LENGTH: 12, RESET_TOKEN: 3600, SESSION_SECRET: ''}}}",
    "services: {web: {environment: {REQUIRE_PASSWORD: 'Yes', JWT_SECRET: changeme, A_TOKEN: '****'}}}",
    "services: {web: {environment: {DB_SECRET: prod/db, TLS_PRIVATE_KEY: /run/key, B_TOKEN: '${TOKEN}'}}}",
    "services: {web: {environment: {NEXT_PUBLIC_MAP_TOKEN: pk.abcdef, PUBLIC_API_KEY: abcdef}}}",
    "services: {web: {environment: {A: 'postgres://shop@db/shop', B: 'https://example.com/a:b@c'}}}",
    "services: {web: {environment: {A: 'postgres://shop:${PASSWORD}@db/shop', B: 'ask=password='}}}",
    "services: {web: {environment: {A: AKIA IS OUR MODEL 20, B: AKIAIOSFODNN7EXAMPLE2, C: hvs.short}}}",
    'services: {web: {environment: {A: "-----BEGIN PUBLIC KEY-----"}}}',
    "services: {web: {environment: {KMS_ENCRYPTION_KEY: 1234abcd-12ab-34cd-56ef-1234567890ab}}}",
    "services: {web: {environment: {DB_SECRET: prod-db-credentials, JWT_SIGNING_KEY: alias/MyKey}}}",
    "services: {web: {environment: {CSRF_TOKEN: X-CSRF-Token, B_TOKEN: b-token, PAD_TOKEN: '[PAD]'}}}",
    "services: {web: {environment: {CANCEL_TOKEN: 30s, DEFAULT_API_KEY: anonymous}}}",
    "services: {web: {environment: {QUERY: 'https://example.com/login?forgot_password=now'}}}",
    "services: {web: {environment: {QUERY: 'https://example.com/login?newpassword=now'}}}",
)


class _Text(NamedTuple):
    """A text in the environment, by the name of its variable; `whole` where it is not a part of a join."""

    variable: str
    value: str
    path: SpecPath
    whole: bool = True


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        for name, value, path, whole in _texts(container):
            if found := _kind_of_secret(name, value) if whole else _by_value(value):
                where = blueprint.locate(path)
                message = (
                    f"{name} looks like {found}: here it is in Terraform's state and in the task "
                    "definition, readable by everybody with access to them"
                )
                hint = f"store it in Secrets Manager, and write secrets: {{{name}: ARN}} instead"
                yield Problem(ID, where, message, hint, SEVERITY, secret=True)


def _texts(container: Container) -> Iterator[_Text]:
    for name, value in container.environment:
        yield _Text(name, value, (*container.path, "environment", name))
    for name, parts in container.environment_parts:
        for index, part in enumerate(parts):
            if isinstance(part, str):
                path = (*container.path, "environment", name, "join", index)
                yield _Text(name, part, path, whole=len(parts) == 1)


def _kind_of_secret(name: str, value: str) -> str:
    """What kind of secret this is; nothing if it is none."""
    return _by_value(value) or _by_name(name, value)


def _by_value(value: str) -> str:
    if "PRIVATE KEY-----" in value:
        return "a private key"
    if _password_in(value):
        return "an address with a password"
    for token in facts.secret_signs().tokens:
        if token.shortest <= len(value) <= token.longest and value.startswith(token.prefixes):
            return "" if " " in value else token.what
    return ""


def _by_name(name: str, value: str) -> str:
    plain = name.upper()
    secret = plain.endswith(facts.secret_signs().names) and not _of_something_else(plain, value)
    return "a secret, by its name" if secret and _may_be_secret(value) else ""


def _of_something_else(name: str, value: str) -> bool:
    """A public key, the ID of a key in KMS, the name of a header or a field, the name of a secret."""
    words = value.replace("-", "_")
    named = words.upper().removeprefix("X_") == name
    secret_name = name.endswith("SECRET") and "_" in words and words.replace("_", "").isalpha()
    return "PUBLIC" in name or "KMS" in name or named or (secret_name and value.islower())


def _password_in(value: str) -> str:
    """The password in the address of a database: scheme://user:PASSWORD@host, or Password=PASSWORD;."""
    authority = value.partition("://")[2].partition("/")[0]
    password = authority.rpartition("@")[0].partition(":")[2]
    if not password:
        before = value.lower().partition("password=")[0]
        if before[-1:].isalnum() or before.endswith(("_", "-")):  # the end of another word
            return ""
        password = value[len(before) + len("password=") :].partition(";")[0].partition("&")[0]
    return password if _may_be_secret(password) else ""


def _may_be_secret(value: str) -> bool:
    """Not a number, a switch, a placeholder, a path, or a reference to where the secret is."""
    signs = facts.secret_signs()
    return not (
        len(set(value)) < 2
        or value.rstrip("smhd").isdigit()  # 12, or 30s
        or value.lower() in signs.not_secrets
        or value.lower().startswith(signs.references)
        or ("/" in value and value == value.lower())
    )
