"""Older versions of the spec's language, by migrations that only these tests know."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.command import Tfgen

import tfgen
from tfgen.commands.main import main
from tfgen.output import disk
from tfgen.pipe import run_text
from tfgen.spec import versions
from tfgen.spec.model import Spec
from tfgen.spec.source import Source, parse_yaml
from tfgen.spec.versions import Edit, at_key, at_value, brought_up_to_date, renamed_key, upgraded_text

ROOT = Path(__file__).parent.parent
SHOP = (
    f"{(ROOT / 'examples' / 'shop.yaml').read_text()}ignore: [{{rule: TG316, reason: no request is long}}]\n"
)

# As if `routes` had been called `paths`, and `egress: nat` had been `egress: gateway`.
OLD = """# Our shop.
name: shop      # and its name
region: us-east-1

network: {egress: gateway}   # a way out

services:
  # The front.
  "web":
    image:   nginx:1.27
    port: 80
    "paths":   [ /,  /shop ]  # quoted, as it was

  api: {image: "nginx", port: 81, paths: [/api]}
"""
NEW = """# Our shop.
version: 2
name: shop      # and its name
region: us-east-1

network: {egress: nat}   # a way out

services:
  # The front.
  "web":
    image:   nginx:1.27
    port: 80
    routes:   [ /,  /shop ]  # quoted, as it was

  api: {image: "nginx", port: 81, routes: [/api]}
"""


def to_second(source: Source) -> Iterator[Edit]:
    for key in source.data.get("services") or {}:
        yield from renamed_key(source, ("services", key, "paths"), "routes")
    path = ("network", "egress")
    if path in source.values and source.data["network"]["egress"] == "gateway":
        yield Edit(*at_value(source, path), "nat")


def to_third(source: Source) -> Iterator[Edit]:
    """`name` had been `title`, and everything has a tag now."""
    yield from renamed_key(source, ("title",), "name")
    start, _ = at_key(source, ("network",))
    yield Edit(start, start, "tags: {added: by-us}\n")


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(versions.MIGRATIONS, 1, to_second)


@pytest.fixture
def third(monkeypatch: pytest.MonkeyPatch, second: None) -> None:  # noqa: ARG001
    monkeypatch.setitem(versions.MIGRATIONS, 2, to_third)


def of(text: str) -> Source:
    return parse_yaml(text, "shop.yaml")


def test_no_version_is_left_out() -> None:
    assert sorted(versions.MIGRATIONS) == list(range(1, versions.current_version()))


def test_a_current_spec_stays_as_it_is() -> None:
    text = f"version: 2\n{SHOP}"
    source = of(text)
    assert brought_up_to_date(source) == (source, [])
    assert upgraded_text(source) == text
    assert run_text(text, "shop.yaml").problems == ()


@pytest.mark.parametrize("text", [SHOP, f"version: 1\n{SHOP}"])
def test_a_spec_without_old_words_is_read_as_it_is(text: str) -> None:
    source, problems = brought_up_to_date(of(text))
    assert (source._replace(data=of(text).data), problems) == (of(text), [])
    assert source.data["version"] == versions.current_version() == Spec.__struct_defaults__[0]
    assert run_text(text, "shop.yaml").problems == ()


EGRESS = """# Ranges, as they were.
name: shop
region: us-east-1
network: {egress: nat}
services:
  web: &web
    image: nginx:1.27
    # All of HTTPS, and the office.
    egress_cidrs: [0.0.0.0/0, {cidr: 10.1.0.0/16, port: 5432}]  # for now
  worker:
    <<: *web
  api: {image: "nginx:1.27", "egress_cidrs": [0.0.0.0/0]}
