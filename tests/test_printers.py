"""Python that was made of our templates prints what Jinja would, and nobody else's code runs."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from jinja2 import DictLoader, Environment, StrictUndefined
from strategies import Data, laws, outcome_of, specs

from tfgen import pipe
from tfgen.blueprint.model import Blueprint
from tfgen.hcl import layout
from tfgen.hcl.layout import lay_out
from tfgen.hcl.text import Comment, Label, Ref
from tfgen.render import pages, printers
from tfgen.render.translate import SYNTAX, module_sources

ROOT = Path(__file__).parent.parent
SPECS = sorted((ROOT / "examples").glob("*.yaml"))
FOLDERS = ("alarms", "file_systems", "load_balancer", "network", "repositories", "services", "stack")


def jinja(templates: dict[str, str]) -> Environment:
    """Jinja as it is, with our filters."""
    environment = Environment(
        **SYNTAX, loader=DictLoader(templates), undefined=StrictUndefined, autoescape=False
    )
    environment.filters = dict(printers.FILTERS)
    return environment


OURS = jinja(dict(printers._template_texts()))


def as_jinja_prints(blueprint: Blueprint) -> dict[str, str]:
    """The pages that Jinja prints, every one of them, whatever it needs."""

    def by_jinja(folder: str) -> dict[str, printers.Page]:
        return {file: page_by_jinja(page) for file, page in printers.pages(folder).items()}

    def page_by_jinja(page: printers.Page) -> printers.Page:
        template = OURS.get_template(page.made_of[0])
        layout = lay_out if page.made_of[0].endswith(".tf.j2") else str
        return page._replace(text=lambda values: layout(template.render(values)), needs=None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "printers", SimpleNamespace(pages=by_jinja))
        return pages.render_pages(blueprint)


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_a_golden_stack_is_what_jinja_prints(spec: Path) -> None:
    blueprint = pipe.run_file(spec).blueprint
    assert blueprint
    assert pages.render_pages(blueprint) == as_jinja_prints(blueprint)


@laws(60)
@given(specs())
def test_any_stack_is_what_jinja_prints(data: Data) -> None:
    blueprint = outcome_of(data).blueprint
    assert blueprint
    assert pages.render_pages(blueprint) == as_jinja_prints(blueprint)


# --- the language, part by part

VALUES = {
    "name": Label("shop"),
    "text": 'say "${hi}" {{ {% \'',
    "empty": (),
    "pairs": (("A", 1), ("B", True)),
    "things": (
        SimpleNamespace(name="one", parts=(Ref("a.b"), Ref("c.d"))),
        SimpleNamespace(name="two", parts=()),
    ),
    "long": tuple(f"a text of some length, number {number}" for number in range(9)),
    "remark": Comment("b = 1 {"),
    "nat": (SimpleNamespace(zones=("a", "b")),),
    # Names of variables in the Python that is made.
    "out": (1, 2),
    "values": (3,),
    "class": "a word of Python",
    "name_1": "like that of a loop",
}


def page_of(text: str, ending: str = ".md", **parts: str) -> printers.Page:
    """Python made of a template; `parts` are further ones."""
    module: dict[str, Any] = {}
    exec(module_sources({f"stack/page{ending}.j2": text, **parts})["stack"], module)
    page: printers.Page = module["PAGES"][f"page{ending}"]
    return page


PARTS = {
    "one.tf.j2": "{{ a.name|hcl }}{% for a in a.parts %} {{ a|hcl }}{% endfor %}\n",
    "all.tf.j2": '{% for a in things %}{% include "one.tf.j2" %}{% endfor %}',
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no values, 'quotes' and \"quotes\", \\ and {}\n\n  end",
        "{{ name|hcl }} {{ text|hcl }}{{ text|markdown }}\n{{ text|mermaid }} {{ text|code }}\n",
        "{% for key, value in pairs %}\n{{ key|hcl }} = {{ value|hcl }}\n{% endfor %}\n",
        "{% for name in things %}{% for name in name.parts %}{{ name|hcl }}{% endfor %}{{ name.name|hcl }}"
        "{% endfor %}{{ name|hcl }}",
        "{% for nat in nat %}{{ nat.zones|hcl }}{% endfor %}",
        "{% for name in things %}{{ name_1|hcl }}{% endfor %}",
        "{% for out in out %}{{ out|hcl }}{% for values in values %}{{ values|hcl }}{% endfor %}{% endfor %}",
        "{% for values in values %}{{ class|hcl }}{% endfor %}{{ out|hcl }}",
        "{% for a in things %}{% endfor %}{% if empty %}{% endif %}rest",
        "{% if things %}\nyes\n{% endif %}\n{% if empty %}\nno\n{% endif %}\n",
        "{% for a in things %}{% if a.parts %}{{ a.name|hcl }}{% endif %}{% endfor %}",
        '{% for a in things %}\n  {% include "one.tf.j2" %}\n{% endfor %}\n{% include "all.tf.j2" %}',
        "{% macro m(a, b) %}({{ a|hcl }} {{ b|hcl }} {{ name|hcl }}){% endmacro %}"
        "{% for a in things %}{{ m(a.name, text) }}{% endfor %}",
        "{% macro m(a) %}{% for b in a.parts %}{{ b|hcl }},{% endfor %}{% endmacro %}"
        "{% macro n(a) %}[{{ m(a) }}]{% endmacro %}{% for a in things %}{{ n(a) }}{{ m(a) }}{% endfor %}",
        "{# a remark #}\n  {# another #}\ntext\n\n",
    ],
)
def test_each_part_of_the_language_prints_as_in_jinja(text: str) -> None:
    expected = jinja({"page": text, **PARTS}).get_template("page").render(VALUES)
    assert page_of(text, **PARTS).text(VALUES) == expected
    assert page_of(text, ".tf", **PARTS).text(VALUES) == lay_out(expected)


@pytest.mark.parametrize(
    "text",
    [
        "{{ name }}",
        "{{ 'text'|hcl }}",
        "{{ name|upper }}",
        "{{ name|hcl(1) }}",
        "{{ name|hcl|hcl }}",
        "{{ range(3) }}",
        "{{ (name if name else text)|hcl }}",
        "{{ pairs[0]|hcl }}",
        "{% set a = name %}",
        "{% for a in things if a.parts %}{% endfor %}",
        "{% for a in things %}{% else %}none{% endfor %}",
        "{% for a in things recursive %}{% endfor %}",
        "{% for a in [1, 2] %}{% endfor %}",
        "{% if not name %}{% endif %}",
        "{% if name == text %}{% endif %}",
        "{% if name %}{% else %}text{% endif %}",
        "{% if name %}{% elif text %}{% endif %}",
        "{% include name %}",
        "{% include ['one.tf.j2'] %}",
        "{% import 'one.tf.j2' as a %}",
        "{% macro m(a=1) %}{% endmacro %}",
        "{% macro m(a) %}{% endmacro %}{{ m(a=name) }}",
        "{% macro m(a) %}{% endmacro %}{{ m(*things) }}",
    ],
)
def test_what_does_more_than_print_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line 1: a template only prints"):
        page_of(text, **PARTS)


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\nlonger = {{ name|hcl }}\n\nb {\n\nc = 2\n}",
        "a {\n  b = {{ long|hcl }}\n  ccc = 1\n\n  d = {{ name|hcl }}\n  ee = 2\n}\n",
        "{% for a in things %}\na {\nb = {{ a.name|hcl }}\nlonger = 1\n}\n\n{% endfor %}\nlast = 1\nxx = 2\n",
        "{% for a in things %}\na = {{ a.name|hcl }}\nlonger = 1\n{% endfor %}\nlast = 1\n\nxx = 2\ny = 1\n",
        "{% for a in things %}\na = {{ a.name|hcl }}\nlonger = 1\n{% endfor %}\n\nlast = 1\nxx = 2\n",
        "{% for a in things %}\n\na = {{ a.name|hcl }}\nlonger = 1\n{% endfor %}\nlast = 1\nxx = 2\n",
        "{% for a in things %}\na = 1\nxx = 1\n\n{% for b in a.parts %}\nb = {{ b|hcl }}\nccc = 2\n"
        "{% endfor %}\n{% endfor %}\n\nd = 1\nee = 2\n",
        "{% if empty %}\na = 1\n\n{% endif %}\nbbb = 1\nc = 2\n",
        "{% if things %}\na = 1\n\n{% endif %}\nbbb = 1\nc = 2\n",
        "b = 1\n{% if things %}\na = 1\n\n{% endif %}\nbbb = 1\nc = 2\n\n",
        '{{ name|hcl }} = 1\nb = 2\n\n"{{ name|hcl }}" = 1\nc = 2\n\nx{{ name|hcl }} = 1\nddd = 2\n',
        "{{ remark|hcl }}\na = 1\nbbb = 2\n\n{{ remark|hcl }} = 3\nccc = 1\n",
        "a = [\n{% for b in pairs %}\n{{ b|hcl }},\n{% endfor %}\n]\nbbb = 1\n\n"
        "c = { d = {{ name|hcl }} }\nee = 1\n",
        "x([\n{\na = {{ long|hcl }}\nbb = {{ name|hcl }}\n},\n])\n\n# a = {{ name|hcl }} {\nb = 1\nccc = 2\n",
        "a {\n" * 9 + "b = 1\nccc = {{ name|hcl }}\n\nd = 1\nee = 2\n" + "}\n" * 9,
        "{% macro m(a) %}\na = {{ a|hcl }}\nlonger = 1\n\n{% endmacro %}\n{{ m(name) }}\n\n"
        "b {\n{{ m(text) }}\n}\n",
        '{% include "all.tf.j2" %}\n\na = 1\nbbb = 2\n\n'
        '{% for a in things %}\n{% include "one.tf.j2" %}\n\n{% endfor %}',
        "",
        "\n\n",
        "   a = 1   \n \n\t\n bb = 2\n   c = 3",
    ],
)
def test_what_is_laid_out_before_looks_as_what_is_laid_out_after(text: str) -> None:
    expected = jinja({"page": text, **PARTS}).get_template("page").render(VALUES)
    assert page_of(text, ".tf", **PARTS).text(VALUES) == lay_out(expected)


def test_most_of_a_page_is_laid_out_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise nobody would notice that it is no more, but for the time that it takes."""
    later, paragraph = [], layout.paragraph
    monkeypatch.setattr(layout, "paragraph", lambda text, depth: later.append(text) or paragraph(text, depth))
    blueprint = pipe.run_file(ROOT / "examples" / "market.yaml").blueprint
    assert blueprint
    lines = sum(
        text.count("\n") for path, text in pages.render_pages(blueprint).items() if path.endswith(".tf")
    )
    # Of a bracket alone nothing has to be aligned.
    assert sum(text.count("\n") + 1 for text in later if "=" in text) < lines / 2


