"""IAM: the permissions of ECS for starting a task, and of the task itself."""

from collections.abc import Iterator

from tfgen import facts
from tfgen.blueprint import clusters, names, permissions, renames, volumes
from tfgen.blueprint.model import Container, Image, Policy, Role, SecretReference, Statement
from tfgen.blueprint.permissions import secret_arn
from tfgen.blueprint.references import References
from tfgen.hcl.text import Label, Ref
from tfgen.spec.containers import containers_of
from tfgen.spec.model import Spec

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
    key: str, spec: Spec, containers: tuple[Container, ...], partition: str, references: References
) -> Role:
    """Starting a task: its own image repositories, its own log group, its own secrets and files."""
    label = names.label(key, "execution")
    return Role(
        label=label,
        name=names.role(spec.name, renames.in_aws(key, spec), "execution", spec.region),
        policies=(
            Policy(
                label=label,
                name="start-tasks",
                statements=(
                    *_start_statements(key, containers, partition),
                    *_secret_statements(key, containers, spec, partition, references),
                    *_file_statements(containers),
                ),
            ),
        ),
    )


def _start_statements(key: str, containers: tuple[Container, ...], partition: str) -> Iterator[Statement]:
    images = [each.image for each in containers if each.image.may_be_private]
    if images:
        yield Statement(sid="Login", actions="ecr:GetAuthorizationToken", resources="*")
        yield Statement(sid="PullImage", actions=_PULL, resources=_repositories(images, partition))
        if cached := [image for image in images if _is_cached(image, partition)]:
            repositories = _repositories(cached, partition)
            yield Statement(sid="ImportThroughCache", actions=_IMPORT, resources=repositories)
    streams = log_streams(names.label(key))
    yield Statement(sid="WriteLogs", actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=streams)


def log_streams(service: Label) -> Ref:
    """The ARNs of what is written to in the log group of a service."""
    return names.ref('"${{aws_cloudwatch_log_group.{}.arn}}:*"', service)


def _repositories(images: list[Image], partition: str) -> tuple[Ref | str, ...] | Ref | str:
    """The ARNs of some images' repositories, each once; one alone without a list."""
    known = tuple(sorted({_repository_arn(image, partition) for image in images}))
    return known if len(known) > 1 else known[0]


def _file_statements(containers: tuple[Container, ...]) -> Iterator[Statement]:
    """Environment files: ECS/use-environment-file."""
    files = [each for container in containers for each in container.environment_files]
    if files:
        objects = tuple(sorted({file.arn for file in files}))
        buckets = tuple(sorted({file.bucket_arn for file in files}))
        yield Statement(sid="ReadEnvironmentFiles", actions="s3:GetObject", resources=objects)
        yield Statement(sid="LocateEnvironmentFiles", actions="s3:GetBucketLocation", resources=buckets)


def _repository_arn(image: Image, partition: str) -> Ref | str:
    """What the role may pull: any repository of the region where nobody knows it before the apply."""
    if image.is_unknown or image.own:
        return next(iter(image.repository_arn), f"arn:{partition}:ecr:{image.region}:*:repository/*")
    return f"arn:{partition}:ecr:{image.region}:{image.account}:repository/{image.repository}"


def _secret_statements(
    key: str, containers: tuple[Container, ...], spec: Spec, partition: str, references: References
) -> Iterator[Statement]:
    sources = [source for container in containers for _, source, _ in container.read_secrets]
    given = tuple(each for container in containers for each, _ in container.read_references)
    known = {secret_arn(source) for source in sources if _secret_manager(source)}
    if secrets := (*sorted(known), *_arns_in(given, "secretsmanager")):
        yield Statement(sid="ReadSecrets", actions="secretsmanager:GetSecretValue", resources=secrets)
    known = {_parameter_arn(source, spec, partition) for source in sources if not _secret_manager(source)}
    if parameters := (*sorted(known), *_arns_in(given, "ssm")):
        yield Statement(sid="ReadParameters", actions="ssm:GetParameters", resources=parameters)
    said = (container.said for container in containers_of(key, spec.task(key)))
    if keys := references.keys_of_secrets(said):
        yield Statement(sid="DecryptSecrets", actions="kms:Decrypt", resources=keys)


def _arns_in(given: tuple[SecretReference, ...], store: str) -> list[Ref]:
    """The ARNs that only Terraform knows, each once."""
    return sorted({each.arn for each in given if each.store == store})


def _is_cached(image: Image, partition: str) -> bool:
    """Whether a repository is below a prefix that pull-through cache rules usually have."""
    prefix, slash, _ = image.repository.partition("/")
    if image.is_cached:
        return True
    return bool(slash) and not image.own and prefix in facts.cached_registries(partition).values()


def _secret_manager(source: str) -> bool:
    return ":secretsmanager:" in source


def _parameter_arn(source: str, spec: Spec, partition: str) -> str:
    # What may follow the name, a version or a label (/path:3), is no part of the ARN.
    if source.startswith("arn:"):
        return ":".join(source.split(":")[:6])
    # A bare /path is a parameter of the stack's own account, whose number only AWS may know.
    account = spec.account or "*"
    return f"arn:{partition}:ssm:{spec.region}:{account}:parameter{source.partition(':')[0]}"


def policies(roles: tuple[Role, ...]) -> Iterator[Ref]:
    """What must be attached before the first task starts."""
    for role in roles:
        yield from (names.ref("aws_iam_role_policy.{}", policy.label) for policy in role.policies)
        yield from (names.ref("aws_iam_role_policy_attachment.{}", each.label) for each in role.attachments)


def task_role(key: str, spec: Spec, partition: str, references: References) -> Role:
    """The application's own permissions: those of ECS Exec, and those that the spec asks for."""
    service, label = spec.task(key), names.label(key, "task")
    exec_ = Statement(sid="Exec", actions=_EXEC, resources="*")
    sessions = clusters.session_statements(spec, partition, references)
    shell = Policy(label=label, name="exec", statements=(exec_, *sessions))
    return Role(
        label=label,
        name=names.role(spec.name, renames.in_aws(key, spec), "task", spec.region),
        policies=(
            *((shell,) if service.exec else ()),
            *permissions.policies(key, spec, references),
            *volumes.policies(key, spec, references),
        ),
        attachments=tuple(permissions.attachments(key, service, references)),
    )
