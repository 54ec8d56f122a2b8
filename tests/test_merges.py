"""What git makes of two branches that rendered, and the render that repairs it. With a real git.

The author merges the spec; a render does the rest, and loses no hand edit on the way.
"""

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.repository import commit_all, git, new_repository

import tfgen
from tfgen.git import earlier
from tfgen.output.compare import Changes, compare
from tfgen.output.history import is_mixed
from tfgen.output.manifest import NAME
from tfgen.output.write import eject, write
from tfgen.problems import TfgenError

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")

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
    "another way out and another service": (
        SHOP.replace("nat}", "public}"),
        f"{SHOP}  mail: {{image: nginx, port: 83, connect: mail}}\n",
        f"{SHOP.replace('nat}', 'public}')}  mail: {{image: nginx, port: 83, connect: mail}}\n",
    ),
    "another way out on each side": (
        SHOP.replace("nat}", "public}"),
        SHOP.replace("nat}", "nat, nat: single}"),
        SHOP.replace("nat}", "public}"),
    ),
}  # fmt: skip


def pages_of(spec: str) -> dict[str, str]:
    pages, problems = tfgen.render_text(spec, "shop.yaml")
    assert pages, problems
    return pages


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return new_repository(tmp_path / "repo", monkeypatch)


def commit(repo: Path, spec: str) -> None:
    write(pages_of(spec), repo / "stack", once=ONCE)
    commit_all(repo)


def branches(repo: Path, base: str, ours: str, theirs: str) -> None:
    """Two branches that each rendered another spec; `ours` is checked out."""
    commit(repo, base)
    git(repo, "checkout", "--quiet", "-b", "theirs")
    commit(repo, theirs)
    git(repo, "checkout", "--quiet", "main")
    commit(repo, ours)


def looked_at(repo: Path, spec: str) -> Changes:
    return compare(pages_of(spec), repo / "stack", ONCE, earlier=earlier).changes


def assert_repaired(repo: Path, spec: str) -> None:
    assert looked_at(repo, spec).in_the_way == ()
    write(pages_of(spec), repo / "stack", once=ONCE, earlier=earlier)
    write(pages_of(spec), repo.parent / "anew", once=ONCE)
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


