"""What the application may do: access, policies and statements of a service, as its task role has them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from tfgen import facts, render_text
from tfgen.changes.report import changes_between
from tfgen.pipe import run_text
from tfgen.spec.model import Access
from tfgen.spec.read import fields_of

if TYPE_CHECKING:
    from tfgen.blueprint.model import Blueprint, Role, Service

ROOT = Path(__file__).parent.parent
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:jobs"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/db"
KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"
ALIAS = "arn:aws:kms:us-east-1:123456789012:alias/main"
HEAD = "name: shop\nregion: us-east-1\nnetwork: {egress: EGRESS}\n"
WEB = "services:\n  web:\n    image: nginx:1.27\n    "


def spec(keys: str, egress: str = "nat") -> str:
    return f"{HEAD.replace('EGRESS', egress)}{WEB}{keys}\n"


def blueprint(keys: str, egress: str = "nat") -> Blueprint:
    outcome = run_text(spec(keys, egress), "shop.yaml")
    assert outcome.overridden, outcome.problems
    return outcome.overridden


def web(keys: str) -> Service:
    return blueprint(keys).services[0]


def statements(role: Role) -> dict[str, list[tuple[Any, ...]]]:
    """The actions, resources and conditions of each policy of a role."""
    return {
        policy.name: [(each.actions, each.resources, *each.conditions) for each in policy.statements]
        for policy in role.policies
    }


def page(keys: str, egress: str = "nat", name: str = "services/web") -> str:
    pages, problems = render_text(spec(keys, egress))
    assert pages, problems
    return pages[f"modules/{name}.tf"]


def codes(keys: str) -> list[str]:
    return [each.code for each in run_text(spec(keys), "shop.yaml").problems if each.severity == "error"]


# --- access


@pytest.mark.parametrize(
    ("entry", "policy", "expected"),
    [
        (f"receive: {QUEUE}", "receive-sqs-jobs",
         [(("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
            "sqs:ReceiveMessage"), QUEUE)]),
        (f"send: {QUEUE}, kms_key: {KEY}", "send-sqs-jobs",
         [(("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"), QUEUE),
          (("kms:Decrypt", "kms:GenerateDataKey"), KEY)]),
        ("read: arn:aws:s3:::assets", "read-s3-assets",
         [("s3:GetObject", "arn:aws:s3:::assets/*"), ("s3:ListBucket", "arn:aws:s3:::assets")]),
        ("read: arn:aws:s3:::assets, prefix: img/", "read-s3-assets",
         [("s3:GetObject", "arn:aws:s3:::assets/img/*"),
          ("s3:ListBucket", "arn:aws:s3:::assets", {"StringLike": {"s3:prefix": "img/*"}})]),
        ("write: arn:aws:s3:::assets, prefix: [a/, b]", "write-s3-assets",
         [(("s3:AbortMultipartUpload", "s3:PutObject"),
           ("arn:aws:s3:::assets/a/*", "arn:aws:s3:::assets/b*"))]),
        ("delete: {input: bucket}, of: s3", "delete-bucket", [("s3:DeleteObject", '"${var.bucket}/*"')]),
        ("write: {ref: aws_dynamodb_table.orders.arn}", "write-dynamodb-table-orders",
         [(("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:PutItem",
            "dynamodb:UpdateItem"), "var.dynamodb_table_orders_arn")]),
        (f"write: {SECRET}", "write-secretsmanager-shop-db",
         [("secretsmanager:PutSecretValue", f"{SECRET}-??????")]),
        (f"write: {SECRET}-a1B2c3", "write-secretsmanager-shop-db-a1b2c3",
         [("secretsmanager:PutSecretValue", f"{SECRET}-a1B2c3")]),
        (f"write: {SECRET}-*", "write-secretsmanager-shop-db",
         [("secretsmanager:PutSecretValue", f"{SECRET}-*")]),
        ("write: arn:aws:ssm:eu-west-1:123456789012:parameter/shop/*", "write-ssm-eu-west-1-shop",
         [("ssm:PutParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/*")]),
        ("publish: {input: news_arn}", "publish-news", [("sns:Publish", "var.news_arn")]),
        ("invoke: arn:aws:lambda:us-east-1:123456789012:function:thumbs", "invoke-lambda-thumbs",
         [("lambda:InvokeFunction", ("arn:aws:lambda:us-east-1:123456789012:function:thumbs",
                                     "arn:aws:lambda:us-east-1:123456789012:function:thumbs:*"))]),
        ("put: metrics", "put-metrics", [("cloudwatch:PutMetricData", "*")]),
    ],
)  # fmt: skip
def test_an_entry_is_a_policy_of_its_own(entry: str, policy: str, expected: list[Any]) -> None:
    assert statements(web(f"access: [{{{entry}}}]").task_role) == {policy: expected}


def test_the_service_follows_from_the_verb_the_type_or_of() -> None:
    entries = (
        "{start: {input: a}}, {receive: {ref: module.jobs.queue}}, {read: {ref: aws_kinesis_stream.b.arn}}, "
        "{put: {ref: data.aws_cloudwatch_event_bus.c.arn}}, {send: {input: d}, of: ses}, {put: traces}"
    )
    uses = [each.endpoint for each in web(f"access: [{entries}]").uses]
    assert uses == ["states", "sqs", "kinesis-streams", "events", "email", "xray"]


def test_every_verb_and_service_is_in_both_the_model_and_the_facts() -> None:
    known = facts.accessed_services()
    assert {verb for each in known.values() for verb in each.verbs} == set(Access.verbs)
    assert set(get_args(get_args(fields_of(Access)["of"].kind)[0])) == {
        name for name, each in known.items() if not each.word
    }
    for name, service in known.items():
        assert service.endpoint in facts.interface_endpoints() | facts.gateway_endpoints()
        assert set(service.kms) <= set(service.verbs)
        for grants in service.verbs.values():
            own = {action.split(":")[0] for grant in grants for action in grant.actions}
            assert own == {name}
            assert all(list(grant.actions) == sorted(grant.actions) for grant in grants)


def test_the_document_has_every_verb() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text()
    rows = []
    for name, each in facts.accessed_services().items():
        verbs, of = ", ".join(f"`{verb}`" for verb in each.verbs), "" if each.word else f"`{name}` "
        rows.append(f"| {each.name} | {verbs} | {of}|")
    assert "\n".join(rows) in page


def test_a_policy_is_named_for_its_thing_whatever_is_beside_it() -> None:
    one, two = f"{{receive: {QUEUE}}}", "{put: metrics}"
    for entries in (f"{one}, {two}", f"{two}, {one}"):
        text = page(f"access: [{entries}]")
        assert 'resource "aws_iam_role_policy" "web_receive_sqs_jobs"' in text
        assert "aws_iam_role_policy.web_put_metrics,\n    aws_iam_role_policy.web_receive_sqs_jobs," in text


def test_a_long_name_is_cut() -> None:
    (policy,) = statements(web(f"access: [{{read: '{SECRET}{'x' * 500}'}}]").task_role)
    assert len(policy) == 128


# --- the network path


@pytest.mark.parametrize(
    ("entry", "endpoints"),
    [
        (f"receive: {QUEUE}", {"logs", "sqs", "s3"}),
        ("read: arn:aws:dynamodb:us-east-1:123456789012:table/a", {"logs", "dynamodb", "s3"}),
        ("put: traces", {"logs", "xray", "s3"}),
        ("receive: arn:aws:sqs:eu-west-1:123456789012:jobs", {"logs", "s3"}),
    ],
)
def test_the_endpoint_is_there(entry: str, endpoints: set[str]) -> None:
    network = blueprint(f"access: [{{{entry}}}]", "nat+endpoints").network
    assert {each.service for each in (*network.gateway_endpoints, *network.interface_endpoints)} == endpoints


def test_tasks_may_connect_to_what_they_use() -> None:
    keys = "access: [{read: arn:aws:s3:::assets}, {read: {ref: aws_dynamodb_table.a.arn}}]"
    text = spec(f"egress: []\n    {keys}", "nat+endpoints").replace("nginx", f"{REGISTRY}/web")
    pages, problems = render_text(text)
    assert pages, problems
    assert "web_to_dynamodb" in pages["modules/services/web.tf"]
    assert "web_to_s3" in pages["modules/services/web.tf"]


def test_a_queue_of_another_region_is_out_of_reach_of_endpoints() -> None:
    keys = "access: [{receive: arn:aws:sqs:eu-west-1:123456789012:jobs}]"
    image = spec(keys, "endpoints").replace(
        "nginx:1.27", "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"
    )
    (problem,) = [each for each in run_text(image, "shop.yaml").problems if each.severity == "error"]
    assert "sqs in eu-west-1" in problem.message
    assert problem.at.line == 7
    assert codes(keys) == []


def test_what_uses_and_access_name_is_one() -> None:
    uses = web(f"uses: [sqs]\n    access: [{{receive: {QUEUE}}}, {{send: {QUEUE}}}]").uses
    assert [(each.endpoint, each.path) for each in uses] == [("sqs", ("services", "web", "uses", 0))]


# --- policies and statements


def test_managed_policies_are_attached() -> None:
    text = page("policies: [arn:aws:iam::aws:policy/service-role/Own, {ref: aws_iam_policy.own.arn}]")
    assert 'aws_iam_role_policy_attachment" "web_own" {\n  role       = aws_iam_role.web_task.id\n' in text
    assert "policy_arn = var.iam_policy_own_arn\n" in text
    assert (
        "aws_iam_role_policy_attachment.web_iam_policy_own,\n    aws_iam_role_policy_attachment.web_own,\n"
        in text
    )


def test_statements_are_one_policy() -> None:
    text = page(
        "statements:\n"
        "      - {actions: ['a:B'], resources: ['*'], "
        "conditions: {Null: {'aws:x': 'true'}, Bool: {'aws:b': [x], 'aws:a': [y, z]}}}\n"
        "      - {actions: ['a:B', 'a:C'], resources: [{input: thing}, 'arn:aws:s3:::x'], effect: Deny}"
    )
    assert (
        """\
      {
        Effect   = "Allow"
        Action   = "a:B"
        Resource = "*"
        Condition = {
          Bool = {
            "aws:a" = ["y", "z"]
            "aws:b" = ["x"]
          }
          Null = {
            "aws:x" = "true"
          }
        }
      },
      {
        Effect   = "Deny"
        Action   = ["a:B", "a:C"]
        Resource = [var.thing, "arn:aws:s3:::x"]
      },
