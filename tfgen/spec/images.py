"""Images in the short forms of the spec, and those that are pulled through the cache of private ECR."""

from collections.abc import Iterator

from msgspec.structs import replace

from tfgen import facts
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.containers import containers_of_spec
from tfgen.spec.model import Given, PullThrough, Spec

_OF_ACCOUNT = "ecr:"
_DOCKER_HUB = frozenset(("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "docker.com"))


def full_image(said: str | Given, spec: Spec) -> str | Given:
    """An image in full: `ecr:webapp:1.4` with the registry of the stack's account and region, or without any
    where it is in a repository of the stack's own; one of a cached registry with its address in the cache."""
    if not isinstance(said, str) or not spec.account:
        return said
    registry = f"{registry_of_stack(spec)}/"
    name = said.removeprefix(_OF_ACCOUNT).removeprefix(registry)
    if name.partition("@")[0].partition(":")[0] in spec.repositories:
        return name
    if name != said:
        return f"{registry}{name}"
    public, rest = split_registry(said)
    cache = caches(spec).get(public)
    return f"{registry}{cache.prefix}/{rest}" if cache else said


def registry_of_stack(spec: Spec) -> str:
    """Private ECR of the stack's account and region."""
    return f"{spec.account}.dkr.ecr.{spec.region}.{dns_suffix(spec.region)}"


def split_registry(image: str) -> tuple[str, str]:
    """The registry of an image, by the rules of the Docker client, and the rest of it in full."""
    first, slash, rest = image.partition("/")
    is_host = slash and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, rest) if is_host else ("docker.io", image)
    if registry in _DOCKER_HUB:
        registry = "docker.io"
    repository = path.partition("@")[0].partition(":")[0]
    return registry, f"library/{path}" if registry == "docker.io" and "/" not in repository else path


def caches(spec: Spec) -> dict[str, PullThrough]:
    """How the images of each registry that is cached get into private ECR, with prefixes."""
    said = spec.pull_through
    if isinstance(said, bool):
        said = dict.fromkeys(sorted(facts.registries_without_credentials()) if said else (), PullThrough())
    usual = facts.usual_cache_prefixes()
    return {
        registry: replace(each, prefix=each.prefix or usual.get(registry, registry.partition(".")[0][:30]))
        for registry, each in sorted(said.items())
    }


def dns_suffix(region: str) -> str:
    """What the names of AWS end in there."""
    known = facts.regions().get(region)
    return known.dns_suffix if known else "amazonaws.com"


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Short forms that need the account."""
    for container in containers_of_spec(spec):
        said = container.said.image
        if isinstance(said, str) and said.startswith(_OF_ACCOUNT) and not spec.account:
            message = f'"{said}" is an image in the ECR of the stack\'s account, which the spec does not name'
            hint = 'add account: "123456789012", with the number of your account'
            yield Problem("TG690", at((*container.path, "image")), message, hint)
    if spec.pull_through:
        yield from _cache_problems(spec, at)


def _cache_problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Rules of the cache that cannot be, and images that have none."""
    where = at(("pull_through",))
    region = facts.regions().get(spec.region)
    if not spec.account:
        message = "the address of a cached image has the number of the account, which the spec does not name"
        hint = 'add account: "123456789012", with the number of your account'
        yield Problem("TG682", where, message, hint)
    if region and not facts.cached_registries(region.partition):
        message = f"ECR has no pull-through cache in {spec.region}"
        yield Problem("TG687", where, message, "remove pull_through, and copy the images to private ECR")
    prefixes: dict[str | None, str] = {}
    for registry, cache in caches(spec).items():
        needs = registry not in facts.registries_without_credentials()
        if needs and cache.create and cache.credentials is None:
            message = f"ECR pulls from {registry} only with credentials"
            hint = "write credentials: ARN, of a secret whose name begins with ecr-pullthroughcache/"
            yield Problem("TG683", at(("pull_through", registry)), message, hint)
        other = prefixes.setdefault(cache.prefix, registry)
        if other != registry:
            message = f'{registry} and {other} would both have the prefix "{cache.prefix}"'
            yield Problem("TG685", at(("pull_through", registry)), message, "write another prefix for one")
    if spec.pull_through is True:
        yield from _lacking_credentials(spec, at)


def _lacking_credentials(spec: Spec, at: Locate) -> Iterator[Problem]:
    """Images of registries that the cache could have, but not without credentials."""
    public = facts.registries_without_credentials()
    needing = facts.usual_cache_prefixes().keys() - public
    lacking: dict[SpecPath, tuple[str, str]] = {}
    for container in containers_of_spec(spec):
        said = container.said.image
        if not isinstance(said, str) or said.partition("@")[0].partition(":")[0] in spec.repositories:
            continue
        registry, _ = split_registry(said)
        if registry in needing and not said.startswith(_OF_ACCOUNT):
            lacking[(*container.path, "image")] = said, registry
    whole = dict.fromkeys(public, "{}") | {registry: "ARN" for _, registry in lacking.values()}
    rules = ", ".join(f"{registry}: {value}" for registry, value in sorted(whole.items()))
    for path, (said, registry) in lacking.items():
        message = f'ECR pulls "{said}" from {registry} only with credentials, so it is not cached'
        hint = f"write pull_through: {{{rules}}}, with the ARN of a secret"
        yield Problem("TG683", at(path), message, hint, "warning")
