"""A repository that no service has an image in."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem, nearest_word

ID = "TG693"
SEVERITY = "note"
TITLE = "A repository of the stack has the image of a service"
WHY = (
    "An image names a repository of the stack by its name alone, without a registry. Another name is that "
    "of an image in another registry, and the repository stays empty."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html"
BAD = """\
repositories:
  web-app: {}
services:
  web:
    image: webapp:1.4.2
"""
GOOD = """\
repositories:
  webapp: {}
services:
  web:
    image: webapp:1.4.2
"""
FAILS = (
    "repositories: {web: {}, api: {}}\nservices: {web: {image: 'web:1'}}",
    "repositories: {library/nginx: {}}\nservices: {web: {image: 'nginx:1.27'}}",
    "repositories: {web: {}}\nservices: {web: {image: {join: [web, {input: tag}]}}}",
)
PASSES = (
    "repositories: {web: {}}",
    "repositories: {team/web: {}}\nservices: {web: {image: {join: ['team/web:', {input: tag}]}}}",
    "account: '123456789012'\n"
    "repositories: {web: {}, api: {}}\n"
    "services: {web: {image: 'ecr:web:1'}, "
    "api: {image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/api:1'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    used = {container.image.repository for container in blueprint.containers if container.image.own}
    hub = {each.image.repository for each in blueprint.containers if each.image.registry == "docker.io"}
    foreign = sorted(name.removeprefix("library/") for name in hub)
    for repository in blueprint.repositories if blueprint.tasks else ():
        if repository.name not in used:
            message = f'no service has an image in the repository "{repository.name}"'
            near = nearest_word(repository.name, foreign)
            hint = f"write image: {repository.name}:TAG in a service" + (
                f", where you may have written {near}" if near else ""
            )
            hint += ", or ignore the rule if others push and pull here"
            yield Problem(ID, repository.at, message, hint, SEVERITY)
