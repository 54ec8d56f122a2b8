"""IAM: the permissions of ECS for starting a task, and of the task itself."""

import re
from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint import names, renames
from tfgen.blueprint.model import Image, Policy, Role, SecretReference, Statement
from tfgen.blueprint.references import literal_secrets
from tfgen.hcl.text import Ref
from tfgen.spec.model import Service, Spec

# What a pull of a private image asks: ECR/vpc-endpoints.
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
# What the first pull of an image through ECR's cache asks besides: ECR/pull-through-cache-iam.
_IMPORT = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
# What ECS Exec asks of the task: ECS/ecs-exec.
_EXEC = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)


def execution_role(
    key: str, spec: Spec, image: Image, partition: str, secrets: tuple[SecretReference, ...]
) -> Role:
    """Starting a task: its own image repository, its own log group, its own secrets."""
    return Role(
        label=names.label(key, "execution"),
        name=names.role(spec.name, renames.in_aws(key, spec), "execution", spec.region),
        policies=(
            Policy(
                name="start-tasks",
                statements=(
                    *_start_statements(key, image, partition),
                    *_secret_statements(spec.services[key], spec, partition, secrets),
                ),
            ),
        ),
    )


def _start_statements(key: str, image: Image, partition: str) -> Iterator[Statement]:
    if image.may_be_private:
        repository = _repository_arn(image, partition)
        yield Statement(sid="Login", actions="ecr:GetAuthorizationToken", resources="*")
        yield Statement(sid="PullImage", actions=_PULL, resources=repository)
        if _is_cached(image, partition):
            yield Statement(sid="ImportThroughCache", actions=_IMPORT, resources=repository)
    stream = names.ref('"${{aws_cloudwatch_log_group.{}.arn}}:*"', names.label(key))
    yield Statement(sid="WriteLogs", actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=stream)


def _repository_arn(image: Image, partition: str) -> Ref | str:
    """What the role may pull: any repository of the region where nobody knows it before the apply."""
    if image.is_unknown:
        return next(iter(image.repository_arn), f"arn:{partition}:ecr:{image.region}:*:repository/*")
    return f"arn:{partition}:ecr:{image.region}:{image.account}:repository/{image.repository}"


def _secret_statements(
    service: Service, spec: Spec, partition: str, given: tuple[SecretReference, ...]
) -> Iterator[Statement]:
    sources = [source for _, source in literal_secrets(service)]
    known = {secret_arn(source) for source in sources if _secret_manager(source)}
    if secrets := (*sorted(known), *_arns_in(given, "secretsmanager")):
        yield Statement(sid="ReadSecrets", actions="secretsmanager:GetSecretValue", resources=secrets)
    known = {_parameter_arn(source, spec, partition) for source in sources if not _secret_manager(source)}
    if parameters := (*sorted(known), *_arns_in(given, "ssm")):
        yield Statement(sid="ReadParameters", actions="ssm:GetParameters", resources=parameters)


def _arns_in(given: tuple[SecretReference, ...], store: str) -> list[Ref]:
    """The ARNs that only Terraform knows, each once."""
    return sorted({each.arn for each in given if each.store == store})


def _is_cached(image: Image, partition: str) -> bool:
    """Whether a repository is below a prefix that pull-through cache rules usually have."""
    prefix, slash, _ = image.repository.partition("/")
    return bool(slash) and prefix in facts.cached_registries(partition).values()


def _secret_manager(source: str) -> bool:
    return ":secretsmanager:" in source


def secret_arn(source: str) -> str:
    """A secret's ARN without the JSON key, stage and version that `valueFrom` may add to it.

    Secrets Manager ends every ARN with six characters of its own; `valueFrom` may leave them out, a
    policy may not: SecretsManager/auth-and-access_examples.
    """
    arn = ":".join(source.split(":")[:7])
    return arn if re.search(r"-[A-Za-z0-9]{6}\Z", arn) else f"{arn}-??????"


def _parameter_arn(source: str, spec: Spec, partition: str) -> str:
    # What may follow the name, a version or a label (/path:3), is no part of the ARN.
    if source.startswith("arn:"):
        return ":".join(source.split(":")[:6])
    # A bare /path is a parameter of the stack's own account, whose number only AWS knows.
    return f"arn:{partition}:ssm:{spec.region}:*:parameter{source.partition(':')[0]}"


def policies(roles: tuple[Role, ...]) -> Iterator[Ref]:
    """What must be attached before the first task starts."""
    return (names.ref("aws_iam_role_policy.{}", role.label) for role in roles for _ in role.policies)


def task_role(key: str, spec: Spec) -> Role:
    """The application's own permissions: yours to attach, but for ECS Exec."""
    shell = Policy(name="exec", statements=(Statement(sid="Exec", actions=_EXEC, resources="*"),))
    return Role(
        label=names.label(key, "task"),
        name=names.role(spec.name, renames.in_aws(key, spec), "task", spec.region),
        policies=(shell,) if spec.services[key].exec else (),
    )