"""
        in text
    )
    assert 'resource "aws_iam_role_policy" "web_statements" {\n  name = "statements"\n' in text


def test_no_text_of_a_spec_is_an_expression() -> None:
    text = page(
        "statements: [{actions: ['a:B'], resources: ['*'], conditions: {Null: {'aws:${x}': '${y}'}}}]"
    )
    assert '"aws:$${x}" = "$${y}"' in text


# --- secrets under a key


def test_a_key_of_a_secret() -> None:
    keys = (
        f"secrets: {{A: {{secret: {SECRET}, kms_key: {KEY}}}, B: {{parameter: /b, kms_key: {{input: key}}}}, "
    )
    roles = web(f"{keys}C: {{secret: {SECRET}, key: c, kms_key: {KEY}}}, D: /d}}")
    found = statements(roles.execution_role)["start-tasks"]
    assert ("kms:Decrypt", (KEY, "var.key")) in found
    assert statements(roles.task_role) == {}
    assert not any("kms" in str(each) for each in statements(web("secrets: {D: /d}").execution_role).values())


# --- what is wrong


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (f"receive: {QUEUE}", []),
        ("prefix: a", ["TG670"]),
        ("read: {input: a}", ["TG671"]),
        ("put: {input: a}", ["TG671"]),
        ("read: {ref: aws_instance.a.arn}", ["TG671"]),
        (f"publish: {QUEUE}", ["TG672"]),
        ("send: {input: a}, of: s3", ["TG672"]),
        (f"receive: {QUEUE}, of: sqs", []),
        (f"receive: {QUEUE}, of: sns", ["TG672"]),
        ("read: metrics", ["TG672"]),
        ("read: arn:aws:rds:us-east-1:123456789012:db:a", ["TG673"]),
        ("read: arn:aws:s3:::a*", ["TG674"]),
        (f"decrypt: {ALIAS}", ["TG674"]),
        ("put: arn:aws:xray:us-east-1:123456789012:group/a", ["TG674"]),
        ("receive: {ref: aws_sqs_queue.a.url}", ["TG674"]),
        ("receive: {ref: aws_sqs_queue.a.arn}", []),
        ("publish: {ref: aws_sns_topic.a.id}", []),
        ("receive: {ref: data.aws_sqs_queue.a.url}", ["TG674"]),
        ("receive: {ref: local.a}", []),
        ("receive: {ref: 'a['}", ["TG291"]),
        (f"receive: {QUEUE}, prefix: a", ["TG675"]),
        (f"decrypt: {KEY}, kms_key: {KEY}", ["TG675"]),
        ("delete: arn:aws:s3:::abc, kms_key: {input: a}", ["TG675"]),
        ("put: metrics}, {put: metrics", ["TG677"]),
        ("read: arn:aws:s3:::abc/*}, {read: arn:aws:s3:::abc/*", ["TG674", "TG674"]),
        ("receive: {ref: aws_sqs_queue.a.arn}}, {receive: {ref: aws_sqs_queue.a.arn}", ["TG677"]),
        ("read: {input: a}, of: s3}, {read: {input: a}, of: s3", ["TG677"]),
        ("put: metrics}, {put: traces", []),
        ("read: arn:aws-cn:s3:::abc", ["TG511"]),
        (f"receive: {QUEUE}, kms_key: {ALIAS}", ["TG105"]),
        (f"receive: {QUEUE}, kms_key: {{ref: aws_kms_alias.a.arn}}", ["TG553"]),
    ],
)
def test_what_is_no_permission(entry: str, expected: list[str]) -> None:
    assert codes(f"access: [{{{entry}}}]") == expected


@pytest.mark.parametrize(
    ("thing", "hint"),
    [
        ("abc/img/*", "write read: arn:aws:s3:::abc, prefix: img/"),
        ("abc/*", "write read: arn:aws:s3:::abc"),
        ("ABC", "write one such as arn:aws:s3:::BUCKET; what is for all of them belongs in statements"),
    ],
)
def test_how_a_bucket_is_written(thing: str, hint: str) -> None:
    found = run_text(spec(f"access: [{{read: 'arn:aws:s3:::{thing}'}}]"), "shop.yaml").problems
    assert [each.hint for each in found if each.code == "TG674"] == [hint]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("policies: [{ref: aws_iam_policy.a.id}, {ref: aws_iam_role.a.arn}]", ["TG553"]),
        ("policies: [arn:aws:iam::aws:policy/a, arn:aws:iam::aws:policy/b/a]", ["TG677"]),
        ("policies: [{ref: 'a['}]", ["TG291"]),
        ("roles: {task: {input: a}}\n    policies: [arn:aws:iam::aws:policy/a]", ["TG676"]),
        ("roles: {task: {input: a}}\n    access: [{put: metrics}]", ["TG676"]),
        ("roles: {execution: {input: a}}\n    access: [{put: metrics}]", []),
        ("roles: {task: {input: a}}\n    uses: [sqs]", []),
    ],
)
def test_what_is_no_policy(keys: str, expected: list[str]) -> None:
    assert codes(keys) == expected


def test_a_region_that_nobody_knows_has_any_partition() -> None:
    text = spec("access: [{read: arn:aws-x:s3:::abc}]").replace("us-east-1", "mars-north-1")
    found = run_text(text.replace("egress: nat", "egress: nat, zones: [a, b]"), "shop.yaml")
    assert not found.failed, found.problems


# --- changes


def consequences(
    old: str, new: str, image: str = "1.27", before: str = "nat", after: str = "nat"
) -> list[str]:
    """What the change of a service's keys says, and of its image."""
    (one, _), (two, _) = (
        render_text(text) for text in (spec(old, before), spec(new, after).replace("1.27", image))
    )
    assert one
    assert two
    said = changes_between(one, two).consequences
    return [each.removeprefix("web ") for each in said if "permission" in each or "no longer allows" in each]


