"""What is written for those who run the stack: whom roles trust, how containers log, what the README says."""

import re
from pathlib import Path

import hcl2
import pytest
from support.command import Tfgen

import tfgen

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
HEAD = "name: shop\nregion: us-east-1\nnetwork: {egress: nat}\n"
WEB = f"  web: {{image: '{REGISTRY}/web:1', port: 80, routes: [/]}}\n"
WORKER = f"  worker: {{image: '{REGISTRY}/worker:1'}}\n"


def rendered(services: str, *, more: str = "", head: str = HEAD, as_module: bool = False) -> dict[str, str]:
    pages, problems = tfgen.render_text(f"{head}services:\n{services}{more}", as_module=as_module)
    assert pages, problems
    return pages


# --- whom roles trust


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_ecs_takes_a_role_for_tasks_of_this_account_and_region(region: str, partition: str) -> None:
    head = f"name: shop\nregion: {region}\nnetwork: {{egress: nat, zones: [a, b]}}\n"
    page = rendered("  web: {image: 'docker.io/library/nginx:1.27'}\n", head=head)[
        "modules/services/roles.tf"
    ]
    tasks = f"arn:{partition}:ecs:{region}:${{local.cluster_account_id}}:*"
    assert (
        "        Condition = {\n"
        '          StringEquals = { "aws:SourceAccount" = local.cluster_account_id }\n'
        f'          ArnLike      = {{ "aws:SourceArn" = "{tasks}" }}\n'
        "        }\n"
    ) in page
    assert 'cluster_account_id = split(":", aws_ecs_cluster.main.arn)[4]' in page


def test_changes_sees_that_trust_which_is_another_is_an_update_of_roles(
    tmp_path: Path, run_tfgen: Tfgen
) -> None:
    """As in a stack that stands from before: two roles, and nothing that follows from them."""
    spec = tmp_path / "shop.yaml"
    spec.write_text(f"{HEAD}services:\n{WEB}")
    assert run_tfgen("render", spec, "-o", tmp_path / "stack").code == 0
    page = tmp_path / "stack/modules/services/roles.tf"
    page.write_text(
        re.sub(r"\n\n +# ECS works.*?\n        }(?=\n      }\n)", "", page.read_text(), flags=re.DOTALL)
    )
    assert "Condition" not in page.read_text()
    (tmp_path / "stack/.tfgen-manifest").unlink()
    done = run_tfgen("changes", tmp_path / "stack", spec)
    assert done.out == (
        "0 to create, 2 to update in place, 0 to replace, 0 to destroy\n\n"
        "    ~ module.services.aws_iam_role.web_execution  (assume_role_policy)\n"
        "    ~ module.services.aws_iam_role.web_task  (assume_role_policy)\n"
    )


# --- how containers log


def test_every_container_says_how_it_logs() -> None:
    """Whoever does not gets what a setting of the account says."""
    pages = rendered(WEB + WORKER)
    for service in ("web", "worker"):
        page = pages[f"modules/services/{service}.tf"]
        assert '          mode            = "non-blocking"\n          max-buffer-size = "25m"\n' in page


def test_the_other_mode_is_an_override() -> None:
    """In it there is no buffer: docs/output.md."""
    patch = "{logConfiguration: {options: {mode: blocking, max-buffer-size: null}}}"
    more = f"overrides:\n  module.services.aws_ecs_task_definition.web: {{container_definitions: {patch}}}\n"
    page = rendered(WEB, more=more)["modules/services/web.tf"]
    assert re.search(r'^ +mode += "blocking"$', page, re.MULTILINE)
    assert not re.search(r"^ +max-buffer-size", page, re.MULTILINE)


# --- which providers


def test_modules_bound_the_provider_from_below_and_a_root_on_both_sides() -> None:
    def bounds(pages: dict[str, str]) -> dict[str, str]:
        found = {path: hcl2.loads(text) for path, text in pages.items() if path.endswith("terraform.tf")}
        return {path: str(page["terraform"]) for path, page in found.items()}

    stack, module = bounds(rendered(WEB)), bounds(rendered(WEB, as_module=True))
    assert len(stack) == len(module) == 4
    assert {path for path, said in stack.items() if "< 7.0.0" in said} == {"terraform.tf"}
    assert {path for path, said in module.items() if "<" in said} == set()
    assert all(">= 5.100.0" in said for said in (*stack.values(), *module.values()))


# --- how priorities came about

