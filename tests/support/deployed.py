"""Stacks that are deployed in the emulator, and what Terraform would do to them."""

import json
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import tftest

from support.emulator import forget_all
from support.terraform import PROVIDER, Stack, Terraform

_HEAD = re.compile(
    r"^  # (?P<address>\S+) (?:will|must) be .*\n(?:  # .*\n)*(?P<sign>[ +~/-]+?) resource ", re.MULTILINE
)
_EDGE = re.compile(r'^\s*"((?:[^"\\]|\\.)*)" -> "((?:[^"\\]|\\.)*)"', re.MULTILINE)
_SUM = re.compile(r"^Plan: (\d+) to add, (\d+) to change, (\d+) to destroy\.$", re.MULTILINE)

Pages = Mapping[str, str]


def deploy_stacks(terraform: Terraform, stacks: Mapping[str, Pages]) -> dict[str, "DeployedStack"]:
    """Applies stacks (name -> pages) side by side: an apply is mostly waiting for its load balancer.

    All tests of a group need it. Should the emulator fail an apply, it gets a second try with nothing left of
    the first, and the run says so. No other stack may be applied meanwhile.
    """
    try:
        return _applied(terraform, stacks)
    except tftest.TerraformTestError as error:
        errors = str(error).partition("Error: ")[2]
        warnings.warn(f"{', '.join(stacks)} applied a second time: {errors or error}", stacklevel=2)
        forget_all(terraform.env["AWS_ENDPOINT_URL"])
        return _applied(terraform, stacks)


def _applied(terraform: Terraform, stacks: Mapping[str, Pages]) -> dict[str, "DeployedStack"]:
    def apply(name: str) -> DeployedStack:
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=terraform.workspace))
        write(stacks[name], folder)
        stack = terraform.stack(folder)
        _init_with_every_module(stack, stacks[name])
        stack.apply()
        return DeployedStack(stack)

    with ThreadPoolExecutor(len(stacks)) as pool:
        return dict(zip(stacks, pool.map(apply, stacks), strict=True))


def _init_with_every_module(stack: Stack, pages: Pages) -> None:
    """Initialises a stack, also for the modules that only changes of it have."""
    more = [each for each in _MODULES if not any(path.startswith(f"modules/{each}/") for path in pages)]
    spare = {
        "spare.tf": "".join(map(_call_of_module, more)),
        **{_page_of_module(each): _NEEDED for each in more},
    }
    write(spare, stack.folder)
    stack.init()
    remove(stack.folder / path for path in spare)


class Module(NamedTuple):
    """A stack that was rendered as a module, and what it leaves to its root."""

    pages: Pages
    region: str
    tags: Mapping[str, str]


def states_of(terraform: Terraform, modules: Mapping[str, Module]) -> dict[str, str]:
    """Applies many stacks in one process, and returns the state of each as if it stood by itself.

    They are modules of one root. The provider waits half a minute before it looks at a new load balancer, and
    again at one that has its settings, however soon AWS is ready: many at once take as long as one.
    """
    root = Path(tempfile.mkdtemp(prefix="together-", dir=terraform.workspace))
    for name, module in modules.items():
        write(module.pages, root / name)
    (root / "main.tf").write_text("".join(_called(name, module) for name, module in modules.items()))
    together = terraform.stack(root)
    together.init()
    together.execute_command("apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=100")
    state = json.loads((together.folder / "terraform.tfstate").read_text())
    return {name: json.dumps(_alone(state, f"module.{name}.")) for name in modules}


def _called(name: str, module: Module) -> str:
    return (
        f'provider "aws" {{\n  alias  = "{name}"\n  region = {json.dumps(module.region)}\n'
        f"  default_tags {{\n    tags = {json.dumps(module.tags)}\n  }}\n}}\n"
        f'module "{name}" {{\n  source    = "./{name}"\n  providers = {{ aws = aws.{name} }}\n}}\n'
    )


