"""A secret among the plain environment variables. Messages never show the value."""

from collections.abc import Iterator
from typing import NamedTuple

from tfgen.blueprint.model import Blueprint, Container
from tfgen.facts import plain_secrets
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
            if (
                found := plain_secrets.kind_of_secret(name, value)
                if whole
                else plain_secrets.kind_by_value(value)
            ):
                where = blueprint.locate(path)
                message = (
                    f"{name} looks like {found}: here it is in Terraform's state and in the task "
                    "definition, readable by everybody with access to them"
                )
                hint = f"store it in Secrets Manager, and write secrets: {{{name}: ARN}} instead"
                yield Problem(ID, where, message, hint, SEVERITY)


def _texts(container: Container) -> Iterator[_Text]:
    for name, value in container.environment:
        yield _Text(name, value, (*container.path, "environment", name))
    for name, parts in container.environment_parts:
        for index, part in enumerate(parts):
            if isinstance(part, str):
                path = (*container.path, "environment", name, "join", index)
                yield _Text(name, part, path, whole=len(parts) == 1)
