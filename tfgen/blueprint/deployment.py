"""How ECS replaces tasks: how many run meanwhile, and what ends a deployment."""

from collections.abc import Iterator, Mapping

from tfgen.blueprint import blue_green, names, scaling
from tfgen.blueprint.model import Deployment, Ignored
from tfgen.blueprint.references import References
from tfgen.hcl.text import Ref
from tfgen.problems import Locate, Problem
from tfgen.spec.deployments import moves_requests
from tfgen.spec.model import Deployment as DeploymentSpec
from tfgen.spec.model import Given, Service


def build(key: str, said: DeploymentSpec, referred: References, own: Mapping[str, Ref]) -> Deployment:
    """What AWS and the provider do anyway is not said. `own` are alarms of the stack that exist before the
    service, by name: ECS refuses the name of an alarm that does not exist yet."""
    usual = DeploymentSpec()
    return Deployment(
        minimums=() if said.minimum == usual.minimum else (said.minimum,),
        maximums=() if said.maximum == usual.maximum else (said.maximum,),
        circuit_breaker=said.circuit_breaker is not None and said.circuit_breaker.enabled,
        rollback=said.circuit_breaker is not None
        and said.circuit_breaker.enabled
        and said.circuit_breaker.rollback,
        alarms=tuple(
            referred.value(each) if isinstance(each, Given) else own.get(each, each) for each in said.alarms
        ),
        waits=(True,) if said.wait else (),
        rebalancing="ENABLED" if said.rebalancing else "DISABLED",
        strategies=tuple(blue_green.strategies(key, said, referred)),
    )


def ignored(service: Service) -> Iterator[Ignored]:
    """What others than Terraform decide while the service runs: how many tasks, and of which revision."""
    is_scaled, is_by_ci = service.scaling is not None, service.deploys_by == "ci"
    others = (
        ("desired_count", "Application Auto Scaling decides how many tasks run.", is_scaled),
        ("task_definition", "A pipeline registers revisions and deploys them.", is_by_ci),
    )
    found = [(Ref(argument), names.comment(text)) for argument, text, is_so in others if is_so]
    if found:
        arguments, comments = zip(*found, strict=True)
        yield Ignored(arguments=arguments, comments=comments)


def problems(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """Percentages of a rolling deployment that AWS refuses, or with which no task can be replaced."""
    said, path = service.deployment, ("services", key, "deployment")
    if moves_requests(service):
        return
    if said.maximum == 100 and said.rebalancing:
        message = "with maximum: 100, AWS cannot move tasks between zones, and refuses the service"
        yield Problem(
            "TG650", at((*path, "maximum")), message, "add rebalancing: false, or write maximum: 200"
        )
    least, most = scaling.range_of_tasks(service)
    stuck = next((count for count in range(max(1, least), most + 1) if _is_stuck(count, said)), 0)
    if stuck:
        tasks = "a single task" if stuck == 1 else f"{stuck} tasks"
        message = (
            f"of {tasks}, maximum: {said.maximum} lets no other start and minimum: {said.minimum} lets none "
            "stop, so that no deployment ever completes"
        )
        yield Problem("TG651", at((*path, "maximum")), message, _hint(stuck, said))


def _is_stuck(count: int, said: DeploymentSpec) -> bool:
    """ECS rounds the maximum down and the minimum up (botocore, ecs DeploymentConfiguration)."""
    return count * said.maximum // 100 <= count and -(-count * said.minimum // 100) >= count


def _hint(count: int, said: DeploymentSpec) -> str:
    """The least that lets one more start, or the most that lets one stop."""
    more, fewer = 100 + -(-100 // count), 100 * (count - 1) // count
    return f"write maximum: {more}" if said.maximum > 100 else f"write minimum: {fewer}"
