"""Real Terraform for the tests: finds it, shields it from this machine's settings, and drives it by tftest.

Nothing here reaches AWS. Every run has a made-up account, its own CLI configuration, and the emulator's
address by environment; an `endpoints` block in the provider would cost seconds in every validate and plan.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tftest

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"

# One exact provider, so that a test says the same on every machine; set it to run the suite against 6.x.
PROVIDER_VERSION = os.environ.get("TFGEN_AWS_PROVIDER_VERSION") or "5.100.0"
PROVIDER = "registry.terraform.io/hashicorp/aws"

TIMEOUT = 600  # seconds for one command; an apply with a load balancer sleeps for 70 of them

# A stack may keep its state in S3. Its working copy keeps it beside the code, which is also what a stack
# without a backend block does, so every copy gets this and none is a special case.
LOCAL_BACKEND = 'terraform {\n  backend "local" {}\n}\n'

# The providers that Terraform finds running.
RUNNING_PROVIDERS = "TF_REATTACH_PROVIDERS"

# Account and settings of whoever runs the tests: none of it may decide a result.
FOREIGN = ("AWS_", "TF_")
MADE_UP = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "CHECKPOINT_DISABLE": "1",
    # Terraform and its provider read 1,500 types for each command. Collecting that garbage a quarter as often
    # saves a quarter of their work, for 100 MB.
    "GOGC": "400",
    "TF_IN_AUTOMATION": "1",
    "TF_INPUT": "0",
}


def binary() -> str:
    """The terraform to test with; a test that needs it fails, never skips, where there is none."""
    named = os.environ.get("TFGEN_TERRAFORM")
    fetched = map(str, sorted((CACHE / "terraform").glob("*/terraform")))
    candidates = [named] if named else ["terraform", *fetched]
    for path in filter(None, map(shutil.which, candidates)):
        return path
    pytest.fail(
        f"Terraform was not found: {named or 'terraform'!r} is no program. Put it on PATH or name it in "
        "TFGEN_TERRAFORM; with a network, `make test` fetches it (scripts/fetch_terraform.py).",
        pytrace=False,
    )


def provider_mirror() -> Path | None:
    """A folder on this machine that holds the AWS provider, or None: then it comes from the registry."""
    named = os.environ.get("TFGEN_PROVIDER_MIRROR")
    candidates = [Path(named)] if named else [*_implied_mirrors(), *_installed_mirrors()]
    return next((folder for folder in candidates if _holds_provider(folder)), None)


def _implied_mirrors() -> list[Path]:
    """The folders that Terraform itself searches when no CLI configuration says otherwise."""
    home = Path.home()
    if sys.platform == "darwin":
        support = "Library/Application Support/io.terraform/plugins"
        return [home / ".terraform.d/plugins", home / support, Path("/") / support]
    data = os.environ.get("XDG_DATA_HOME") or home / ".local/share"
    shared = (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    return [home / ".terraform.d/plugins", *(Path(each) / "terraform/plugins" for each in (data, *shared))]


def _installed_mirrors() -> list[Path]:
    """Mirrors that an image's author put in one of the usual places."""
    places = [Path("/opt"), Path("/usr/local/share"), Path("/usr/share")]
    return [found.parent for place in places for found in sorted(place.glob("*/registry.terraform.io"))]


def _holds_provider(folder: Path) -> bool:
    """Whether `folder` is a mirror with the pinned version, as a folder or as a zip."""
    return any((folder / PROVIDER).glob(f"*{PROVIDER_VERSION}*"))


