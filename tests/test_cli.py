"""The command line, as its user meets it: what it prints where, how it ends, and what it leaves on disk.

What it says when something is wrong is in tests/test_messages.py, `tfgen init` in tests/test_init.py.
"""

import json
import os
import re
import shutil
import string
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import hcl2
import pytest
from support.command import Done, Tfgen
from support.stacks import GENERATED, OWN_FILES

import tfgen as package
from tfgen import facts
from tfgen.commands.main import COMMANDS
from tfgen.output.compare import Changes
from tfgen.output.write import write_pages
from tfgen.problems import Exit
from tfgen.render.verify import verify_pages
from tfgen.spec.ways_out import WAYS_OUT

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

NETWORK = """\
name: shop
region: us-east-1
network:
  egress: nat
"""
SHOP = f"""\
name: shop
region: us-east-1
network:
  egress: nat
services:
  web:
    image: {ECR}/web:1
    port: 3000
    routes: [/]
    calls: [api]
  api:
    image: {ECR}/api:1
    port: 5000
    routes: [/api/profile]
    connect: backend
"""
SUMMARY = """\
shop: {files} in {folder}
  network        10.0.0.0/16 in us-east-1a, us-east-1b; 2 NAT gateways, endpoints s3
  load balancer  port 80: /api/profile -> api:5000, / -> web:3000
  services       api: 2 x 512 CPU units, 1024 MiB; called as http://backend:5000
                 web: 2 x 512 CPU units, 1024 MiB; calls api
  cost           about USD 168.81 a month before traffic; tfgen cost lists the parts
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, where tfgen runs and knows of no Terraform."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("TFGEN_TERRAFORM", raising=False)
    return tmp_path


@pytest.fixture
def tfgen(here: Path, run_tfgen: Tfgen) -> Tfgen:  # noqa: ARG001
    return run_tfgen


def process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """tfgen in a process of its own, for what only a process has: its streams and its environment."""
    command = [sys.executable, "-m", "tfgen", *arguments]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} | options.pop("environment", {})
    return subprocess.run(command, env=environment, timeout=60, check=False, **options)


def spec(here: Path, text: str, name: str = "shop.yaml") -> Path:
    path = here / name
    path.write_bytes(text.encode())
    return Path(name)


def pages(folder: Path) -> dict[str, str]:
    """Every file but those that say whose the others are."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {".tfgen-manifest", ".gitignore"}
    }


# --- render


def test_render_prints_what_it_wrote_and_the_next_steps(here: Path, tfgen: Tfgen) -> None:
    done = tfgen("render", spec(here, SHOP))
    count = len(pages(here / "generated/shop")) + 2  # the manifest and .gitignore
    assert done == Done(
        0,
        SUMMARY.format(files=f"{count} files ({count} new)", folder="generated/shop")
        + "Next: cd generated/shop && terraform init && terraform plan\n",
        "",
    )


def test_render_again_changes_nothing(here: Path, tfgen: Tfgen) -> None:
    tfgen("render", spec(here, SHOP))
    folder = here / "generated/shop"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = tfgen("render", "shop.yaml")
    count = len(pages(folder)) + 1
    assert done.out.startswith(f"shop: {count} files ({count} unchanged) in generated/shop\n")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_another_egress_replaces_only_what_differs(here: Path, tfgen: Tfgen) -> None:
    """What is tfgen's and not needed any more goes, what is the user's stays, the rest is not touched."""
    tfgen("render", spec(here, SHOP))
    folder = here / "generated/shop"
    (folder / "alarms.tf").write_text("# mine\n")
    (folder / "modules/network/peering.tf").write_text("# mine\n")
    before = {path: (folder / path).stat().st_mtime_ns for path in pages(folder)}
    done = tfgen("render", spec(here, SHOP.replace("nat", "endpoints")))
    after = pages(folder)
    assert re.match(
        r"shop: \d+ files \(\d+ changed, \d+ unchanged, 1 removed\) in generated/shop\n", done.out
    )
    assert set(before) - set(after) == {"modules/network/nat.tf"}
    assert after["alarms.tf"] == after["modules/network/peering.tf"] == "# mine\n"
    untouched = {path for path in after if (folder / path).stat().st_mtime_ns == before.get(path)}
    assert {"alarms.tf", "modules/network/subnets.tf", "modules/load_balancer/listeners.tf"} <= untouched
    assert "modules/network/endpoints.tf" not in untouched


def test_render_as_json(here: Path, tfgen: Tfgen) -> None:
    spec(here, NETWORK)
    spec(here, NETWORK.replace("shop", "bank"), "bank.yaml")
    done = tfgen("render", "--json", "shop.yaml", "bank.yaml")
    shop, bank = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert (shop["stack"], shop["folder"]) == ("shop", "generated/shop")
    assert (bank["stack"], bank["folder"]) == ("bank", "generated/bank")
    assert shop["created"] == sorted([*pages(here / "generated/shop"), ".gitignore", ".tfgen-manifest"])
    assert (shop["spec"], shop["exit_code"]) == ("shop.yaml", 0)
    assert set(shop) == {"spec", "stack", "folder", "exit_code", *Changes._fields}
    assert not any(shop[field] for field in Changes._fields if field != "created")
    again = json.loads(tfgen("render", "--json", "shop.yaml").out)
    assert again[0]["unchanged"] == [path for path in shop["created"] if path != ".gitignore"]
    assert again[0]["created"] == []


def test_one_bad_spec_among_several_keeps_no_other_from_being_written(here: Path, tfgen: Tfgen) -> None:
    spec(here, NETWORK)
    spec(here, "name: bank\n", "bank.yaml")
    spec(here, NETWORK.replace("shop", "post"), "post.yaml")
    done = tfgen("render", "shop.yaml", "bank.yaml", "missing.yaml", "post.yaml")
    assert done.code == 1
    assert 'bank.yaml: error TG103: the spec needs "network"' in done.err
    assert "missing.yaml: error TG001: there is no such file" in done.err
    assert "Next, in each folder: terraform init && terraform plan\n" in done.out
    assert sorted(path.name for path in (here / "generated").iterdir()) == ["post", "shop"]


