"""tfgen show: a spec with all its defaults."""

from collections.abc import Iterator
from typing import Any

import typer

from tfgen.commands.common import Json, OneSpec, print_json, prints_unicode, run_specs
from tfgen.problems import Exit, Locate


def show(spec: OneSpec, json: Json = False) -> None:
    """Print a spec with every default filled in."""
    import msgspec

    from tfgen.spec.source import dump_yaml

    outcome = run_specs([spec])[0]
    if outcome.failed:
        raise typer.Exit(Exit.SPEC_HAS_ERRORS)
    said: dict[str, Any] = msgspec.to_builtins(outcome.spec)
    if outcome.spec and outcome.spec.network.vpc:
        said["network"] = _without_created(said["network"], outcome.spec.network.of_created)
    inherited = list(_inherited(said, outcome.blueprint.locate)) if outcome.blueprint else []
    data = _without_none({**said, "overrides": {}, "defaults": None}) | {"overrides": said["overrides"]}
    if json:
        print_json(data)
    else:
        for line in inherited:
            typer.echo(line, err=True)
        typer.echo(dump_yaml(data, ascii_only=not prints_unicode()), nl=False)


def _inherited(said: dict[str, Any], at: Locate) -> Iterator[str]:
    """For each service and each job the keys that it has from `defaults`."""
    from tfgen.spec.origins import is_inherited

    tasks = [(section, *each) for section in ("services", "jobs") for each in said[section].items()]
    for section, key, task in tasks:
        names = [name for name in task if is_inherited((section, key, name), at)]
        names += [
            f"{name}.{inner}"
            for name, value in task.items()
            if isinstance(value, dict) and name not in names
            for inner in value
            if is_inherited((section, key, name, inner), at)
        ]
        if names:
            yield f"{key} has from defaults: {', '.join(names)}"


def _without_created(network: dict[str, Any], of_created: tuple[str, ...]) -> dict[str, Any]:
    """What describes a VPC to create is refused beside one that exists."""
    return {key: value for key, value in network.items() if key not in of_created}


def _without_none(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_none(value) for key, value in data.items() if value is not None}
    return [_without_none(value) for value in data] if isinstance(data, list) else data
