"""Services that join a load balancer, a cluster and roles of somebody else: what the stack creates, what it
leaves alone, and what it says of what it cannot know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support.changes import unexpected_changes
from support.deployed import write

from tfgen import pipe, render_text
from tfgen.cost.inventory import take_inventory
from tfgen.reach import explain
from tfgen.routing.answer import answer_request
from tfgen.routing.report import as_data, as_text
from tfgen.routing.request import read_request

if TYPE_CHECKING:
    from support.moto_server import Moto
    from support.terraform import Terraform

ACCOUNT = "123456789012"
LISTENER = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:listener/app/shared/1/2"
CLUSTER = f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/shared"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/teams/start-tasks"
HEAD = """\
name: shop
region: us-east-1
network:
  vpc:
    id: vpc-0a1b2c3d
    cidr: 10.99.0.0/16
    public_subnets: {a: subnet-000000a1, b: subnet-000000b1}
    private_subnets: {a: subnet-000000a2, b: subnet-000000b2}
    way_out: nat
    endpoints: [s3]
"""
BALANCER = (
    f"load_balancer: {{existing: {{security_group: sg-0a1b2c3d, listener_arns: {{https: '{LISTENER}'}}}}}}\n"
)
WEB = (
    f"services:\n  web:\n    image: {ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web:1\n    port: 80\n"
    "    routes: [{path: /shop, priority: 7}]\n"
)


def pages_of(text: str) -> Mapping[str, str]:
    pages, problems = render_text(text)
    assert pages, problems
    return pages


def resources(pages: Mapping[str, str]) -> set[str]:
    return {
        f"{kind}.{label}"
        for text in pages.values()
        for kind, label in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)
    }


def outcome_of(text: str) -> pipe.Outcome:
    outcome = pipe.run_text(text, "shop.yaml")
    assert outcome.overridden, outcome.problems
    return outcome


# --- what is created


def test_without_routes_a_load_balancer_is_no_variable() -> None:
    worker = WEB[: WEB.index("    port:")]
    own, given = pages_of(HEAD + worker), pages_of(HEAD + BALANCER + worker)
    assert {path for path in own if own[path] != given[path]} <= {"README.md"}


def test_a_given_value_takes_the_place_of_what_it_is() -> None:
    own = resources(pages_of(HEAD + WEB))
    balancer = resources(pages_of(HEAD + BALANCER + WEB))
    assert own - balancer == {
        "aws_lb.main",
        "aws_lb_listener.http",
        "aws_lb_listener_rule.shop",
        "aws_security_group.main",
        "aws_vpc_security_group_ingress_rule.http_from_world",
        "aws_vpc_security_group_egress_rule.load_balancer_to_web",
    }
    assert balancer - own == {"aws_lb_listener_rule.https_shop_a6f4"}
    assert own - resources(pages_of(HEAD + WEB + f"cluster: {CLUSTER}\n")) == {
        "aws_ecs_cluster.main",
        "aws_ecs_cluster_capacity_providers.main",
    }
    both = f"    roles: {{execution: '{ROLE}', task: '{ROLE}'}}\n"
    assert own - resources(pages_of(HEAD + WEB + both)) == {
        "aws_iam_role.web_execution",
        "aws_iam_role.web_task",
        "aws_iam_role_policy.web_execution",
    }
    assert "modules/services/roles.tf" not in pages_of(HEAD + WEB + both)


@pytest.mark.parametrize(
    ("value", "in_root"),
    [
        (f"'{CLUSTER}'", f'"{CLUSTER}"'),
        ("{ref: aws_ecs_cluster.shared.arn}", "aws_ecs_cluster.shared.arn"),
        ("{input: shared_cluster}", "var.shared_cluster"),
        (
            "{join: ['arn:aws:ecs:us-east-1:', {input: account}, ':cluster/shared']}",
            '"arn:aws:ecs:us-east-1:${var.account}:cluster/shared"',
        ),
    ],
)
def test_the_root_hands_a_value_down(value: str, in_root: str) -> None:
    pages = pages_of(HEAD + WEB + f"cluster: {value}\n")
    assert re.search(rf"^  cluster_arn += {re.escape(in_root)}$", pages["main.tf"], re.MULTILINE)
    assert "  cluster                           = var.cluster_arn\n" in pages["modules/services/web.tf"]


def test_what_is_given_changes_no_file_of_a_service_but_where_it_must() -> None:
    """The variables of the services module are the same, whoever created the load balancer."""
    own, given = (
        pages_of(HEAD + f"load_balancer: {balancer}\n" + WEB)["modules/services/web.tf"].splitlines()
        for balancer in (
            "{listeners: {https: 80}}",
            f"{{existing: {{security_group: sg-0a1b2c3d, listener_arns: {{https: '{LISTENER}'}}}}}}",
        )
    )
    assert [line for line in given if line not in own] == []
    start = own.index('resource "aws_vpc_security_group_egress_rule" "load_balancer_to_web" {')
    rule = own[start : own.index("}", start) + 2]
    wait = "    aws_vpc_security_group_egress_rule.load_balancer_to_web,"
    assert len(own) - len(given) == len(rule) + 1
    assert {line for line in own if line not in given} <= {*rule, wait}


def test_path_and_boundary_are_of_every_role() -> None:
    iam = f"iam: {{path: /teams/, permissions_boundary: 'arn:aws:iam::{ACCOUNT}:policy/limit'}}\n"
    pages = pages_of(HEAD + iam + WEB)
    text = pages["modules/services/web.tf"]
    assert text.count('path                 = "/teams/"') == 2
    assert text.count("permissions_boundary = var.permissions_boundary_arn") == 2
    in_root = rf'^  permissions_boundary_arn += "arn:aws:iam::{ACCOUNT}:policy/limit"$'
    assert re.search(in_root, pages["main.tf"], re.MULTILINE)


def test_one_given_role_leaves_the_other() -> None:
    pages = pages_of(HEAD + WEB + f"    roles: {{execution: '{ROLE}'}}\n")
    assert "aws_iam_role.web_task" in resources(pages)
    assert "task_role_names" in pages["outputs.tf"]
    assert re.search(rf'web_execution_role_arn += "{ROLE}"', pages["main.tf"])


def test_a_service_that_needs_nothing_of_the_stack_waits_for_nothing() -> None:
    text = (
        f"{HEAD}cluster: {CLUSTER}\nignore: [{{rule: TG360, reason: a test}}]\nservices:\n"
        "  job:\n    image: nginx:1.27\n    egress_cidrs: []\n"
        f"    roles: {{execution: '{ROLE}', task: '{ROLE}'}}\n"
    )
    assert "depends_on" not in pages_of(text)["modules/services/job.tf"]


UNUSED = {
    "a load balancer without routes": BALANCER.replace(f"'{LISTENER}'", "{input: given}")
    + WEB.replace("    routes: [{path: /shop, priority: 7}]\n", ""),
    "a listener without routes": BALANCER.replace(f"'{LISTENER}'", f"'{LISTENER}', other: {{input: given}}")
    + WEB.replace("/shop,", "/shop, listener: https,"),
    "a cluster without services": "cluster: {input: given}\n",
    "a boundary without roles": "iam: {permissions_boundary: {input: given}}\n"
    + WEB
    + f"    roles: {{execution: '{ROLE}', task: '{ROLE}'}}\n",
}


@pytest.mark.parametrize("text", UNUSED.values(), ids=UNUSED)
def test_what_nothing_uses_is_not_handed_down(text: str) -> None:
    pages = pages_of(HEAD + text)
    assert "given" not in "".join(pages.values())
    blueprint = outcome_of(HEAD + text).blueprint
    assert blueprint
    assert blueprint.existing_cluster == ()
    assert len(blueprint.existing_load_balancer) == ("other" in text)


def test_what_a_load_balancer_says_of_itself_are_outputs() -> None:
    more = ", dns_name: {input: name}, arn: {ref: aws_lb.shared.arn}, listener_arns"
    outputs = pages_of(HEAD + BALANCER.replace(", listener_arns", more) + WEB)["outputs.tf"]
    assert re.search(r'"load_balancer_dns_name" \{\n.*\n  value       = var\.name\n', outputs)
    assert re.search(r'"load_balancer_arn" \{\n.*\n  value       = aws_lb\.shared\.arn\n', outputs)


# --- what is said of it


def test_the_proof_takes_what_exists_as_given() -> None:
    outcome = outcome_of(HEAD + BALANCER + WEB + f"    roles: {{execution: '{ROLE}'}}\n")
    assert outcome.overridden
    text = explain.text(outcome.overridden)
    assert "given    listener   the listener https is given" in text
    assert (
        "given    leaves     the load balancer's security group is given: it must allow outbound port 80"
        in text
    )
    assert "ok       enters     aws_vpc_security_group_ingress_rule.web_from_load_balancer" in text
    assert "given    role       the execution role is given" in text
    assert "MISSING" not in text


def policies(text: str) -> list[Any]:
    outcome = outcome_of(text)
    assert outcome.overridden
    said = explain.text(outcome.overridden)
    return [json.loads(each) for each in re.findall(r"^\{$.*?^\}$", said, re.MULTILINE | re.DOTALL)]


def test_the_policy_of_a_given_role_is_what_a_role_of_ours_would_have() -> None:
    more = (
        "    exec: true\n    secrets:\n"
        "      KEY: {secret: {ref: aws_secretsmanager_secret.key.arn}}\n"
        "      NAME: arn:aws:ssm:us-east-1:123456789012:parameter/name\n"
        f"    roles: {{execution: '{ROLE}', task: {{input: task_role}}}}\n"
    )
    execution, task = policies(HEAD + WEB + more)
    assert {each["Sid"]: each["Resource"] for each in execution["Statement"]} == {
        "Login": "*",
        "PullImage": f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/web",
        "WriteLogs": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ecs/shop/web:*",
        "ReadSecrets": ["${aws_secretsmanager_secret.key.arn}"],
        "ReadParameters": [f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/name"],
    }
    assert [each["Sid"] for each in task["Statement"]] == ["Exec"]


def test_an_account_that_only_terraform_knows_is_any() -> None:
    (policy,) = policies(HEAD + WEB + "    roles: {execution: {input: role}}\n")
    resources_ = [each["Resource"] for each in policy["Statement"]]
    assert "arn:aws:logs:us-east-1:*:log-group:/ecs/shop/web:*" in resources_


@pytest.mark.parametrize(
    ("listeners", "url", "expected"),
    [
        ("{https: ARN}", "https://x.example/shop", "web responds"),
        ("{main: ARN}", "http://x.example/shop/cart", "web responds"),
        ("{https: ARN}", "https://x.example/other", "what else the existing listener has decides"),
        ("{https: ARN, http: {input: a}}", "https://x.example/shop", "web responds"),
        ("{a: ARN, b: {input: b}}", "https://x.example/shop", "which of the existing listeners (a, b)"),
    ],
)
def test_who_responds_behind_an_existing_listener(listeners: str, url: str, expected: str) -> None:
    names = listeners.replace("ARN", f"'{LISTENER}'")
    balancer = f"load_balancer: {{existing: {{security_group: sg-0a1b2c3d, listener_arns: {names}}}}}\n"
    first = re.match(r"\{(\w+)", listeners)
    assert first
    spec = HEAD + balancer + WEB.replace("{path: /shop", f"{{path: /shop, listener: {first[1]}")
    outcome = outcome_of(spec)
    assert outcome.overridden
    answer = answer_request(outcome.overridden, read_request("GET", url, (), None))
    assert expected in as_text(answer)
    assert json.dumps(as_data(answer))
    if answer.winner:
        assert "the port, the clients and the other rules of this listener are not known" in as_text(answer)


def test_what_exists_costs_this_stack_nothing() -> None:
    outcome = outcome_of(HEAD + BALANCER + WEB)
    assert outcome.blueprint
    assert take_inventory(outcome.blueprint).balancers == ()


# --- deployed beside what exists


class Foreign(NamedTuple):
    """What somebody else has deployed."""

    vpc: str
    subnets: Sequence[str]
    listener: str
    group: str
    cluster: str
    roles: Mapping[str, str]


@pytest.fixture
def foreign(moto: Moto) -> Iterator[Foreign]:
    ec2, elb, ecs, iam = (moto.boto3_client(name) for name in ("ec2", "elbv2", "ecs", "iam"))
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.99.{n}.0/24", AvailabilityZone=f"us-east-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for n, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="shared", Description="shared", VpcId=vpc)["GroupId"]
    balancer = elb.create_load_balancer(Name="shared", Subnets=subnets, SecurityGroups=[group])[
        "LoadBalancers"
    ][0]["LoadBalancerArn"]
    listener = elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]["ListenerArn"]
    cluster = ecs.create_cluster(clusterName="shared")["cluster"]["clusterArn"]
    roles = {
        name: iam.create_role(RoleName=f"shared-{name}", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        for name in ("execution", "task")
    }
    yield Foreign(vpc, subnets, listener, group, cluster, roles)
    moto.reset()


def state_of_foreign(moto: Moto, foreign: Foreign) -> Any:
    """All that could be changed of it, but for the rules that stacks add to its listener."""
    iam = moto.boto3_client("iam")
    names = [arn.rpartition("/")[2] for arn in foreign.roles.values()]
    group = moto.boto3_client("ec2").describe_security_groups(GroupIds=[foreign.group])["SecurityGroups"]
    listeners = moto.boto3_client("elbv2").describe_listeners(ListenerArns=[foreign.listener])["Listeners"]
    return [
        group[0]["IpPermissions"],
        group[0]["IpPermissionsEgress"],
        listeners,
        moto.boto3_client("ecs").describe_clusters(clusters=[foreign.cluster])["clusters"][0]["clusterName"],
        [iam.list_role_policies(RoleName=name)["PolicyNames"] for name in names],
        [iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] for name in names],
    ]


def rules_of(moto: Moto, listener: str) -> list[str]:
    found = moto.boto3_client("elbv2").describe_rules(ListenerArn=listener)["Rules"]
    return [rule["Priority"] for rule in found if not rule["IsDefault"]]


@pytest.mark.xdist_group("apply-existing")
def test_a_stack_comes_and_goes_beside_what_exists(
    running: Terraform, moto: Moto, foreign: Foreign, tmp_path: Path
) -> None:
    spec = (
        HEAD.replace("vpc-0a1b2c3d", foreign.vpc)
        .replace("subnet-000000a2", foreign.subnets[0])
        .replace("subnet-000000b2", foreign.subnets[1])
        + BALANCER.replace("sg-0a1b2c3d", foreign.group).replace(
            f"https: '{LISTENER}", f"http: '{foreign.listener}"
        )
        + f"cluster: '{foreign.cluster}'\n"
        + WEB
        + f"    roles: {{execution: '{foreign.roles['execution']}', task: '{foreign.roles['task']}'}}\n"
    )
    before = state_of_foreign(moto, foreign)
    write(pages_of(spec), tmp_path)
    stack = running.stack(tmp_path)
    stack.init()
    stack.apply()
    assert unexpected_changes(stack.plan()) == []
    assert state_of_foreign(moto, foreign) == before
    assert rules_of(moto, foreign.listener) == ["7"]
    (service,) = moto.boto3_client("ecs").describe_services(cluster=foreign.cluster, services=["web"])[
        "services"
    ]
    assert service["launchType"] == "FARGATE"
    definition = moto.boto3_client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])
    assert definition["taskDefinition"]["executionRoleArn"] == foreign.roles["execution"]
    assert definition["taskDefinition"]["taskRoleArn"] == foreign.roles["task"]
    stack.destroy()
    assert state_of_foreign(moto, foreign) == before
    assert rules_of(moto, foreign.listener) == []
