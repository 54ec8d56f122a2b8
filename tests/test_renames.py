"""`was`: a renamed service keeps what it has in AWS, which plans of real Terraform prove."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from strategies import Data, laws, outcome_of, specs
from support.changes import unexpected_changes
from support.pages import modules
from support.stacks import GENERATED
from support.terraform import ROOT

import tfgen
from tfgen.output.write import write_pages
from tfgen.pipe import run_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from support.terraform import Stack, Terraform

SHOP = (
    f"{(ROOT / 'examples' / 'shop.yaml').read_text()}ignore: [{{rule: TG316, reason: no request is long}}]\n"
)
MOVED = "modules/services/moved.tf"
_MOVE = re.compile(r"moved \{\n  from = (\S+)\n  to   = (\S+)\n\}")


def renamed(*changes: tuple[str, str, str]) -> str:
    """The example with services renamed: (name, new name, `was`, or nothing for none)."""
    spec = SHOP
    for old, new, was in changes:
        line = f"\n    was: {was}" if was else ""
        spec = spec.replace(f"\n  {old}:", f"\n  {new}:{line}").replace(f"calls: [{old}]", f"calls: [{new}]")
    return spec


WEB = ("webapp", "frontend", "webapp")
BACKEND = ("backendserver", "api", "backendserver")


def pages(spec: str) -> dict[str, str]:
    found, problems = tfgen.render_text(spec, "shop.yaml")
    assert problems == ()
    return found


def moves(spec: str) -> dict[str, str]:
    return dict(_MOVE.findall(pages(spec).get(MOVED, "")))


# --- what is written ---


def test_without_a_rename_there_is_no_file() -> None:
    assert MOVED not in pages(SHOP)


def test_every_label_of_the_old_name_is_moved_to_one_of_the_new() -> None:
    old, new = pages(SHOP), pages(renamed(WEB))
    label = re.compile(r'^resource "(\w+)" "(\w+)"', re.MULTILINE)

    def addresses(found: dict[str, str]) -> set[str]:
        texts = "\n".join(text for path, text in found.items() if path.startswith("modules/services/"))
        return {".".join(each) for each in label.findall(texts)}

    gone, come = addresses(old) - addresses(new), addresses(new) - addresses(old)
    assert len(gone) == len(come) == 14
    assert set(moves(renamed(WEB))) == gone
    assert set(moves(renamed(WEB)).values()) == come


def test_the_names_in_aws_stay() -> None:
    page = pages(renamed(WEB))["modules/services/frontend.tf"]
    for name in ("/ecs/shop/webapp", "shop-webapp-execution-us-east-1", "shop-webapp", "webap-", "webapp"):
        assert f'"{name}"' in page
    assert "frontend: port 3000" in page
    assert '"frontend"' not in re.sub(r'resource "\w+" "frontend"', "", page)


def test_who_had_several_names_has_a_chain_of_moves() -> None:
    found = moves(renamed(("webapp", "frontend", "[site, webapp]")))
    assert found["aws_ecs_service.site"] == "aws_ecs_service.webapp"
    assert found["aws_ecs_service.webapp"] == "aws_ecs_service.frontend"


def test_a_name_that_is_used_again_is_the_one_in_aws() -> None:
    """What has the later name moves back, and Terraform is told of no circle."""
    back = renamed(("webapp", "webapp", "[webapp, frontend]"))
    assert moves(back) == {end: start for start, end in moves(renamed(WEB)).items()}
    without_moves = pages(back)
    assert "webapp was frontend;" in without_moves.pop(MOVED)
    assert without_moves["modules/services/webapp.tf"] == pages(SHOP)["modules/services/webapp.tf"]


def test_a_later_name_that_is_used_again() -> None:
    found = moves(renamed(("webapp", "frontend", "[webapp, frontend, site]")))
    assert found["aws_ecs_service.webapp"] == "aws_ecs_service.site"
    assert found["aws_ecs_service.site"] == "aws_ecs_service.frontend"
    assert len(found) == 2 * 14


def test_two_renames_lead_to_one_address_by_every_step_between() -> None:
    """Either may have been applied before the other."""
    found = moves(renamed(WEB, BACKEND))
    kind = "aws_vpc_security_group_egress_rule"
    for start in ("webapp_to_backendserver", "webapp_to_api", "frontend_to_backendserver"):
        address = f"{kind}.{start}"
        while address in found:
            address = found[address]
        assert address == f"{kind}.frontend_to_api"
    assert max(Counter(found.values()).values()) == 1, "Terraform refuses two moves to one address"


@laws(60)
@given(specs())
def test_moves_are_what_terraform_takes(data: Data) -> None:
    """Each address moves once, nothing moves to one twice, and every chain ends at what is declared."""
    outcome = outcome_of(data)
    assert outcome.blueprint
    found = outcome.pages()
    pairs = _MOVE.findall(found.get(MOVED, ""))
    declared = modules(found)["modules/services"].declared if pairs else {}
    sources, targets = [source for source, _ in pairs], [target for _, target in pairs]
    assert len(set(sources)) == len(sources)
    assert len(set(targets)) == len(targets)
    assert not set(sources) & set(declared)
    assert set(targets) - set(sources) <= set(declared)
    assert bool(pairs) == any("was" in each for each in (data["services"] | data.get("jobs", {})).values())


def renamed_back(data: Data) -> Data:
    """The spec as it was before its services and jobs had their present names."""
    sections = {name: data.get(name, {}) for name in ("services", "jobs")}
    last = {
        key: ([each["was"]] if isinstance(each["was"], str) else each["was"])[-1]
        for tasks in sections.values()
        for key, each in tasks.items()
        if each.get("was")
    }
    before = {
        section: {
            last.get(key, key): {name: value for name, value in each.items() if name != "was"}
            | {"calls": [_renamed_back(callee, last) for callee in each.get("calls", [])]}
            for key, each in tasks.items()
        }
        for section, tasks in sections.items()
    }
    return {**data, **before, "overrides": {}}


def _renamed_back(callee: Any, last: dict[str, str]) -> Any:
    """Calls outside the stack stay as they are."""
    return last.get(callee, callee) if isinstance(callee, str) else callee


@laws(60)
@given(specs())
def test_every_address_of_the_stack_before_leads_to_one_of_the_stack_now(data: Data) -> None:
    """Whatever resources a service has: one that no move knows would be destroyed and created."""
    assume(any(service.get("was") for service in data["services"].values()))
    old, new = outcome_of(renamed_back(data)), outcome_of(data)
    assert old.blueprint, old.problems
    assert new.blueprint
    found = new.pages()
    moved = dict(_MOVE.findall(found[MOVED]))
    ends = set()
    for address in declared(old.pages()):
        while address in moved:
            address = moved[address]  # noqa: PLW2901 - the next step of its chain
        ends.add(address)
    assert ends == declared(found)


def declared(found: dict[str, str]) -> set[str]:
    """The addresses of what services are made of."""
    addresses = modules(found)["modules/services"].declared
    return {address for address in addresses if address.startswith("aws_")}


def test_the_file_of_a_service_that_is_called_moved() -> None:
    found = pages(SHOP.replace("webapp:\n", "moved:\n"))
    assert "modules/services/moved_service.tf" in found
    assert MOVED not in found


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (renamed(("webapp", "webapp", "webapp")), "is its current name"),
        (renamed(("webapp", "webapp", "[frontend, webapp]")), "is its current name"),
        (renamed(("webapp", "frontend", "backendserver")), 'there is a service "backendserver" (line 17)'),
        (
            renamed(("webapp", "frontend", "old"), ("backendserver", "api", "old")),
            '"frontend" was "old" too (line 11)',
        ),
        (renamed(("webapp", "frontend", "[old, old]")), '"frontend" was "old" too (line 11)'),
    ],
)
def test_a_rename_that_cannot_be(spec: str, message: str) -> None:
    (problem,) = run_text(spec, "shop.yaml").problems
    assert problem.code == "TG244"
    assert message in problem.message
    assert problem.at.line


# --- what Terraform makes of it ---


class Applied:
    """The example, applied, over which other specs are rendered."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        stack.init()
        stack.apply()

    def plan(self, spec: str) -> dict[str, list[str]]:
        """Address -> what a plan does there, but for nothing at all; a move alone is "moved"."""
        write_pages(pages(spec), self.stack.folder)
        changes: list[Mapping[str, Any]] = self.stack.plan()["resource_changes"]
        found = {each["address"]: _actions(each) for each in changes}
        return {address: actions for address, actions in found.items() if actions}


