"""What git makes of two branches that rendered, and the render that repairs it. With a real git.

The author merges the spec; a render does the rest, and loses no hand edit on the way.
"""

import os
import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from _pytest.mark import ParameterSet
from support.repository import commit_all, git, new_repository

import tfgen
from tfgen.git import earlier_content, merged_text
from tfgen.output import disk
from tfgen.output.compare import Changes, compare_pages
from tfgen.output.history import History, is_made_of_pages, is_result_of_merge, keeps_all, may_be_mixed_with
from tfgen.output.manifest import NAME
from tfgen.output.write import eject_files, write_pages
from tfgen.problems import TfgenError

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")

GIT = History(earlier_content, merged_text)
ONCE = {".gitignore": "*.tfstate\n"}
SHOP = """\
name: shop
region: us-east-1
network: {egress: nat}
services:
  web: {image: nginx, port: 80, routes: [/], calls: [api]}
  api: {image: nginx, port: 81, connect: api}
"""
MERGES = {
    "a service on each side": (
        f"{SHOP}  cart: {{image: nginx, port: 82, connect: cart}}\n",
        f"{SHOP}  mail: {{image: nginx, port: 83, connect: mail}}\n",
        f"{SHOP}  cart: {{image: nginx, port: 82, connect: cart}}\n"
        "  mail: {image: nginx, port: 83, connect: mail}\n",
    ),
    "one service with a change on each side": (
        SHOP.replace("routes: [/]", "routes: [/], count: 3"),
        SHOP.replace("routes: [/]", "routes: [/], cpu: 1024, memory: 2048"),
        SHOP.replace("routes: [/]", "routes: [/], count: 3, cpu: 1024, memory: 2048"),
    ),
    "a service goes and another one changes": (
        SHOP.partition("  api")[0].replace(", calls: [api]", ""),
        SHOP.replace("nginx, port: 81", "nginx:2, port: 81"),
        SHOP.partition("  api")[0].replace(", calls: [api]", ""),
    ),
    "another egress and another service": (
        SHOP.replace("nat}", "public}"),
        f"{SHOP}  mail: {{image: nginx, port: 83, connect: mail}}\n",
        f"{SHOP.replace('nat}', 'public}')}  mail: {{image: nginx, port: 83, connect: mail}}\n",
    ),
    "another egress on each side": (
        SHOP.replace("nat}", "public}"),
        SHOP.replace("nat}", "nat, nat: single}"),
        SHOP.replace("nat}", "public}"),
    ),
}  # fmt: skip


def quickly(first: str, *others: str) -> list[ParameterSet]:
    """The first of these for the quick tests, and all of them for the rest."""
    return [pytest.param(first), *(pytest.param(other, marks=pytest.mark.slow) for other in others)]


def pages_of(spec: str) -> dict[str, str]:
    pages, problems = tfgen.render_text(spec, "shop.yaml")
    assert pages, problems
    return pages


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return new_repository(tmp_path / "repo", monkeypatch)


def commit(repo: Path, spec: str) -> None:
    write_pages(pages_of(spec), repo / "stack", once=ONCE)
    commit_all(repo)


def branches(repo: Path, base: str, ours: str, theirs: str) -> None:
    """Two branches that each rendered another spec; `ours` is checked out."""
    commit(repo, base)
    git(repo, "checkout", "--quiet", "-b", "theirs")
    commit(repo, theirs)
    git(repo, "checkout", "--quiet", "main")
    commit(repo, ours)


def looked_at(repo: Path, spec: str) -> Changes:
    return compare_pages(pages_of(spec), repo / "stack", ONCE, history=GIT).changes


def assert_repaired(repo: Path, spec: str) -> None:
    assert looked_at(repo, spec).in_the_way == ()
    write_pages(pages_of(spec), repo / "stack", once=ONCE, history=GIT)
    write_pages(pages_of(spec), repo.parent / "anew", once=ONCE)
    assert tree(repo / "stack") == tree(repo.parent / "anew")


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


WAYS = {
    "merge": ("merge", "theirs"),
    "rebase": ("rebase", "theirs"),
    "cherry-pick": ("cherry-pick", "theirs"),
}