def _alone(state: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The part of a state that is within a module, for which it becomes the root."""
    own = [each for each in state["resources"] if each["module"].startswith(prefix)]
    return {
        **state,
        "outputs": {},
        "check_results": None,
        "resources": [_moved(each, prefix) for each in own],
    }


def _moved(resource: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    instances = [
        {**each, "dependencies": [needed.removeprefix(prefix) for needed in each.get("dependencies", ())]}
        for each in resource["instances"]
    ]
    return {
        **resource,
        "module": resource["module"].removeprefix(prefix),
        "provider": f'provider["{PROVIDER}"]',
        "instances": instances,
    }


def told_without_tags(state: str) -> set[str]:
    """The addresses of what has no tags in a state: on a busy machine the emulator tells of a service, now
    and then, without those that it was made with."""
    return {
        f"{each['module']}.{each['type']}.{each['name']}" + _key(instance)
        for each in json.loads(state)["resources"]
        for instance in each["instances"]
        if instance["attributes"].get("tags_all") == {}
    }


def _key(instance: Mapping[str, Any]) -> str:
    return "[" + json.dumps(instance["index_key"]) + "]" if "index_key" in instance else ""


_MODULES = (
    "alarms",
    "network",
    "load_balancer",
    "internal_load_balancer",
    "public_load_balancer",
    "raw_load_balancer",
    "repositories",
    "file_systems",
    "services",
)


_NEEDED = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'


def _call_of_module(name: str) -> str:
    return f'module "{name}" {{\n  source = "./modules/{name}"\n}}\n'


def _page_of_module(name: str) -> str:
    return f"modules/{name}/main.tf"


def empty_stack(terraform: Terraform) -> Stack:
    """An initialised folder, in which any stack can be planned."""
    folder = Path(tempfile.mkdtemp(prefix="empty_stack-", dir=terraform.workspace))
    calls = "".join(map(_call_of_module, _MODULES))
    write({"main.tf": _NEEDED + calls} | {_page_of_module(each): _NEEDED for each in _MODULES}, folder)
    stack = terraform.stack(folder)
    stack.init()
    return stack


class DeployedStack:
    """An applied stack. Plans use its state, and never change it."""

    def __init__(self, stack: Stack, state: str = "") -> None:
        """`state` is that of another folder than the initialised one of `stack`."""
        self.stack = stack
        self._state = state
        self.without_tags = told_without_tags(state) if state else set()

    def run_by(self, terraform: Terraform) -> "DeployedStack":
        """The same in the hands of another Terraform: one whose provider runs already."""
        return DeployedStack(Stack(terraform, self.stack.folder), self._state)

    def signs(self, pages: Pages, *, refresh: bool = False) -> dict[str, str]:
        """Address -> sign of whatever Terraform would change to make the stack hold `pages`."""
        with self.planned(pages, refresh=refresh) as planned:
            return planned.signs

    @contextmanager
    def planned(self, pages: Pages, *, refresh: bool = False) -> "Iterator[Planned]":
        """What Terraform would change to make the stack hold `pages`.

        Without `refresh` the plan trusts the state, which the apply has just written: reading everything
        again from the emulator takes twice the time, and shows its gaps and nothing else (test_apply.py
        holds that).
        """
        with self._changed(pages) as stack:
            said = stack.execute_command("plan", *_options(refresh=refresh), "-out=tfplan")
            yield Planned(stack, signs(said.out))

    def attempt(self, pages: Pages, *, refresh: bool = False) -> subprocess.CompletedProcess[str]:
        """What Terraform says when it plans to make the stack hold `pages`, also where it refuses."""
        with self._changed(pages) as stack:
            return stack.terraform.run("plan", *_options(refresh=refresh), cwd=stack.folder)

    @contextmanager
    def _changed(self, pages: Pages) -> Iterator[Stack]:
        """A copy of the stack, with these pages."""
        with tempfile.TemporaryDirectory(dir=self.stack.terraform.workspace) as place:
            folder = Path(place) / "stack"
            shutil.copytree(self.stack.folder, folder, symlinks=True)
            remove(folder.rglob("*.tf"))
            write(pages, folder)
            if self._state:
                (folder / "terraform.tfstate").write_text(self._state)
            yield Stack(self.stack.terraform, folder)


def _options(*, refresh: bool) -> tuple[str, ...]:
    return (f"-refresh={str(refresh).lower()}", "-input=false", "-no-color")


@dataclass(frozen=True)
class Planned:
    """A plan that is on disk: address -> sign, and in which order it is applied."""

    stack: Stack
    signs: Mapping[str, str]

    @cached_property
    def waits_for(self) -> Mapping[str, set[str]]:
        """For each step of its apply the steps that it waits for.

        A step is an address, with " (destroy)" behind it where something goes. Terraform is asked when
        somebody wants to know: that takes half as long as the plan.
        """
        return _edges(self.stack.execute_command("graph", "-plan=tfplan").out)

    def is_after(self, step: str, other: str) -> bool:
        """Whether a step waits for another one, however many lie between them."""
        seen, waiting = {step}, [step]
        while waiting:
            more = self.waits_for.get(waiting.pop(), set()) - seen
            seen |= more
            waiting += more
        return other in seen


def _edges(graph: str) -> dict[str, set[str]]:
    """The edges of what `terraform graph -plan` prints."""
    found: dict[str, set[str]] = {}
    for step, other in _EDGE.findall(graph):
        found.setdefault(_step(step), set()).add(_step(other))
    return found


def _step(text: str) -> str:
    """What is replaced, new first, goes as a deposed object, with a key of its own."""
    return re.sub(
        r" \(destroy deposed \w+\)$", " (destroy)", text.removeprefix("[root] ").replace('\\"', '"')
    )


def signs(plan: str) -> dict[str, str]:
    """Address -> sign, from what `terraform plan` prints."""
    found = {match["address"]: match["sign"].strip() for match in _HEAD.finditer(plan)}
    kinds = list(found.values())
    replaced = kinds.count("-/+") + kinds.count("+/-")
    counts = (kinds.count("+") + replaced, kinds.count("~"), kinds.count("-") + replaced)
    said = _SUM.search(plan)
    assert counts == (tuple(map(int, said.groups())) if said else (0, 0, 0)), plan
    return found


def write(pages: Pages, folder: Path) -> None:
    for path, text in pages.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def remove(pages: Iterable[Path]) -> None:
    for page in pages:
        if page.name != "backend_override.tf":
            page.unlink()