@dataclass(frozen=True)
class Terraform:
    """One Terraform for a whole test session; `env` is everything that its processes may know."""

    binary: str
    env: Mapping[str, str]
    workspace: Path

    @classmethod
    def prepare(cls, workspace: Path, endpoint: str) -> "Terraform":
        """Finds the binary and the provider, and points both at the emulator's address."""
        path = binary()
        mirror = provider_mirror() or _downloaded_provider(path)
        config = _cli_config(workspace, _mirror_block(mirror))
        return cls(path, _environment(config, endpoint), workspace)

    def stack(self, folder: Path) -> "Stack":
        """A working copy of a rendered stack, so that neither state nor providers end up in the original."""
        copy = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=self.workspace))
        shutil.copytree(
            folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*")
        )
        (copy / "backend_override.tf").write_text(LOCAL_BACKEND)
        return Stack(self, copy)

    def unformatted(self, folder: Path) -> list[str]:
        """The files under `folder` that `terraform fmt` would change."""
        done = self.run("fmt", "-check", "-recursive", "-list=true", cwd=folder)
        # A file that it cannot even parse has no name on stdout, only an error on stderr.
        return [*done.stdout.splitlines(), *done.stderr.splitlines()]

    def evaluate(self, expression: str) -> Any:
        """What an expression of Terraform's language comes to, without any provider."""
        done = self.run("console", cwd=self.workspace, stdin=f"jsonencode({expression})\n")
        if done.returncode or not done.stdout:
            raise tftest.TerraformTestError(f"{expression} does not evaluate:\n{done.stderr}")
        return json.loads(json.loads(done.stdout))

    def run(self, *arguments: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One run of the binary, whatever its exit code, that ends in time and takes its plugins along."""
        process = subprocess.Popen(
            [self.binary, *arguments],
            cwd=cwd,
            env=self._env_of(arguments[0]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        with process:
            try:
                stdout, stderr = process.communicate(stdin, timeout=TIMEOUT)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def _env_of(self, command: str) -> Mapping[str, str]:
        """`init` chooses a provider by the stack's versions, also where one runs already."""
        return {k: v for k, v in self.env.items() if command != "init" or k != RUNNING_PROVIDERS}


class Stack(tftest.TerraformTest):  # type: ignore[misc] # tftest has no types
    """A rendered stack that can be initialised, validated, planned, applied, shown and destroyed.

    `init`, `apply`, `destroy` and `output` are tftest's own; all of them raise TerraformTestError with
    Terraform's whole output when Terraform fails.
    """

    def __init__(self, terraform: Terraform, folder: Path) -> None:
        super().__init__(str(folder), binary=terraform.binary, cache_dir=folder)
        self.terraform = terraform
        self.folder = folder

    def execute_command(self, cmd: str, *cmd_args: str) -> tftest.TerraformCommandOutput:
        """Replaces tftest's, which takes over the caller's environment and stdin, has no time limit, can
        block on a long stderr, and takes a killed Terraform for a successful one."""
        done = self.terraform.run(cmd, *cmd_args, cwd=self.folder)
        if done.returncode:
            raise tftest.TerraformTestError(
                f"terraform {cmd} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return tftest.TerraformCommandOutput(done.returncode, done.stdout, done.stderr)

    def validate(self) -> list[str]:
        """What `terraform validate` complains about, warnings included: `error main.tf:3: ...`."""
        done = self.terraform.run("validate", "-json", cwd=self.folder)
        return [_in_one_line(diagnostic) for diagnostic in json.loads(done.stdout)["diagnostics"]]

    def plan(self, **options: Any) -> tftest.TerraformPlanOutput:
        """Plans and returns the plan's JSON; `options` are tftest's (`tf_vars`, `targets`, ...).

        Like tftest's `plan(output=True)`, which leaves its plan file in the system's temporary folder.
        """
        arguments = tftest.parse_args(input=False, color=False, **options)
        self.execute_command("plan", *arguments, "-out=tfplan")
        return tftest.TerraformPlanOutput(self._show("tfplan"))

    def show(self) -> dict[str, Any]:
        """The state, as `terraform show -json` tells it."""
        return self._show()

    def _show(self, *plan: str) -> dict[str, Any]:
        shown: dict[str, Any] = json.loads(self.execute_command("show", "-json", *plan).out)
        return shown


def _in_one_line(diagnostic: Mapping[str, Any]) -> str:
    place = diagnostic.get("range", {"filename": "-", "start": {"line": 0}})
    where = f"{place['filename']}:{place['start']['line']}"
    return f"{diagnostic['severity']} {where}: {diagnostic['summary']}: {diagnostic.get('detail', '')}"


def _environment(config: Path, endpoint: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    return kept | MADE_UP | {"TF_CLI_CONFIG_FILE": str(config), "AWS_ENDPOINT_URL": endpoint}


def _mirror_block(mirror: Path) -> str:
    """Lets all providers come from one folder, to which `init` only links: nothing to download, copy or
    lock, so any number of tests may run it at once. A plugin cache would need all three."""
    return f"filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}"


def _cli_config(folder: Path, source: str) -> Path:
    """Writes a CLI configuration that takes providers from `source` and knows nothing else."""
    config = folder / "terraform.tfrc"
    config.write_text(f"provider_installation {{\n  {source}\n}}\n")
    return config


def _downloaded_provider(terraform: str, source: str = "direct {}") -> Path:
    """A mirror of our own, filled from the registry by the first process that needs it."""
    mirror = CACHE / "providers"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "providers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _holds_provider(mirror):
            _download_provider(terraform, mirror, source)
    return mirror


def _download_provider(terraform: str, mirror: Path, source: str) -> None:
    """Lets `init` do the download, since it checks the signature, and keeps what it installed."""
    with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
        folder = Path(scratch)
        aws = f'{{ source = "hashicorp/aws", version = "{PROVIDER_VERSION}" }}'
        (folder / "main.tf").write_text(f"terraform {{\n  required_providers {{\n    aws = {aws}\n  }}\n}}\n")
        env = _environment(_cli_config(folder, source), endpoint="")
        done = Terraform(terraform, env, folder).run("init", "-input=false", "-no-color", cwd=folder)
        if done.returncode:
            pytest.fail(
                f"The AWS provider {PROVIDER_VERSION} was not found: TFGEN_PROVIDER_MIRROR and the usual "
                f"mirror folders do not hold it, and `terraform init` said:\n{done.stderr}",
                pytrace=False,
            )
        installed = Path(PROVIDER) / PROVIDER_VERSION
        (mirror / installed).parent.mkdir(parents=True, exist_ok=True)
        (folder / ".terraform" / "providers" / installed).replace(mirror / installed)
