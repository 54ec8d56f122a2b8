"""Runs tests against mutants: each in a process of its own, in which the mutant stands in for its module.

    python -m support.mutated < JOBS.json

The processes are forks of this one, which has pytest and what tfgen imports, but nothing of tfgen: its
modules are imported anew in each, the broken one among them.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType

import hypothesis  # noqa: F401 - loaded here once for all, as is what follows
import jinja2  # noqa: F401
import msgspec  # noqa: F401
import pytest
import typer  # noqa: F401
import yaml  # noqa: F401

LONGEST = 360
"""Seconds of a processor after which a mutant is taken for one that never ends: somebody would notice. All
tests of a room together must need less, or one that nobody notices would be taken for noticed."""

SURVIVED = pytest.ExitCode.OK
# Interrupted: a file of tests could not be imported.
NOTICED = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, -signal.SIGXCPU)


class _StandsIn(MetaPathFinder, Loader):
    """Finds one module, and runs other code for it."""

    def __init__(self, name: str, code: CodeType) -> None:
        self.name, self.code = name, code

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name == self.name else None
        if spec:
            spec.loader = self
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def survives(name: str, source: str, tests: Sequence[str]) -> bool:
    """Whether all tests pass with this source for the module of that name."""
    child = os.fork()
    if not child:
        os._exit(_result(name, source, tests))
    result = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if result not in (SURVIVED, *NOTICED):
        raise RuntimeError(f"pytest ended with {result}: {' '.join(tests)}")
    return result == SURVIVED


def _result(name: str, source: str, tests: Sequence[str]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, resource.RLIM_INFINITY))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    sys.meta_path.insert(0, _StandsIn(name, compile(source, f"<{name}>", "exec")))
    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-m", "not terraform and not slow"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of hypothesis, which is loaded already
    return int(pytest.main([*options, *tests]))


if __name__ == "__main__":
    assert not [name for name in sys.modules if name.startswith("tfgen")]
    for line in sys.stdin:
        print(json.dumps(survives(*json.loads(line))), flush=True)
