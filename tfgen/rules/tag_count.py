"""More tags than a resource can have."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint.model import Blueprint
from tfgen.hcl.text import Label
from tfgen.problems import Problem

ID = "TG325"
SEVERITY = "error"
TITLE = "A resource has at most 50 tags"
WHY = (
    "AWS refuses to create a resource with more; most of the resources that tfgen writes have a Name tag "
    "besides yours."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html"


def _tags(count: int) -> str:
    return "{" + ", ".join(f"tag-{number:02}: x" for number in range(count)) + "}"


BAD = f"tags: {_tags(50)}\n"
GOOD = "tags: {team: market, environment: test}\n"
FAILS = (f"tags: {{Name: shop, {_tags(50)[1:]}",)
PASSES = (f"tags: {_tags(49)}", f"tags: {{Name: shop, {_tags(49)[1:]}")


def check(blueprint: Blueprint) -> Iterator[Problem]:
    tags = tags_of(blueprint)
    count = len({"Name", *tags})
    if count > (limit := facts.limits()["tags_per_resource"].value):
        message = f"a resource would have {count} tags, including Name; AWS allows {limit}"
        hint = f"keep {limit - 1} tags here besides Name"
        yield Problem(ID, blueprint.locate(("tags",)), message, hint, SEVERITY)


def tags_of(blueprint: Blueprint) -> dict[str, str]:
    """The tags that the provider gives to every resource; a stack that is a module has none."""
    variables = {variable.label: variable.default for variable in blueprint.root.variables}
    return {key: value for tags in variables.get(Label("tags"), ()) for key, value in tags.items()}
