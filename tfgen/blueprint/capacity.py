"""What tasks run on: Fargate on demand, Fargate Spot, or both."""

from collections.abc import Iterator
from typing import Any

from tfgen.blueprint.model import FARGATE, FARGATE_SPOT, CapacityProvider
from tfgen.spec.model import Service, Spec, Spot


def build(service: Service, spec: Spec) -> dict[str, Any]:
    """A cluster that exists may lack capacity providers, so that a service needs them only where it says so.

    Both versions of the provider update a service that changes between them only with `forced`.
    """
    given = spec.cluster is not None and service.spot is None
    return {
        "launch_types": (FARGATE,) if given else (),
        "capacity_providers": () if given else tuple(_providers(service.spot)),
        "forced": () if service.spot is None else (True,),
    }


def _providers(said: bool | Spot | None) -> Iterator[CapacityProvider]:
    if isinstance(said, Spot):
        yield CapacityProvider(name=FARGATE, weight=1, bases=(said.base,) if said.base else ())
        yield CapacityProvider(name=FARGATE_SPOT, weight=said.weight)
    else:
        yield CapacityProvider(name=FARGATE_SPOT if said else FARGATE, weight=1)
