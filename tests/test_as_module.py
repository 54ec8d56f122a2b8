"""A stack rendered as a module works inside somebody's own root."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from support.stacks import planned

import tfgen

if TYPE_CHECKING:
    from support.terraform import Terraform

SPEC = Path(__file__).parent.parent / "examples" / "shop.yaml"

ROOT = """\
provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { team = "platform" }
  }
}

module "shop" {
  source = "./shop"

  webapp_image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp:1.5.0"
}

output "address" {
  value = module.shop.load_balancer_dns_name
}
"""


def test_in_a_root_of_the_users_own(running: Terraform, tmp_path: Path) -> None:
    pages, problems = tfgen.render_file(SPEC, as_module=True)
    assert [problem.code for problem in problems] == ["TG316"]
    for path, text in pages.items():
        (tmp_path / "shop" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "shop" / path).write_text(text)
    (tmp_path / "main.tf").write_text(ROOT)
    stack = running.stack(tmp_path)
    stack.init()
    assert stack.validate() == []

    resources = planned(stack.plan())

    assert all(address.startswith("module.shop.module.") for address in resources)
    definition = resources["module.shop.module.services.aws_ecs_task_definition.webapp"]
    assert '"webapp:1.5.0"' not in definition["container_definitions"]
    assert "/webapp:1.5.0" in definition["container_definitions"]
    assert definition["tags_all"] == {"team": "platform"}


def test_an_image_of_another_repository_is_refused(running: Terraform, tmp_path: Path) -> None:
    """The execution role may pull one repository; Terraform says so before ECS would."""
    pages, _ = tfgen.render_file(SPEC)
    for path, text in pages.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    stack = running.stack(tmp_path)
    stack.init()
    done = running.run("plan", "-var=webapp_image=docker.io/library/nginx:1", cwd=stack.folder)
    assert done.returncode == 1
    assert "may pull only" in done.stderr.replace("\n│ ", " ")
