"""Templates print; they do not find out: the law of DESIGN, held over Jinja's syntax tree."""

import re
from pathlib import Path

import hcl2
import pytest
from jinja2 import UndefinedError
from msgspec.structs import replace

from tfgen.blueprint.model import Blueprint, FixedResponse
from tfgen.blueprint.names import TAKEN_FILES, service_file
from tfgen.hcl.text import Label, Ref
from tfgen.output.compare import Changes
from tfgen.pipe import run_file
from tfgen.render import pages
from tfgen.render.laws import FILTERS, breaches_of_template
from tfgen.render.sandbox import Sandbox
from tfgen.summary import summarize

SHOP = Path(__file__).parent.parent / "examples" / "shop.yaml"
TEMPLATES = sorted(pages.TEMPLATES.rglob("*.j2"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(pages.TEMPLATES).as_posix())
def test_a_template_only_prints(template: Path) -> None:
    ending = "".join(template.suffixes[-2:])
    assert breaches_of_template(template.read_text(), ending) == []


def test_templates_were_found() -> None:
    assert len(TEMPLATES) > 20
    assert {"".join(template.suffixes[-2:]) for template in TEMPLATES} == set(FILTERS)


def test_no_service_has_the_file_that_a_template_makes() -> None:
    """Every template of the module but those of services and jobs is one of its files; Terraform keeps one
    more."""
    files = {path.name.removesuffix(".tf.j2") for path in (pages.TEMPLATES / "services").glob("*.tf.j2")}
    reserved = files - {"service", "job"} | {"override"}
    assert {key for key in files | reserved if service_file(key) != key} == reserved
    assert reserved == TAKEN_FILES


@pytest.mark.parametrize(
    "text",
    [
        "{{ name|hcl }}",
        "{{ service.role.name|hcl }}",
        "{% for name, value in pairs %}{{ name|hcl }}{% endfor %}",
        "{% for a in things.all %}{% for b in a.parts %}{{ b|hcl }}{% endfor %}{% endfor %}",
        "{% if things %}text{% endif %}",
        "{% if stack.things %}text{% endif %}",
        '{% include "outputs.tf.j2" %}',
        "{% macro tag(name) %}Name = {{ name|hcl }}{% endmacro %}{{ tag(stack.name) }}",
        "{# a remark #}text",
    ],
)
def test_what_a_template_may_do(text: str) -> None:
    assert breaches_of_template(text, ".tf.j2") == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{{ name }}", "a name printed without a filter"),
        ("{{ thing.name }}", "an attribute printed without a filter"),
        ("{{ 'text' }}", "a literal printed without a filter"),
        ("{{ name|markdown }}", "only |hcl"),
        ("{{ name|upper }}", "only |hcl"),
        ("{{ name|hcl|safe }}", "only |hcl"),
        ("{{ name|upper|hcl }}", "only |hcl"),
        ("{{ name|hcl(1) }}", "only |hcl"),
        ("{{ 'text'|hcl }}", "only |hcl"),
        ("{{ (a + b)|hcl }}", "only |hcl"),
        ("{{ (a ~ b)|hcl }}", "only |hcl"),
        ("{{ a[0]|hcl }}", "only |hcl"),
        ("{{ a['key']|hcl }}", "only |hcl"),
        ("{{ a.items()|hcl }}", "only |hcl"),
        ("{{ (a if b else c)|hcl }}", "only |hcl"),
        ("{{ (a, b)|hcl }}", "only |hcl"),
        ("{{ a.upper|hcl }}", "an attribute that belongs to Python"),
        ("{{ range(3) }}", "a call of something other"),
        ("{% set a = b %}", "{% set %}"),
        ("{% set a %}text{% endset %}", "{% set %}"),
        ("{% with a = b %}{{ a|hcl }}{% endwith %}", "{% with %}"),
        ("{% for a in b.items() %}{% endfor %}", "a loop over anything but a name"),
        ("{% for a in range(3) %}{% endfor %}", "a loop over anything but a name"),
        ("{% for a in [1, 2] %}{% endfor %}", "a loop over anything but a name"),
        ("{% for a in b[1:] %}{% endfor %}", "a loop over anything but a name"),
        ("{% for a in b|sort %}{% endfor %}", "a loop over anything but a name"),
        ("{% for a in b if a.c %}{% endfor %}", "a loop over anything but a name"),
        ("{% for a in b %}{% else %}none{% endfor %}", "a loop over anything but a name"),
        ("{% for a in b %}{{ loop.index|hcl }}{% endfor %}", "loop, since output must not"),
        ("{% for a in b %}{% if loop %}{% endif %}{% endfor %}", "loop, since output must not"),
        ("{% if not a %}{% endif %}", "an if on anything but one name"),
        ("{% if a and b %}{% endif %}", "an if on anything but one name"),
        ("{% if a or b %}{% endif %}", "an if on anything but one name"),
        ("{% if a == 'nat' %}{% endif %}", "an if on anything but one name"),
        ("{% if a in b %}{% endif %}", "an if on anything but one name"),
        ("{% if a is defined %}{% endif %}", "an if on anything but one name"),
        ("{% if a|length %}{% endif %}", "an if on anything but one name"),
        ("{% if a %}{% else %}text{% endif %}", "an if on anything but one name"),
        ("{% if a %}{% elif b %}{% endif %}", "an if on anything but one name"),
        ("{% include name %}", "an include of anything but"),
        ("{% import 'a.j2' as a %}", "{% import %}"),
        ("{% extends 'a.j2' %}", "{% extends %}"),
        ("{% block a %}{% endblock %}", "{% block %}"),
        ("{% filter upper %}{% endfilter %}", "{% filter %}"),
        ("{% macro m(a=1) %}{{ a|hcl }}{% endmacro %}", "a literal"),
        ("{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{% endcall %}", "{% call %}"),
        ("{% autoescape true %}{% endautoescape %}", "{% autoescape %}"),
        ("{{ lipsum.__globals__.os.environ|hcl }}", "lipsum, which belongs to Jinja"),
        ("{{ name.__class__|hcl }}", "an attribute that belongs to Python"),
        ("{{ name._asdict|hcl }}", "an attribute that belongs to Python"),
        ("{{ _name|hcl }}", "_name, which belongs to Jinja"),
        ("{{ cycler|hcl }}", "cycler, which belongs to Jinja"),
        ("{{ joiner|hcl }}", "joiner, which belongs to Jinja"),
        ("{{ namespace|hcl }}", "namespace, which belongs to Jinja"),
        ("{{ self|hcl }}", "self, which belongs to Jinja"),
        ("{% for a in range %}{% endfor %}", "range, which belongs to Jinja"),
        ("{% if dict %}{% endif %}", "dict, which belongs to Jinja"),
        ("{% macro m() %}{{ varargs|hcl }}{% endmacro %}", "varargs, which belongs to Jinja"),
        ("{% macro m() %}{{ kwargs|hcl }}{% endmacro %}", "kwargs, which belongs to Jinja"),
        ("{% macro m() %}{% endmacro %}{{ m(*a) }}", "a macro call with anything but"),
        ("{% macro m() %}{% endmacro %}{{ m(**a) }}", "a macro call with anything but"),
        ("{% macro m(a) %}{% endmacro %}{{ m(a=b) }}", "a macro call with anything but"),
        (
            "{% macro f(c) %}{% endmacro %}{% macro g(f, c) %}{{ f(c) }}{% endmacro %}",
            "f, which is already the name of a macro",
        ),
        (
            "{% macro f(c) %}{% endmacro %}{% for f in a %}{{ f(a) }}{% endfor %}",
            "f, which is already the name of a macro",
        ),
        ("{% macro g(h, c) %}{{ h(c) }}{% endmacro %}", "a call of something other"),
        ("{{ '{0.__class__}'.format(name)|hcl }}", "only |hcl"),
        ("{{ thing.format(name) }}", "a call of something other"),
        ("{{ name.format|hcl }}", "an attribute that belongs to Python"),
        ("{{ name|attr('x')|hcl }}", "only |hcl"),
        ("{{ name|map(attribute='x')|hcl }}", "only |hcl"),
        ("{% include '.hidden.tf.j2' %}", "an include of anything but"),
        ("{% include '../../secret' %}", "an include of anything but"),
        ("{% include ['outputs.tf.j2'] %}", "an include of anything but"),
        ("{% for a in b %}" * 11 + "{% endfor %}" * 11, "nesting deeper than 10 blocks"),
        ("{{ a" + ".a" * 70 + "|hcl }}", "nesting deeper than"),
        ("policy = <<EOT\n{}\nEOT", "a heredoc"),
        ("policy = <<-EOT\n{}\nEOT", "a heredoc"),
    ],
)
def test_what_a_template_may_not_do(text: str, what: str) -> None:
    found = breaches_of_template(f"\n{text}", ".tf.j2")
    assert any(what in breach for _, breach in found), found
    assert {line for line, _ in found} == {2}


