"""The session's fixtures: `terraform`, which needs the binary and the provider, and `moto`, its AWS.

Every test that uses `terraform` gets the marker of that name by itself, and one that compares with
`support.accepted` gets `generated`.
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest
from support import accepted
from support.command import Done, Tfgen
from support.terraform import Terraform

from tfgen.commands.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.moto_server import Moto


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in its background so; programs that the tests start would never see Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before pytest deselects by marker
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what needs Terraform and what `make accept` runs, so that nobody has to remember it."""
    for item in items:
        if "terraform" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.terraform)
        if isinstance(item, pytest.Function) and accepted.is_used_by(item.function):
            item.add_marker(pytest.mark.generated)


@pytest.fixture
def run_tfgen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tfgen:
    """Runs the command line with arguments: its exit code, and what it printed."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["tfgen", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
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