@pytest.mark.parametrize("style", ["merge", pytest.param("diff3", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "way", ["merge", *(pytest.param(way, marks=pytest.mark.slow) for way in ("rebase", "cherry-pick"))]
)
@pytest.mark.parametrize("merge", MERGES)
def test_a_merge_repairs_itself(merge: str, way: str, style: str, repo: Path) -> None:
    ours, theirs, merged = MERGES[merge]
    git(repo, "config", "merge.conflictStyle", style)
    branches(repo, SHOP, ours, theirs)
    git(repo, *WAYS[way], check=False)
    assert "<<<<<<<" in (repo / "stack" / NAME).read_text()
    assert_repaired(repo, merged)


def test_a_merge_that_was_committed_with_its_markers_repairs_itself(repo: Path) -> None:
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    git(repo, "merge", "theirs", check=False)
    commit_all(repo)
    assert_repaired(repo, merged)


SERVICES = "  web: {image: nginx, port: 80, routes: [/], calls: [api]}\n"
RENAMED = SHOP.replace("  web: {", "  site: {was: web, ")


@pytest.mark.parametrize("renaming", ["ours", "theirs"])
@pytest.mark.parametrize(
    "other", [SHOP.replace("routes: [/]", "routes: [/], count: 3"), SHOP.replace("nat}", "public}")]
)
def test_a_page_that_git_took_for_a_renamed_one_is_nobodys_edit(
    renaming: str, other: str, repo: Path
) -> None:
    """One side renames a service, the other changes its page."""
    sides = (RENAMED, other) if renaming == "ours" else (other, RENAMED)
    branches(repo, SHOP, *sides)
    git(repo, "merge", "theirs", check=False)
    merged = other.replace("  web: {", "  site: {was: web, ")
    page = (repo / "stack/modules/services/site.tf").read_text()
    assert page not in (pages_of(spec)["modules/services/site.tf"] for spec in (RENAMED, merged))
    assert_repaired(repo, merged)


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
        write(pages_of(merged), repo / "stack", once=ONCE, earlier=earlier)
    assert "The manifest has the markers of a merge." in refused.value.message


def test_a_file_that_is_ejected_amid_a_merge_leaves_the_rest_to_be_repaired(repo: Path) -> None:
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    page = repo / "stack/modules/network/vpc.tf"
    page.write_text("# by hand\n")
    commit_all(repo)
    git(repo, "merge", "theirs", check=False)
    assert looked_at(repo, merged).in_the_way == ("modules/network/vpc.tf",)
    eject([page], repo / "stack")
    write(pages_of(merged), repo / "stack", once=ONCE, earlier=earlier)
    assert page.read_text() == "# by hand\n"
    assert "<<<<<<<" not in "".join(text.decode() for text in tree(repo / "stack").values())
    assert looked_at(repo, merged).none


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


def test_a_repair_that_is_stopped_goes_on(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs, merged = MERGES["a service on each side"]
    branches(repo, SHOP, ours, theirs)
    git(repo, "merge", "theirs", check=False)
    replace, seen = Path.replace, list[Path]()

    def fails(path: Path, target: Path) -> Path:
        seen.append(target)
        if len(seen) == 3:
            raise OSError(5, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(TfgenError, match="Some files may be new"):
        write(pages_of(merged), repo / "stack", once=ONCE, earlier=earlier)
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


def renaming(spec: dict) -> None:  # type: ignore[type-arg]
    services = {"site" if name == "web" else name: each for name, each in spec["services"].items()}
    if "web" in spec["services"]:
        services["site"]["was"] = "web"
    spec["services"] = services


EDITS: tuple[Edit, ...] = (
    setting("web", count=3), setting("web", environment={"A": "b"}), setting("api", port=85),
    setting("api", environment={"A": "b"}), setting("mail", count=4), setting("docs", port=99),
    adding("cart", 90), adding("alpha", 91), adding("zeta", 92), renaming,
    lambda spec: spec["network"].update(egress="public"),
    lambda spec: spec.update(tags={"team": "shop"}),
    lambda spec: spec["services"].pop("docs", None),
    lambda spec: spec["services"].pop("mail", None),
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


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_merge_loses_a_hand_edit_or_finds_one_that_nobody_made(seed: int, repo: Path) -> None:
    dice = random.Random(seed)
    ours = dice.sample(EDITS, dice.randint(1, 3))
    theirs = dice.sample([edit for edit in EDITS if edit not in ours], dice.randint(1, 3))
    merged = edited(*ours, *theirs)
    branches(repo, START, edited(*ours), edited(*theirs))
    if dice.random() < 0.5:
        edit_by_hand(repo, dice)
    git(repo, *dice.choice(list(WAYS.values())), check=False)
    by_hand = pages_by_hand(repo)
    found = looked_at(repo, merged).in_the_way
    assert {*found} <= by_hand, "somebody is said to have made an edit"
    if not found:  # what one side edited and the other removed is nobody's any more, and stays
        write(pages_of(merged), repo / "stack", once=ONCE, earlier=earlier)
        assert pages_by_hand(repo) == by_hand, "an edit was lost"


def pages_by_hand(repo: Path) -> set[str]:
    return {path for path, text in tree(repo / "stack").items() if b"# by hand" in text}


def edit_by_hand(repo: Path, dice: random.Random) -> None:
    """A line of a user's somewhere in a page, committed."""
    pages = sorted((repo / "stack").rglob("*.tf"))
    page = dice.choice(pages)
    lines = page.read_text().splitlines(keepends=True)
    lines.insert(dice.randrange(len(lines)), "# by hand\n")
    page.write_text("".join(lines))
    commit_all(repo)


ONE = 'a "x" {\n  same\n  both\n}\n\na "y" {\n  same\n  first\n}\n'
OTHER = 'a "x" {\n  same\n  both\n  second\n}\n\na "z" {\n  same\n}\n'


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        (ONE, True),
        (OTHER, True),
        ('a "x" {\n  same\n  both\n  second\n}\n\na "y" {\n  same\n  first\n}\n', True),
        ('a "x" {\n  both\n\n  same\n}\n', True),  # the other blocks went, each from one side
        ('a "x" {\n  same\n}\n', False),  # what both have is gone
        ('a "x" {\n  same\n  same\n  same\n  both\n}\n', False),
        ('a "x" {\n  both\n}\n\na "y" {\n  same\n  same\n}\n', False),  # what this block has in both is gone
        ('a "x" {\n  same\n  both\n  first\n  first\n}\n', False),
        ('a "x" {\n  same\n  both\n  mine\n}\n', False),
        ('a "x" {\n<<<<<<< HEAD\n  same\n  both\n=======\n  same\n  both\n  second\n>>>>>>> b\n}\n', True),
        ('a "x" {\n<<<<<<< HEAD\n  same\n  mine\n=======\n  same\n  both\n  second\n>>>>>>> b\n}\n', False),
        ('a "x" {\n<<<<<<< A\n  both\n||||||| B\n  old\n=======\n  same\n  second\n>>>>>>> C\n}\n', True),
        ("", False),
    ],
)  # fmt: skip
def test_what_is_a_mixture(text: str, mixed: bool) -> None:
    assert is_mixed(text, ONE, OTHER) == mixed


def test_a_mixture_of_pages_with_other_labels() -> None:
    old, new = 'a "b" "old" {\n  one\n  two\n}\n', 'a "b" "new" {\n  one\n}\n'
    for text, mixed in (
        ('a "b" "new" {\n  one\n  two\n}\n', True),
        ('a "b" "new" {\n  one\n  mine\n}\n', False),
    ):
        assert is_mixed(text, old, new, renamed=True) == mixed
