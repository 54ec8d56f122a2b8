"""A provider that runs on while Terraform plans again and again."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from support.terraform import PROVIDER, RUNNING_PROVIDERS, Stack, Terraform

_ATTACH = re.compile(rf"{RUNNING_PROVIDERS}='(?P<how>.*)'")


@contextmanager
def running_provider(stack: Stack) -> Iterator[Terraform]:
    """Terraform that takes the provider of an initialised stack as it runs. To start it, and to be told its
    schema's 1,500 types, is more than half of the work of a plan.

    It keeps one configuration: for one command after another, of stacks that configure the provider once.

    https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode
    """
    (binary,) = (stack.folder / ".terraform" / "providers" / PROVIDER).glob("*/*/terraform-provider-aws*")
    with subprocess.Popen(
        [binary, "-debug"],
        env=stack.terraform.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        try:
            how = next(filter(None, map(_ATTACH.search, process.stdout or ())))["how"]
            env = {**stack.terraform.env, RUNNING_PROVIDERS: how}
            yield replace(stack.terraform, env=env)
        finally:
            process.send_signal(signal.SIGINT)