def test_the_filter_belongs_to_the_kind_of_page() -> None:
    assert breaches_of_template("{{ name|markdown }}", ".md.j2") == []
    assert breaches_of_template("{{ name|hcl }}", ".md.j2") != []


# --- the environment of a user's templates, which holds what no reading of one can ---


def environment() -> Sandbox:
    """The one that renders pages, without any template of a user's."""
    made = Sandbox({}, pages.TEMPLATES)
    made.allow(services=1)
    return made


def rendered(text: str, **context: object) -> str:
    return environment().from_string(text).render(context)


@pytest.mark.parametrize("value", ["text", 1, None, True, ("a",), Label("label")])
def test_no_bare_value_reaches_a_page(value: object) -> None:
    with pytest.raises(TypeError, match="without a filter"):
        rendered("{{ value }}", value=value)


def test_a_constant_is_a_bare_value_too() -> None:
    with pytest.raises(TypeError, match="without a filter"):
        rendered("{{ 'text' }}")


def test_filtered_values_are_printed() -> None:
    assert rendered("{{ a|hcl }} {{ b|hcl }} {{ c|markdown }}", a="${x}", b=Label("main"), c="<b>") == (
        '"$${x}" main &#60;b&#62;'
    )


@pytest.mark.parametrize(
    "text",
    [
        "{% if nope %}{% endif %}",
        "{% for a in nope %}{% endfor %}",
        "{% for a in thing.nope %}{% endfor %}",
        "{{ nope|markdown }}",
        "{{ thing.nope|markdown }}",
    ],
)
def test_an_unknown_name_is_an_error(text: str) -> None:
    with pytest.raises(UndefinedError):
        rendered(text, thing=Label("thing"))