@pytest.mark.parametrize("style", quickly("merge", "diff3"))
@pytest.mark.parametrize("way", quickly(*WAYS))
@pytest.mark.parametrize("sides", MERGES)
def test_a_merge_repairs_itself(sides: str, way: str, style: str, repo: Path) -> None:
    ours, theirs, merged = MERGES[sides]
    git(repo, "config", "merge.conflictStyle", style)
    branches(repo, SHOP, ours, theirs)
    git(repo, *WAYS[way], check=False)
    assert "<<<<<<<" in (repo / "stack" / NAME).read_text()
    assert_repaired(repo, merged)


@pytest.mark.parametrize("taken", quickly(r"\1\2", r"\1", r"\2"))
def test_a_side_that_somebody_took_of_a_conflict_is_no_edit(taken: str, repo: Path) -> None:
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    git(repo, "merge", "theirs", check=False)
    page = repo / "stack/main.tf"
    sides, count = CONFLICT.subn(taken, page.read_text())
    assert count
    page.write_text(sides)
    assert_repaired(repo, merged)


MARKERS_COMMITTED = {
    "merge": [("merge", "theirs"), ("add", "--all"), ("commit", "-m", "merged")],
    "squash": [("merge", "--squash", "theirs"), ("add", "--all"), ("commit", "-m", "squashed")],
    "cherry-pick": [("cherry-pick", "theirs"), ("add", "--all"), ("commit", "-m", "picked")],
    "rebase": [("rebase", "theirs"), ("add", "--all"), ("-c", "core.editor=true", "rebase", "--continue")],
    "stash": [
        ("checkout", "theirs"), ("reset", "--soft", "main~1"), ("stash",), ("checkout", "main"),
        ("stash", "pop"), ("add", "--all"), ("commit", "-m", "popped"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("way", quickly(*MARKERS_COMMITTED))
def test_a_merge_that_was_committed_with_its_markers_repairs_itself(way: str, repo: Path) -> None:
    """Whatever was committed since, and though the other side may be no ancestor of what is checked out."""
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    for arguments in MARKERS_COMMITTED[way]:
        git(repo, *arguments, check=False)
    commit_all(repo)
    assert "<<<<<<<" in (repo / "stack/main.tf").read_text()
    assert_repaired(repo, merged)


def test_a_rebase_of_several_commits_with_the_markers_of_each_repairs_itself(repo: Path) -> None:
    """The second commit conflicts with what the first one left; its markers are among those of the first."""
    first = SHOP.replace("port: 81", "port: 82")
    second = first.replace("port: 82", "port: 83")
    theirs = SHOP.replace("port: 81", "port: 84")
    branches(repo, SHOP, first, theirs)
    commit(repo, second)
    goes_on("rebase", "theirs")(repo)
    page = (repo / "stack/modules/services/api.tf").read_text()
    assert re.search("(?m)^=======\n((?!>>>>>>>).*\n)*<<<<<<<|^<<<<<<<.*\n((?!=======).*\n)*<<<<<<<", page)
    assert_repaired(repo, second)


@pytest.mark.slow
def test_where_no_commit_that_git_has_shows_the_other_side_it_counts_as_edited(
    repo: Path, tmp_path: Path
) -> None:
    """A clone of depth 1 has the commit with the markers, and nothing else."""
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    git(repo, "merge", "theirs", check=False)
    commit_all(repo)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repo}", "shallow")
    assert "main.tf" in looked_at(tmp_path / "shallow", merged).in_the_way
    git(tmp_path / "shallow", "fetch", "--quiet", "--unshallow")
    assert_repaired(tmp_path / "shallow", merged)


SERVICES = "  web: {image: nginx, port: 80, routes: [/], calls: [api]}\n"
RENAMED = SHOP.replace("  web: {", "  site: {was: web, ")


@pytest.mark.parametrize("renaming", quickly("ours", "theirs"))
@pytest.mark.parametrize(
    "other", [SHOP.replace("routes: [/]", "routes: [/], count: 3"), SHOP.replace("nat}", "public}")]
)
def test_a_file_that_git_took_for_a_renamed_one_is_no_edit(renaming: str, other: str, repo: Path) -> None:
    """One side renames a service, the other changes its page."""
    sides = (RENAMED, other) if renaming == "ours" else (other, RENAMED)
    branches(repo, SHOP, *sides)
    git(repo, "merge", "theirs", check=False)
    merged = other.replace("  web: {", "  site: {was: web, ")
    page = (repo / "stack/modules/services/site.tf").read_text()
    assert page not in (pages_of(spec)["modules/services/site.tf"] for spec in (RENAMED, merged))
    assert_repaired(repo, merged)


REPLACED = "  zeta: {image: nginx, port: 92, connect: zeta}\n"
BESIDE = SHOP + "  jobs: {image: nginx, port: 83, connect: jobs}\n"


@pytest.mark.parametrize(
    "edit",
    [lambda page, block: page.replace(block, block * 2), lambda page, block: page.replace(block, "")],
    ids=["twice", "no more"],
)
@pytest.mark.parametrize(
    "head", quickly('resource "aws_iam_role" "zeta_task"', 'resource "aws_security_group" "zeta"')
)
def test_a_block_in_a_file_that_git_took_for_a_renamed_one(
    edit: Callable[[str, str], str], head: str, repo: Path
) -> None:
    """One service goes and another comes, in one commit, which git takes for a rename."""
    branches(repo, BESIDE, BESIDE.replace("port: 83", "port: 83, count: 4"), SHOP + REPLACED)
    git(repo, "merge", "theirs", check=False)
    place = "modules/services/zeta.tf"
    page = (repo / "stack" / place).read_text()
    assert page != pages_of(SHOP + REPLACED)[place]
    assert looked_at(repo, SHOP + REPLACED).in_the_way == ()
    (block,) = re.findall(rf"(?ms)^{re.escape(head)}.*?^}}\n\n", page)
    (repo / "stack" / place).write_text(edit(page, block))
    assert looked_at(repo, SHOP + REPLACED).in_the_way == (place,)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("merge.ff", "only"),
        ("merge.verifySignatures", "true"),
        ("core.autocrlf", "input"),
        ("core.attributesFile", "* text=auto eol=crlf"),
        ("core.attributesFile", "* conflict-marker-size=20"),
    ],
)
def test_what_somebody_configured_changes_no_answer(
    name: str, value: str, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    if name == "core.attributesFile":
        (repo.parent / "attributes").write_text(f"{value}\n")
        value = str(repo.parent / "attributes")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(repo.parent / "config"))
    git(repo, "config", "--global", name, value)
    git(repo, "merge", "--no-ff", "--no-verify-signatures", "theirs", check=False)
    assert looked_at(repo, merged).in_the_way == ()