def test_one_folder_that_cannot_be_written_keeps_no_other_from_being_written(
    here: Path, tfgen: Tfgen
) -> None:
    spec(here, NETWORK)
    spec(here, NETWORK.replace("shop", "bank"), "bank.yaml")
    (here / "generated/shop").mkdir(parents=True)
    (here / "generated/shop/main.tf").write_text("# mine\n")
    done = tfgen("render", "--json", "shop.yaml", "bank.yaml")
    assert done.code == 4
    assert "generated/shop/main.tf" in done.err
    refused, written = json.loads(done.out)
    assert (refused["stack"], refused["exit_code"], refused["foreign"]) == ("shop", 4, ["main.tf"])
    assert done.err == f"tfgen: {refused['message']}\n"
    assert (written["stack"], written["exit_code"], "message" in written) == ("bank", 0, False)
    assert pages(here / "generated/shop") == {"main.tf": "# mine\n"}


def test_overrides_are_told_where_the_numbers_are_that_they_change(here: Path, tfgen: Tfgen) -> None:
    address = "module.services.aws_ecs_service.web"
    done = tfgen(
        "render", spec(here, f"{SHOP}overrides:\n  {address}: {{desired_count: 7, tags: {{a: b}}}}\n")
    )
    assert f"\n  overrides      {address}: desired_count, tags\n" in done.out
    readme = (here / "generated/shop/README.md").read_text()
    assert f"\n| {address} | desired_count, tags |\n" in readme
    assert "Overrides" not in package.render_text(SHOP)[0]["README.md"]


def test_two_stacks_of_one_name_keep_no_other_from_being_written(here: Path, tfgen: Tfgen) -> None:
    for name, file in (("shop", "one"), ("bank", "two"), ("shop", "three")):
        spec(here, NETWORK.replace("shop", name), f"{file}.yaml")
    done = tfgen("render", "--json", "one.yaml", "two.yaml", "three.yaml")
    assert (done.code, done.err.count("another of these specs has the same name")) == (2, 2)
    assert [each["exit_code"] for each in json.loads(done.out)] == [2, 0, 2]
    assert sorted(path.name for path in (here / "generated").iterdir()) == ["bank"]


def test_what_cannot_be_written_over_is_not_foreseen_to_be(here: Path, tfgen: Tfgen) -> None:
    """A folder and a link where pages must go: --force does not help, and says so before."""
    (here / "generated/shop/main.tf").mkdir(parents=True)
    (here / "generated/shop/outputs.tf").symlink_to("elsewhere")
    (here / "generated/shop/variables.tf").write_text("# mine\n")
    done = tfgen("render", "--dry-run", "--force", spec(here, NETWORK))
    assert done.code == 4
    assert "\n  overwrite variables.tf\n" in done.out
    for page in ("main.tf", "outputs.tf"):
        assert f"\n  refuse (in the way) {page}\n" in done.out
    assert " 1 overwritten, 2 in the way) in generated/shop" in done.out
    forced = json.loads(tfgen("render", "--force", "--json", "shop.yaml").out)
    assert forced[0]["exit_code"] == 4
    assert json.loads(tfgen("render", "--dry-run", "--force", "--json", "shop.yaml").out)[0]["obstacles"] == [
        "main.tf",
        "outputs.tf",
    ]


def test_json_has_an_entry_for_every_spec(here: Path, tfgen: Tfgen) -> None:
    spec(here, NETWORK)
    spec(here, "name: bank\n", "bank.yaml")
    spec(here, NETWORK.replace("shop", "post"), "post.yaml")
    (here / "generated").mkdir()
    (here / "generated/post").write_text("a file\n")
    done = tfgen("render", "--json", "post.yaml", "bank.yaml", "shop.yaml")
    post, bank, shop = json.loads(done.out)
    assert done.code == 1
    assert [each["exit_code"] for each in (post, bank, shop)] == [5, 1, 0]
    assert (bank["spec"], bank["stack"], bank["folder"]) == ("bank.yaml", None, None)
    assert (post["stack"], post["created"]) == ("post", [])
    assert post["message"].startswith("cannot write generated/post: this is not a folder.")
    assert json.loads(tfgen("render", "--check", "--json", "shop.yaml").out)[0]["exit_code"] == 0
    (here / "generated/shop/main.tf").unlink()
    assert json.loads(tfgen("render", "--check", "--json", "shop.yaml").out)[0]["exit_code"] == 3


def test_nothing_on_standard_output_when_nothing_was_written(here: Path, tfgen: Tfgen) -> None:
    assert tfgen("render", spec(here, "name: shop\n")).out == ""


def test_output_folder_of_one_spec(here: Path, tfgen: Tfgen) -> None:
    assert tfgen("render", spec(here, NETWORK), "-o", "infra/live").code == 0
    assert (here / "infra/live/main.tf").is_file()
    assert not (here / "generated").exists()


def test_output_folders_of_several_specs(here: Path, tfgen: Tfgen) -> None:
    """One pattern means the same for one spec and for many: a glob may find either."""
    spec(here, NETWORK)
    spec(here, NETWORK.replace("shop", "bank"), "bank.yaml")
    assert tfgen("render", "shop.yaml", "--output", "infra/{name}/live").code == 0
    assert tfgen("render", "shop.yaml", "bank.yaml", "--output", "infra/{name}/live").code == 0
    assert sorted(path.name for path in (here / "infra").iterdir()) == ["bank", "shop"]
    assert (here / "infra/shop/live/main.tf").is_file()


@pytest.mark.parametrize("command", [("render",), ("affected", "--since", "HEAD")])
def test_one_folder_is_too_few_for_several_specs(here: Path, tfgen: Tfgen, command: tuple[str, ...]) -> None:
    spec(here, NETWORK)
    spec(here, "name: bank\n", "bank.yaml")
    before = everything(here)
    done = tfgen(*command, "shop.yaml", "bank.yaml", "-o", "infra")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith(
        "tfgen: -o infra is one folder for 2 specs: give each stack its own, such as -o 'infra/{name}'\n"
    )
    assert everything(here) == before


def test_another_stack_in_a_folder_with_edits(here: Path, tfgen: Tfgen) -> None:
    tfgen("render", spec(here, NETWORK), "-o", "live")
    page = here / "live/modules/network/vpc.tf"
    page.write_text(page.read_text() + "# by hand\n")
    spec(here, NETWORK.replace("shop", "bank"), "bank.yaml")
    for look in ([], ["--check"]):
        done = tfgen("render", *look, "bank.yaml", "-o", "live")
        assert (done.code, done.out) == (4, "")
        assert done.err.startswith(
            'tfgen: live is the folder of the stack "shop", and this is "bank", '
            "and these files were edited after "
            "tfgen wrote them:\n  live/modules/network/vpc.tf\n"
        )
        assert "\n+# by hand\n" in done.err
        assert done.err.endswith(
            "Nothing was written. Render to another folder with -o, or replace that stack with this "
            "one: --force. This discards the edits; to keep the files permanently, first: "
            "tfgen eject live/modules/network/vpc.tf\n"
        )


