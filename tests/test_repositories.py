"""Repositories of a stack: images that name them, and the first apply, before any image is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.deployed import write

from tfgen import render_text

if TYPE_CHECKING:
    from pathlib import Path

    from support.terraform import Terraform

SPEC = """\
name: shop
region: us-east-1
{account}
repositories:
  web: {{}}
  team/web: {{}}
inputs:
  release: {{default: "1"}}
network:
  egress: public
services:
  web:
    image: {image}
"""
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
ACCOUNT = 'account: "123456789012"'
OWN = '"${module.repositories.repository_urls["web"]}${trimprefix(var.web_image, "web")}"'
OF_TEAM = '"${module.repositories.repository_urls["team/web"]}${trimprefix(var.web_image, "team/web")}"'


def rendered(image: str, account: str = "") -> dict[str, str]:
    pages, problems = render_text(SPEC.format(image=image, account=account))
    assert pages, problems
    return pages


@pytest.mark.parametrize(
    ("image", "account", "value", "default"),
    [
        ("web:1.4.2", "", OWN, "web:1.4.2"),
        ("web", "", OWN, "web"),
        ("team/web:2", "", OF_TEAM, "team/web:2"),
        ("ecr:web:1", ACCOUNT, OWN, "web:1"),
        (f"{REGISTRY}/web:1", ACCOUNT, OWN, "web:1"),
        (f"{REGISTRY}/web:1", "", "var.web_image", f"{REGISTRY}/web:1"),
        ("ecr:api:1", ACCOUNT, "var.web_image", f"{REGISTRY}/api:1"),
        ("webs:1", "", "var.web_image", "webs:1"),
        ("docker.io/library/web:1", "", "var.web_image", "docker.io/library/web:1"),
    ],
)
def test_an_image_names_a_repository(image: str, account: str, value: str, default: str) -> None:
    pages = rendered(image, account)
    assert f" = {value}\n" in pages["main.tf"]
    assert f'default     = "{default}"' in pages["variables.tf"]
    own = "web_repository_arn" in pages["main.tf"]
    assert own == (value != "var.web_image")
    assert own == ("var.web_repository_arn" in pages["modules/services/web.tf"] or "team" in image)


def test_the_rest_of_an_image_may_be_a_reference() -> None:
    pages = rendered('{join: ["team/web:", {input: release}]}')
    url = '"${module.repositories.repository_urls["team/web"]}:${var.release}"'
    assert f"= {url}\n" in pages["main.tf"]
    assert "web_image" not in pages["variables.tf"]


def test_the_readme_has_the_order_of_the_first_apply() -> None:
    named, unnamed = (rendered("web:1.4.2", account)["README.md"] for account in (ACCOUNT, ""))
    assert (
        "terraform init\n"
        "terraform apply -target=module.repositories\n"
        f"registry={REGISTRY}\n"
        "aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin "
        '"$registry"\n'
        'docker push "$registry/web:1.4.2"\n'
        "terraform apply\n"
    ) in named
    assert "registry=$(aws sts get-caller-identity --query Account --output text).dkr.ecr." in unnamed
    assert "-target" not in rendered("nginx:1.27")["README.md"]


def test_the_first_apply_creates_the_repositories_alone(running: Terraform, tmp_path: Path) -> None:
    write(rendered("web:1.4.2", ACCOUNT), tmp_path / "shop")
    stack = running.stack(tmp_path / "shop")
    stack.init()
    plan = stack.plan(targets=["module.repositories"])
    assert sorted(plan.resource_changes) == [
        f"module.repositories.aws_ecr_{kind}.{label}"
        for kind in ("lifecycle_policy", "repository")
        for label in ("team_web", "web")
    ]
