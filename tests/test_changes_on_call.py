"""What `tfgen changes` says to whoever is on call while a change is applied, and of what is theirs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support.command import Tfgen
from support.costs import apart_from_cost

ROOT = Path(__file__).parent.parent
SHOP = (ROOT / "examples" / "shop.yaml").read_text()
NAT = SHOP.replace("egress: endpoints", "egress: nat")
ACCOUNT = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
NEXT = "webapp: tasks are replaced; the old ones stop when the new ones are healthy."
Edit = tuple[str, str]


def edited(text: str, *edits: Edit) -> str:
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


class Stack(NamedTuple):
    """A rendered stack, and what `tfgen changes` prints about it and another spec."""

    folder: Path
    run: Tfgen

    def __call__(self, spec: str, *edits: Edit) -> list[str]:
        (self.folder / "shop.yaml").write_text(edited(spec, *edits))
        done = self.run("changes", self.folder / "stack", self.folder / "shop.yaml")
        assert done.code == 0
        assert not re.sub(r".*: (?:warning|note) TG365: .*\n.*\n.*\n.*\n\n?", "", done.err)
        head, _, rest = done.out.partition("\n\n")
        sentences = (line[4:] for line in rest.splitlines() if line.startswith("  * "))
        return [head.rstrip(), *apart_from_cost(sentences)]

    def page(self, path: str) -> Path:
        return self.folder / "stack" / path

    def edit(self, path: str, *edits: Edit) -> None:
        self.page(path).write_text(edited(self.page(path).read_text(), *edits))


Render = Callable[[str], Stack]


@pytest.fixture
def rendered(run_tfgen: Tfgen, tmp_path: Path) -> Render:
    def render(spec: str) -> Stack:
        (tmp_path / "shop.yaml").write_text(spec)
        assert run_tfgen("render", tmp_path / "shop.yaml", "-o", tmp_path / "stack").code == 0
        return Stack(tmp_path, run_tfgen)

    return render


# --- what an old revision needs


SECRETS = (
    "    port: 3000\n",
    "    port: 3000\n    secrets:\n"
    "      A: arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/a-a1b2c3\n"
    "      B: arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/b-a1b2c3\n",
)
WITHOUT_A = ("      A: arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/a-a1b2c3\n", "")


def cannot_start(what: str) -> str:
    return (
        f"webapp ({what}): until the deployment is complete, the old revision cannot start a task again, nor "
        "can a rollback: its execution role is no longer allowed to read this."
    )


def test_an_image_from_another_repository(rendered: Render) -> None:
    """The role changes at once, and tasks of the old revision run until the new ones are healthy."""
    stack = rendered(SHOP)
    assert stack(SHOP, ("/webapp:1.4.2", "/team/front:1"))[1:] == [cannot_start("webapp"), NEXT]


def test_a_removed_secret(rendered: Render) -> None:
    old = edited(SHOP, SECRETS)
    assert rendered(old)(old, WITHOUT_A)[1:] == [cannot_start("shop/a-a1b2c3"), NEXT]


def test_both_at_once(rendered: Render) -> None:
    old = edited(SHOP, SECRETS)
    sentence, _ = rendered(old)(old, WITHOUT_A, ("/webapp:1.4.2", "/front:1"))[1:]
    assert sentence == cannot_start("shop/a-a1b2c3 and webapp")


@pytest.mark.parametrize(
    "edit",
    [
        ("/webapp:1.4.2", "/webapp:1.5"),  # another tag of one repository
        ("    port: 3000\n", SECRETS[1]),  # more is allowed
        ("    count: 2\n", "    count: 3\n"),
    ],
)
def test_an_old_revision_that_can_start_again(rendered: Render, edit: Edit) -> None:
    old = edited(SHOP, ("    port: 3000\n", "    port: 3000\n    count: 2\n"))
    assert not [each for each in rendered(old)(old, edit) if "old revision" in each]


def test_what_a_person_allowed_is_not_what_a_task_needs(rendered: Render) -> None:
    stack = rendered(SHOP)
    stack.edit(
        "modules/services/webapp.tf",
        ('repository/webapp"', 'repository/webapp", "arn:aws:ecr:us-east-1:1:repository/other"]'),
        ('= "arn:aws:ecr', '= ["arn:aws:ecr'),
    )
    assert not [each for each in stack(SHOP, ("/webapp:1.4.2", "/webapp:2")) if "old revision" in each]


# --- an image that a variable pins


def test_a_pinned_image_and_another_name(rendered: Render) -> None:
    stack = rendered(SHOP)
    stack.page("terraform.tfvars").write_text(f'webapp_image = "{ACCOUNT}/webapp:9.9.9"\n')
    said = stack(SHOP, ("  webapp:\n", "  frontend:\n    was: webapp\n"))
    assert said[1:] == [
        NEXT,
        "webapp_image in terraform.tfvars no longer has an effect: frontend gets the image "
        f"{ACCOUNT}/webapp:1.4.2 instead of {ACCOUNT}/webapp:9.9.9; set frontend_image there.",
        "webapp_image: this variable is removed; -var and module calls that set it will fail, TF_VAR_ and "
        "tfvars files are ignored.",
    ]
    stack.page("terraform.tfvars").write_text(f'frontend_image = "{ACCOUNT}/webapp:1.4.2"\n')
    assert not [
        each
        for each in stack(SHOP, ("  webapp:\n", "  frontend:\n    was: webapp\n"))
        if "no longer has" in each
    ]


# --- listeners and egress


def test_another_protocol_of_a_listener(rendered: Render) -> None:
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    override = f"{{protocol: HTTPS, certificate_arn: {certificate}}}"
    listener = "module.load_balancer.aws_lb_listener.http"
    said = rendered(SHOP)(SHOP, ("services:\n", f"overrides:\n  {listener}: {override}\nservices:\n"))
    assert said[1:] == ["Port 80: the protocol changes; requests of clients that still use the old one fail."]


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        (
            "{cidr_ipv4: 10.0.0.0/8}",
            "(now 10.0.0.0/8 on port 443): tasks cannot reach what this egress rule no longer allows.",
        ),
        (
            "{from_port: 444, to_port: 444}",
            "(now 0.0.0.0/0 on port 444): tasks cannot reach what this egress rule no longer allows.",
        ),
        (
            "{from_port: 0, to_port: 65535}",
            "(now 0.0.0.0/0 on ports 0 to 65535): this egress rule allows more.",
        ),
        (
            "{from_port: 80, to_port: 1000}",
            "(now 0.0.0.0/0 on ports 80 to 1000): this egress rule allows more.",
        ),
        (
            "{from_port: 5, to_port: 50}",
            "(now 0.0.0.0/0 on ports 5 to 50): tasks cannot reach what this egress rule no longer allows.",
        ),
        ("{description: Out}", ""),
    ],
)
def test_an_egress_rule_that_changes_in_place(rendered: Render, override: str, sentence: str) -> None:
    rule = "module.services.aws_vpc_security_group_egress_rule.webapp_to_internet"
    said = rendered(NAT)(NAT, ("services:\n", f"overrides:\n  {rule}: {override}\nservices:\n"))
    assert said[1:] == ([f"webapp to 0.0.0.0/0 on port 443 {sentence}"] if sentence else [])


def test_egress_to_a_service_follows_its_port(rendered: Render) -> None:
    said = rendered(SHOP)(SHOP, ("port: 5000", "port: 5001"))
    assert not [each for each in said if "egress" in each]


# --- what in the folder is not tfgen's


OTHER_PORT = (
    "webapp (3000 to 3001): security groups change at once, so running tasks are cut off and requests fail "
    "until the new tasks are healthy. To allow both ports meanwhile, write port: {number: NEW, was: OLD} in "
    "this change, and remove was in the next."
)


def test_another_port_cuts_running_tasks_off(rendered: Render) -> None:
    stack = rendered(SHOP)
    assert stack(SHOP, ("port: 3000", "port: 3001"))[1:] == [OTHER_PORT, NEXT]


@pytest.mark.parametrize(("number", "ends"), [(3001, (3000, 3001)), (2999, (2999, 3000))])
def test_both_ports_are_admitted_while_tasks_are_replaced(
    rendered: Render, number: int, ends: tuple[int, int]
) -> None:
    stack = rendered(SHOP)
    both = ("port: 3000", f"port: {{number: {number}, was: 3000}}")
    assert stack(SHOP, both)[1:] == [NEXT]
    between = rendered(edited(SHOP, both))
    page = between.page("modules/services/webapp.tf").read_text()
    for rule in ("webapp_from_load_balancer", "load_balancer_to_webapp"):
        block = page[page.index(f'"{rule}" {{') :].partition("\n}")[0]
        assert tuple(map(int, re.findall(r"(?:from|to)_port += (\d+)", block))) == ends
    assert f"container_port   = {number}\n" in page
    assert between(SHOP, ("port: 3000", f"port: {number}"))[1:] == []


def test_an_ejected_file_that_the_spec_would_change(rendered: Render) -> None:
    stack = rendered(SHOP)
    assert stack.run("eject", stack.page("modules/services/webapp.tf")).code == 0
    assert stack(SHOP, ("port: 3000", "port: 3001")) == [
        "No change: Terraform has nothing to create, update, replace or destroy.",
        "modules/services/webapp.tf: ejected, so the file is yours, and what the spec changes in it has no "
        "effect.",
    ]
    assert stack(SHOP, ("backendserver:2.0.0", "backendserver:2.1"))[1:] == [
        NEXT.replace("webapp", "backendserver")
    ]
    assert stack(SHOP) == ["No change: Terraform has nothing to create, update, replace or destroy."]


def test_the_name_of_the_new_spec_is_no_matter(rendered: Render, tmp_path: Path) -> None:
    stack = rendered(SHOP)
    assert stack.run("eject", stack.page("modules/services/webapp.tf")).code == 0
    (tmp_path / "new.yaml").write_text(SHOP)
    done = stack.run("changes", stack.page(""), tmp_path / "new.yaml")
    assert done.out == "No change: Terraform has nothing to create, update, replace or destroy.\n"


def test_an_edit_by_hand_that_a_render_stops_at(rendered: Render) -> None:
    """It is foreseen what the spec says, and a render leaves everything as it is until somebody decides."""
    stack = rendered(SHOP)
    stack.edit("modules/services/webapp.tf", ("retention_in_days = 30", "retention_in_days = 90"))
    assert stack(SHOP)[1:] == [
        "modules/services/webapp.tf: edited by hand, so tfgen render stops with exit code 4; the changes "
        "listed here undo the edit: make it in the spec, or keep the file with tfgen eject.",
        "/ecs/shop/webapp: log events older than the new retention are deleted.",
    ]
    assert stack.run("render", stack.folder / "shop.yaml", "-o", stack.page("")).code == 4


def test_a_file_in_the_way_of_a_new_one(rendered: Render) -> None:
    stack = rendered(SHOP)
    stack.page("modules/services/jobs.tf").write_text("# Jobs of our own\n")
    jobs = ("services:\n", f"services:\n  jobs:\n    image: {ACCOUNT}/jobs:1\n")
    assert stack(SHOP, jobs)[1:] == [
        "modules/services/jobs.tf: not written by tfgen, in the place of a generated file, so tfgen render "
        "stops with exit code 4."
    ]
    assert stack.run("render", stack.folder / "shop.yaml", "-o", stack.page("")).code == 4


def test_the_folder_of_all_stacks_is_none(rendered: Render, tmp_path: Path) -> None:
    """By mistake: no stack, and none that is a module and leaves its tags to others."""
    stack = rendered(SHOP + "tags: {team: shop}\n")
    (tmp_path / "terraform.tfvars").write_text("")
    done = stack.run("changes", tmp_path, tmp_path / "shop.yaml")
    assert (done.code, done.out) == (2, "")
    assert (
        done.err
        == f"tfgen: {tmp_path} itself contains no .tf files; name the folder of one stack: {tmp_path}/stack\n"
    )