def test_what_an_edit_shows_is_short_and_plain(here: Path, tfgen: Tfgen) -> None:
    tfgen("render", spec(here, NETWORK), "--output=-x y/{name}")
    page = here / "-x y/shop/modules/network/vpc.tf"
    page.write_text(page.read_text() + "# \x1b[2J\x9b\n" + "# more\n" * 300)
    done = tfgen("render", "shop.yaml", "--output=-x y/{name}")
    assert done.code == 4
    assert "\n+# \\u001b[2J\\u009b\n" in done.err
    assert "(and 107 more lines)\n" in done.err
    assert "tfgen eject './-x y/shop/modules/network/vpc.tf'\n" in done.err
    assert "Next: cd '-x y/shop' &&" in tfgen("render", "--force", "shop.yaml", "--output=-x y/{name}").out


@pytest.mark.parametrize("look", ["--check", "--diff", "--dry-run"])
def test_another_stack_does_not_take_the_place_of_one(here: Path, tfgen: Tfgen, look: str) -> None:
    tfgen("render", spec(here, NETWORK), "-o", "live")
    spec(here, NETWORK.replace("shop", "bank"), "bank.yaml")
    before = everything(here)
    done = tfgen("render", "bank.yaml", "-o", "live")
    assert (done.code, done.out) == (4, "")
    assert done.err.startswith('tfgen: live is the folder of the stack "shop", and this is "bank". Nothing')
    assert tfgen("render", look, "bank.yaml", "-o", "live") == done
    assert everything(here) == before
    assert tfgen("render", look, "--force", "bank.yaml", "-o", "live").code == (look == "--check") * 3
    assert everything(here) == before
    assert tfgen("render", "--force", "bank.yaml", "-o", "live").code == 0
    assert tfgen("render", "--check", "bank.yaml", "-o", "live").code == 0
    assert tfgen("render", "shop.yaml", "-o", "live").code == 4


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("stack", ["```hcl", 'office = "..."', "quick = true", "size = 0", "```"]),
        (
            "module",
            [
                '"./path/to/this/folder"',
                "",
                "  office = var.office",
                "  quick = var.quick",
                "  size = var.size",
                "}",
            ],
        ),
    ],
)
def test_readme_says_what_has_to_be_given(here: Path, tfgen: Tfgen, kind: str, lines: list[str]) -> None:
    """Not what has a default: the tags, and the images of the spec."""
    inputs = "inputs: {office: The office, size: {type: number}, quick: {type: bool}, set: {default: a}}\n"
    said = ", ".join(f"{name.upper()}: {{input: {name}}}" for name in ("set", "size", "quick", "office"))
    text = f"{inputs}{SHOP}    environment: {{{said}}}\n"
    assert tfgen("render", "--as", kind, spec(here, text), "-o", "out").code == 0
    assert "\n".join(lines) in (here / "out" / "README.md").read_text()


def test_render_as_module(here: Path, tfgen: Tfgen) -> None:
    """A module for somebody's own root: versions, but neither provider nor backend."""
    text = f"{SHOP}backend: {{bucket: shop-terraform-state}}\n"
    tfgen("render", spec(here, text), "-o", "stack")
    done = tfgen("render", "--as", "module", "shop.yaml", "-o", "module")
    assert done.code == 0
    assert done.out.endswith('Next: call it from your root module: module "..." { source = "./module" }\n')
    stack, module = pages(here / "stack"), pages(here / "module")
    assert set(stack) == set(module)
    differs = {path for path in stack if stack[path] != module[path]}
    assert differs == {"README.md", "terraform.tf", "variables.tf"}
    (terraform,) = hcl2.loads(module["terraform.tf"]).pop("terraform")
    assert set(terraform) - {"__is_block__"} == {"required_version", "required_providers"}
    for path, text in module.items():
        if path.endswith(".tf"):
            assert {"provider", "backend"}.isdisjoint(hcl2.loads(text)), path


# --- looking without writing


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in folder.rglob("*")
    }


@pytest.fixture
def drifted(here: Path, tfgen: Tfgen) -> None:
    """A stack with a page of each kind; its spec has another egress and a service more."""
    tfgen("render", spec(here, SHOP))
    folder = here / "generated/shop"
    (folder / "main.tf").write_text((folder / "main.tf").read_text() + "# by hand\n")
    (folder / "outputs.tf").unlink()
    (folder / "modules/services/mail.tf").write_text("# mine\n")
    spec(here, f"{SHOP.replace('nat', 'endpoints')}  mail: {{image: {ECR}/mail:1, port: 83}}\n")


def test_check_of_a_current_stack(here: Path, tfgen: Tfgen) -> None:
    tfgen("render", spec(here, SHOP))
    before = everything(here)
    assert tfgen("render", "--check", "shop.yaml") == Done(0, "shop: generated/shop is current\n", "")
    assert tfgen("render", "--diff", "shop.yaml") == Done(0, "", "")
    assert json.loads(tfgen("render", "--check", "--json", "shop.yaml").out)[0]["changed"] == []
    assert everything(here) == before


def test_check_of_nothing(here: Path, tfgen: Tfgen) -> None:
    done = tfgen("render", "--check", spec(here, NETWORK))
    assert (done.code, done.err) == (3, "")
    assert done.out.startswith("shop: generated/shop is not current\n  missing    .gitignore\n")
    assert sorted(path.name for path in here.iterdir()) == ["shop.yaml"]


@pytest.mark.usefixtures("drifted")
def test_check_says_what_is_not_current(here: Path, tfgen: Tfgen) -> None:
    before = everything(here)
    done = tfgen("render", "--check", "shop.yaml")
    assert (done.code, done.err) == (3, "")
    assert re.fullmatch(
        r"shop: generated/shop is not current\n"
        r"  missing    outputs.tf\n"
        r"  stale      .tfgen-manifest\n"
        r"(  stale      \S+\n)+"
        r"  edited     main.tf\n"
        r"  orphaned   modules/network/nat.tf\n"
        r"  in the way modules/services/mail.tf\n",
        done.out,
    )
    (found,) = json.loads(tfgen("render", "--check", "--json", "shop.yaml").out)
    assert (found["created"], found["edited"]) == (["outputs.tf"], ["main.tf"])
    assert (found["removed"], found["foreign"]) == (
        ["modules/network/nat.tf"],
        ["modules/services/mail.tf"],
    )
    assert everything(here) == before