def test_an_unknown_name_is_no_hcl() -> None:
    with pytest.raises(TypeError, match="no form in HCL"):
        rendered("{{ nope|hcl }}")


def test_jinja_brings_no_filter_of_its_own() -> None:
    assert set(environment().filters) == set().union(*FILTERS.values()) | {"each"}


# --- parts that are lists, of which today's specs make one or none


def shop() -> Blueprint:
    blueprint = run_file(SHOP).blueprint
    assert blueprint
    return blueprint


def test_a_task_of_two_containers() -> None:
    blueprint = shop()
    (webapp,) = (each for each in blueprint.services if each.key == "webapp")
    (own,) = webapp.containers
    other = replace(own, name="proxy", port_mappings=(), image_variable=Label("proxy_image"))
    both = replace(webapp, containers=(own, other))
    others = tuple(both if each is webapp else each for each in blueprint.services)
    page = pages.render_pages(replace(blueprint, services=others))["modules/services/webapp.tf"]
    hcl2.loads(page)
    assert page.count("logDriver = ") == 2
    assert re.findall(r"image     = (\S+)", page) == ["var.webapp_image", "var.proxy_image"]


def test_a_listener_with_a_certificate_and_an_answer_of_its_own() -> None:
    blueprint = shop()
    (balancer,) = blueprint.load_balancer
    secure = replace(
        balancer.listeners[0],
        protocol="HTTPS",
        certificates=(Ref("var.certificate_arn"),),
        responses=(FixedResponse(status="403", body="Go away"),),
    )
    found = pages.render_pages(replace(blueprint, load_balancer=(replace(balancer, listeners=(secure,)),)))
    page = found["modules/load_balancer/listeners.tf"]
    assert '  protocol          = "HTTPS"\n  certificate_arn   = var.certificate_arn\n' in page
    assert 'message_body = "Go away"' in page
    assert 'status_code  = "403"' in page


def test_a_range_of_tasks() -> None:
    blueprint = shop()
    scaled = replace(
        blueprint,
        services=tuple(
            replace(service, tasks=replace(service.tasks, most=10)) for service in blueprint.services
        ),
    )
    found = pages.render_pages(scaled)
    assert "  desired_count                     = 2\n" in found["modules/services/webapp.tf"]
    assert "2 to 10 x 512 CPU units" in found["README.md"]
    assert "2 to 10 x 512 CPU units" in summarize(scaled, Changes(), Path("generated/shop"))
