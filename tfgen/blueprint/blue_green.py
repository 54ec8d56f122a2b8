"""Deployments that move requests from one target group to another: blue/green, canary and linear.

Until a deployment has moved all requests, the old tasks are in one of two target groups and the new ones in
the other. ECS itself changes the weights of the listener rule, and Terraform leaves them
(ECS/alb-resources-for-blue-green).
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from tfgen.blueprint import infrastructure, names, renames
from tfgen.blueprint.model import (
    USUAL_TIMEOUT,
    Alternate,
    Attachment,
    DeploymentHook,
    DeploymentStep,
    Ignored,
    ListenerRule,
    Policy,
    Registration,
    Role,
    Statement,
    Strategy,
    TargetGroup,
    WeightedForward,
    WeightedTarget,
)
from tfgen.blueprint.references import References
from tfgen.hcl.text import Label, Ref
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.balancers import balancer_of, network_listeners
from tfgen.spec.deployments import moves_requests
from tfgen.spec.model import ROLLING, Deployment, DeploymentTest, Given, Route, Service, Spec

_MANAGED_POLICY = "AmazonECSInfrastructureRolePolicyForLoadBalancers"
_ALTERNATE = "alternate"
_ALL, _NONE = 100, 0
_USUAL_BAKE = 10  # minutes
_LEAST_LINEAR = 3  # botocore, ecs LinearConfiguration


class _StepForm(NamedTuple):
    """The block of a strategy that moves requests in steps, and AWS's own percentage and minutes."""

    block: str
    percent: str
    minutes: str
    usual: tuple[int, int]


_STEPS = {
    "canary": _StepForm("canary_configuration", "canary_percent", "canary_bake_time_in_minutes", (5, 10)),
    "linear": _StepForm("linear_configuration", "step_percent", "step_bake_time_in_minutes", (10, 6)),
}
"""botocore, ecs CanaryConfiguration and LinearConfiguration."""


# --- the service


def strategies(key: str, said: Deployment, referred: References) -> Iterator[Strategy]:
    """Nothing for a rolling deployment."""
    if said.strategy == ROLLING:
        return
    bake, steps = _USUAL_BAKE if said.bake is None else said.bake, tuple(_steps(said))
    yield Strategy(
        name=said.strategy.replace("-", "_").upper(),
        bake=bake,
        steps=steps,
        hooks=tuple(
            DeploymentHook(
                function=_function(hook.function, referred), role=_role_arn(key), stages=(*hook.at,)
            )
            for hook in said.hooks
        ),
        timeout=USUAL_TIMEOUT + bake + sum(map(_minutes_of_steps, steps)),
    )