def statement(actions: str, resources: str, rest: str = "") -> str:
    return f"statements: [{{actions: [{actions}], resources: [{resources}]{rest}}}]"


AT_ONCE = "({}): running tasks lose this permission at once."
LESS = "({}): running tasks lose at once what this policy no longer allows."
AFTER = (
    "({}): tasks lose this permission when the deployment is complete; "
    "a rollback after that does not return it."
)
DENIES = "{actions: ['s3:x'], resources: ['*'], effect: Deny}]"
OLD = statement("'s3:Get*', 's3:PutObject'", "'arn:aws:s3:::a/*', {input: b}")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (f"access: [{{receive: {QUEUE}}}]", "", [AT_ONCE.format("receive-sqs-jobs")]),
        ("", f"access: [{{receive: {QUEUE}}}]", []),
        ("policies: [arn:aws:iam::aws:policy/x/Own]", "", [AT_ONCE.format("Own")]),
        ("policies: [{ref: aws_iam_policy.a.arn}]", "", [AT_ONCE.format("web_iam_policy_a")]),
        (f"access: [{{receive: {QUEUE}, kms_key: {KEY}}}]", f"access: [{{receive: {QUEUE}}}]",
         [LESS.format("receive-sqs-jobs")]),
        (f"access: [{{receive: {QUEUE}}}]", f"access: [{{receive: {QUEUE}, kms_key: {KEY}}}]", []),
        ("access: [{write: arn:aws:s3:::abc, prefix: a}]", "access: [{write: arn:aws:s3:::abc}]", []),
        ("access: [{write: arn:aws:s3:::abc}]", "access: [{write: arn:aws:s3:::abc, prefix: a}]",
         [LESS.format("write-s3-abc")]),
        (OLD, statement("'s3:PutObject', 's3:Get*'", "{input: b}, 'arn:aws:s3:::a/*'"), []),
        (OLD, statement("'s3:*'", "'arn:aws:s3:::a*', {input: b}"), []),
        (OLD, statement("'s3:*'", "'*'"), [LESS.format("statements")]),
        (OLD, statement("'s3:Get*'", "'arn:aws:s3:::a/*', {input: b}"), [LESS.format("statements")]),
        (OLD, statement("'s3:*'", "'arn:aws:s3:::a/*'"), [LESS.format("statements")]),
        (OLD, statement("'s3:*'", "'arn:aws:s3:::a*', {input: b}", ", conditions: {Null: {'aws:x': 'true'}}"),
         [LESS.format("statements")]),
        (OLD, statement("'s3:*'", "'arn:aws:s3:::a*', {input: b}", ", effect: Deny"),
         [LESS.format("statements")]),
        (OLD, f"{OLD[:-1]}, {DENIES}", [LESS.format("statements")]),
        (OLD, OLD[:-1] + ", {actions: ['s3:x'], resources: ['*']}]", []),
        (f"{OLD[:-1]}, {DENIES}", OLD, []),
        ("exec: true", "", [AFTER.format("exec")]),
    ],
)  # fmt: skip
def test_what_tasks_lose(old: str, new: str, expected: list[str]) -> None:
    assert consequences(old, new) == expected