@pytest.mark.usefixtures("drifted")
def test_a_dry_run_says_what_a_render_would_do(here: Path, tfgen: Tfgen) -> None:
    before = everything(here)
    done = tfgen("render", "--dry-run", "shop.yaml")
    assert (done.code, done.err) == (4, "")
    assert re.match(
        r"shop: \d+ files \(1 new, \d+ changed, 1 edited, 1 in the way, \d+ unchanged, 1 removed\) "
        r"in generated/shop; nothing was written\n  create outputs.tf\n",
        done.out,
    )
    assert "\n  refuse (edited) main.tf\n  refuse (in the way) modules/services/mail.tf\n" in done.out
    forced = tfgen("render", "--dry-run", "--force", "shop.yaml")
    assert forced.code == 0
    assert "\n  overwrite main.tf\n  overwrite modules/services/mail.tf\n" in forced.out
    foreseen = json.loads(tfgen("render", "--dry-run", "--force", "--json", "shop.yaml").out)
    assert everything(here) == before
    assert json.loads(tfgen("render", "--force", "--json", "shop.yaml").out) == foreseen
    assert tfgen("render", "--check", "shop.yaml").code == 0


@pytest.mark.usefixtures("drifted")
def test_a_diff_shows_what_a_render_would_do(here: Path, tfgen: Tfgen) -> None:
    before = everything(here)
    done = tfgen("render", "--diff", "shop.yaml")
    assert (done.code, done.err) == (4, "")
    assert "--- a/generated/shop/main.tf\n+++ b/generated/shop/main.tf\n" in done.out
    assert "\n-# by hand\n" in done.out
    assert "--- /dev/null\n+++ b/generated/shop/outputs.tf\n" in done.out
    assert "--- a/generated/shop/modules/network/nat.tf\n+++ /dev/null\n" in done.out
    assert json.loads(tfgen("render", "--diff", "--json", "shop.yaml").out)[0]["diff"] == done.out
    both = tfgen("render", "--diff", "--check", "shop.yaml")
    assert both.code == 3
    assert both.out == done.out + tfgen("render", "--check", "shop.yaml").out
    assert everything(here) == before


def terminal_text(descriptor: int) -> bytes:
    """What is written to a terminal, until its other side is closed."""
    shown = b""
    with suppress(OSError):  # the end, on Linux
        while some := os.read(descriptor, 65536):
            shown += some
    return shown


@pytest.mark.parametrize(("no_colour", "coloured"), [("", True), ("1", False)])
def test_a_diff_has_colours_on_a_terminal(here: Path, no_colour: str, coloured: bool) -> None:
    pty = pytest.importorskip("pty", reason="a terminal of Unix")
    spec(here, NETWORK)
    ours, theirs = pty.openpty()
    environment = {"NO_COLOR": no_colour, "TERM": "xterm"}
    # A terminal holds only a few KB: what reads it must not wait for the end of what writes it.
    with ThreadPoolExecutor(1) as readers:
        read = readers.submit(terminal_text, ours)
        try:
            done = process("render", "--diff", "shop.yaml", cwd=here, stdout=theirs, environment=environment)
        finally:
            os.close(theirs)
        shown = read.result(timeout=60)
    os.close(ours)
    assert done.returncode == 0
    assert (b"\x1b[32m+++ b/generated/shop/README.md" in shown) == coloured
    assert (b"\x1b" in shown) == coloured


def test_what_cannot_be_read_cannot_be_checked(here: Path, tfgen: Tfgen) -> None:
    spec(here, NETWORK)
    (here / "stack").write_text("a file\n")
    done = tfgen("render", "--check", "shop.yaml", "-o", "stack")
    assert done == Done(5, "", "tfgen: cannot read stack: this is not a folder.\n")


def test_many_specs_are_looked_at_whatever_one_of_them_has_wrong(here: Path, tfgen: Tfgen) -> None:
    for name in ("shop", "bank", "post"):
        spec(here, NETWORK.replace("shop", name), f"{name}.yaml")
    tfgen("render", "shop.yaml", "post.yaml")
    (here / "generated/post/main.tf").unlink()
    spec(here, "name: wrong\n", "wrong.yaml")
    done = tfgen("render", "--check", "shop.yaml", "bank.yaml", "wrong.yaml", "post.yaml")
    assert done.code == 1
    assert "wrong.yaml: error" in done.err
    assert "shop: generated/shop is current\n" in done.out
    assert "bank: generated/bank is not current\n" in done.out
    assert done.out.endswith("post: generated/post is not current\n  missing    main.tf\n")
    assert tfgen("render", "--check", "shop.yaml", "bank.yaml").code == 3


# --- hand edits


def test_an_edited_file_and_the_three_ways_to_resolve_it(here: Path, tfgen: Tfgen) -> None:
    tfgen("render", spec(here, SHOP))
    folder = here / "generated/shop"
    edited = (folder / "main.tf").read_text() + "# by hand\n"
    (folder / "main.tf").write_text(edited)
    before = everything(here)
    done = tfgen("render", "shop.yaml")
    assert (done.code, done.out) == (4, "")
    assert "tfgen: these files were edited after tfgen wrote them:\n  generated/shop/main.tf\n" in done.err
    assert "\n+# by hand\n" in done.err
    assert "tfgen eject generated/shop/main.tf" in done.err
    assert everything(here) == before

    assert "1 overwritten" in tfgen("render", "--force", "shop.yaml").out
    assert (folder / "main.tf").read_text() == edited.removesuffix("# by hand\n")

    (folder / "main.tf").write_text(edited)
    done = tfgen("eject", "generated/shop/main.tf")
    assert done == Done(0, "generated/shop/main.tf is yours now; tfgen no longer writes it\n", "")
    done = tfgen("render", "shop.yaml")
    assert done.code == 0
    assert "unchanged, 1 yours)" in done.out
    assert (folder / "main.tf").read_text() == edited
    assert tfgen("render", "--check", "shop.yaml").code == 0