def test_a_hand_edit_beside_a_conflict_is_not_lost(repo: Path) -> None:
    """The page has two hashes in the manifest only because its line stands beside one that conflicts."""
    theirs = f"{SHOP}  mail: {{image: nginx, port: 83, connect: mail}}\n"
    ours, merged = SHOP.replace("port: 81", "port: 82"), theirs.replace("port: 81", "port: 82")
    branches(repo, SHOP, ours, theirs)
    page = repo / "stack/main.tf"
    page.write_text(page.read_text().replace('module "services" {\n', 'module "services" {\n  # by hand\n'))
    commit_all(repo)
    git(repo, "merge", "theirs", check=False)
    assert (repo / "stack" / NAME).read_text().count("  main.tf\n") == 2
    assert looked_at(repo, merged).in_the_way == ("main.tf",)
    with pytest.raises(TfgenError, match=r"\n\+  # by hand\n") as refused:
        write_pages(pages_of(merged), repo / "stack", once=ONCE, history=GIT)
    assert "The manifest contains conflict markers of a merge." in refused.value.message


def test_a_file_of_the_users_where_a_page_is_to_go_amid_a_merge_is_in_the_way(repo: Path) -> None:
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    git(repo, "merge", "theirs", check=False)
    (repo / "stack/modules/services/jobs.tf").write_text("# by hand\n")
    more = f"{merged}  jobs: {{image: nginx}}\n"
    found = looked_at(repo, more)
    assert found.foreign == found.in_the_way == ("modules/services/jobs.tf",)