def test_what_tasks_lose_with_a_deployment() -> None:
    old = f"access: [{{receive: {QUEUE}}}, {{put: metrics}}]"
    found = consequences(old, "access: [{put: traces}]", "1.28")
    assert found == [
        "(put-metrics) and web (receive-sqs-jobs): tasks lose these permissions when the deployment is "
        "complete; a rollback after that does not return them."
    ]


def test_a_service_has_its_own_name() -> None:
    old, new = (
        spec(keys).replace("  web:", "  web-app:") for keys in (f"access: [{{receive: {QUEUE}}}]", "")
    )
    (one, _), (two, _) = render_text(old), render_text(new.replace("1.27", "1.28"))
    assert one
    assert two
    assert f"web-app {AFTER.format('receive-sqs-jobs')}" in changes_between(one, two).consequences


def test_a_role_that_goes_says_it_all() -> None:
    given = "roles: {task: {input: role}}"
    assert consequences(f"access: [{{receive: {QUEUE}}}]", given, "1.28") == []


# --- overrides


def test_an_override_of_what_the_application_may_do_closes_no_path() -> None:
    address = "module.services.aws_iam_role_policy.web_put_metrics"
    text = (
        spec("access: [{put: metrics}]") + f'overrides: {{{address}: {{policy: "{{}}", name_prefix: a}}}}\n'
    )
    problems = run_text(text, "shop.yaml").problems
    assert [each for each in problems if each.severity == "warning"] == []


def test_an_override_of_exec_beside_it_is_in_doubt() -> None:
    text = spec("exec: true\n    access: [{put: metrics}]")
    text += 'overrides: {module.services.aws_iam_role_policy.web_task: {policy: "{}"}}\n'
    assert [each.code for each in run_text(text, "shop.yaml").problems if each.severity == "warning"] == [
        "TG365"
    ]


@pytest.mark.parametrize("entry", ["{fetch: QUEUE}", "{fetch: QUEUE, of: sqs}"])
def test_an_unknown_verb_is_told_once(entry: str) -> None:
    assert codes(f"access: [{entry.replace('QUEUE', QUEUE)}]") == ["TG102"]