def test_brackets_that_a_loop_leaves_open_are_refused() -> None:
    with pytest.raises(ValueError, match="opens brackets that it does not close"):
        page_of("{% for a in things %}\nb {\n{% endfor %}", ".tf")


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        page_of("{{ nobody|hcl }}").text(VALUES)
    with pytest.raises(AttributeError, match="nobody"):
        page_of("{% for a in things %}{{ a.nobody|hcl }}{% endfor %}").text(VALUES)


# --- nothing is loaded or printed that a stack has no use for


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("\n{% for a in things %}a{% endfor %}\n\n{% if empty %}b{% endif %}\n", ("things", "empty")),
        ('{% include "all.tf.j2" %}', ("things",)),
        ("{% macro m() %}text{% endmacro %}{% for a in things %}{{ m() }}{% endfor %}", ("things",)),
        ("{# a remark #}", ()),
        ("text{% for a in things %}{% endfor %}", None),
        ("{{ name|hcl }}", None),
        ("{% for a in things %}{% endfor %}{% for a in name.parts %}{% endfor %}", None),
        ('{% for a in things %}{% endfor %}{% include "one.tf.j2" %}', None),
        ("{% macro m() %}text{% endmacro %}{{ m() }}", None),
    ],
)
def test_a_page_needs_what_its_template_loops_over(text: str, needs: tuple[str, ...] | None) -> None:
    assert page_of(text, **PARTS).needs == needs


