"""The AWS account of the stack, where the spec names it."""

from collections.abc import Iterator
from typing import Any

from tfgen.blueprint.model import Provider
from tfgen.blueprint.references import credential_values, existing_values, policy_values, role_values
from tfgen.hcl.text import Comment, Ref
from tfgen.problems import Locate, Problem, SpecPath
from tfgen.spec.balancers import balancers_of
from tfgen.spec.model import Spec

_FROM_ARN = Comment("The account ID, taken from an ARN: a data source would need credentials to plan.")
_SAID = Comment("The account of the stack.")


def of_stack(spec: Spec, *, as_module: bool) -> dict[str, Any]:
    """The account and the provider of a blueprint."""
    said = (spec.account,) if spec.account else ()
    own = Provider(region=spec.region, default_tags=Ref("var.tags"), accounts=(said,) if said else ())
    return {"account": said, "provider": () if as_module else (own,)}


def of_trust(spec: Spec, cluster_arn: Ref) -> dict[str, Any]:
    """The account that roles of tasks trust ECS for, and where its number is from."""
    if spec.account:
        return {"account": spec.account, "comment": _SAID}
    return {"account": Ref(f'split(":", {cluster_arn})[4]'), "comment": _FROM_ARN}


def problems(spec: Spec, at: Locate) -> Iterator[Problem]:
    """What cannot be used from another account: listeners, clusters, roles, policies, web ACLs, certificates,
    credentials of registries.

    Images, secrets and trust stores can be shared, and a bucket's ARN has no account.
    """
    if not spec.account:
        return
    for path, value in _arns_of_own(spec):
        account = value.split(":")[4] if isinstance(value, str) and value.startswith("arn:") else ""
        if account.isdecimal() and account != spec.account:
            message = f"this ARN is in account {account}, and the stack in {spec.account}"
            hint = f"give one that exists in {spec.account}, or correct account"
            yield Problem("TG691", at(path), message, hint)


def _arns_of_own(spec: Spec) -> Iterator[tuple[SpecPath, object]]:
    # Namespaces can be shared, as can images, secrets and trust stores.
    yield from policy_values(spec)
    yield from credential_values(spec)
    yield from (each for each in existing_values(spec) if each[0] != ("namespace",))
    for key, task in spec.tasks.items():
        yield from role_values(key, task)
    for balancer in balancers_of(spec):
        said, path = balancer.said, balancer.path
        for index, arn in enumerate(said.certificates):
            of_list = (index,) if isinstance(said.certificate, list) else ()
            yield (*path, "certificate", *of_list), arn
