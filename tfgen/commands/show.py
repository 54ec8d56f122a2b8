"""tfgen show: a spec with all its defaults."""

from typing import Any

import typer

from tfgen.commands.common import Json, OneSpec, print_json, prints_unicode, run_specs
from tfgen.problems import Exit


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
    data = _without_none({**said, "overrides": {}}) | {"overrides": said["overrides"]}
    if json:
        print_json(data)
    else:
        typer.echo(dump_yaml(data, ascii_only=not prints_unicode()), nl=False)


def _without_created(network: dict[str, Any], of_created: tuple[str, ...]) -> dict[str, Any]:
    """What describes a VPC to create is refused beside one that exists."""
    return {key: value for key, value in network.items() if key not in of_created}


def _without_none(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_none(value) for key, value in data.items() if value is not None}
    return [_without_none(value) for value in data] if isinstance(data, list) else data