"""


def test_ranges_are_now_one_form_of_egress() -> None:
    new = upgraded_text(of(EGRESS))
    assert new == EGRESS.replace("name: shop", "version: 2\nname: shop").replace(
        '"egress_cidrs"', "egress"
    ).replace("egress_cidrs", "egress")
    assert tfgen.render_text(EGRESS, "shop.yaml")[0] == tfgen.render_text(new, "shop.yaml")[0] != {}


def test_the_old_word_is_unknown_in_the_new_version() -> None:
    for text in (f"version: 2\n{EGRESS}", EGRESS.replace("  # for now", "\n    egress: []")):
        problems = [each for each in run_text(text, "shop.yaml").problems if each.code == "TG102"]
        assert {each.message for each in problems} == {'unknown key "egress_cidrs"'}
        assert {each.hint for each in problems} == {"write egress instead"}


@pytest.mark.parametrize("version", ["3", "7"])
def test_a_newer_version_is_the_only_problem(version: str) -> None:
    (problem,) = run_text(f"version: {version}\nnonsense: true\n", "shop.yaml").problems
    assert (problem.code, problem.at[1:3]) == ("TG106", (1, 10))
    assert "supports versions 1 to 2" in problem.message


@pytest.mark.parametrize("version", ["0", "-1", "two", "1.0", "true", "[1]", "", '"1"'])
def test_what_is_no_version(version: str) -> None:
    codes = {problem.code for problem in run_text(f"version: {version}\n{SHOP}", "shop.yaml").problems}
    assert codes <= {"TG104", "TG105"}
    assert codes


@pytest.mark.usefixtures("second")
class TestAnOlderSpec:
    def test_is_read(self) -> None:
        old, new = run_text(OLD, "shop.yaml"), run_text(NEW, "shop.yaml")
        assert not old.failed
        assert not new.failed
        assert old.spec == new.spec
        assert tfgen.render_text(OLD, "shop.yaml")[0] == tfgen.render_text(NEW, "shop.yaml")[0]

    def test_is_rewritten_with_all_that_is_not_its_words(self) -> None:
        assert upgraded_text(of(OLD)) == NEW
        assert upgraded_text(of(NEW)) == NEW

    def test_says_its_version_where_it_said_it(self) -> None:
        text = OLD.replace("region:", "version: 1  # the first\nregion:")
        assert "\nversion: 2  # the first\nregion:" in upgraded_text(of(text))

    @pytest.mark.parametrize(
        ("text", "new"),
        [
            ("{name: a}", "{version: 2, name: a}"),
            ("# one\n---\n  name: a\n", "# one\n---\n  version: 2\n  name: a\n"),
            ("name: a\r\nregion: b\r\n", "version: 2\r\nname: a\r\nregion: b\r\n"),
            ("? name\n: a\n", "version: 2\n? name\n: a\n"),
        ],
    )
    def test_that_says_no_version_gets_one(self, text: str, new: str) -> None:
        assert upgraded_text(of(text)) == new
        assert parse_yaml(new, "new").data == {"version": 2, **of(text).data}

    def test_is_spoken_of_by_its_own_lines(self) -> None:
        """What the migration moved, what it changed, and what it never saw."""
        text = OLD.replace("[ /,  /shop ]", "[ /,  shop ]").replace("port: 81", "port: no")
        outcome = run_text(text.replace("gateway", "vpn"), "shop.yaml")
        lines = text.replace("gateway", "vpn").splitlines()
        places = [
            (lines[at.line - 1][at.column - 1 :][: at.width], at.line)
            for at in (each.at for each in outcome.problems if each.severity == "error")
        ]
        assert sorted(places) == [("no", 14), ("shop", 12), ("vpn", 5)]
        assert outcome.lines == tuple(lines)

    def test_a_word_that_the_migration_wrote_has_the_place_of_the_old_one(self) -> None:
        source, _ = brought_up_to_date(of(OLD))
        for path in (("services", "web", "routes"), ("services", "api", "routes")):
            at = source.at_key(path)
            assert OLD.splitlines()[at.line - 1][at.column - 1 :][: at.width].strip('"') == "paths"
        at = source.at(("network", "egress"))
        assert OLD.splitlines()[at.line - 1][at.column - 1 :][: at.width] == "gateway"

    def test_with_aliases_is_edited_once(self) -> None:
        text = "name: a\nservices:\n  b: &b {paths: [/]}\n  c: *b\n"
        assert "b: &b {routes: [/]}\n  c: *b\n" in upgraded_text(of(text))


@pytest.mark.usefixtures("third")
def test_an_old_spec_is_migrated_through_every_version() -> None:
    text = OLD.replace("name: shop", "title: shop")
    new = NEW.replace("version: 2", "version: 3").replace("\nnetwork", "\ntags: {added: by-us}\nnetwork")
    assert upgraded_text(of(text)) == new
    source, problems = brought_up_to_date(of(text))
    assert problems == []
    assert source.data["name"] == "shop"
    assert source.at_key(("name",))[1:4] == (2, 1, len("title"))
    assert source.at(("services", "api", "port"))[1:4] == (14, 31, 2)
    assert source.at_key(("tags",))[1:3] == (5, 1)


# --- the command

Upgrade = Callable[..., tuple[int, str, str]]


@pytest.fixture
def upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Upgrade:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.yaml").write_bytes(OLD.encode())

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tfgen", "upgrade", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), *capsys.readouterr()

    return run


def test_a_spec_of_the_current_version_is_current(upgrade: Upgrade) -> None:
    Path("shop.yaml").write_text(NEW)
    assert upgrade("shop.yaml", "--write") == (0, "shop.yaml is current\n", "")
    assert Path("shop.yaml").read_text() == NEW


@pytest.mark.usefixtures("second")
def test_the_difference_is_printed_and_is_a_patch(upgrade: Upgrade, tmp_path: Path) -> None:
    code, out, err = upgrade("shop.yaml")
    assert (code, err) == (0, "")
    assert "\n-network: {egress: gateway}   # a way out\n+network: {egress: nat}   # a way out\n" in out
    assert Path("shop.yaml").read_text() == OLD
    patch = shutil.which("patch")
    if patch:
        subprocess.run(
            [patch, "shop.yaml"], input=out, text=True, check=True, cwd=tmp_path, capture_output=True
        )
        assert Path("shop.yaml").read_text() == NEW


@pytest.mark.usefixtures("second")
def test_it_is_rewritten_on_request(upgrade: Upgrade) -> None:
    assert upgrade("--write", "shop.yaml") == (0, "Wrote shop.yaml\n", "")
    assert Path("shop.yaml").read_text() == NEW
    assert upgrade("--write", "shop.yaml") == (0, "shop.yaml is current\n", "")


@pytest.mark.usefixtures("second")
def test_one_that_fails_does_not_stop_the_others(upgrade: Upgrade) -> None:
    Path("broken.yaml").write_text("name: [\n")
    Path("newer.yaml").write_text("version: 9\n")
    code, out, err = upgrade("broken.yaml", "newer.yaml", "shop.yaml", "--write")
    assert (code, out) == (1, "Wrote shop.yaml\n")
    assert "broken.yaml:1:8: error TG002" in err
    assert "newer.yaml:1:10: error TG106" in err
    assert "supports versions 1 to 2" in err
    assert Path("newer.yaml").read_text() == "version: 9\n"


@pytest.mark.usefixtures("second")
def test_what_cannot_be_written_is_said(upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.Folder, "replace", fails)
    code, out, err = upgrade("shop.yaml", "--write")
    assert (code, out) == (5, "")
    assert "cannot write shop.yaml: no space left on device" in err
    assert Path("shop.yaml").read_text() == OLD


@pytest.mark.parametrize(
    "version", ['"1"', "1.0", "0", "-1", "true", "null", "", "[1]", "1e400", "99999999999999999999999999"]
)
def test_what_is_no_version_is_not_current(run_tfgen: Tfgen, tmp_path: Path, version: str) -> None:
    spec = tmp_path / "shop.yaml"
    spec.write_text(f"version: {version}\n{SHOP}")
    done = run_tfgen("upgrade", "--write", spec)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{spec}:1:")
    assert spec.read_text() == f"version: {version}\n{SHOP}"


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "text\n"])
def test_what_is_no_spec_is_not_current(run_tfgen: Tfgen, tmp_path: Path, text: str) -> None:
    (tmp_path / "shop.yaml").write_text(text)
    done = run_tfgen("upgrade", tmp_path / "shop.yaml")
    assert (done.code, done.out) == (1, "")
    assert "error TG10" in done.err


def test_what_else_is_wrong_is_not_upgrades_business(run_tfgen: Tfgen, tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("version: 2\nnme: shop\n")
    assert run_tfgen("upgrade", tmp_path / "shop.yaml").out.endswith("shop.yaml is current\n")
