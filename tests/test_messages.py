"""What the user reads when something is wrong: every message, whole, with its exit code.

A case is a file in tests/messages: CASE.txt holds what `tfgen` must answer. Where there is a CASE.yaml,
that spec is rendered, or goes to the command that its first line names ("# $ tfgen check CASE.yaml"); the
other cases are a function each, below, which makes the situation and returns the arguments. To accept what
tfgen says now: make accept, and read the diff.
"""

import errno
import io
import os
import re
import shlex
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from support.accepted import committed

import tfgen
from tfgen.commands.main import main
from tfgen.output.write import write_pages
from tfgen.render.verify import verify_pages

CASES = Path(__file__).parent / "messages"
PACKAGE = Path(__file__).parent.parent / "tfgen"
SPECS = sorted(path.stem for path in CASES.glob("*.yaml"))
NOBODY = 65534
COMMAND = re.compile(rb"# \$ tfgen (.+)\n")

GOOD = b"""name: shop
region: us-east-1
network:
  egress: nat
"""
SERVICE = b"services:\n  web:\n    image: nginx:1.27\n    port: 80\n"


class Trouble(ExitStack):
    """What goes wrong around tfgen in the folder `here`, from `begin` until the context ends."""

    def __init__(self, here: Path) -> None:
        super().__init__()
        self.here = here
        self.planned: list[Callable[[], None]] = []

    def begin(self) -> None:
        for start in self.planned:
            start()

    def no_privileges(self) -> None:
        """Root may read and write everything; who is not root needs no help to fail."""
        tfgen.render_text(GOOD.decode())  # what is still to be imported may be out of nobody's reach
        verify_pages({"main.tf": ""})
        self.here.chmod(0o755)
        if os.geteuid() == 0:
            self.planned.append(lambda: os.seteuid(NOBODY))
            self.callback(lambda: os.seteuid(0))

    def replace(self, action: str, stand_in: Callable[..., Any]) -> None:
        """`os.action` is something else."""
        patch = self.enter_context(pytest.MonkeyPatch.context())
        self.planned.append(lambda: patch.setattr(os, action, stand_in))

    def failing(self, action: str, name: str, number: int) -> None:
        """`os.action` fails on the file or folder `name`."""
        real = getattr(os, action)

        def fails(path: Any, *arguments: Any, **options: Any) -> Any:
            if Path(path).name == name:
                raise OSError(number, os.strerror(number), str(path))
            return real(path, *arguments, **options)

        self.replace(action, fails)

    def full_disk(self, name: str) -> None:
        """The file `name` can be made, but not filled."""
        real, fdopen, numbers = os.open, os.fdopen, set[int]()

        class Full(io.FileIO):
            def write(self, _data: Any) -> int:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def opens(path: Any, *arguments: Any, **options: Any) -> int:
            number = real(path, *arguments, **options)
            numbers.update([number] if Path(path).name == name else [])
            return number

        def fdopens(number: int, mode: str) -> Any:
            return Full(number, mode) if number in numbers else fdopen(number, mode)

        self.replace("open", opens)
        self.replace("fdopen", fdopens)

    def largest_file(self, size: int) -> None:
        """No stand-in: the kernel itself stops a write in the middle of a page."""
        resource = pytest.importorskip("resource", reason="a limit of Unix")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        self.planned.append(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1])))
        self.callback(resource.setrlimit, resource.RLIMIT_FSIZE, before)


Situation = Callable[[Path, Trouble], list[str]]
SITUATIONS: dict[str, Situation] = {}


def situation(make: Situation) -> Situation:
    SITUATIONS[make.__name__.replace("_", "-")] = make
    return make


# --- specs that no text file holds well

