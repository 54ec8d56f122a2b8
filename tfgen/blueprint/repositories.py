"""The stack's own repositories in private ECR, and images in them."""

import re
from collections.abc import Iterator

from tfgen.blueprint import images, names, pull_through
from tfgen.blueprint.containers import image_variable
from tfgen.blueprint.labels import REPOSITORIES
from tfgen.blueprint.model import ExpiryRule, Image, Input, Output, Repository, Variable
from tfgen.blueprint.references import References, beginning, in_root
from tfgen.hcl.printer import interpolation
from tfgen.hcl.text import Label, OutputRef, Ref, VariableRef
from tfgen.problems import Locate, Problem
from tfgen.spec import model as said
from tfgen.spec.containers import SaidContainer, containers_of
from tfgen.spec.model import Given, Spec

_URLS, _ARNS = Label("repository_urls"), Label("repository_arns")


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    labels: dict[str, str] = {}
    for name in spec.repositories:
        other = labels.setdefault(names.label(name), name)
        if other != name:
            message = f'the repositories "{other}" and "{name}" would have the same name in Terraform'
            hint = "describe one of them in another spec"
            yield Problem("TG692", at(("repositories", name)), message, hint)


def build(spec: Spec, at: Locate) -> tuple[Repository, ...]:
    """The repositories, by name."""
    return tuple(
        Repository(
            name=name,
            label=names.label(name),
            tag_mutability="IMMUTABLE" if repository.immutable else "MUTABLE",
            scan=repository.scan,
            policies=(rules,) if (rules := tuple(_expiry_rules(repository))) else (),
            at=at(("repositories", name)),
        )
        for name, repository in sorted(spec.repositories.items())
    )


def _expiry_rules(repository: said.Repository) -> Iterator[ExpiryRule]:
    if days := repository.untagged:
        yield ExpiryRule(
            priority=1,
            description=f"Untagged for {days} {'day' if days == 1 else 'days'}",
            selection=(
                (Label("tagStatus"), "untagged"),
                (Label("countType"), "sinceImagePushed"),
                (Label("countUnit"), "days"),
                (Label("countNumber"), days),
            ),
        )
    if repository.keep:
        # Not of status "any": that counts the untagged parts of images for several architectures, too.
        yield ExpiryRule(
            priority=2,
            description=f"All but the last {repository.keep} with a tag",
            selection=(
                (Label("tagStatus"), "tagged"),
                (Label("tagPatternList"), ("*",)),
                (Label("countType"), "imageCountMoreThan"),
                (Label("countNumber"), repository.keep),
            ),
        )


# --- images


def of_image(image: str | Given, spec: Spec) -> str:
    """The repository of the stack's own that an image is in, or nothing."""
    text = image if isinstance(image, str) else beginning(image)
    name, end = re.match(r"([^:@]*)(.?)", text).groups()  # type: ignore[union-attr]
    is_whole = isinstance(image, str) or bool(end)
    return name if is_whole and name in spec.repositories else ""


def image(container: SaidContainer, spec: Spec, referred: References, at: Locate) -> Image:
    """The image of a container."""
    value, where = container.said.image, at((*container.path, "image"))
    if name := of_image(value, spec):
        text = value if isinstance(value, str) else ""
        expression = _in_root(image_variable(str(container.path[1]), container), name, value)
        return Image(
            text=text,
            registry="",
            repository=name,
            account="",
            region=spec.region,
            at=where,
            given=() if text else (expression,),
            repository_arn=(arn_input(name),),
            own=(expression,),
        )
    if isinstance(value, str):
        parsed = images.parse(value, where)
        return pull_through.cached(parsed, image_variable(str(container.path[1]), container), spec)
    return images.given(*referred.image(value), spec.region, where)


def _in_root(variable: Label, name: str, value: str | Given) -> Ref:
    """An image in the root: the URL of the repository, and what follows its name in the spec."""
    url = _entry(_URLS, name)
    if isinstance(value, str):
        version = Ref(f'trimprefix({VariableRef(variable)}, "{name}")')
        return interpolation((url, version))
    parts = value.join or []
    return interpolation((url, beginning(value).removeprefix(name), *map(in_root, parts[1:])))


def _entry(output: Label, name: str) -> Ref:
    return Ref(f'{OutputRef(REPOSITORIES, output)}["{name}"]')


# --- between modules


def arn_input(name: str) -> VariableRef:
    """The ARN of a repository, as the services know it."""
    return VariableRef(names.label(name, "repository_arn"))


def outputs(spec: Spec) -> Iterator[Output]:
    if not spec.repositories:
        return
    for label, description, attribute in (
        (_ARNS, "ARNs of the repositories.", "arn"),
        (_URLS, "URLs of the repositories, to push images to.", "repository_url"),
    ):
        value = {
            name: names.ref(f"aws_ecr_repository.{{}}.{attribute}", names.label(name))
            for name in sorted(spec.repositories)
        }
        yield Output(label=label, description=description, value=value)


def services_inputs(spec: Spec) -> Iterator[Input]:
    """Of the repositories that tasks pull from."""
    used = {
        of_image(container.said.image, spec)
        for key, task in spec.tasks.items()
        if task.roles.execution is None
        for container in containers_of(key, task)
    }
    for name in sorted(filter(None, used)):
        variable = Variable(
            label=arn_input(name).label,
            type=Ref("string"),
            description=f"ARN of the repository {name}.",
        )
        yield Input(variable=variable, value=_entry(_ARNS, name))