def test_a_file_that_is_ejected_amid_a_merge_leaves_the_rest_to_be_repaired(repo: Path) -> None:
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    page = repo / "stack/modules/network/vpc.tf"
    page.write_text("# by hand\n")
    commit_all(repo)
    git(repo, "merge", "theirs", check=False)
    assert looked_at(repo, merged).in_the_way == ("modules/network/vpc.tf",)
    eject_files([page], repo / "stack")
    write_pages(pages_of(merged), repo / "stack", once=ONCE, history=GIT)
    assert page.read_text() == "# by hand\n"
    assert "<<<<<<<" not in "".join(text.decode() for text in tree(repo / "stack").values())
    assert looked_at(repo, merged).none


JOBS = f"""\
{SHOP}  docs: {{image: nginx, port: 84, routes: [/docs]}}
  jobs: {{image: nginx, port: 83, connect: jobs}}
"""


@pytest.mark.parametrize("style", quickly("merge", "diff3", "zdiff3"))
def test_a_conflict_that_holds_the_heads_of_two_blocks_is_nobodys_edit(style: str, repo: Path) -> None:
    docs = "  docs: {image: nginx, port: 84, routes: [/docs]}\n"
    ours = JOBS.replace(docs, "") + "  alpha: {image: nginx, port: 91, connect: alpha}\n"
    git(repo, "config", "merge.conflictStyle", style)
    branches(repo, JOBS, ours, JOBS.replace("  jobs: {", "  batch: {was: jobs, "))
    git(repo, "merge", "theirs", check=False)
    assert re.search(r"(?m)^[<|=]{7}.*\nvariable", (repo / "stack/variables.tf").read_text())
    assert_repaired(repo, ours.replace("  jobs: {", "  batch: {was: jobs, "))


def test_a_block_that_git_shows_as_moved_is_nobodys_edit(repo: Path) -> None:
    """Both sides have the variable of docs, and in the conflict one side lacks it: git does so again."""
    ours = START.replace("  mail: {image: nginx, port: 83, connect: mail}\n", "")
    theirs = START.replace("  mail: {", "  batch: {was: mail, ")
    branches(repo, START, ours, theirs)
    git(repo, "merge", "theirs", check=False)
    page = (repo / "stack/variables.tf").read_text()
    assert re.search('<<<<<<< .*\n=======\nvariable "docs_image" {', page)
    assert looked_at(repo, theirs).in_the_way == ()
    (repo / "stack/variables.tf").write_text(page.replace('variable "api_image" {\n', ""))
    assert looked_at(repo, theirs).in_the_way == ("variables.tf",)


def test_what_was_picked_of_a_deleted_branch_is_in_the_conflict_itself(repo: Path) -> None:
    """There git has the page of theirs at the name that it has on ours."""
    other = SHOP.replace("routes: [/]", "routes: [/], count: 3")
    branches(repo, SHOP, RENAMED, other)
    git(repo, "cherry-pick", "-n", "theirs", check=False)
    git(repo, "branch", "-D", "theirs")
    git(repo, "reflog", "expire", "--expire=now", "--all")
    merged = other.replace("  web: {", "  site: {was: web, ")
    page = (repo / "stack/modules/services/site.tf").read_text()
    assert page not in (pages_of(spec)["modules/services/site.tf"] for spec in (RENAMED, merged))
    assert "modules/services/site.tf" not in looked_at(repo, merged).in_the_way


NAMED, DESCRIBED = '  name        = "shop-web"\n', '  description = "Tasks of web"\n'
GROUP = f"""\
resource "aws_security_group" "web" {{
{NAMED}{DESCRIBED}  vpc_id      = var.vpc_id

  tags = {{ Name = "shop-web" }}
}}

"""


BY_HAND: dict[str, Callable[[str], str]] = {
    "lines in another order": lambda page: page.replace(NAMED + DESCRIBED, DESCRIBED + NAMED),
    "no line": lambda page: page.replace(DESCRIBED, ""),
    "a line twice": lambda page: page.replace(DESCRIBED, DESCRIBED * 2),
    "no block": lambda page: page.replace(GROUP, ""),
    "a block twice": lambda page: page.replace(GROUP, GROUP * 2),
    "a block elsewhere": lambda page: page.replace(GROUP, "") + f"\n{GROUP[:-1]}",
}


