"""An image of which nothing is known before the apply."""

from collections.abc import Iterator

from tfgen.blueprint.model import Blueprint
from tfgen.problems import Problem

ID = "TG366"
SEVERITY = "warning"
TITLE = "An image that Terraform knows is in an ECR repository that the spec names"
WHY = (
    "Which repository an input or another value names is unknown before the apply. The execution role is "
    "therefore allowed to pull from every private repository of the region that its account may read, and "
    "nothing checks whether tasks can reach the registry."
)
SOURCE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/security_iam_id-based-policy-examples.html"
BAD = """\
services:
  web:
    image: {input: web_image}
"""
GOOD = """\
services:
  web:
    image: {join: [{ref: aws_ecr_repository.web.repository_url}, ":1.4.2"]}
"""
FAILS = (
    "services: {web: {image: {ref: local.web_image}}}",
    "services: {web: {image: {join: [{input: registry}, '/web:1']}}}",
    "services: {web: {image: {ref: aws_ecr_repository.web.name}}}",
)
PASSES = (
    "services: {web: {image: {join: ['public.ecr.aws/acme/web:', {input: release}]}}}",
    "services: {web: {image: 'public.ecr.aws/acme/web:1.4.2'}}",
    "services: {web: {image: {ref: data.aws_ecr_repository.web.repository_url}}}",
    "services: {web: {image: {join: [{ref: 'aws_ecr_repository.all[\"web\"].repository_url'}, ':1']}}}",
)


def check(blueprint: Blueprint) -> Iterator[Problem]:
    for container in blueprint.containers:
        image = container.image
        if image.is_unknown and not image.repository_arn:
            message = (
                "nobody knows before the apply which repository this image is in, so the execution role may "
                f"pull from every repository in {blueprint.region}"
            )
            hint = (
                'name its repository: {join: [{ref: aws_ecr_repository.NAME.repository_url}, ":TAG"]}, or, '
                "if this is intended, ignore the rule in this service"
            )
            yield Problem(ID, image.at, message, hint, SEVERITY)
