"""The recipes: a stack and files of the user's beside it, as docs/recipes.md shows them. Real Terraform
validates and plans each. `make accept` rewrites the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.accepted import committed
from support.provider_6 import for_provider_5
from support.stacks import planned

import tfgen

if TYPE_CHECKING:
    from support.terraform import Terraform

ROOT = Path(__file__).parent.parent
RECIPES = ROOT / "examples" / "recipes"
PAGE = ROOT / "docs" / "recipes.md"
INTRODUCTION = """\
# Recipes

What the spec does not describe is in `.tf` files of your own beside the stack's (in `generated/shop/`, not in
its modules). They read the outputs of the stack's modules ([output.md](output.md#outputs)), and the spec
names their values with `ref`. Each recipe is a folder under `examples/recipes/`: the tests render its spec,
copy its files beside the stack's, and run `terraform validate` and `terraform plan`.
"""
TITLES = {
    "database": "A database that services reach",
    "cloudfront": "A CloudFront distribution in front",
    "certificate": "A hosted zone and a certificate of your own",
    "function": "A Lambda function in the VPC",
    "listener-rule": "A further listener rule",
    "target-group": "A second target group",
    "peering": "A peering connection, and an address of one's own",
    "names": "Names in DNS for what is beside the stack",
    "login": "Logins of staff and partners",
    "tokens": "Tokens of programs, and rewritten paths",
    "deployments": "Blue/green, canary and linear deployments",
}
# What of each is planned beside the stack, by its address.
PLANNED = {
    "database": {
        "aws_db_instance.main",
        "aws_db_subnet_group.main",
        "aws_security_group.database",
        "aws_vpc_security_group_ingress_rule.database_from_api",
    },
    "cloudfront": {
        "aws_cloudfront_distribution.main",
        "aws_vpc_security_group_ingress_rule.load_balancer_from_cloudfront",
    },
    "certificate": {
        "aws_acm_certificate.wildcard",
        "aws_acm_certificate_validation.wildcard",
        'aws_route53_record.validation["*.example.com"]',
        "aws_route53_zone.main",
    },
    "function": {
        "aws_iam_role.report",
        "aws_iam_role_policy_attachment.report",
        "aws_lambda_function.report",
        "aws_security_group.report",
        "aws_vpc_security_group_egress_rule.report_to_internet",
    },
    "listener-rule": {"aws_lb_listener_rule.moved_catalog"},
    "target-group": {
        "aws_lb_listener_rule.both",
        "aws_lb_target_group.old",
        'aws_lb_target_group_attachment.old["10.80.1.10"]',
        'aws_lb_target_group_attachment.old["10.80.1.11"]',
        "aws_vpc_security_group_egress_rule.load_balancer_to_old",
    },
    "tokens": {
        "aws_cognito_resource_server.orders",
        "aws_cognito_user_pool.machines",
        "aws_cognito_user_pool_client.warehouse",
        "aws_cognito_user_pool_domain.machines",
    },
    "deployments": {
        "aws_iam_role.smoke_test",
        "aws_iam_role_policy_attachment.smoke_test",
        "aws_lambda_function.smoke_test",
    },
    "login": {
        "aws_cognito_user_pool.partners",
        "aws_cognito_user_pool_client.desk",
        "aws_cognito_user_pool_domain.partners",
    },
    "peering": {
        "aws_eip.partners",
        "aws_route.warehouse_to_shop",
        "aws_vpc_peering_connection.warehouse",
    },
    "names": {"aws_security_group.prometheus", "aws_vpc_security_group_egress_rule.prometheus_to_api"},
}


# What a deployment would set.
VALUES = {
    "login": 'staff_client_secret = "secret"\n',
    "deployments": 'watch_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:watch"\n',
}
OF_PROVIDER_6 = ("tokens", "deployments")


def spec_of(recipe: str) -> Path:
    (spec,) = (RECIPES / recipe).glob("*.yaml")
    return spec


def rendered(recipe: str) -> dict[str, str]:
    """The stack's files and the user's."""
    pages, problems = tfgen.render_file(spec_of(recipe))
    assert {problem.severity for problem in problems} <= {"note"}, problems
    theirs = {path.name: path.read_text() for path in sorted((RECIPES / recipe).glob("*.tf"))}
    assert theirs
    assert not pages.keys() & theirs
    return pages | theirs


def test_every_recipe_is_here() -> None:
    assert {path.name for path in RECIPES.iterdir()} == set(TITLES) == set(PLANNED)


@pytest.mark.parametrize("recipe", TITLES)
def test_the_stack_and_the_files_beside_it_are_planned(
    running: Terraform, tmp_path: Path, recipe: str
) -> None:
    pages = rendered(recipe)
    pages = for_provider_5(pages) if recipe in OF_PROVIDER_6 else pages
    for path, text in {**pages, "terraform.tfvars": VALUES.get(recipe, "")}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert running.unformatted(tmp_path) == []
    stack = running.stack(tmp_path)
    stack.init()
    assert stack.validate() == []
    resources = planned(stack.plan())
    assert {address for address in resources if not address.startswith("module.")} == PLANNED[recipe]


def test_the_page_shows_the_files() -> None:
    now = "\n".join([INTRODUCTION, *map(section, TITLES)])
    assert committed(PAGE, now) == now, "run: make accept"


def section(recipe: str) -> str:
    """The title of a recipe, what the head of its spec says, and its files."""
    text = spec_of(recipe).read_text()
    lines = text.splitlines()
    head = [line.removeprefix("# ") for line in lines if line.startswith("# ")]
    rest = "\n".join(lines[len(head) :])
    files = [f"`{spec_of(recipe).name}`:\n\n```yaml\n{rest}\n```\n"]
    files += [
        f"`{path.name}`, beside the stack's files:\n\n```hcl\n{path.read_text()}```\n"
        for path in sorted((RECIPES / recipe).glob("*.tf"))
    ]
    return "\n".join([f"## {TITLES[recipe]}\n", "\n".join(head) + "\n", *files])
