"""An image by the host of ECR, whose repository has the name of one of the stack's own."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG694"
SEVERITY = "note"
TITLE = "An image in a repository of the stack names it without a host"
WHY = (
    "Where the spec does not name the account, nobody knows whether a repository at a host of ECR is the "
    "stack's own of the same name. Terraform then knows no connection between the two, and may create the "
    "service first."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html"
_HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
BAD = f"""\
repositories:
  webapp: {{}}
services:
  web:
    image: {_HOST}/webapp:1.4.2
"""
GOOD = """\
repositories:
  webapp: {}
services:
  web:
    image: webapp:1.4.2
"""
FAILS = (
    "repositories: {webapp: {}}\n"
    f"services: {{web: {{image: {{join: ['{_HOST}/webapp:', {{input: tag}}]}}}}}}",
)
PASSES = (
    f"account: '210987654321'\nrepositories: {{web: {{}}}}\nservices: {{web: {{image: '{_HOST}/web:1'}}}}",
    f"repositories: {{api: {{}}}}\nservices: {{web: {{image: '{_HOST}/web:1'}}}}",
    "repositories: {web: {}}\nservices: {web: {image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1'}}",
    "repositories: {library/nginx: {}}\nservices: {web: {image: 'nginx:1.27'}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    own = {repository.name for repository in blueprint.repositories}
    for container in blueprint.containers:
        image = container.image
        is_here = image.region == blueprint.region and not image.own and not blueprint.account
        if is_here and image.repository in own:
            message = f'"{image.repository}" is a repository of the stack, and this may be another account\'s'
            hint = f"write {image.repository}:TAG without the host, or name the stack's account: account: ID"
            yield Problem(ID, image.at, message, hint, SEVERITY)
