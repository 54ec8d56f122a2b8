"""What people do with a stack that runs: commands with the names of its services, for its README."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tfgen.blueprint.model import Blueprint, Job, Service, Task
from tfgen.problems import joined
from tfgen.render import pushes
from tfgen.texts import wrapped_text


class Operation(NamedTuple):
    """Something to do with one of some services, whose name a variable of the shell has."""

    lines_before: tuple[str, ...]
    """What it is for."""
    commands: tuple[str, ...]
    lines_after: tuple[str, ...] = ()


_WIDTH = 120


def _operation(purpose: str, commands: tuple[str, ...], afterwards: str = "") -> Operation:
    after = _lines(afterwards) if afterwards else ()
    return Operation(_lines(purpose), commands, after)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(wrapped_text(text, _WIDTH).split("\n"))


"""Of a page of Markdown."""


def operations(blueprint: Blueprint, cluster: str) -> Iterator[Operation]:
    """`cluster` is the cluster's name as a word of a shell. Services with other names by overrides, and those
    in another cluster, are left out: what AWS calls their parts, the spec does not say."""
    where = f"--region {blueprint.region} --cluster {cluster}"
    services = [each for each in blueprint.services if not _is_renamed(each, blueprint)]
    if services:
        yield from _of_services(services, blueprint, where)
    if jobs := [each for each in blueprint.jobs if not _is_renamed(each, blueprint)]:
        yield from _of_jobs(jobs, blueprint, where)


def _of_services(services: list[Service], blueprint: Blueprint, where: str) -> Iterator[Operation]:
    logs = f"aws logs tail /ecs/{blueprint.name}/$service --region {blueprint.region} --follow"
    yield _operation("Follow the logs of a service:", (_choice(services), logs))
    if entered := [each for each in services if each.exec]:
        yield _operation("Open a shell in one of its tasks:", tuple(_shell(entered, where)))
    update = f"aws ecs update-service {where} --service $service"
    yield _operation(
        "Start its tasks anew, for instance to have them read changed secrets:",
        (_choice(services), f"{update} --force-new-deployment"),
    )
    family = f"{blueprint.name}-$service"
    yield _operation(
        "Return to an earlier revision at once, faster than an apply:",
        (
            _choice(services),
            f"aws ecs list-task-definitions --region {blueprint.region} --family-prefix {family} --sort DESC",
            f"{update} --task-definition {family}:REVISION",
        ),
        _after_rollback(services),
    )
    if deployed := [each for each in services if each.is_deployed_by_ci]:
        yield from _deployments(deployed, blueprint, where)


_ENDED = "tasks[0].[stoppedReason, containers[].[name, exitCode, reason]]"


def _of_jobs(jobs: list[Job], blueprint: Blueprint, where: str) -> Iterator[Operation]:
    """The output with security groups has the names of the spec, and AWS the oldest that a job had."""
    known = [each for each in jobs if each.aws_name == each.key]
    groups = [known] if known else []
    for group in (*groups, *([each] for each in jobs if each.aws_name != each.key)):
        yield _run(group, "$job" if group is known else group[0].key, blueprint, where)
    region = f"--region {blueprint.region}"
    logs = f"aws logs tail /ecs/{blueprint.name}/$job {region} --since 1d"
    yield _operation("Read what a job wrote:", (_choice(jobs, "job"), logs))
    queue = f"{blueprint.name}-$job-dead-letters"
    if scheduled := [each for each in jobs if _has_queue(each, queue)]:
        yield _operation(
            "See which runs of a job EventBridge Scheduler could not start, and why:",
            (
                _choice(scheduled, "job"),
                f"url=$(aws sqs get-queue-url {region} --queue-name {queue} --query QueueUrl --output text)",
                f"aws sqs receive-message {region} --queue-url $url --message-attribute-names All",
            ),
        )


def _run(jobs: list[Job], key: str, blueprint: Blueprint, where: str) -> Operation:
    """A run by hand is on demand, so that nothing ends it but itself."""
    role = blueprint.network.task_subnets
    subnets = f"$(terraform output -json {role}_subnet_ids | jq -r '[.[]] | join(\",\")')"
    groups = f"$(terraform output -json security_group_ids | jq -r --arg job {key} '.[$job]')"
    public = "ENABLED" if jobs[0].public_ip else "DISABLED"
    return _operation(
        "Run a job, and see how it ended: the exit code of each container, and why one did not start:",
        (
            _choice(jobs, "job"),
            f"subnets={subnets}",
            f"group={groups}",
            f"task=$(aws ecs run-task {where} --task-definition {blueprint.name}-$job --launch-type FARGATE "
            '--network-configuration "awsvpcConfiguration={subnets=[$subnets],securityGroups=[$group],'
            f"assignPublicIp={public}}}\" --query 'tasks[0].taskArn' --output text)",
            f"aws ecs wait tasks-stopped {where} --tasks $task",
            f"aws ecs describe-tasks {where} --tasks $task --query '{_ENDED}'",
        ),
        "The wait gives up after ten minutes; repeat it while the task goes on. ECS knows of a task for "
        "about an hour after its end.",
    )


def _has_queue(job: Job, name: str) -> bool:
    """Whether its dead-letter queue has its name in full."""
    return any(each.queue.name == name.replace("$job", job.aws_name) for each in job.schedules)


def _after_rollback(services: list[Service]) -> str:
    deployed = [each.aws_name for each in services if each.is_deployed_by_ci]
    if len(deployed) == len(services):
        return "An apply leaves it so, and the next deployment of the pipeline brings another revision."
    they = "they are" if len(deployed) > 1 else "it is"
    but = f" It leaves {joined(deployed)} as {they}." if deployed else ""
    return (
        "Then put back what brought the new revision, such as the tag of an image: the next apply deploys "
        f"what these files say.{but}"
    )


def _deployments(services: list[Service], blueprint: Blueprint, where: str) -> Iterator[Operation]:
    """What a pipeline runs, and what takes the settings of a changed spec before it does."""
    family, region = f"{blueprint.name}-$service", f"--region {blueprint.region}"
    describe = f"aws ecs describe-task-definition {region} --task-definition"
    running = (
        f"aws ecs describe-services {where} --services $service "
        "--query 'services[0].taskDefinition' --output text"
    )
    image = "taskDefinition.containerDefinitions[?name=='$service'].image"
    yield _operation(
        "Deploy another image of a service, as its pipeline does: these commands make a revision from the "
        "newest one, which may be Terraform's, and the last fails if ECS has rolled the deployment back:",
        (
            _choice(services),
            f"image={_repository(services[0], blueprint)}:TAG",
            f"{describe} {family} --query taskDefinition > newest.json",
            f"jq --arg name $service --arg image \"$image\" '{_NEXT}' newest.json > next.json",
            f"revision=$(aws ecs register-task-definition {region} --cli-input-json file://next.json "
            "--query taskDefinition.taskDefinitionArn --output text)",
            f"aws ecs update-service {where} --service $service --task-definition $revision",
            f"aws ecs wait services-stable {where} --services $service",
            f'test "$({running})" = $revision',
        ),
        "If an apply registers a revision, because the spec has other variables, secrets or sizes, run them "
        "after it: no task starts from it before. Do it at once if the apply removes something, such as the "
        "permission to read a secret, that tasks of the running revision need to start.",
    )
    yield _operation(
        "These find the image that the service runs, to deploy it again with the commands above:",
        (
            _choice(services),
            f"revision=$({running})",
            f'image=$({describe} $revision --query "{image}" --output text)',
        ),
    )


def _repository(service: Service, blueprint: Blueprint) -> str:
    """Where the images of a service are, as far as the spec says."""
    image = service.containers[0].image
    if image.own:
        return f"{pushes.registry(blueprint)}/{image.repository}"
    return "REGISTRY/REPOSITORY" if image.given else image.address


OUTPUT_ONLY = (
    *("taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities"),
    *("registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt"),
)
"""What ECS says of a revision and does not take for another (botocore, ecs RegisterTaskDefinition)."""
_NEXT = (
    "(.containerDefinitions[] | select(.name == $name)).image = $image "
    f"| del({', '.join(f'.{each}' for each in OUTPUT_ONLY)})"
)


def _shell(entered: list[Service], where: str) -> Iterator[str]:
    yield _choice(entered)
    yield f"task=$(aws ecs list-tasks {where} --service-name $service --query 'taskArns[0]' --output text)"
    yield f"aws ecs execute-command {where} --task $task --container $service --interactive --command /bin/sh"


def _choice(tasks: Sequence[Task], variable: str = "service") -> str:
    first, *others = (each.aws_name for each in tasks)
    return f"{variable}={first}   # or {', '.join(others)}" if others else f"{variable}={first}"


_NAMING = {
    "aws_ecs_service": {"name", "cluster"},
    "aws_ecs_task_definition": {"family", "container_definitions"},
    "aws_cloudwatch_log_group": {"name"},
    "aws_ecs_cluster": {"name"},
    "aws_sqs_queue": {"name"},
}


def _is_renamed(service: Task, blueprint: Blueprint) -> bool:
    """Whether overrides may change a name that the commands have."""
    for override in blueprint.overrides:
        kind, _, label = override.address.removeprefix("module.services.").partition(".")
        is_its_own = label == service.label or kind == "aws_ecs_cluster"
        if is_its_own and _NAMING.get(kind, set()) & override.patch.keys():
            return True
    return False