def test_an_ejected_file_that_is_outdated_is_reported_once(here: Path, tfgen: Tfgen) -> None:
    folder = here / "generated/shop"
    tfgen("render", spec(here, SHOP))
    pages = [f"modules/services/{page}.tf" for page in ("web", "api")]
    tfgen("eject", *(f"generated/shop/{page}" for page in pages))
    before = everything(folder)
    assert tfgen("render", "--check", "shop.yaml").code == 0
    spec(here, SHOP.replace("3000", "3001").replace("  api:", "  other:").replace("[api]", "[other]"))
    told = (
        "  yours      modules/services/api.tf: tfgen would now not write this file\n"
        "  yours      modules/services/web.tf: tfgen would now write other content\n"
    )
    done = tfgen("render", "--check", "shop.yaml")
    assert (done.code, done.out.endswith(told)) == (3, True)
    assert tfgen("render", "--dry-run", "shop.yaml").out.endswith(told.replace("yours      ", "yours "))
    assert json.loads(tfgen("render", "--dry-run", "--json", "shop.yaml").out)[0]["outdated"] == sorted(pages)
    assert told in tfgen("render", "shop.yaml").out
    assert {page: everything(folder)[page] for page in pages} == {page: before[page] for page in pages}
    assert tfgen("render", "--check", "shop.yaml") == Done(0, "shop: generated/shop is current\n", "")


def test_force_removes_what_was_edited_and_is_no_longer_rendered(here: Path, tfgen: Tfgen) -> None:
    tfgen("render", spec(here, SHOP))
    page = here / "generated/shop/modules/network/nat.tf"
    page.write_text("# by hand\n")
    spec(here, SHOP.replace("nat", "public"))
    assert "\n  refuse (edited) modules/network/nat.tf\n" in tfgen("render", "--dry-run", "shop.yaml").out
    forced = tfgen("render", "--dry-run", "--force", "shop.yaml").out
    assert "\n  remove modules/network/nat.tf\n" in forced
    assert "overwritten" not in forced
    (found,) = json.loads(tfgen("render", "--check", "--json", "shop.yaml").out)
    assert (found["edited"], found["edited_orphans"]) == ([], ["modules/network/nat.tf"])
    done = tfgen("render", "--force", "shop.yaml")
    assert (done.code, "overwritten" in done.out) == (0, False)
    assert not page.exists()


def test_eject_takes_files_of_several_stacks(here: Path, tfgen: Tfgen) -> None:
    spec(here, NETWORK)
    spec(here, NETWORK.replace("shop", "bank"), "bank.yaml")
    tfgen("render", "shop.yaml", "bank.yaml")
    assert tfgen("eject", "generated/shop/main.tf", "generated/bank/modules/network/vpc.tf").code == 0
    found = json.loads(tfgen("render", "--json", "shop.yaml", "bank.yaml").out)
    assert [stack["ejected"] for stack in found] == [["main.tf"], ["modules/network/vpc.tf"]]
    done = tfgen("eject", "bank.yaml")
    assert (done.code, done.out) == (2, "")
    assert "bank.yaml is not part of a rendered stack" in done.err


# --- beside other processes, and on folders that take no writes

WRITES = """
import os, sys
place = os.path.abspath(sys.argv.pop(1))
writing = {f"os.{name}" for name in "mkdir rename remove rmdir utime chmod truncate link symlink".split()}
def seen(event, details):
    if isinstance(details[0] if details else 0, int):
        return
    if event in writing or event == "open" and details[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        # A name alone is one in an open folder.
        if os.path.abspath(os.fspath(details[0])).startswith(place) or "/" not in os.fspath(details[0]):
            os.write(2, f"{event} {details[0]}\\n".encode())
sys.addaudithook(seen)
sys.argv[0] = "tfgen"
from tfgen.commands.main import main
main()
"""


def test_an_unchanged_spec_writes_nothing_at_all(here: Path) -> None:
    spec(here, SHOP)

    def writes() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", WRITES, "generated", "render", "shop.yaml"],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr.splitlines()

    assert len(writes()) > len(pages(here / "generated/shop"))
    assert writes() == []