BYTES = {
    "not-utf-8": GOOD + b"# gr\xfcn\n",
    "utf-16": GOOD.decode().encode("utf-16"),
    "nul": GOOD + b'tags: {a: "x\x00y"}\n',
    "escape-character": GOOD + b"tags:\n  a: \x1b[31mred\n",
    "control-character-c1": GOOD + b"tags:\n  a: \xc2\x9b31mred\n",
    "surrogate-in-utf-8": GOOD + b"tags: {a: \xed\xa0\x80}\n",
    "ten-megabytes": GOOD + b"#" * 10 * 1024 * 1024,
    "nested-too-deep-in-brackets": b"name: " + b"[" * 100_000,
    "nested-too-deep-in-lines": b"".join(b" " * depth + b"a:\n" for depth in range(1_000)),
    "more-values-than-a-spec-has": b"name: [" + b"x, " * 300_000 + b"]\n",
    "line-too-long-to-print": b"name: shop\nregion: " + b"us-east-" * 1_000 + b"\nnetwork: {egress: nat}\n",
    "task-definition-too-large": GOOD + b"services:\n  web:\n    image: nginx:1.27\n    environment:\n"
    b"      CATALOG: " + b"x" * 70_000 + b"\n",
    "more-secrets-than-a-role-can-read": GOOD + b"services:\n  web:\n    image: nginx:1.27\n    secrets:\n"
    + b"".join(b"      S%d: /web/settings/%d\n" % (number, number) for number in range(200)),
    "defaults-of-very-many-services": GOOD + b"defaults:\n  command: [" + b"a, " * 400 + b"a]\nservices:\n"
    + b"".join(b"  s%d: {image: nginx:1.27}\n" % number for number in range(500)),
    "more-tags-than-a-resource-has": GOOD + b"tags:\n" + b"".join(b"  tag-%d: x\n" % n for n in range(50)),
    "key-too-long": GOOD + b"tags:\n  " + b"k" * 1_025 + b": v\n",
    "line-with-a-problem-far-out": b"{name: shop, region: us-east-1, tags: {a: "
    + b"d" * 9_000 + b"}, network: {egress: vpn}, owner: me}\n",
    "crlf": GOOD.replace(b"nat", b"vpn").replace(b"\n", b"\r\n"),
    "byte-order-mark": b"\xef\xbb\xbf" + GOOD.replace(b"shop", b"Shop"),
}  # fmt: skip


# --- the spec's file


@situation
def spec_missing(_here: Path, _trouble: Trouble) -> list[str]:
    return ["render", "shop.yaml"]


