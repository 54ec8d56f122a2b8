"""Routes that several services have, each with a weight: one listener rule divides the requests.

The rule has the address that the route of one service would have, so that adding a weight, changing it or
taking it away again updates the rule in place. It is in the file of the first of the services by name.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tfgen import facts
from tfgen.blueprint import target_groups
from tfgen.blueprint.model import WeightedForward, WeightedTarget
from tfgen.problems import Location, Problem
from tfgen.spec.model import Rewrite, RewritePattern, RouteLogin


class Share(NamedTuple):
    """What one service gets of a route."""

    service: str
    weight: int
    sticky: int | None
    pinned: int | None
    at: Location
    port: str | None = None
    login: RouteLogin | None = None
    rewrite: Rewrite | None = None


def build(shares: Sequence[Share], balancer: str) -> tuple[WeightedForward, ...]:
    """Nothing where a route has one service."""
    if len(shares) < 2:
        return ()
    return (
        WeightedForward(
            targets=tuple(
                WeightedTarget(
                    service=share.service,
                    target_group=target_groups.label(share.service, balancer, share.port),
                    weight=share.weight,
                )
                for share in shares
            ),
            sticky=tuple(sorted({share.sticky for share in shares if share.sticky})),
        ),
    )


def problems(route: str, shares: Sequence[Share], *, alone: bool) -> Iterator[Problem]:
    """What is wrong with the weights of a route, which has its text, and may be alone with its requests."""
    first, last = shares[0], max(shares, key=lambda share: share.at.line)
    if alone:
        message = f"weight has no effect: no other service has the route {route}"
        hint = "remove it, or give another service the same route and a weight"
        yield Problem("TG567", first.at, message, hint, "warning")
    if len(shares) > 1 and not any(share.weight for share in shares):
        message = f"all weights of the route {route} are 0, and so no service would get its requests"
        yield Problem("TG568", last.at, message, "give one of its services a weight from 1 to 999")
    most = facts.limits()["target_groups_per_action"].value
    if len(shares) > most:
        message = f"{len(shares)} services share the route {route}; a rule forwards to at most {most}"
        yield Problem("TG568", last.at, message, "give some of them another route")
    yield from _agreement("sticky", route, shares, lambda share: share.sticky)
    yield from _agreement("priority", route, shares, lambda share: share.pinned)
    yield from _agreement("login", route, shares, _login_in_words)
    yield from _agreement("rewrite", route, shares, _rewrite_in_words)


def _login_in_words(share: Share) -> str | None:
    if share.login is None:
        return None
    name = "false" if share.login.name is False else str(share.login.name)
    return " ".join([name, *filter(None, [share.login.unauthenticated])])


def _rewrite_in_words(share: Share) -> str | None:
    """Its texts, one after another."""
    said = share.rewrite
    if said is None:
        return None
    patterns = (said.url, said.host)
    found = [said.prefix, said.host if isinstance(said.host, str) else None]
    found += [f"{each.regex} to {each.replace}" for each in patterns if isinstance(each, RewritePattern)]
    return " and ".join(filter(None, found))


def _agreement(
    key: str, route: str, shares: Sequence[Share], value: Callable[[Share], int | str | None]
) -> Iterator[Problem]:
    """One rule has one priority and one stickiness; one of the services may say it for all."""
    said = [share for share in shares if value(share) is not None]
    for share in said[1:]:
        if value(share) != value(said[0]):
            other = f'"{said[0].service}" (line {said[0].at.line})'
            message = (
                f"{key} of the route {route} is {value(share)} here and {value(said[0])} in {other}, and one "
                "rule divides the requests between them"
            )
            yield Problem("TG569", share.at, message, f"write {key} in one of them")