def test_what_a_stack_does_not_use_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    used = set()

    def noting(folder: str) -> dict[str, printers.Page]:
        def page(file: str, page: printers.Page) -> printers.Page:
            def text(values: Any) -> str:
                used.add(f"{folder}/{file}")
                return page.text(values)

            return page._replace(text=text)

        used.add(folder)
        return {file: page(file, each) for file, each in printers.pages(folder).items()}

    monkeypatch.setattr(pages, "printers", SimpleNamespace(pages=noting))
    blueprint = pipe.run_file(ROOT / "examples" / "network.yaml").blueprint
    assert blueprint
    rendered = pages.render_pages(blueprint)
    assert {each for each in used if "/" not in each} == {"stack", "network"}
    assert {
        each.replace("network/", "modules/network/").replace("stack/", "") for each in used if "/" in each
    } == {*rendered}


def test_every_folder_of_templates_renders_pages() -> None:
    assert set(module_sources(printers._template_texts())) == set(FOLDERS)


# --- what a checkout keeps


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where it is kept, which is not there yet."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(printers, "_KEPT", tmp_path / "kept")
    return tmp_path / "kept"


def test_what_was_made_is_kept_for_the_next(kept: Path) -> None:
    assert printers._kept_code("network") is None
    made = printers._made_code("network")
    (file,) = kept.iterdir()
    assert printers._kept_code("network") == made
    assert printers._kept_code("services") is None
    assert not file.stat().st_mode & 0o022


