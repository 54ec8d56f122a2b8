"""What the rules about quotas share: what exceeds a limit, and how to request more from AWS."""

from collections.abc import Iterable

from tfgen import facts
from tfgen.problems import Location


def exceeded_limit(quota: str, used: int) -> facts.Limit | None:
    """The limit, if `used` exceeds it."""
    limit = facts.limits()[quota]
    return limit if used > limit.value else None


def how_to_raise(limit: facts.Limit, used: int) -> str:
    """How to have a limit raised to what is used."""
    service, _, code = limit.quota.partition("/")
    return (
        f'request a higher "{limit.title}" quota: aws service-quotas request-service-quota-increase '
        f"--service-code {service} --quota-code {code} --desired-value {used}"
    )


def place_over_limit(places: Iterable[Location], limit: facts.Limit) -> Location:
    """The first place, from the top of the spec, that exceeds the limit."""
    return sorted(places)[limit.value]