@pytest.mark.parametrize("kind", quickly(*BY_HAND))
def test_an_edit_of_a_file_that_both_sides_rendered_is_not_discarded(kind: str, repo: Path) -> None:
    """It was committed before the merge, and no line of it is the user's own."""
    ours, theirs, merged = MERGES["one service with a change on each side"]
    branches(repo, SHOP, ours, theirs)
    page = repo / "stack/modules/services/web.tf"
    before = page.read_text()
    page.write_text(BY_HAND[kind](before))
    assert page.read_text() != before
    commit_all(repo)
    git(repo, "merge", "theirs", check=False)
    assert (repo / "stack" / NAME).read_text().count("  modules/services/web.tf\n") == 2
    assert looked_at(repo, merged).in_the_way == ("modules/services/web.tf",)


def test_a_hand_edit_that_makes_of_a_line_what_theirs_has_is_not_lost(repo: Path) -> None:
    """Ours rendered three tasks, among others, and somebody made them two again, as theirs has them."""
    ours, theirs, merged = (
        spec.replace("count: 3", "count: 3, environment: {A: b}")
        for spec in MERGES["one service with a change on each side"]
    )
    branches(repo, SHOP, ours, theirs)
    page = repo / "stack/modules/services/web.tf"
    text = page.read_text()
    page.write_text(re.sub("(desired_count .*)3", r"\g<1>2", text))
    assert page.read_text() != text
    commit_all(repo)
    git(repo, "merge", "theirs", check=False)
    assert looked_at(repo, merged).in_the_way == ("modules/services/web.tf",)


def test_what_somebody_only_took_away_is_an_edit_too(repo: Path) -> None:
    """Of a page that neither side rendered anew, while others of the merge are unsettled."""
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    page = repo / "stack/modules/network/vpc.tf"
    page.write_text(page.read_text().replace("  enable_dns_hostnames = true\n", ""))
    git(repo, "merge", "theirs", check=False)
    assert looked_at(repo, merged).in_the_way == ("modules/network/vpc.tf",)
    page.write_text("")
    assert looked_at(repo, merged).in_the_way == ("modules/network/vpc.tf",)