DERIVED = (
    "# Priorities are derived from each route alone, the most specific first: other routes never change them"
)


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ("/a, /b", f"{DERIVED}."),
        ("/a, {path: /b, priority: 40}", f"{DERIVED}; 40 is pinned in the spec."),
        (
            "/a, {path: /b, priority: 40}, {path: /c, priority: 5}",
            f"{DERIVED}; 5 and 40 are pinned in the spec.",
        ),
        ("{path: /b, priority: 40}", "# Priority 40 is pinned in the spec."),
        (
            "{path: /b, priority: 40}, {path: /c, priority: 5}",
            "# Priorities 5 and 40 are pinned in the spec.",
        ),
    ],
)
def test_a_service_says_how_the_priorities_of_its_rules_came_about(routes: str, said: str) -> None:
    page = rendered(f"  web: {{image: '{REGISTRY}/web:1', port: 80, routes: [{routes}]}}\n")[
        "modules/services/web.tf"
    ]
    (comment,) = re.findall(r'((?:^# .*\n)+)resource "aws_lb_listener_rule" ', page, re.MULTILINE)[:1]
    assert comment.rstrip("\n").replace("\n#", "") == said


def test_without_rules_nothing_is_said_of_priorities() -> None:
    assert "Priorit" not in rendered(WORKER)["modules/services/worker.tf"]


# --- what the README says


def commands(pages: dict[str, str]) -> list[str]:
    return [line for line in pages["README.md"].splitlines() if line.startswith("aws ecs wait")]


def test_the_readme_has_the_command_that_waits_for_the_tasks() -> None:
    expected = "aws ecs wait services-stable --region us-east-1 --cluster shop --services web worker"
    assert commands(rendered(WEB + WORKER)) == [expected]
    assert commands(rendered(WEB + WORKER, as_module=True)) == [expected]


def test_the_command_names_what_exists_in_aws() -> None:
    """The first name of a service that has another now, and what an override says."""
    renamed = f"  web: {{was: site, image: '{REGISTRY}/web:1'}}\n"
    more = (
        "overrides:\n  module.services.aws_ecs_cluster.main: {name: shared}\n"
        "  module.services.aws_ecs_service.worker: {name: jobs}\n"
    )
    assert commands(rendered(renamed + WORKER, more=more)) == [
        "aws ecs wait services-stable --region us-east-1 --cluster shared --services site jobs"
    ]


def test_the_command_can_be_pasted_where_only_terraform_knows_the_cluster() -> None:
    """A block of code shows an HTML entity as it is."""
    assert commands(rendered(WORKER, more="cluster: {input: cluster_arn}\n")) == [
        "aws ecs wait services-stable --region us-east-1 "
        '--cluster "$(terraform output -raw cluster_name)" --services worker'
    ]


def test_a_command_asks_for_ten_services_at_most() -> None:
    many = "".join(f"  s{number:02}: {{image: '{REGISTRY}/team/s:1'}}\n" for number in range(21))
    assert [len(command.partition("--services ")[2].split()) for command in commands(rendered(many))] == [
        10,
        10,
        1,
    ]


def test_a_network_alone_has_nothing_to_wait_for() -> None:
    pages, _ = tfgen.render_text(HEAD)
    assert commands(pages) == []
    assert "stable" not in pages["README.md"]


def unchecked(pages: dict[str, str]) -> str:
    found = re.search(r"^No health check covers ([^:]*):", pages["README.md"], re.MULTILINE)
    return found[1] if found else ""


def test_the_readme_names_the_services_that_nobody_checks() -> None:
    called = f"  api: {{image: '{REGISTRY}/api:1', port: 81, connect: api}}\n"
    assert unchecked(rendered(WEB)) == ""
    assert unchecked(rendered(WEB + WORKER)) == "worker"
    assert unchecked(rendered(called + WEB + WORKER)) == "api and worker"
    assert unchecked(rendered(called + WEB + WORKER + WORKER.replace("worker", "mailer"))) == (
        "api, mailer and worker"
    )


def test_a_health_check_by_override_counts() -> None:
    def more(patch: str) -> str:
        return f"overrides:\n  module.services.aws_ecs_task_definition.worker: {patch}\n"

    checked = "{container_definitions: {healthCheck: {command: [CMD-SHELL, 'true']}}}"
    assert unchecked(rendered(WEB + WORKER, more=more(checked))) == ""
    other = "{container_definitions: {stopTimeout: 60}, skip_destroy: true}"
    assert unchecked(rendered(WEB + WORKER, more=more(other))) == "worker"
