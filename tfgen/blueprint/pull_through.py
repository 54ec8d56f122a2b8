"""ECR's pull-through cache: its rules, and images that are pulled through it.

Source: ECR/pull-through-cache and ECR/repository-creation-templates.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from tfgen import facts
from tfgen.blueprint import names
from tfgen.blueprint.labels import REPOSITORIES
from tfgen.blueprint.model import CacheRule, Image, Output
from tfgen.blueprint.references import References
from tfgen.hcl.printer import interpolation, quoted_text
from tfgen.hcl.text import Label, OutputRef, Ref, VariableRef
from tfgen.spec.containers import containers_of_spec
from tfgen.spec.images import caches, registry_of_stack
from tfgen.spec.model import Spec

_URLS = Label("pull_through_urls")


def build(spec: Spec, references: References) -> tuple[CacheRule, ...]:
    """The rules to create, by registry: of those that the spec only switches on, what images need."""
    return tuple(
        CacheRule(
            label=names.label(registry),
            registry=registry,
            prefix=cache.prefix or "",
            upstream=facts.cache_upstreams().get(registry, registry),
            credentials=references.key(cache.credentials),
        )
        for registry, cache in caches(spec).items()
        if cache.create and (isinstance(spec.pull_through, dict) or _is_used(cache.prefix or "", spec))
    )


def _is_used(prefix: str, spec: Spec) -> bool:
    """Whether any image is pulled through a rule. The images of a filled spec have their addresses in ECR."""
    begins = f"{registry_of_stack(spec)}/{prefix}/"
    images = (container.said.image for container in containers_of_spec(spec))
    return any(isinstance(image, str) and image.startswith(begins) for image in images)


# --- images


def cached(image: Image, variable: Label, spec: Spec) -> Image:
    """An image with what it is in the root, if it is pulled through the cache."""
    registry = registry_of_stack(spec)
    for upstream, cache in caches(spec).items():
        begins = f"{registry}/{cache.prefix}"
        if not image.text.startswith(f"{begins}/"):
            continue
        url = Ref(f'{OutputRef(REPOSITORIES, _URLS)}["{upstream}"]')
        version = Ref(f"trimprefix({VariableRef(variable)}, {quoted_text(begins)})")
        expression = (interpolation((url, version)),) if cache.create else ()
        return replace(image, is_cached=True, cached=expression)
    return image


def outputs(spec: Spec, rules: tuple[CacheRule, ...]) -> Iterator[Output]:
    registry = registry_of_stack(spec)
    value = {
        rule.registry: interpolation(
            (
                f"{registry}/",
                names.ref("aws_ecr_pull_through_cache_rule.{}.ecr_repository_prefix", rule.label),
            )
        )
        for rule in rules
    }
    if value:
        description = "Where private ECR has the images of public registries."
        yield Output(label=_URLS, description=description, value=value)