def _steps(said: Deployment) -> Iterator[DeploymentStep]:
    if form := _STEPS.get(said.strategy):
        percent, minutes = _step(said, form)
        yield DeploymentStep(
            block=Label(form.block),
            percent_argument=Label(form.percent),
            percent=percent,
            minutes_argument=Label(form.minutes),
            minutes=minutes,
            times=1 if said.strategy == "canary" else -(-_ALL // percent) - 1,
        )


def _step(said: Deployment, form: _StepForm) -> tuple[int, int]:
    """The percentage and the minutes of a step."""
    own = (said.step.percent, said.step.minutes) if said.step else (None, None)
    percent, minutes = (usual if each is None else each for each, usual in zip(own, form.usual, strict=True))
    return percent, minutes


def _minutes_of_steps(step: DeploymentStep) -> int:
    return step.times * step.minutes


def _function(said: str | Given, referred: References) -> Ref | str:
    return referred.value(said) if isinstance(said, Given) else said


def registrations(
    key: str, service: Service, groups: tuple[TargetGroup, ...], rules: tuple[ListenerRule, ...]
) -> Iterator[Registration]:
    """The target groups in which ECS registers tasks, each with the one that it alternates with."""
    if not moves_requests(service):
        for group in groups:
            yield Registration(label=group.label, container=group.container, port=group.port)
        return
    blue, green = groups
    tests = tuple(rule.label for rule in rules if rule.is_test)
    production = next(rule.label for rule in rules if not rule.is_test)
    other = Alternate(target_group=green.label, rule=production, test_rules=tests, role=_role_arn(key))
    yield Registration(label=blue.label, container=blue.container, port=blue.port, alternates=(other,))


# --- the load balancer


def alternate_label(group: Label) -> Label:
    """Of the target group beside one: its name does not depend on which of them has the requests."""
    return names.label(group, _ALTERNATE)


def alternate(group: TargetGroup) -> TargetGroup:
    """The target group beside one, for the tasks of every other deployment."""
    return replace(
        group,
        label=alternate_label(group.label),
        name=f"{group.name}-{_ALTERNATE}",
        service_key=f"{group.service_key}-{_ALTERNATE}",
    )


def forward(service: str, group: Label, *, is_test: bool) -> WeightedForward:
    """What a rule does before the first deployment, and both target groups in it: ECS accepts none that no
    rule forwards to."""
    weights = (_NONE, _ALL) if is_test else (_ALL, _NONE)
    return WeightedForward(
        targets=tuple(
            WeightedTarget(service=service, target_group=label, weight=weight)
            for label, weight in zip((group, alternate_label(group)), weights, strict=True)
        ),
        sticky=(),
    )


WEIGHTS_OF_ECS = Ignored(
    arguments=(Ref("action"),),
    comments=(
        names.comment("ECS changes the weights at each deployment, and knows which tasks they lead to."),
    ),
)


# --- IAM


def _role_label(key: str) -> Label:
    return names.label(key, "deployment")


def _role_arn(key: str) -> Ref:
    return names.ref("aws_iam_role.{}.arn", _role_label(key))


def roles(key: str, spec: Spec, partition: str, referred: References) -> Iterator[Role]:
    """With which ECS changes listener rules and invokes hooks; the service depends on what it may do."""
    if not moves_requests(spec.services[key]):
        return
    label, said = _role_label(key), spec.services[key].deployment
    functions = tuple(sorted({_function(hook.function, referred) for hook in said.hooks}))
    invoke = Statement(sid="InvokeHooks", actions="lambda:InvokeFunction", resources=functions)
    yield Role(
        label=label,
        name=names.role(spec.name, renames.in_aws(key, spec), "deployment", spec.region),
        policies=(Policy(label=label, name="invoke-hooks", statements=(invoke,)),) if functions else (),
        attachments=(Attachment(label=label, arn=f"arn:{partition}:iam::aws:policy/{_MANAGED_POLICY}"),),
        trust=infrastructure.TRUST,
    )


# --- what is wrong with it


def problems(key: str, service: Service, spec: Spec, at: Locate) -> Iterator[Problem]:
    path = ("services", key, "deployment")
    yield from _key_problems(service.deployment, path, at)
    yield from _hook_problems(service.deployment, path, at)
    if moves_requests(service):
        yield from _rule_problems(key, service, spec, at)
        yield from _contradictions(key, service, at)
        yield from _test_problems(service, path, at)


def _key_problems(said: Deployment, path: SpecPath, at: Locate) -> Iterator[Problem]:
    """Keys that the strategy has no use for."""
    if said.strategy == ROLLING:
        for name in ("bake", "step", "test", "hooks"):
            if getattr(said, name) not in (None, []):
                message = f"{name} is for deployments that move requests, and this one is rolling"
                hint = f"add strategy: blue-green, canary or linear, or remove {name}"
                yield Problem("TG654", at((*path, name)), message, hint)
    elif said.step and said.strategy not in _STEPS:
        message = f"{said.strategy} moves all requests at once, without a step"
        yield Problem(
            "TG654", at((*path, "step")), message, "remove step, or write strategy: canary or linear"
        )
    elif said.step and said.strategy == "linear" and (said.step.percent or _ALL) < _LEAST_LINEAR:
        message = f"a step of a linear deployment is at least {_LEAST_LINEAR} %, not {said.step.percent} %"
        hint = f"write percent: {_LEAST_LINEAR}, or strategy: canary"
        yield Problem("TG654", at((*path, "step")), message, hint)


def _hook_problems(said: Deployment, path: SpecPath, at: Locate) -> Iterator[Problem]:
    for index, hook in enumerate(said.hooks):
        if not hook.at:
            message = "this function is invoked at no stage of a deployment"
            hint = "write a stage, such as POST_TEST_TRAFFIC_SHIFT, or remove the hook"
            yield Problem("TG654", at((*path, "hooks", index, "at")), message, hint)


def _rule_problems(key: str, service: Service, spec: Spec, at: Locate) -> Iterator[Problem]:
    """AWS moves the requests of one listener rule for each target group."""
    strategy, network = service.deployment.strategy, network_listeners(spec)
    where = at(("services", key, "deployment", "strategy"))
    rolling = "write strategy: rolling"
    count = sum(len(route.hosts) * len(route.paths) for route in service.routes)
    if not service.routes:
        message = f'{strategy} moves the requests of a route, and "{key}" has none'
        yield Problem("TG652", where, message, f"add routes: [/], or {rolling}")
    elif any(route.listener in network for route in service.routes):
        message = f"{strategy} moves the requests of a listener rule, and network load balancers have none"
        hint = f"{rolling}, or use a route on an Application Load Balancer alone"
        yield Problem("TG652", where, message, hint)
    elif count > 1:
        message = (
            f'{strategy} moves the requests of one listener rule, and the routes of "{key}" need {count}, '
            "one for each path and host"
        )
        yield Problem("TG652", where, message, f"write one route for all of them, such as /, or {rolling}")


def _contradictions(key: str, service: Service, at: Locate) -> Iterator[Problem]:
    """What AWS refuses, or what would stop to work with the first deployment."""
    said, path = service.deployment, ("services", key)
    for more, message, hint in (
        *_of_rolling(said),
        *_of_routes(service),
        *_of_other_keys(service),
    ):
        text = f"{message}, and cannot be used with strategy: {said.strategy}"
        yield Problem("TG653", at((*path, *more)), text, hint)


_Contradiction = tuple[SpecPath, str, str]
"""The place in the service, what is wrong, and what to do."""


def _of_rolling(said: Deployment) -> Iterator[_Contradiction]:
    usual = Deployment()
    if said.circuit_breaker and said.circuit_breaker.enabled:
        hint = "remove it: failed deployments are rolled back, and alarms can end them, too"
        yield ("deployment", "circuit_breaker"), "the circuit breaker is for rolling deployments", hint
    for name in ("minimum", "maximum"):
        if getattr(said, name) != getattr(usual, name):
            message = f"{name} is for rolling deployments"
            yield ("deployment", name), message, "remove it: a new task starts for each old one"


def _of_routes(service: Service) -> Iterator[_Contradiction]:
    for index, route in enumerate(service.routes):
        place = ("routes", index)
        if route.weight is not None:
            message = "the weight of a route divides its requests between services"
            yield (*place, "weight"), message, "remove weight, or write strategy: rolling"
        if route.login is not None and route.login.name:
            message = "a login is an action of the listener rule, all of which Terraform leaves to ECS"
            yield (*place, "login"), message, "remove login, or write strategy: rolling"


def _of_other_keys(service: Service) -> Iterator[_Contradiction]:
    if service.scaling and service.scaling.requests is not None:
        message = "requests counts those of one target group, which every other deployment leaves empty"
        yield ("scaling", "requests"), message, "write cpu: 60 instead"
    if service.dns is not None:
        message = "a name in DNS leads to old and new tasks alike"
        yield ("dns",), message, "remove dns, or write strategy: rolling"


def _test_problems(service: Service, path: SpecPath, at: Locate) -> Iterator[Problem]:
    if test := service.deployment.test:
        for route in service.routes:
            yield from _problems_of_test(test, route, (*path, "test"), at)


def _problems_of_test(test: DeploymentTest, route: Route, where: SpecPath, at: Locate) -> Iterator[Problem]:
    own = {name.lower() for name in route.headers}
    if twice := next((name for name in test.headers if name.lower() in own), ""):
        message = f"the route itself has a condition on the header {twice}"
        yield Problem("TG655", at((*where, "headers", twice)), message, "use another header")
    if test.listener and balancer_of(test.listener) != balancer_of(route.listener or ""):
        message = "tests need a listener of the load balancer that the route is on"
        hint = "name another listener of it, or write headers instead"
        yield Problem("TG655", at((*where, "listener")), message, hint)
    elif test.listener in (None, route.listener) and not test.headers:
        message = "the test has no header and no listener but that of the route: all requests would be tests"
        hint = "write test: {headers: {X-Test: new}}, or test: LISTENER with another listener"
        yield Problem("TG655", at(where), message, hint)