def test_nothing_is_kept_where_python_keeps_nothing(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    printers._made_code("network")
    assert not kept.exists()


@pytest.mark.usefixtures("kept")
def test_it_is_kept_whatever_the_umask() -> None:
    before = os.umask(0)
    try:
        printers._made_code("network")
    finally:
        os.umask(before)
    assert printers._kept_code("network")


def test_what_is_of_other_templates_is_passed_over(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printers._made_code("network")
    assert kept.is_dir()
    monkeypatch.setattr(printers, "_cache_key", lambda: bytes(32))
    assert printers._kept_code("network") is None


def test_the_key_follows_the_content(monkeypatch: pytest.MonkeyPatch) -> None:
    before = printers._cache_key.__wrapped__()
    assert before == printers._cache_key.__wrapped__()
    changed = {**printers._template_texts(), "versions.tf.j2": "terraform {}\n"}
    monkeypatch.setattr(printers, "_template_texts", lambda: changed)
    assert before != printers._cache_key.__wrapped__()


@pytest.mark.parametrize("length", [0, 10, 32, 40, 1000])
def test_what_is_cut_off_is_passed_over(kept: Path, length: int) -> None:
    printers._made_code("network")
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes()[:length])
    assert printers._kept_code("network") is None
    assert printers._made_code("network") == printers._kept_code("network")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other means")
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_file_that_others_may_write_is_not_run(kept: Path, mode: int) -> None:
    printers._made_code("network")
    (file,) = kept.iterdir()
    file.chmod(mode)
    assert printers._kept_code("network") is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other means")
@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_a_folder_that_others_may_write_is_not_trusted(kept: Path, mode: int) -> None:
    printers._made_code("network")
    kept.chmod(mode)
    assert printers._kept_code("network") is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other means")
def test_what_another_user_owns_is_not_run(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printers._made_code("network")
    owner = kept.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert (printers._kept_code("network") is None) is (owner != 0)  # root could write anything
    if owner == 0:
        os.chown(next(kept.iterdir()), 4711, -1)
        assert printers._kept_code("network") is None


@pytest.mark.parametrize("what", ["file", "folder"])
def test_no_link_is_followed(kept: Path, tmp_path: Path, what: str) -> None:
    printers._made_code("network")
    place = next(kept.iterdir()) if what == "file" else kept
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert printers._kept_code("network") is None


def test_a_pipe_is_not_waited_for(kept: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("Windows has no pipes of this kind")
    kept.mkdir()
    os.mkfifo(printers._cache_place("network"), 0o600)
    assert printers._kept_code("network") is None


def test_where_nothing_can_be_written_it_is_made_each_time(kept: Path) -> None:
    kept.write_text("a file in the place of the folder")
    assert printers._made_code("network") == printers._made_code("network")
    assert kept.is_file()


def test_many_at_once_find_it_whole_or_not_at_all(kept: Path) -> None:
    made = printers._made_code("services")

    def again(number: int) -> object:
        return printers._made_code("services") if number % 3 else printers._kept_code("services")

    with ThreadPoolExecutor(8) as pool:
        assert {each == made for each in pool.map(again, range(60))} == {True}
    assert [file.name for file in kept.iterdir()] == [printers._cache_place("services").name]


def test_the_second_render_of_a_checkout_needs_no_jinja(kept: Path) -> None:
    program = (
        "import sys, pathlib, tfgen; from tfgen.render import printers\n"
        "printers._KEPT = pathlib.Path(sys.argv[1])\n"
        "tfgen.render_file(pathlib.Path(sys.argv[2])); print('jinja2' in sys.modules)"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    said = [
        subprocess.run(
            [sys.executable, "-c", program, kept, ROOT / "examples" / "shop.yaml"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert said == ["True\n", "False\n"]


def test_a_build_needs_jinja_and_nothing_else_of_what_tfgen_needs() -> None:
    """An isolated build has only what pyproject.toml says under build-system."""
    others = ("hcl2", "msgspec", "typer", "yaml")
    without = f"import sys; sys.modules |= dict.fromkeys({others!r})"
    program = f"{without}\nfrom tfgen.render.translate import module_sources"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