@situation
def spec_is_a_folder(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").mkdir()
    return ["render", "shop.yaml"]


@situation
def spec_is_a_link_to_nowhere(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").symlink_to("elsewhere.yaml")
    return ["render", "shop.yaml"]


@situation
def spec_is_a_link_to_itself(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").symlink_to("shop.yaml")
    return ["render", "shop.yaml"]


@situation
def spec_name_too_long(_here: Path, _trouble: Trouble) -> list[str]:
    return ["render", "s" * 300]


@situation
def spec_not_readable(here: Path, trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "shop.yaml").chmod(0)
    trouble.no_privileges()
    return ["render", "shop.yaml"]


@situation
def spec_on_a_broken_disk(here: Path, trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    trouble.failing("open", "shop.yaml", errno.EIO)
    return ["render", "shop.yaml"]


@situation
def two_specs_with_one_name(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "other.yaml").write_bytes(GOOD + SERVICE)
    return ["render", "shop.yaml", "other.yaml"]


@situation
def tags_of_a_module(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD + b"tags: {team: shop}\n")
    return ["render", "--as", "module", "shop.yaml"]


WIRED = """services:
  web:
    image: nginx:1.27
    environment:
      DATABASE_HOST: {ref: aws_db_instance.main.address}
      DATABASE_USER: {ref: aws_db_instance.main.username}
      QUEUE_URL: {ref: "aws_sqs_queue.jobs[0].url"}
      STREAM: {ref: aws_kinesis_stream.events.name}
      COLOUR: {ref: local.color}
      SEARCH: {ref: module.search.endpont}
"""


def with_own_files(here: Path, **texts: str) -> Path:
    """A spec with references, and files of the user's beside its stack."""
    (here / "shop.yaml").write_bytes(GOOD + WIRED.encode())
    folder = here / "generated/shop"
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name}.tf").write_text(text)
    return folder


OWN = """resource "aws_db_instance" "mian" {}
resource "aws_sqs_queue" "jobs" {}
resource "aws_kinesis_stream" "events" { for_each = toset(["a", "b"]) }
locals { colour = "blue" }
module "search" { source = "../search" }
"""


@situation
def references_to_what_no_file_declares(here: Path, _trouble: Trouble) -> list[str]:
    folder = with_own_files(here, data=OWN)
    (folder.parent / "search").mkdir()
    (folder.parent / "search/outputs.tf").write_text('output "endpoint" { value = "search.internal" }\n')
    return ["render", "shop.yaml"]


@situation
def references_without_a_file_of_ones_own(here: Path, _trouble: Trouble) -> list[str]:
    """Not an error: whoever begins with the spec writes them next."""
    (here / "shop.yaml").write_bytes(GOOD + WIRED.encode())
    return ["check", "shop.yaml"]


NAMED = """load_balancer:
  domain: shop.example.com
  zone: {input: zone}
services:
  web: {image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1", port: 80, routes: [/]}
"""
OWN_RECORD = """variable "zone" {}
resource "aws_route53_record" "shop" {
  zone_id = var.zone
  name    = "shop.example.com"
  type    = "CNAME"
}
"""


@situation
def what_the_stack_and_a_file_of_ones_own_have(here: Path, _trouble: Trouble) -> list[str]:
    folder = with_own_files(here, dns=OWN_RECORD)
    (folder.parents[1] / "shop.yaml").write_bytes(GOOD + NAMED.encode())
    return ["check", "shop.yaml"]


@situation
def references_beside_a_file_that_is_no_hcl(here: Path, _trouble: Trouble) -> list[str]:
    with_own_files(here, data='resource "aws_db_instance" {')
    return ["check", "shop.yaml"]


@situation
def references_in_another_folder(here: Path, _trouble: Trouble) -> list[str]:
    with_own_files(here, data=OWN).rename(here / "elsewhere")
    return ["check", "shop.yaml", "-o", "elsewhere"]


@situation
def references_of_a_module(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD + WIRED.encode())
    return ["render", "--as", "module", "shop.yaml"]


@situation
def shown_spec_is_wrong(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD.replace(b"nat", b"vpn"))
    return ["show", "shop.yaml"]


# --- check and explain


@situation
def check_of_many_specs(here: Path, _trouble: Trouble) -> list[str]:
    """One is not there and one is wrong; the third is read all the same, once."""
    (here / "bank.yaml").write_bytes(GOOD.replace(b"shop", b"bank").replace(b"nat", b"vpn"))
    (here / "shop.yaml").write_bytes(GOOD)
    return ["check", "shop.yaml", "nowhere.yaml", "bank.yaml", "shop.yaml"]


@situation
def check_of_nothing_wrong(here: Path, _trouble: Trouble) -> list[str]:
    (here / "bank.yaml").write_bytes(GOOD)
    (here / "shop.yaml").write_bytes(
        GOOD + b"services: {api: {image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/api:1.4.2'}}\n"
    )
    return ["check", "bank.yaml", "shop.yaml"]


@situation
def check_of_standard_input(_here: Path, _trouble: Trouble) -> list[str]:
    return ["check", "-"]


@situation
def explained_code_is_none(_here: Path, _trouble: Trouble) -> list[str]:
    return ["explain", "tg3o4"]


@situation
def explained_code_is_no_rule(_here: Path, _trouble: Trouble) -> list[str]:
    return ["explain", "TG203"]


@situation
def explained_rule(_here: Path, _trouble: Trouble) -> list[str]:
    return ["explain", "TG303"]


# --- the output's folder


@situation
def output_is_a_file(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    return ["render", "shop.yaml", "-o", "shop.yaml"]


@situation
def output_is_below_a_file(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    return ["render", "shop.yaml", "-o", "shop.yaml/stack"]


@situation
def output_is_a_link_to_nowhere(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack").symlink_to("elsewhere")
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def output_name_too_long(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    return ["render", "shop.yaml", "-o", "s" * 300]


@situation
def files_of_others_in_the_way(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack/modules/network").mkdir(parents=True)
    (here / "stack/main.tf").write_text("# mine\n")
    (here / "stack/modules/network/vpc.tf").write_text("# mine\n")
    (here / "stack/outputs.tf").mkdir()
    return ["render", "shop.yaml", "-o", "stack"]


def rendered(here: Path) -> Path:
    (here / "shop.yaml").write_bytes(GOOD)
    write_pages(tfgen.render_text(GOOD.decode(), "shop.yaml")[0], here / "stack")
    return here / "stack"


@situation
def files_edited_by_hand(here: Path, _trouble: Trouble) -> list[str]:
    """One that would be rendered, and one that would not be any more."""
    stack = rendered(here)
    (stack / "modules/network/nat.tf").write_text("# by hand\n")
    (stack / "terraform.tf").write_text(
        (stack / "terraform.tf").read_text().replace("us-east-1", "eu-west-1")
    )
    (here / "shop.yaml").write_bytes(GOOD.replace(b"nat", b"public"))
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def files_edited_and_in_the_way(here: Path, _trouble: Trouble) -> list[str]:
    stack = rendered(here)
    (stack / "main.tf").unlink()
    (stack / "main.tf").symlink_to("elsewhere.tf")
    (stack / "outputs.tf").write_text("")
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def another_stack_in_the_folder(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    write_pages(tfgen.render_text(GOOD.decode(), "shop.yaml")[0], here / "stack", stack="bank")
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def one_folder_for_several_specs(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "bank.yaml").write_bytes(GOOD.replace(b"name: shop", b"name: bank"))
    return ["render", "shop.yaml", "bank.yaml", "-o", "stacks"]


@situation
def eject_outside_of_a_stack(here: Path, _trouble: Trouble) -> list[str]:
    (here / "main.tf").write_text("# mine\n")
    return ["eject", "main.tf"]


@situation
def affected_without_git(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    return ["affected", "--since", "HEAD", "shop.yaml"]


@situation
def links_in_the_way(here: Path, _trouble: Trouble) -> list[str]:
    """Every one would lead what is written to somewhere outside."""
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "elsewhere").mkdir()
    (here / "elsewhere/main.tf").write_text("# Generated by tfgen, but elsewhere\n")
    (here / "stack").mkdir()
    (here / "stack/modules").symlink_to(here / "elsewhere")
    (here / "stack/main.tf").symlink_to(here / "elsewhere/main.tf")
    (here / "stack/README.md").symlink_to("/nowhere/at/all")
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def file_where_a_folder_must_be(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack").mkdir()
    (here / "stack/modules").write_text("a list of modules\n")
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def output_not_writable(here: Path, trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack").mkdir(mode=0o555)
    trouble.no_privileges()
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def output_not_readable(here: Path, trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack").mkdir(mode=0)
    trouble.no_privileges()
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def parent_of_output_not_writable(here: Path, trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stacks").mkdir(mode=0o555)
    trouble.no_privileges()
    return ["render", "shop.yaml", "-o", "stacks/shop"]


@situation
def output_on_a_read_only_disk(here: Path, trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    trouble.failing("mkdir", "stack", errno.EROFS)
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def disk_full(here: Path, trouble: Trouble) -> list[str]:
    """It fills up while one of the pages is written."""
    (here / "shop.yaml").write_bytes(GOOD)
    trouble.full_disk("9")
    return ["render", "shop.yaml", "-o", "stack"]


@situation
def file_larger_than_the_system_allows(here: Path, trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    trouble.largest_file(600)
    return ["render", "shop.yaml", "-o", "stack"]


# --- route


@situation
def route_with_arguments_that_are_wrong(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    return ["route", "shop.yaml", "get", "shop.example/cart", "-H", "Host", "--from", "10.0.0.0/8"]


@situation
def route_of_a_stack_without_routes(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    return ["route", "shop.yaml", "GET", "http://shop.example/cart"]


# --- templates of one's own


def with_templates(here: Path, **texts: bytes) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD + SERVICE.replace(b"port: 80", b"port: 80\n    routes: [/]"))
    for name, text in texts.items():
        path = here / "mine" / f"{name.replace('__', '/')}.tf.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return ["render", "shop.yaml", "--templates", "mine"]


@situation
def templates_against_the_law(here: Path, _trouble: Trouble) -> list[str]:
    return with_templates(
        here,
        network__vpc=b'# vpc\n  {% if name == "shop" %}\n  a = {{ name }}\n  {% endif %}\n',
        network__subnet=b"# there is none of this name\n",
        network__routes=b"{% for a in b %}\n",
        network__nat=b"# gr\xfcn\n",
        services__roles=b"locals {\n  trust = <<EOT\n{}\nEOT\n}\n",
    )


@situation
def template_with_a_name_that_is_not_there(here: Path, _trouble: Trouble) -> list[str]:
    return with_templates(here, services__service=b"# {{ label|hcl }}\n\n  a = {{ nobody|hcl }}\n")


@situation
def template_that_includes_itself(here: Path, _trouble: Trouble) -> list[str]:
    return with_templates(here, network__vpc=b'{% include "network/vpc.tf.j2" %}\n')


@situation
def template_that_makes_no_hcl(here: Path, _trouble: Trouble) -> list[str]:
    return with_templates(
        here, services__service=b'resource "aws_ecs_service" "{{ label|hcl }}" {\n  a = = 1\n}\n'
    )


@situation
def template_of_many_pages_that_makes_no_hcl(here: Path, _trouble: Trouble) -> list[str]:
    """It is included by the templates of several pages, and none of those is the user's."""
    return with_templates(here, versions=b"terraform {\n  a = = 1\n}\n")


# --- changes


@situation
def changes_of_two_wrong_specs(here: Path, _trouble: Trouble) -> list[str]:
    (here / "old.yaml").write_bytes(GOOD.replace(b"nat", b"vpn"))
    (here / "new.yaml").write_bytes(GOOD.replace(b"shop", b"Shop"))
    return ["changes", "old.yaml", "new.yaml"]


@situation
def changes_of_a_folder_without_terraform_files(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack").mkdir()
    return ["changes", "stack", "shop.yaml"]


@situation
def changes_to_a_folder(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack").mkdir()
    return ["changes", "shop.yaml", "stack"]


@situation
def changes_of_what_does_not_exist(_here: Path, _trouble: Trouble) -> list[str]:
    return ["changes", "generated/shop", "shop.yaml"]


@situation
def changes_of_what_is_no_terraform(here: Path, _trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack/modules").mkdir(parents=True)
    (here / "stack/main.tf").write_text('module "network" {\n  source = = "./modules"\n}\n')
    (here / "stack/modules/vpc.tf").write_text('resource "aws_vpc" "main" {\n')
    (here / "stack/terraform.tfvars").write_bytes(b"tags = {\n  a = 1 2\n}\n")
    return ["changes", "stack", "shop.yaml"]


@situation
def changes_of_what_cannot_be_read(here: Path, trouble: Trouble) -> list[str]:
    (here / "shop.yaml").write_bytes(GOOD)
    (here / "stack").mkdir()
    (here / "stack/main.tf").write_text("# mine\n")
    (here / "stack/terraform.tfvars").write_text("# mine\n")
    (here / "stack/terraform.tfvars").chmod(0)
    trouble.no_privileges()
    return ["changes", "stack", "shop.yaml"]


# --- validate


@situation
def validate_nothing(_here: Path, _trouble: Trouble) -> list[str]:
    return ["validate", "stack"]


@situation
def validate_a_folder_without_terraform_files(here: Path, _trouble: Trouble) -> list[str]:
    (here / "stack").mkdir()
    return ["validate", "stack"]


@situation
def validate_what_is_no_hcl(here: Path, _trouble: Trouble) -> list[str]:
    (here / "stack/modules").mkdir(parents=True)
    (here / "stack/main.tf").write_text('module "network" {\n  source = = "./modules"\n}\n')
    (here / "stack/modules/vpc.tf").write_text('resource "aws_vpc" "main" {\n')
    return ["validate", "stack"]


@situation
def validate_what_cannot_be_read(here: Path, trouble: Trouble) -> list[str]:
    (here / "stack").mkdir()
    (here / "stack/main.tf").write_text("# mine\n")
    (here / "stack/main.tf").chmod(0)
    trouble.no_privileges()
    return ["validate", "stack"]


@situation
def validate_with_a_program_that_is_not_there(here: Path, _trouble: Trouble) -> list[str]:
    (here / "stack").mkdir()
    (here / "stack/main.tf").write_text("# mine\n")
    return ["validate", "stack", "--terraform", "terraform-99"]


# --- the tests


def tree(folder: Path) -> dict[str, Any]:
    """Everything below `folder`: what a file holds and when it was written, where a link leads."""
    return {
        path.relative_to(folder).as_posix(): (
            path.readlink()
            if path.is_symlink()
            else "a folder"
            if path.is_dir()
            else (
                path.stat().st_mtime_ns,
                path.stat().st_size,
                os.access(path, os.R_OK) and path.read_bytes(),
            )
        )
        for path in folder.rglob("*")
    }


def prepared(case: str, here: Path, trouble: Trouble) -> list[str]:
    """Makes the situation of a case and returns the arguments for tfgen."""
    if case in SITUATIONS:
        return SITUATIONS[case](here, trouble)
    spec = here / f"{case}.yaml"
    spec.write_bytes(BYTES[case] if case in BYTES else (CASES / f"{case}.yaml").read_bytes())
    command = COMMAND.match(spec.read_bytes())
    return shlex.split(command[1].decode()) if command else ["render", spec.name]


@pytest.mark.parametrize("case", [*SPECS, *BYTES, *SITUATIONS])
def test_message(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("TFGEN_TERRAFORM", raising=False)
    with Trouble(tmp_path) as trouble:
        arguments = prepared(case, tmp_path, trouble)
        before = tree(tmp_path)
        trouble.begin()
        monkeypatch.setattr(sys, "argv", ["tfgen", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = capsys.readouterr()
    code = int(ended.value.code or 0)
    said = "\n".join(
        filter(
            None,
            (f"$ tfgen {shlex.join(arguments)}", err.rstrip("\n"), out.rstrip("\n"), f"exit code {code}\n"),
        )
    )
    assert said == committed(CASES / f"{case}.txt", said)
    if code:
        assert tree(tmp_path) == before, "something was written"


def answers() -> dict[str, str]:
    return {path.stem: path.read_text(encoding="utf-8") for path in CASES.glob("*.txt")}


def test_every_answer_has_its_case() -> None:
    assert set(answers()) == {*SPECS, *BYTES, *SITUATIONS}


def test_every_code_has_a_case() -> None:
    code = re.compile(r"TG[0-9]{3}")
    used = {
        found for path in PACKAGE.rglob("*.py") for found in code.findall(path.read_text(encoding="utf-8"))
    }
    seen = {
        found
        for text in answers().values()
        for found in re.findall(r": (?:error|warning|note) (TG[0-9]{3}): ", text)
    }
    assert used == seen


@pytest.mark.parametrize("case", answers())
def test_problems_are_printed_in_order(case: str) -> None:
    """By file and place, each with its line and a mark below it wherever it has a place."""
    head = re.compile(r"^(\S+?)(?::(\d+):(\d+))?: (?:error|warning|note) TG\d{3}: \S.*$")
    lines = answers()[case].splitlines()
    found = [(index, match) for index, line in enumerate(lines) if (match := head.match(line))]
    places = [(match[1], int(match[2] or 0), int(match[3] or 0)) for _, match in found]
    assert places == sorted(places)
    for index, match in found:
        if match[2]:
            assert lines[index + 1].startswith(f"{match[2]:>5} | ")
            assert re.fullmatch(r" {6}\| +\^+", lines[index + 2])