def _actions(resource: Mapping[str, Any]) -> list[str]:
    change = resource["change"]
    actions = [action for action in change["actions"] if action != "no-op"]
    if actions == ["update"] and not unexpected_changes({"resource_changes": [resource]}):
        actions = []  # a gap of the emulator
    return [*actions, *(["moved"] if "previous_address" in resource else [])]


@pytest.fixture(scope="module")
def applied(running: Terraform) -> Iterator[Applied]:
    found = Applied(running.stack(GENERATED / "shop"))
    yield found
    found.stack.destroy()


@pytest.mark.xdist_group("renames")
class TestPlans:
    """In this order, over one stack."""

    def test_without_was_a_service_is_another_service(self, applied: Applied) -> None:
        plan = applied.plan(renamed(("webapp", "frontend", "")))
        assert plan["module.services.aws_ecs_service.webapp"] == ["delete"]
        assert plan["module.services.aws_ecs_service.frontend"] == ["create"]
        assert Counter(map(str, plan.values())) == {"['create']": 14, "['delete']": 14, "['update']": 1}

    def test_with_it_nothing_changes_but_its_address(self, applied: Applied) -> None:
        plan = applied.plan(renamed(WEB))
        assert len(plan) == 14
        assert {str(actions) for actions in plan.values()} == {"['moved']"}

    def test_and_both_at_once(self, applied: Applied) -> None:
        plan = applied.plan(renamed(WEB, BACKEND))
        assert {str(actions) for actions in plan.values()} == {"['moved']"}
        assert plan["module.services.aws_vpc_security_group_ingress_rule.api_from_frontend"] == ["moved"]

    def test_one_after_the_other(self, applied: Applied) -> None:
        """The callee's rename is applied before the caller's; then the callee gets a third name."""
        applied.plan(renamed(BACKEND))
        applied.stack.apply()
        assert dict(applied.stack.output()["service_names"]) == {"api": "backendserver", "webapp": "webapp"}
        assert applied.plan(renamed(BACKEND)) == {}
        third = ("backendserver", "profiles", "[backendserver, api]")
        for spec in (renamed(WEB, BACKEND), renamed(WEB, third)):
            assert {str(actions) for actions in applied.plan(spec).values()} == {"['moved']"}

    def test_and_back(self, applied: Applied) -> None:
        """The rename of webapp is applied, then undone."""
        applied.plan(renamed(WEB, BACKEND))
        applied.stack.apply()
        back = ("webapp", "webapp", "[webapp, frontend]")
        for backend in (BACKEND, ("backendserver", "backendserver", "[backendserver, api]")):
            plan = applied.plan(renamed(back, backend))
            assert {str(actions) for actions in plan.values()} == {"['moved']"}
        assert plan["module.services.aws_ecs_service.webapp"] == ["moved"]
        applied.stack.apply()
        assert applied.plan(SHOP) == {}, "once applied, the spec needs no `was`"