def test_a_current_stack_in_a_folder_that_takes_no_writes(here: Path, tfgen: Tfgen) -> None:
    tfgen("render", spec(here, SHOP))
    here.chmod(0o755)
    folders = [here / "generated", *(path for path in here.joinpath("generated").rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    privileged = os.geteuid() == 0
    if privileged:
        os.seteuid(65534)
    try:
        assert tfgen("render", "shop.yaml").code == 0
        assert tfgen("render", "--check", "shop.yaml").code == 0
    finally:
        if privileged:
            os.seteuid(0)
        for folder in folders:
            folder.chmod(0o755)


def test_the_second_of_two_renders_waits(here: Path, tfgen: Tfgen) -> None:
    fcntl = pytest.importorskip("fcntl", reason="a lock of Unix")
    tfgen("render", spec(here, NETWORK))
    spec(here, SHOP)
    before = everything(here)
    first = os.open(here / "generated/shop", os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    command = [sys.executable, "-m", "tfgen", "render", "shop.yaml"]
    second = subprocess.Popen(
        command,
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert second.stderr
    assert (
        second.stderr.readline()
        == "tfgen: another render is writing to generated/shop; waiting for it to finish\n"
    )
    assert second.poll() is None
    assert everything(here) == before
    os.close(first)
    assert second.communicate(timeout=30) == (None, "")
    assert second.returncode == 0
    assert tfgen("render", "--check", "shop.yaml").code == 0


@pytest.mark.slow
def test_many_renders_at_once_into_a_new_folder(here: Path, tfgen: Tfgen) -> None:
    spec(here, SHOP)
    spec(here, SHOP.replace("nat", "public"), "other.yaml")
    for _ in range(3):
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "tfgen", "render", name, "-o", "a/stack"],
                cwd=here, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
            )
            for name in ("shop.yaml", "other.yaml", "shop.yaml", "other.yaml")
        ]  # fmt: skip
        assert [process.wait(60) for process in running] == [0] * 4
        current = [
            tfgen("render", "--check", name, "-o", "a/stack").code for name in ("shop.yaml", "other.yaml")
        ]
        assert sorted(current) == [0, 3]
        shutil.rmtree(here / "a")


# --- what a spec may look like


def rendered(text: str | bytes, here: Path, tfgen: Tfgen, name: str = "shop.yaml") -> dict[str, str]:
    (here / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    folder = here / f"out-{len(list(here.iterdir()))}"
    for own in OWN_FILES.get(Path(name).stem, ()):
        folder.mkdir(exist_ok=True)
        shutil.copy(GENERATED / Path(name).stem / own, folder)
    done = tfgen("render", name, "-o", folder)
    assert (done.code, done.err) == (0, "")
    return pages(folder)


FLOW = f"""
{{"name": "shop", "region": "us-east-1", "network": {{"egress": "nat"}}, "services": {{
  "web": {{"image": "{ECR}/web:1", "port": 3000, "routes": ["/"], "calls": ["api"]}},
  "api": {{"image": "{ECR}/api:1", "port": 5000, "routes": ["/api/profile"], "connect": "backend"}}}}}}
"""
ANCHORS = f"""\
%YAML 1.1
--- # a comment
name: &name shop
region: us-east-1
network: {{egress: 'nat'}}
services:
  api:
    image: &image {ECR}/api:1
    <<: [{{port: 5000}}, {{port: 6000, connect: backend}}]
    routes:
    - &route /api/profile
  web:
    image: >-
      {ECR}/web:1
    port: 3000
    calls: [api]
    environment: &none {{}}
    secrets: *none
    ? routes
    : - /
...
"""
LONG = f"""\
services:
  api:
    connect: {{name: backend, port: 5000}}
    routes: [{{path: /api/profile, listener: http, methods: []}}]
    port: {{number: 5000, protocol: http}}
    image: {ECR}/api:1
  web: {{calls: [api], image: "{ECR}/web:1", port: {{number: 3000}}, routes: [{{path: "/"}}], exec: false}}
network:
  zones: [b, a]
  egress: nat
region: us-east-1
name: shop
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + SHOP, id="byte-order-mark"),
        pytest.param(SHOP.replace("\n", "\r\n"), id="crlf"),
        pytest.param(SHOP.replace("\n", "\r"), id="cr"),
        pytest.param(SHOP.rstrip(), id="no-line-end"),
        pytest.param(FLOW, id="json"),
        pytest.param(ANCHORS, id="anchors"),
        pytest.param(LONG, id="long-forms-in-another-order"),
    ],
)
def test_one_spec_in_many_spellings_makes_one_stack(text: str, here: Path, tfgen: Tfgen) -> None:
    assert rendered(text, here, tfgen) == rendered(SHOP, here, tfgen)


def test_the_name_of_the_spec_cannot_break_out_of_a_comment(here: Path, tfgen: Tfgen) -> None:
    """Neither by a line break, nor by the end of a comment in the README, nor by half a character."""
    plain = rendered(NETWORK, here, tfgen)
    name = 'a\nresource "null_resource" "x" {}\u2028\u0085 -->\udcff.yaml'
    odd = rendered(NETWORK, here, tfgen, name)
    for path, text in odd.items():
        head, _, rest = text.partition("\n")
        assert head.startswith(
            ("# Generated by tfgen from a?resource", "<!-- Generated by tfgen from a?resource")
        )
        assert head.count("-->") == (path == "README.md")
        if path.endswith(".tf"):
            assert rest == plain[path].partition("\n")[2]


HOSTILE = [
    '${file("/etc/passwd")}',
    "%{ if true }x%{ endif }",
    "$${x}",
    '"}\nresource "x" "y" {}\n',
    "*/ /* # //",
    "`id` $(id)",
    "<<EOF\nx\nEOF",
    '\\"',
    "\x07\x1b[31m\x7f\u2028\ufeff",
    "| |\n|---|",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_code(text: str, here: Path, tfgen: Tfgen) -> None:
    """Wherever a spec takes free text, the page has the blocks that it has with harmless text."""

    def written(word: str) -> dict[str, str]:
        quoted = json.dumps(word)
        # Where there are roles their tags hold no such text: TG326.
        tagged = rendered(f"{NETWORK}tags: {{{json.dumps('k' + word)}: {quoted}}}\n", here, tfgen)
        shop = rendered(
            f"{SHOP}    command: [run, {quoted}]\n    environment: {{A: {quoted}}}\n"
            f"backend: {{bucket: state, key: {json.dumps('k' + word.replace(chr(10), ' ') + 'k')}}}\n",
            here,
            tfgen,
        )
        return shop | {"variables.tf": tagged["variables.tf"]}

    hostile, harmless = written(text), written("harmless")
    differing = {path: page for path, page in hostile.items() if page != harmless[path]}
    assert set(differing) == {"terraform.tf", "variables.tf", "modules/services/api.tf"}
    assert verify_pages(differing) == []
    block = re.compile(r'^ *[a-z_]+(?: "[^"]*")* \{$', re.MULTILINE)
    for path, page in differing.items():
        assert block.findall(page) == block.findall(harmless[path]), path
        assert page.count("\n") == harmless[path].count("\n"), path


@pytest.mark.parametrize("region", facts.regions())
def test_every_region_renders_or_says_why_not(region: str) -> None:
    for egress in WAYS_OUT:
        text = NETWORK.replace("us-east-1", region).replace("nat", egress)
        written, problems = package.render_text(text)
        if facts.regions()[region].zones_vary:
            assert [problem.code for problem in problems] == ["TG111"]
            letters = ", ".join(facts.regions()[region].zones)
            written, problems = package.render_text(f"{text}  zones: [{letters}]\n")
        assert problems == ()
        assert f'"{region}"' in written["terraform.tf"]


def test_a_thousand_services() -> None:
    """As many of them called and routed as AWS allows: 300 in a namespace, 100 behind a load balancer."""
    services = "".join(
        f"  s{n}: {{image: nginx, port: 80"
        + (f", connect: s{n}, calls: [s{(n * 7 + 1) % 300}]" if n < 300 else "")
        + (f", routes: [{{path: /s{n}, priority: {n + 1}}}]" if n < 100 else "")
        + "}\n"
        for n in range(1000)
    )
    written, problems = package.render_text(f"{NETWORK}services:\n{services}")
    assert {problem.severity for problem in problems} <= {"warning", "note"}
    assert sum(path.startswith("modules/services/s") for path in written) == 1000


# --- show


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_shown_spec_says_the_same(example: Path, here: Path, tfgen: Tfgen) -> None:
    """As YAML and as JSON it renders to the same bytes, and shown again it is itself."""
    plain = rendered(example.read_text(), here, tfgen, example.name)
    shown = tfgen("show", example.name)
    assert shown.code == 0
    assert ": warning TG" not in shown.err
    as_json = tfgen("show", "--json", example.name).out
    assert rendered(shown.out, here, tfgen, example.name) == plain
    assert tfgen("show", example.name).out == shown.out
    assert rendered(as_json, here, tfgen, example.name) == plain
    assert tfgen("show", example.name).out == shown.out


def test_show_fills_in_every_default(here: Path, tfgen: Tfgen) -> None:
    shown = json.loads(tfgen("show", "--json", spec(here, SHOP)).out)
    assert shown["network"] == {
        "egress": "nat", "cidr": "10.0.0.0/16", "zones": ["a", "b"],
        "nat": {"zones": "per-zone", "addresses": {}},
        "subnets": {"public": 22, "private": 20}, "ipv6": False, "routes": [], "endpoints": [],
        "service_connect_endpoint": True,
    }  # fmt: skip
    assert shown["load_balancer"]["listeners"] == {
        "http": {
            "port": 80, "protocol": "http", "headers": {}, "server_header": True, "redirects": [],
            "cidrs": ["0.0.0.0/0"],
        },
    }  # fmt: skip
    api = shown["services"]["api"]
    assert api["ports"] == {"http": {"number": 5000, "protocol": "http"}}
    assert api["routes"] == [
        {
            "path": "/api/profile", "methods": [], "headers": {}, "query": {}, "source": [], "port": "http",
            "listener": "http",
        }
    ]  # fmt: skip
    assert api["connect"] == [{"name": "backend", "port": "http", "alias_port": 5000, "timeouts": {}}]
    assert (api["cpu"], api["memory"], api["count"]) == (512, 1024, 2)
    assert api["egress"] == [{"cidr": "0.0.0.0/0", "port": 443, "protocol": "tcp"}]


WORDS = "1.10 true ~ << = no 0x1F 007 1e3 {}[] a: a:b #a a#b ' \" { &a *a !a %a @a `a` \\n | > - ? 大きさ 😀"
SPACED = [
    "",
    " a ",
    "- a",
    "a: b",
    "a #b",
    "\x07",
    "\u2028",
    "a\x85b",
    "\x85",
    "\ufeff",
    "\n",
    "a\n\n b\n",
    "x y " * 50,
]
ODD = [*WORDS.split(" "), *SPACED, "e\u0301", "x" * 200]


def test_odd_text_is_shown_so_that_it_reads_back(here: Path, tfgen: Tfgen) -> None:
    values = {f"{number} {word}"[:120]: word for number, word in enumerate(ODD)}
    keys = {word[:120]: "x" for word in ODD if word and word.isascii()}
    for odd in (values, keys):
        _is_shown(odd, here, tfgen)


def _is_shown(odd: dict[str, str], here: Path, tfgen: Tfgen) -> None:
    written = "".join(f"  {_quoted(key)}: {_quoted(value)}\n" for key, value in odd.items())
    spec(here, f"{NETWORK}tags:\n{written}")
    plain = pages_of(tfgen, here)
    shown = json.loads(tfgen("show", "--json", "shop.yaml").out)["tags"]
    assert shown == {_composed(key): _composed(value) for key, value in odd.items()}
    spec(here, tfgen("show", "shop.yaml").out)
    assert pages_of(tfgen, here) == plain


def _composed(text: str) -> str:
    """As Terraform holds every string."""
    return unicodedata.normalize("NFC", text)


def _quoted(text: str) -> str:
    plain = set(string.ascii_letters + string.digits + " ")
    return '"{}"'.format("".join(char if char in plain else f"\\U{ord(char):08x}" for char in text))


def pages_of(tfgen: Tfgen, here: Path) -> dict[str, str]:
    done = tfgen("render", "shop.yaml")
    assert (done.code, done.err) == (0, "")
    return pages(here / "generated/shop")


# --- validate


def fake_terraform(here: Path, *failing: str) -> Path:
    """A program that writes down how it was called, leaves a file where it works, and may fail."""
    program = here / "bin" / "terraform"
    program.parent.mkdir(exist_ok=True)
    fails = "".join(f'*" {command} "*) echo "no {command} today"; exit 3;;\n' for command in failing)
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {here}/calls\ncd "${{1#-chdir=}}" && : > left.behind\n'
        f'case " $* " in\n{fails}*) exit 0;;\nesac\n'
    )
    program.chmod(0o755)
    return program


def calls(here: Path) -> list[str]:
    """What terraform was asked, without the folder."""
    return [line.partition(" ")[2] for line in (here / "calls").read_text().splitlines()]


def stack(here: Path) -> Path:
    written, _ = package.render_text(NETWORK)
    write_pages(written, here / "stack")
    return here / "stack"


def test_validate_takes_the_folder_of_one_stack(here: Path, tfgen: Tfgen) -> None:
    """Terraform finds nothing wrong in a folder without files, whatever is in those below it."""
    tfgen("render", spec(here, SHOP))
    done = tfgen("validate", "generated")
    assert (done.code, done.out) == (2, "")
    assert "generated itself contains no .tf files; name the folder of one stack: generated/shop" in done.err


def test_validate_runs_terraform_in_a_copy(here: Path, tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stack(here)
    (folder / ".terraform").mkdir()
    (folder / ".terraform" / "broken.tf").write_text("} not ours, and not to be read {")
    before = pages(folder)
    monkeypatch.setenv("PATH", str(fake_terraform(here).parent))
    assert tfgen("validate", "stack") == Done(
        0,
        "python-hcl2: 11 files parse\n"
        "terraform fmt -check: passed\nterraform init -backend=false: passed\nterraform validate: passed\n",
        "",
    )
    assert calls(here) == [
        "fmt -check -recursive -diff",
        "init -backend=false -input=false -no-color",
        "validate -no-color",
    ]
    assert pages(folder) == before


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("fmt", "terraform fmt -check: failed\n"),
        ("init", "terraform fmt -check: passed\nterraform init -backend=false: failed\n"),
        (
            "validate",
            "terraform fmt -check: passed\nterraform init -backend=false: passed\n"
            "terraform validate: failed\n",
        ),
    ],
)
def test_validate_stops_where_terraform_fails(here: Path, tfgen: Tfgen, command: str, said: str) -> None:
    stack(here)
    done = tfgen("validate", "stack", "--terraform", fake_terraform(here, command))
    assert done == Done(1, f"python-hcl2: 11 files parse\n{said}", f"no {command} today\n")


def test_validate_says_what_it_skips(here: Path, tfgen: Tfgen) -> None:
    stack(here)
    done = tfgen("validate", "stack")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1].startswith(
        "terraform: skipped fmt, init and validate: neither terraform nor"
    )


def test_validate_runs_the_program_that_is_named(
    here: Path, tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the option, or else by the environment, or else tofu where there is no terraform."""
    stack(here)
    program = fake_terraform(here)
    other = program.rename(program.with_name("other"))
    assert "other fmt -check: passed" in tfgen("validate", "stack", "--terraform", other).out
    monkeypatch.setenv("TFGEN_TERRAFORM", str(other))
    assert "other fmt -check: passed" in tfgen("validate", "stack").out
    monkeypatch.delenv("TFGEN_TERRAFORM")
    other.rename(program.with_name("tofu"))
    monkeypatch.setenv("PATH", str(program.parent))
    assert "tofu fmt -check: passed" in tfgen("validate", "stack").out


# --- the program itself


def test_version(tfgen: Tfgen) -> None:
    assert tfgen("--version") == Done(0, f"tfgen {package.__version__}\n", "")


@pytest.mark.parametrize("columns", ["80", "120"])
def test_help_describes_every_command_whole(
    tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    commands = tfgen("--help").out.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert len(commands) > 10
    assert all(line.endswith(".") and not line.endswith("...") for line in commands)


@pytest.mark.parametrize("arguments", [("--help",), ("-h",)])
def test_help_names_every_command_and_every_exit_code_it_may_end_with(
    tfgen: Tfgen, arguments: tuple[str, ...]
) -> None:
    done = tfgen(*arguments)
    assert (done.code, done.err) == (0, "")
    for command in COMMANDS:
        assert re.search(rf"^  {command}\s+[A-Z]", done.out, re.MULTILINE)
    codes = re.findall(r"\b(\d+) [a-z]", " ".join(done.out.partition("Exit codes:")[2].split()))
    assert {int(code) for code in codes} == set(Exit)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself(tfgen: Tfgen, command: str) -> None:
    done = tfgen(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: tfgen {command} ")


_LOADED = """
import sys
from tfgen.commands.main import build_app
build_app(sys.argv[1])
print(*sorted(each.removeprefix("tfgen.") for each in sys.modules if each.startswith("tfgen.")))
"""


def test_a_command_loads_what_it_needs_and_no_other_command() -> None:
    def loaded(first: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", _LOADED, first],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        return set(done.stdout.split())

    always = {"commands", "commands.main", "commands.common", "problems", "texts"}
    assert loaded("render") == {*always, "commands.render"}
    commands = {f"commands.{path.stem}" for path in (ROOT / "tfgen/commands").glob("[!_]*.py")}
    assert commands == {f"commands.{name}" for name in (*COMMANDS, "main", "common", "terminal")}
    names = {"spec", "spec.ways_out"}  # the help of init lists the ways out
    assert loaded("--help") == always | commands | names


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("rendr",), ("--verion",), ("render",), ("render", "shop.yaml", "--outputs", "x"),
        ("render", "shop.yaml", "--as", "root"), ("eject",),
        ("affected", "shop.yaml"), ("show",), ("show", "shop.yaml", "bank.yaml"), ("validate",),
    ],
)  # fmt: skip
def test_wrong_usage(here: Path, tfgen: Tfgen, arguments: tuple[str, ...]) -> None:
    spec(here, NETWORK)
    done = tfgen(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: tfgen" in done.err
    assert sorted(path.name for path in here.iterdir()) == ["shop.yaml"]


def test_warnings_do_not_mix_with_results(here: Path, tfgen: Tfgen) -> None:
    done = tfgen("render", "--json", spec(here, f"{NETWORK}  nat_zone: a\n"))
    assert done.code == 0
    assert "warning TG211" in done.err
    assert json.loads(done.out)[0]["stack"] == "shop"


# --- its streams and its environment

UMLAUT = f"{NETWORK}tags: {{größe: 大きさ}}\n"


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
    ],
    ids=str,
)
def test_any_locale_will_do(here: Path, environment: dict[str, str]) -> None:
    """Pages are UTF-8 anywhere; results that cannot be printed as they are have escapes that read back."""
    spec(here, UMLAUT)
    head = "# Generated by tfgen from größe.yaml: change the spec and render again.\n"
    assert process("render", spec(here, UMLAUT, "größe.yaml"), "-o", "a", cwd=here, environment=environment)
    assert (here / "a/main.tf").read_text(encoding="utf-8").startswith(head)
    here.joinpath("wrong.yaml").write_text(UMLAUT.replace("nat", "größe"), encoding="utf-8")
    assert process("render", "shop.yaml", cwd=here, environment=environment).returncode == 0
    assert '"größe" = "大きさ"' in (here / "generated/shop/variables.tf").read_text(encoding="utf-8")
    wrong = process("render", "wrong.yaml", cwd=here, environment=environment)
    assert wrong.returncode == 1
    assert b"wrong.yaml:4:11: error TG105" in wrong.stderr
    for arguments in (["show", "shop.yaml"], ["show", "--json", "shop.yaml"]):
        shown = process(*arguments, cwd=here, environment=environment).stdout.decode("utf-8")
        written, problems = package.render_text(shown, "shop.yaml")
        assert problems == ()
        assert written == package.render_text(UMLAUT, "shop.yaml")[0]


@pytest.mark.parametrize(
    "arguments", [("show", "shop.yaml"), ("render", "shop.yaml"), ("--help",), ("--version",)]
)
def test_nobody_reads_the_result(here: Path, arguments: tuple[str, ...]) -> None:
    """`tfgen show shop.yaml | head -0`: no complaint, and no code that would mean the spec is wrong."""
    spec(here, NETWORK)
    reader, writer = os.pipe()
    os.close(reader)
    done = process(*arguments, cwd=here, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("arguments", [("show", "shop.yaml"), ("--version",)])
def test_the_result_cannot_be_printed(here: Path, arguments: tuple[str, ...]) -> None:
    spec(here, NETWORK)
    with Path("/dev/full").open("wb") as full:
        done = process(*arguments, cwd=here, stdout=full)
    assert (done.returncode, done.stderr) == (5, b"tfgen: cannot print the result: no space left on device\n")


def test_without_any_streams(here: Path) -> None:
    """A service or a scheduler may close them."""
    spec(here, NETWORK)
    command = f"exec {sys.executable} -m tfgen render shop.yaml <&- >&- 2>&-"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert (here / "generated/shop/main.tf").is_file()