def test_a_repair_that_is_stopped_continues(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    git(repo, "merge", "theirs", check=False)
    replace, seen = disk.Folder.replace, list[str]()

    def fails(folder: disk.Folder, old: str, new: str) -> None:
        seen.append(new)
        if len(seen) == 3:
            raise OSError(5, "Input/output error")
        replace(folder, old, new)

    monkeypatch.setattr(disk.Folder, "replace", fails)
    with pytest.raises(TfgenError, match="Some files may be new"):
        write_pages(pages_of(merged), repo / "stack", once=ONCE, history=GIT)
    monkeypatch.undo()
    assert_repaired(repo, merged)


@pytest.mark.parametrize("path", ["main.tf", "modules/services/web.tf"])
def test_an_edit_with_the_markers_of_git_is_still_an_edit(repo: Path, path: str) -> None:
    """`git checkout -m` leaves an edit that was never committed between them."""
    commit(repo, SHOP)
    (repo / "stack" / path).write_text("<<<<<<< HEAD\n# theirs\n=======\n# mine\n>>>>>>> local\n")
    assert looked_at(repo, SHOP).in_the_way == (path,)


# --- at random

SEEDS = int(os.environ.get("TFGEN_SEEDS", "40"))
Edit = Callable[[dict], object]  # type: ignore[type-arg]


def setting(service: str, **keys: object) -> Edit:
    return lambda spec: spec["services"].get(service, {}).update(keys)


def adding(name: str, port: int) -> Edit:
    service = {"image": "nginx", "port": port, "connect": name}
    return lambda spec: spec["services"].update({name: service})


def renaming(old: str, new: str) -> Edit:
    def rename(spec: dict) -> None:  # type: ignore[type-arg]
        services = {new if name == old else name: each for name, each in spec["services"].items()}
        if old in spec["services"]:
            services[new]["was"] = old
        spec["services"] = services

    return rename


EDITS: tuple[Edit, ...] = (
    setting("web", count=3), setting("web", environment={"A": "b"}), setting("api", port=85),
    setting("api", environment={"A": "b"}), setting("mail", count=4), setting("docs", port=99),
    setting("mail", cpu=1024, memory=2048), setting("docs", routes=["/docs", "/more"]),
    adding("cart", 90), adding("alpha", 91), adding("zeta", 92), renaming("web", "site"),
    renaming("mail", "batch"),
    lambda spec: spec["network"].update(egress="public"),
    lambda spec: spec.update(tags={"team": "shop"}),
    lambda spec: spec["services"].pop("docs", None),
    lambda spec: spec["services"].pop("mail", None),
    lambda spec: spec.update(services=dict(reversed(spec["services"].items()))),
)  # fmt: skip
START = f"""\
{SHOP}  mail: {{image: nginx, port: 83, connect: mail}}
  docs: {{image: nginx, port: 84, routes: [/docs]}}
"""


def edited(*edits: Edit) -> str:
    spec = yaml.safe_load(START)
    for edit in edits:
        edit(spec)
    return yaml.safe_dump(spec, sort_keys=False)


def runs(*arguments: str) -> Callable[[Path], None]:
    return lambda repo: git(repo, *arguments, check=False)


def goes_on(*arguments: str) -> Callable[[Path], None]:
    """Somebody commits whatever git left, markers and all, until git is done."""

    def run(repo: Path) -> None:
        git(repo, *arguments, check=False)
        for _ in range(3):
            git(repo, "add", "--all")
            git(repo, "-c", "core.editor=true", arguments[0], "--continue", check=False)

    return run


def squashes(repo: Path) -> None:
    git(repo, "merge", "--squash", "theirs", check=False)
    commit_all(repo)


def pops(repo: Path) -> None:
    """Theirs was never committed."""
    git(repo, "checkout", "--quiet", "theirs")
    git(repo, "reset", "--soft", "start")
    git(repo, "stash")
    git(repo, "checkout", "--quiet", "main")
    git(repo, "stash", "pop", check=False)


def takes_sides(repo: Path) -> None:
    """Somebody takes a side of the conflicts in each page, ours in one and theirs in another."""
    git(repo, "merge", "theirs", check=False)
    for path in tree(repo / "stack").keys() - {NAME}:
        page = repo / "stack" / path
        page.write_text(CONFLICT.sub(rf"\{len(path) % 2 + 1}", page.read_text()))


CONFLICT = re.compile(
    r"^<{7}.*\n((?:.*\n)*?)(?:\|{7}.*\n(?:.*\n)*?)?={7}\n((?:.*\n)*?)>{7}.*\n", re.MULTILINE
)


# The branch theirs has one commit or more from the tag start on, and main has others.
ANY_WAY: dict[str, Callable[[Path], None]] = {
    "merge": runs("merge", "theirs"),
    "merge and commit": goes_on("merge", "theirs"),
    "merge and take sides": takes_sides,
    "rebase": runs("rebase", "theirs"),
    "rebase theirs": runs("rebase", "main", "theirs"),
    "rebase and commit": goes_on("rebase", "theirs"),
    "rebase theirs and commit": goes_on("rebase", "main", "theirs"),
    "cherry-pick": runs("cherry-pick", "theirs"),
    "cherry-pick -n": runs("cherry-pick", "-n", "theirs"),
    "cherry-pick and commit": goes_on("cherry-pick", "start..theirs"),
    "squash": runs("merge", "--squash", "theirs"),
    "squash and commit": squashes,
    "revert": runs("revert", "--no-edit", "main~1"),
    "stash pop": pops,
}


def play(repo: Path, seed: int, *, by_hand: bool) -> str:
    """Two branches and what git makes of them, the same for a seed but for an edit; the spec they come to."""
    dice = random.Random(seed)
    ours = dice.sample(EDITS, dice.randint(1, 3))
    theirs = dice.sample([edit for edit in EDITS if edit not in ours], dice.randint(1, 3))
    side = dice.choice(["main", "theirs"])
    git(repo, "config", "merge.conflictStyle", dice.choice(["merge", "diff3", "zdiff3"]))
    commit(repo, START)
    git(repo, "tag", "start")
    for name, edits in (("theirs", theirs), ("main", ours)):
        git(repo, "checkout", "--quiet", "-B", name, "start")
        steps = sorted({*dice.sample(range(1, len(edits) + 1), dice.randint(1, len(edits))), len(edits)})
        for step in steps:
            commit(repo, edited(*edits[:step]))
        if by_hand and name == side:
            edit_by_hand(repo, random.Random(seed))
    dice.choice(list(ANY_WAY.values()))(repo)
    return edited(*ours, *theirs)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_merge_loses_a_hand_edit_or_finds_one_that_nobody_made(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without, repo = (new_repository(tmp_path / name, monkeypatch) for name in ("without", "with"))
    merged = play(without, seed, by_hand=False)
    play(repo, seed, by_hand=True)
    before, as_edited = tree(without / "stack"), tree(repo / "stack")
    by_hand = {path for path, text in as_edited.items() if bare(text) != bare(before.get(path, b""))} - {NAME}
    found = {*looked_at(repo, merged).in_the_way}
    assert in_doubt(without) or not looked_at(without, merged).in_the_way, "somebody is said to have edited"
    assert in_doubt(repo) or found <= by_hand, "somebody is said to have made another edit"
    if not found:  # what one side edited and the other removed is nobody's any more, and stays
        write_pages(pages_of(merged), repo / "stack", once=ONCE, history=GIT)
        lost = {path for path in by_hand if tree(repo / "stack").get(path) != as_edited[path]}
        assert not lost, "an edit was lost"


def in_doubt(repo: Path) -> bool:
    """Whether conflicts were committed, and others on top of them: then nobody can tell whose is which."""
    return len(git(repo, "log", "--format=%H", "-S<<<<<<<", "--", f"stack/{NAME}").split()) > 1


def bare(text: bytes) -> bytes:
    """Without the names of commits."""
    return re.sub(rb"(?m)^([<|>]{7}).*", rb"\1", text)


def edit_by_hand(repo: Path, dice: random.Random) -> None:
    """A line or a block of a page is new, another, gone, there twice or elsewhere; in the last commit."""
    page = dice.choice(sorted((repo / "stack").rglob("*.tf")))
    kind = dice.choice(["new", "another", "gone", "twice", "elsewhere"])
    text = page.read_text()
    parts = text.split("\n\n") if dice.random() < 0.3 else text.splitlines()
    between = "\n\n" if "\n" in "".join(parts) else "\n"
    n = dice.choice([n for n, part in enumerate(parts) if re.search(r"\w", part)])
    part = parts.pop(n)
    parts[n:n] = {"new": [part, "# by hand"], "another": [f"{part} # by hand"], "twice": [part] * 2}.get(
        kind, []
    )
    if kind == "elsewhere":
        parts.insert(dice.randrange(len(parts) + 1), part)
    page.write_text(between.join(parts).rstrip("\n") + "\n")
    git(repo, "commit", "--quiet", "--all", "--amend", "--no-edit", "--allow-empty")


ONE = 'a "x" {\n  same\n  both\n}\n\na "y" {\n  same\n  first\n}\n'
OTHER = 'a "x" {\n  same\n  both\n  second\n}\n\na "z" {\n  same\n}\n'


@pytest.mark.parametrize(
    ("text", "woven", "whole"),
    [
        (ONE, True, True),
        (OTHER, True, True),
        ('a "x" {\n  same\n  both\n  second\n}\n\na "y" {\n  same\n  first\n}\n', True, True),
        ('a "x" {\n  same\n  both\n}\n', True, True),  # the other blocks went, each from one side
        ('a "z" {\n  same\n}\n', False, False),  # the page begins otherwise
        ('a "x" {\n  both\n\n  same\n}\n', False, True),  # in another order
        ('a "x" {\n  same\n}\n', True, False),  # what both have is gone
        ('a "x" {\n  same\n  same\n  both\n}\n', False, True),
        ('a "x" {\n  same\n  both\n  second\n  first\n}\n', True, True),  # both sides of a conflict
        ('a "x" {\n  same\n  both\n  mine\n}\n', False, True),
        ('a "x" {\n<<<<<<< A\n  same\n  both\n=======\n  same\n  both\n  second\n>>>>>>> B\n}\n', True, True),
        ('a "x" {\n<<<<<<< A\n  same\n  mine\n=======\n  same\n  both\n>>>>>>> B\n}\n', False, False),
        ('a "x" {\n  same\n<<<<<<< A\n  both\n||||||| B\n  old\n=======\n>>>>>>> C\n}\n', True, False),
        ('a "x" {\n  same\n  both\n<<<<<<< A\n<<<<<<< A\n=======\n  second\n>>>>>>> B\n}\n', True, True),
        ('a "x" {\n  same\n  both\n<<<<<<< \n<<<<<<< \n||||||| \n  old\n=======\n>>>>>>> C\n}\n', True, True),
        ('a "x" {\n  same\n  both\n<<<<<<< A\n<<<<<<< A\n=======\n  mine\n>>>>>>> B\n}\n', False, True),
        ('a "x" {\n<<<<<<< A\n  both\n<<<<<<< A\n=======\n  same\n>>>>>>> B\n}\n', False, True),
        ('a "x" {\n  same\n  both\n<<<<<<< A\n', False, True),
        ("", False, False),
    ],
)  # fmt: skip
def test_what_git_may_have_merged(text: str, woven: bool, whole: bool) -> None:
    assert is_made_of_pages(text, [ONE, OTHER]) == woven
    assert keeps_all(text, [ONE, OTHER]) == whole


def test_a_line_in_blocks_of_different_types_is_none_that_both_pages_have() -> None:
    one, other = 'a "x" {\n  same\n  tags\n}\n', 'a "x" {\n  same\n}\n\nb "y" {\n  tags\n}\n'
    assert keeps_all('a "x" {\n  same\n}\n', [one, other])


def test_blocks_in_another_order() -> None:
    blocks = ['a "x" {\n  x\n}\n\n', 'a "y" {\n  y\n}\n\n', 'a "z" {\n  z\n}\n\n']
    one, other = "".join(blocks), "".join(blocks) + 'a "w" {\n}\n'
    moved = "".join([blocks[1], blocks[0], blocks[2]])
    assert is_made_of_pages(f"a\n{moved}", [f"a\n{one}", f"a\n{other}"]) is False
    assert is_made_of_pages(f"a\n\n{moved}", [f"a\n\n{one}", f"a\n\n{other}"]) is True
    assert keeps_all(moved, [one, other]) is False
    assert keeps_all(moved, [one, moved + 'a "w" {\n}\n']) is True


def test_what_is_of_a_merge() -> None:
    merged = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\nd\n<<<<<<< HEAD\n=======\ne\n>>>>>>> x\n"
    for text in (
        merged,
        merged.replace("=======\nc", "||||||| base\nx\n=======\nc"),
        "a\nb\nd\n",
        "a\nb\nd\ne\n",
        "a\nc\nd\n",
        "a\nb\nc\nd\n",
        "<<<<<<< ours\na\nb\nd\n=======\na\nc\nd\ne\n>>>>>>> theirs\n",
        "a\nc\nd\n<<<<<<< HEAD\n=======\ne\n>>>>>>> x\n",
    ):
        assert is_result_of_merge(text, merged)
    for text in ("a\nd\n", "a\nc\nb\nd\n", "a\nb\nd\ne\ne\n", merged.replace("d", "f"), ""):
        assert not is_result_of_merge(text, merged)
    assert not is_result_of_merge("a\n", "")


def test_many_conflicts_are_soon_looked_at() -> None:
    """Each has a side that is empty, and what the other says stands in what follows."""
    conflicts = [f"<<<<<<< HEAD\n=======\na\n>>>>>>> x\nb {n}\n" for n in range(60)]
    page = "".join(f"a\nb {n}\n" for n in range(60))
    assert is_result_of_merge(page, "".join(conflicts))
    assert not is_result_of_merge(page + "mine\n", "".join(conflicts))
    same = "".join("<<<<<<< HEAD\na\n=======\na\na\n>>>>>>> x\n" for _ in range(60))
    assert is_result_of_merge("a\n" * 90, same)
    assert not is_result_of_merge("a\n" * 90 + "mine\n", same)


def test_a_file_that_git_may_have_renamed() -> None:
    old, new = 'a "b" "old" {\n  one\n  two\n}\n', 'a "b" "new" {\n  one\n}\n'
    mixed = 'a "b" "new" {\n  one\n  two\n}\n'
    assert may_be_mixed_with(mixed, old, [new])
    assert not may_be_mixed_with('a "b" "new" {\n}\n', old, [new]), "lines are gone, and none has come"
    assert not may_be_mixed_with(mixed, "c\n  two\n  e\n  f\n", [new]), "the other page is not alike"
    assert is_made_of_pages(mixed, [new, old])
    assert keeps_all(mixed, [new, old])
    assert not is_made_of_pages(mixed.replace("one", "mine"), [new, old])
