"""The session's fixtures: `terraform`, which needs the binary and the provider, and `moto`, its AWS.

Every test that uses `terraform` gets the marker of that name by itself, and one that compares with
`support.accepted` gets `generated`.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support import accepted
from support.command import Done, Tfgen
from support.deployed import empty_stack
from support.provider import running_provider
from support.terraform import PROVIDER, Terraform

from tfgen.commands.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from support.moto_server import Moto


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in its background so; programs that the tests start would never see Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before pytest deselects by marker
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks what needs Terraform and what `make accept` runs, so that nobody has to remember it."""
    for item in items:
        if "terraform" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.terraform)
        if isinstance(item, pytest.Function) and accepted.is_used_by(item.function):
            item.add_marker(pytest.mark.generated)
    if config.getoption("loadgroup", False):
        # Of groups of one size, workers take those first that wait for load balancers: none waits at the end.
        items.sort(key=_begins_late)


def _begins_late(item: pytest.Item) -> int:
    marks = {mark.name for mark in item.iter_markers()}
    return 0 if "terraform" in marks else 1 if "slow" in marks else 2


@pytest.fixture
def run_tfgen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tfgen:
    """Runs the command line with arguments: its exit code, and what it printed."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["tfgen", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        gc.enable()  # the program does without; thousands of tests in one process do not
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    """An AWS that answers on loopback, one for each process of the test run."""
    from support.moto_server import Moto  # noqa: PLC0415 (two seconds that the other tests need not pay)

    server = Moto()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def terraform(moto: Moto, tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Terraform with its provider, pointed at `moto`; fails where there is none."""
    return Terraform.prepare(tmp_path_factory.mktemp("terraform"), moto.url)


@pytest.fixture(scope="session")
def running(terraform: Terraform) -> Iterator[Terraform]:
    """The same with a provider that runs already, for what runs one command after another."""
    with running_provider(empty_stack(terraform)) as found:
        yield found


@pytest.fixture(scope="session")
def provider_schemas(running: Terraform) -> Mapping[str, Any]:
    """The schemas of the provider that the tests run with."""
    stack = empty_stack(running)
    found = json.loads(stack.execute_command("providers", "schema", "-json").out)
    schemas: Mapping[str, Any] = found["provider_schemas"][PROVIDER]
    return schemas
