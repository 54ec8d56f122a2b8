"""Services whose images a pipeline deploys: what Terraform leaves to it, and what the README has for it."""

from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest
from support.costs import apart_from_cost

from tfgen.changes.report import changes_between
from tfgen.pipe import run_text
from tfgen.render.operations import OUTPUT_ONLY
from tfgen.spec.source import dump_yaml

SCALED = {"scaling": {"min": 2, "max": 5, "cpu": 60}}
BY_CI = {"deploys_by": "ci"}
ROLLED_BACK = "A failed deployment is rolled back, and the old tasks are stable too"
AGAIN = (
    "web: Terraform deploys again what these files say; if a pipeline has deployed another image, the apply "
    "replaces its tasks by those of the image in the spec."
)
KEPT = (
    "web: ignore_changes keeps the old task definition; no task is started from the new one until a pipeline "
    "deploys what it makes of it."
)
RESTARTED = (
    "web: the new service starts with the image in the spec, whatever a pipeline has deployed: have it "
    "deploy again."
)
NAMELESS = (
    "web: ignore_changes keeps the task definition, and ECS rejects a Service Connect port whose name it "
    "lacks, so the apply fails: remove that for this change, as with deploys_by: terraform."
)
REPLACED = "web: tasks are replaced; the old ones stop when the new ones are healthy."


def pages_of(services: dict[str, Any], **more: Any) -> dict[str, str]:
    own = {key: {"image": "nginx:1.27", **keys} for key, keys in services.items()}
    head = {"name": "shop", "region": "eu-west-1", "network": {"egress": "nat"}}
    found = run_text(dump_yaml({**head, "services": own, **more}), "shop.yaml")
    assert not found.failed, found.problems
    return dict(found.pages())


def said(old: dict[str, Any], new: dict[str, Any]) -> tuple[str, ...]:
    before, after = (pages_of({"web": keys}) for keys in (old, new))
    return apart_from_cost(changes_between(before, after).consequences)


@pytest.mark.parametrize(
    ("keys", "ignored"),
    [
        ({}, []),
        ({"deploys_by": "terraform"}, []),
        (BY_CI, ["[task_definition]"]),
        (SCALED, ["[desired_count]"]),
        (SCALED | BY_CI, ["[desired_count, task_definition]"]),
    ],
)
def test_what_others_decide_is_ignored(keys: dict[str, Any], ignored: list[str]) -> None:
    page = pages_of({"web": keys})["modules/services/web.tf"]
    assert re.findall("ignore_changes = (.+)", page) == ignored
    assert ("# A pipeline registers revisions and deploys them." in page) is (
        "deploys_by: ci" in dump_yaml(keys)
    )


def test_defaults_are_for_all_services_that_say_nothing_else() -> None:
    services = {"web": {}, "api": {"deploys_by": "terraform"}}
    pages = pages_of(services, defaults=BY_CI)
    assert "ignore_changes" in pages["modules/services/web.tf"]
    assert "ignore_changes" not in pages["modules/services/api.tf"]


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        ({}, BY_CI, ()),
        (BY_CI, {}, (AGAIN,)),
        (BY_CI, {"cpu": 1024}, (REPLACED, AGAIN)),
        (BY_CI, BY_CI | {"cpu": 1024}, (KEPT,)),
        ({}, BY_CI | {"cpu": 1024}, (KEPT,)),
    ],
)
def test_what_a_change_of_who_deploys_does(
    old: dict[str, Any], new: dict[str, Any], sentences: tuple[str, ...]
) -> None:
    assert said(old, new) == sentences


def test_a_service_that_is_replaced_starts_with_the_image_in_the_spec() -> None:
    assert RESTARTED in said(BY_CI | {"spot": True}, BY_CI)
    assert RESTARTED not in said({"spot": True}, {})


@pytest.mark.parametrize(
    ("more", "fails"),
    [
        ({}, False),
        ({"connect": "web"}, True),
        ({"connect": "web", "deploys_by": "terraform"}, False),
        ({"calls": ["api"]}, False),
    ],
)
def test_a_name_in_service_connect_is_of_a_port_that_runs(more: dict[str, Any], fails: bool) -> None:
    """What calls others gets no port, but the proxy."""
    api = {"port": 81, "connect": "api"}
    web = BY_CI | {"port": 80}
    before = pages_of({"web": web, "api": api})
    after = pages_of({"web": web | more, "api": api})
    assert (NAMELESS in changes_between(before, after).consequences) is fails


def test_another_name_of_a_port_that_has_one() -> None:
    old, new = (BY_CI | {"port": 80, "connect": name} for name in ("web", "site"))
    assert NAMELESS not in said(old, new)


# --- the README


def test_the_pipelines_commands_are_for_its_services() -> None:
    services = {"web": BY_CI, "api": BY_CI | {"was": "orders"}, "old": {}}
    text = pages_of(services)["README.md"]
    assert text.count("service=orders # or web\n") == 2
    where = "--region eu-west-1 --cluster shop"
    for command in (
        "aws ecs describe-task-definition --region eu-west-1 --task-definition shop-$service ",
        "revision=$(aws ecs register-task-definition --region eu-west-1 --cli-input-json file://next.json ",
        f"aws ecs update-service {where} --service $service --task-definition $revision\n",
        f"aws ecs wait services-stable {where} --services $service\n",
        f'test "$(aws ecs describe-services {where} --services $service ',
    ):
        assert text.count(f"\n{command}") == 1
    told = "the next apply deploys what these files say. It leaves orders and web as they are."
    assert told in " ".join(text.split())
    assert "register-task-definition" not in pages_of({"old": {}})["README.md"]


@pytest.mark.parametrize(
    ("services", "example", "rolled_back"),
    [
        ({"api": {}, "web": {}}, "api_image", True),
        ({"api": BY_CI, "web": {}}, "web_image", True),
        ({"api": BY_CI, "web": BY_CI}, "", False),
    ],
)
def test_what_is_true_of_terraforms_deployments_is_said_of_them(
    services: dict[str, Any], example: str, rolled_back: bool
) -> None:
    text = pages_of(services)["README.md"]
    assert re.findall(r"(?m)^(\w+) = ", text) == ([example] if example else [])
    assert (ROLLED_BACK in text) is rolled_back
    assert ("An apply leaves it so, and the next deployment of the pipeline" in text) is not rolled_back


def test_variables_say_which_image_they_are() -> None:
    keys = {"containers": {"proxy": {"image": "nginx:1.27"}}}
    page = pages_of({"web": BY_CI | keys, "old": keys})["variables.tf"]
    assert re.findall('description = "(Image of .+)"', page) == [
        "Image of old; a deploy may change its tag or digest.",
        "Image of proxy in old; a deploy may change its tag or digest.",
        "Image of web; the first one, since a pipeline deploys others.",
        "Image of proxy in web; a pipeline's next deployment takes another tag or digest.",
    ]


def test_what_ecs_says_of_a_revision_and_does_not_take_is_removed() -> None:
    ecs = botocore.session.get_session().get_service_model("ecs")
    register = ecs.operation_model("RegisterTaskDefinition")
    described = register.output_shape.members["taskDefinition"].members
    assert {*OUTPUT_ONLY} == described.keys() - register.input_shape.members.keys()
