"""`tfgen init`, as its user meets it: flags, questions, and the file that comes of them."""

import io
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import laws
from support.command import Done, Tfgen

from tfgen.alternatives import costs_of_egress
from tfgen.output import disk, spec_file
from tfgen.pipe import Outcome, run_text
from tfgen.problems import Exit, Problem, TfgenError
from tfgen.spec.model import Network
from tfgen.spec.prompts import (
    EGRESS,
    Answers,
    Flags,
    RefusedError,
    ServiceAnswers,
    from_flags,
    interview,
    legal_name,
    spec_text,
    split_service,
)
from tfgen.spec.ways_out import WAYS_OUT

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SEED = (
    "--name=shop",
    "--region=us-east-1",
    "--egress=endpoints",
    f"--service=webapp={ECR}/webapp:1.4.2:3000@/",
    f"--service=backendserver={ECR}/backendserver:2.0.0:5000@/api/profile",
    "--connect=backendserver=backend",
    "--call=webapp=backendserver",
)
SEED_SPEC = """\
# Written by tfgen init. `tfgen show` prints it with every default filled in.
name: shop
region: us-east-1

network:
  egress: endpoints            # public | nat | endpoints | nat+endpoints

services:
  webapp:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/webapp:1.4.2
    port: 3000
    routes: [/]
    calls: [backendserver]

  backendserver:
    image: 123456789012.dkr.ecr.us-east-1.amazonaws.com/backendserver:2.0.0
    port: 5000
    routes: [/api/profile]
    connect: backend           # others reach it at http://backend:5000
"""
NETWORK = ("--name=shop", "--region=us-east-1", "--egress=nat", "--no-services")
NETWORK_SPEC = """\
# Written by tfgen init. `tfgen show` prints it with every default filled in.
name: shop
region: us-east-1

network:
  egress: nat                  # public | nat | endpoints | nat+endpoints
"""
STOPPED = "tfgen: stopped; nothing was written\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder called "My shop", where tfgen runs."""
    place = tmp_path / "My shop"
    place.mkdir()
    monkeypatch.chdir(place)
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)
    return place


@pytest.fixture
def tfgen(folder: Path, monkeypatch: pytest.MonkeyPatch, run_tfgen: Tfgen) -> Tfgen:  # noqa: ARG001
    """`tfgen init` without a terminal."""

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        return run_tfgen("init", *arguments)

    return run


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


# --- flags alone


def test_flags_write_the_spec_of_the_seed(tfgen: Tfgen, folder: Path) -> None:
    assert tfgen(*SEED, "--yes") == Done(0, "Wrote shop.yaml\nNext: tfgen render shop.yaml\n", "")
    assert files(folder) == {"shop.yaml": SEED_SPEC}
    example = run_text((cli_root() / "examples/shop.yaml").read_text(), "shop.yaml")
    assert run_text(SEED_SPEC, "shop.yaml").spec == example.spec


def cli_root() -> Path:
    return Path(__file__).parent.parent


def test_a_stack_may_be_a_network_alone(tfgen: Tfgen, folder: Path) -> None:
    assert tfgen(*NETWORK, "--yes").code == Exit.DONE
    assert files(folder) == {"shop.yaml": NETWORK_SPEC}


def test_zones_are_needed_only_where_they_cannot_be_known(tfgen: Tfgen, folder: Path) -> None:
    flags = ("--name=shop", "--region=us-west-1", "--egress=nat", "--no-services", "--yes")
    assert tfgen(*flags).err == (
        "tfgen: there is no terminal to ask questions on; use these flags:\n"
        "  --zones a,b  (the zones of us-west-1 differ between accounts)\n"
    )
    assert tfgen(*flags, "--zones=a,c").code == Exit.DONE
    assert "  zones: [a, c]\n" in files(folder)["shop.yaml"]


def test_a_region_newer_than_tfgen_needs_its_zones(tfgen: Tfgen, folder: Path) -> None:
    flags = ("--name=shop", "--region=xx-north-7", "--egress=nat", "--no-services", "--yes")
    assert tfgen(*flags) == Done(
        Exit.WRONG_USAGE,
        "",
        "tfgen: these flags are wrong:\n"
        '  --region: the zones of region "xx-north-7" are unknown\n'
        "      hint: did you mean eu-north-1 or cn-north-1? "
        "(for a region that is newer than this version of tfgen, name its zones: --zones a,b)\n",
    )
    assert tfgen(*flags, "--zones=a,b").code == Exit.DONE
    assert "region: xx-north-7\n" in files(folder)["shop.yaml"]


def test_without_a_terminal_every_missing_flag_is_named(tfgen: Tfgen, folder: Path) -> None:
    assert tfgen() == Done(
        Exit.WRONG_USAGE,
        "",
        "tfgen: there is no terminal to ask questions on; use these flags:\n"
        "  --name NAME\n"
        "  --region REGION\n"
        "  --egress VALUE  (public, nat, endpoints or nat+endpoints)\n"
        "  --service NAME=IMAGE[:PORT][@ROUTE,...]  (or --no-services)\n"
        "  --yes  (there is no terminal to confirm on)\n",
    )
    assert tfgen(*SEED).err.splitlines()[1:] == ["  --yes  (there is no terminal to confirm on)"]
    assert files(folder) == {}


def test_everything_wrong_with_the_flags_is_told_at_once(tfgen: Tfgen, folder: Path) -> None:
    done = tfgen(
        "--name=Shop",
        "--region=us-east1",
        "--egress=net",
        "--zones=a,z",
        "--no-services",
        "--service=web=:99999@/,api",
        "--service=web=nginx@sha",
        "--service=a b",
        "--connect=webb=Backend",
        "--connect=web=Backend",
        "--connect=web",
        "--call=web=queue",
    )
    assert done == Done(
        Exit.WRONG_USAGE,
        "",
        """\
tfgen: these flags are wrong:
  --zones: expected the letter of a zone, a to h, not "z"
  --name: expected a name of at most 64 lowercase letters, digits and single hyphens that begins with \
a letter, not "Shop"
      hint: did you mean shop?
  --region: expected a region such as us-east-1, not "us-east1"
      hint: did you mean us-east-1 or us-west-1?
  --egress: expected public, nat, endpoints or nat+endpoints, not "net"
      hint: did you mean nat?
  --no-services: conflicts with --service
  --service "web": expected a container image such as REGISTRY/REPOSITORY:TAG, not ""
  --service "web": expected a port from 1 to 65535, not 99999
  --service "web": expected a URL path that begins with "/" (at most 126 characters, no spaces; * and \
? are wildcards), not "api"
      hint: did you mean /api?
  --service "web": there is already a service "web"
  --service "web": after @ comes a route (/...) or a digest (sha256:...), not "sha"
  --service "a b": expected a name of at most 64 lowercase letters, digits and single hyphens that begins \
with a letter, not "a b"
      hint: did you mean a-b?
  --service "a b": write it as NAME=IMAGE[:PORT][@ROUTE,...]
      hint: such as webapp=webapp:1.4.2:3000@/
  --connect "webb": unknown service "webb"
      hint: did you mean web?
  --connect "web": expected a host name of at most 64 lowercase letters, digits and . - _, \
not "Backend"
      hint: did you mean backend?
  --connect "web": write it as SERVICE=NAME
  --call "web": unknown service "queue"
      hint: name it with --service
there is no terminal to ask questions on; use these flags:
  --yes  (there is no terminal to confirm on)
""",
    )
    assert files(folder) == {}


def test_a_draft_with_errors_is_not_written(tfgen: Tfgen, folder: Path) -> None:
    done = tfgen(
        "--name=shop", "--region=us-east-1", "--egress=endpoints", "--service=web=nginx:1.27:80@/", "--yes"
    )
    assert done.code == Exit.SPEC_HAS_ERRORS
    assert done.out == ""
    assert done.err.startswith("shop.yaml:10:12: error TG301: tasks cannot reach docker.io")
    assert done.err.endswith("\ntfgen: nothing was written\n")
    assert files(folder) == {}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("app", ("app", "", "")),
        ("app:1.4.2", ("app:1.4.2", "", "")),
        ("app:1.4.2:3000@/", ("app:1.4.2", "3000", "/")),
        ("app:3000", ("app", "3000", "")),
        ("worker:42:", ("worker:42", "", "")),
        ("worker:42:@/", ("worker:42", "", "/")),
        ("localhost:5000/app", ("localhost:5000/app", "", "")),
        ("localhost:5000/app:80@/a,/b", ("localhost:5000/app", "80", "/a,/b")),
        ("app@sha256:0123", ("app@sha256:0123", "", "")),
        ("app@sha256:0123:80", ("app@sha256:0123", "80", "")),
        ("app:1@sha256:0a:80@/@/me:1", ("app:1@sha256:0a", "80", "/@/me:1")),
    ],
)
def test_the_parts_of_a_service(text: str, parts: tuple[str, str, str]) -> None:
    assert split_service(text) == parts


@pytest.mark.parametrize(
    "text", ["", "app@", "app@api", "app:80@api", "app@sha256:", "app@sha256:0a:80:90@x"]
)
def test_what_is_no_service(text: str) -> None:
    with pytest.raises(RefusedError):
        split_service(text)


def test_every_value_of_egress_is_explained() -> None:
    assert tuple(WAYS_OUT) == EGRESS == get_args(get_args(Network.__annotations__["egress"])[0])
    assert all(way.explained and len(way.explained) < 80 for way in WAYS_OUT.values())


@pytest.mark.parametrize(
    ("folder_name", "name"),
    [
        ("shop", "shop"),
        ("My Shop_2", "my-shop-2"),
        ("2024.shop", "shop"),
        ("--x--", "x"),
        ("日本", "stack"),
        ("", "stack"),
    ],
)
def test_a_folder_names_the_stack(folder_name: str, name: str) -> None:
    assert legal_name(folder_name) == name


# --- the file


def test_a_file_that_is_there_stays(tfgen: Tfgen, folder: Path) -> None:
    (folder / "shop.yaml").write_text("mine")
    refused = (
        "tfgen: shop.yaml already exists. Nothing was written. Name another file with -o, or add --force.\n"
    )
    assert tfgen(*NETWORK, "--yes") == Done(Exit.NOT_OURS, "", refused)
    assert files(folder) == {"shop.yaml": "mine"}


def test_a_broken_link_is_in_the_way_too(tfgen: Tfgen, folder: Path) -> None:
    (folder / "shop.yaml").symlink_to("gone")
    assert tfgen(*NETWORK, "--yes").code == Exit.NOT_OURS
    assert not (folder / "gone").exists()


def test_force_replaces_the_file_and_keeps_its_permissions_and_links(tfgen: Tfgen, folder: Path) -> None:
    (folder / "real.yaml").write_text("mine")
    (folder / "real.yaml").chmod(0o600)
    (folder / "shop.yaml").symlink_to("real.yaml")
    assert tfgen(*NETWORK, "--yes", "--force").code == Exit.DONE
    assert files(folder) == {"shop.yaml": NETWORK_SPEC, "real.yaml": NETWORK_SPEC}
    assert (folder / "shop.yaml").is_symlink()
    assert (folder / "real.yaml").stat().st_mode & 0o777 == 0o600


def test_another_file(tfgen: Tfgen, folder: Path) -> None:
    (folder / "specs").mkdir()
    assert tfgen(*NETWORK, "--yes", "-o", "specs/the shop.yaml").out == (
        "Wrote specs/the shop.yaml\nNext: tfgen render 'specs/the shop.yaml'\n"
    )
    assert files(folder / "specs") == {"the shop.yaml": NETWORK_SPEC}


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("gone/shop.yaml", "there is no folder gone"),
        ("file/shop.yaml", "there is no folder file"),
        (".", "this is a folder"),
        ("x" * 300, "file name too long"),
    ],
)
def test_a_place_that_takes_no_file(tfgen: Tfgen, folder: Path, output: str, reason: str) -> None:
    (folder / "file").write_text("")
    done = tfgen(*NETWORK, "--yes", "-o", output)
    assert done == Done(
        Exit.CANNOT_WRITE, "", f"tfgen: cannot write {output}: {reason}. Nothing was written.\n"
    )
    assert files(folder) == {"file": ""}


def test_a_folder_without_permission(tfgen: Tfgen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root, who runs many a test, may write anywhere
    done = tfgen(*NETWORK, "--yes")
    assert done == Done(
        Exit.CANNOT_WRITE, "", "tfgen: cannot write shop.yaml: .: permission denied. Nothing was written.\n"
    )


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_everything_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise fault

    (folder / "shop.yaml").write_text("mine")
    monkeypatch.setattr(disk.Folder, "replace", fail)
    with pytest.raises((TfgenError, KeyboardInterrupt)):
        spec_file.write_spec("new", Path("shop.yaml"), overwrite=True)
    assert files(folder) == {"shop.yaml": "mine"}


# --- a real terminal

# The child makes its standard input the terminal that Ctrl-C comes from.
CHILD = (
    "import fcntl, runpy, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "runpy.run_module('tfgen', run_name='__main__')"
)


class Session:
    """`tfgen init` on a pseudo-terminal."""

    def __init__(self, folder: Path, *arguments: str, stdout_apart: bool = False) -> None:
        self.terminal, inner = os.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, "init", *arguments],
            cwd=folder,
            stdin=inner,
            stdout=subprocess.PIPE if stdout_apart else inner,
            stderr=inner,
            start_new_session=True,
            env={**os.environ, "TERM": "dumb", "INPUTRC": os.devnull, "PYTHONPATH": str(cli_root())},
        )
        os.close(inner)
        self.seen = ""

    def wait_for(self, question: str) -> None:
        start = len(self.seen)
        self.read(lambda: question in self.seen[start:])
        assert question in self.seen[start:], f"never asked {question!r}:\n{self.seen}"
        self.seen += "\x00"  # what was asked before is behind us

    def answer(self, question: str, answer: str) -> None:
        """Waits for a question before it answers, as a person does."""
        self.wait_for(question)
        os.write(self.terminal, answer.encode() + b"\n")

    def press(self, question: str, key: bytes) -> Done:
        """Stops at a question. Python can miss a Ctrl-C in the instant before it waits for input, so one
        that nothing comes of is pressed again, as a person would."""
        self.wait_for(question)
        for _ in range(6):
            time.sleep(0.05)
            os.write(self.terminal, key)
            if self.read(lambda: False, seconds=5):
                break
        return self.end()

    def read(self, enough: Callable[[], bool], seconds: float = 30) -> bool:
        """Reads until it is enough; True if tfgen has ended."""
        end = time.monotonic() + seconds
        while not enough() and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                try:
                    text = os.read(self.terminal, 65536).decode(errors="replace")
                except OSError:  # Linux's end of a terminal
                    return True
                self.seen += text.replace("\r\n", "\n")
        return False

    def end(self) -> Done:
        self.read(lambda: False)
        out, _ = self.process.communicate(timeout=30)
        return Done(self.process.returncode, (out or b"").decode(), self.seen.replace("\x00", ""))

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()
        os.close(self.terminal)


Start = Callable[..., Session]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts `tfgen init` on a pseudo-terminal."""
    with ExitStack() as sessions:
        yield lambda *arguments, **options: sessions.enter_context(
            closing(Session(folder, *arguments, **options))
        )


SEED_TALK = (
    ("Stack name [my-shop]: ", "shop"),
    ("AWS region [us-east-1]: ", ""),
    ("Egress [nat]: ", "endpoints"),
    ("Name of service 1 (empty: done): ", "webapp"),
    ("  Image: ", f"{ECR}/webapp:1.4.2"),
    ("  Container port (empty: none): ", "3000"),
    ("  Routes of the load balancer, such as /, /api (empty: none): ", "/"),
    ("  Service Connect name for callers (empty: none): ", ""),
    ("Name of service 2 (empty: done): ", "backendserver"),
    ("  Image: ", f"{ECR}/backendserver:2.0.0"),
    ("  Container port (empty: none): ", "5000"),
    ("  Routes of the load balancer, such as /, /api (empty: none): ", "/api/profile"),
    ("  Service Connect name for callers (empty: none): ", "backend"),
    ("Name of service 3 (empty: done): ", ""),
    ("  webapp calls (empty: none): ", "backendserver"),
    ("Domain of the load balancer, such as shop.example.com (empty: no HTTPS): ", ""),
    ("Write shop.yaml? [Y/n] ", ""),
)


@pytest.mark.parametrize("stdout_apart", [False, True], ids=["readline", "stdout redirected"])
def test_questions_write_the_spec_of_the_seed(start: Start, folder: Path, stdout_apart: bool) -> None:
    session = start(stdout_apart=stdout_apart)
    for question, answer in SEED_TALK:
        session.answer(question, answer)
    code, out, seen = session.end()
    assert code == Exit.DONE
    result = "Wrote shop.yaml\nNext: tfgen render shop.yaml\n"
    assert out == result if stdout_apart else seen.endswith(result)
    assert f"\n{SEED_SPEC}" in seen
    assert files(folder) == {"shop.yaml": SEED_SPEC}


def test_only_what_no_flag_says_is_asked(start: Start) -> None:
    session = start(*NETWORK[1:], "--yes", stdout_apart=True)
    session.answer("Stack name [my-shop]: ", "")
    assert session.end() == Done(
        0, "Wrote my-shop.yaml\nNext: tfgen render my-shop.yaml\n", "Stack name [my-shop]: \n"
    )


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("stdout_apart", [False, True], ids=["readline", "stdout redirected"])
@pytest.mark.parametrize("answered", [0, 4, len(SEED_TALK) - 1])
def test_stopping_leaves_nothing_behind(
    start: Start, folder: Path, key: bytes, stdout_apart: bool, answered: int
) -> None:
    session = start(stdout_apart=stdout_apart)
    for question, answer in SEED_TALK[:answered]:
        session.answer(question, answer)
    code, out, seen = session.press(SEED_TALK[answered][0], key)
    assert code == Exit.INTERRUPTED
    assert out == ""
    assert seen.endswith(f"\n{STOPPED}")
    assert "Traceback" not in seen
    assert files(folder) == {}


def test_no_is_no(start: Start, folder: Path) -> None:
    session = start(*NETWORK)
    session.answer("Write shop.yaml? [Y/n] ", "n")
    code, _, seen = session.end()
    assert (code, files(folder)) == (Exit.INTERRUPTED, {})
    assert seen.endswith(STOPPED)


def test_a_terminal_is_asked_before_a_file_is_replaced(start: Start, folder: Path) -> None:
    (folder / "shop.yaml").write_text("mine")
    session = start(*NETWORK)
    session.answer("shop.yaml already exists. Replace it? [y/N] ", "")
    session.answer("Another file name (empty: stop): ", "gone/shop.yaml")
    session.answer("there is no folder gone", "n")
    session.answer("Another file name (empty: stop): ", "other.yaml")
    assert session.end().code == Exit.DONE
    assert files(folder) == {"shop.yaml": "mine", "other.yaml": NETWORK_SPEC}


@pytest.mark.parametrize(("answers", "code"), [(["y"], Exit.DONE), (["n", ""], Exit.NOT_OURS)])
def test_who_says_yes_gets_the_file_replaced(
    start: Start, folder: Path, answers: list[str], code: int
) -> None:
    (folder / "shop.yaml").write_text("mine")
    session = start(*NETWORK)
    for question, answer in zip(
        ["Replace it? [y/N] ", "Another file name (empty: stop): "], answers, strict=False
    ):
        session.answer(question, answer)
    assert session.end().code == code
    assert files(folder) == {"shop.yaml": NETWORK_SPEC if code == Exit.DONE else "mine"}


@pytest.mark.parametrize(("answer", "code"), [("", Exit.INTERRUPTED), ("y", Exit.DONE)])
def test_a_draft_with_errors_is_written_only_on_a_second_yes(
    start: Start, folder: Path, answer: str, code: int
) -> None:
    session = start("--name=shop", "--region=us-east-1", "--egress=endpoints", "--service=web=nginx:1:80@/")
    session.answer("tfgen render will refuse this. Write it anyway? [y/N] ", answer)
    done = session.end()
    assert done.code == code
    assert "shop.yaml:10:12: error TG301: tasks cannot reach docker.io" in done.err
    assert list(files(folder)) == (["shop.yaml"] if answer else [])


def test_bytes_that_are_no_text_are_refused_like_any_answer(start: Start) -> None:
    session = start(*NETWORK[1:], "--yes", stdout_apart=True)
    os.write(session.terminal, b"sh\xffop\n")
    session.answer('not "sh\\xffop"', "shop")
    assert session.end().code == Exit.DONE


# --- the talk itself


class Script:
    """A terminal that answers from a list and writes down what it sees."""

    def __init__(self, *answers: str) -> None:
        self.answers = iter(answers)
        self.seen: list[str] = []

    def ask(self, question: str, default: str = "") -> str:
        answer = next(self.answers)
        shown = f" [{default}]" if default else ""
        self.seen.append(f"{question}{shown}: > {answer}".rstrip())
        return answer or default

    def confirm(self, question: str, default: bool = False) -> bool:
        answer = next(self.answers)
        self.seen.append(f"{question} > {answer}".rstrip())
        return answer == "y" if answer else default

    def say(self, text: str) -> None:
        self.seen.extend(text.splitlines())


def problems(text: str) -> list[Problem]:
    return list(run_text(text, "").problems)


def talk(answers: Answers, *said: str) -> tuple[Answers, str]:
    script = Script(*said)
    result = interview(answers, script, problems, Answers(name="shop", region="us-east-1"))
    assert next(script.answers, None) is None, "not every answer was asked for"
    return result, "\n".join(script.seen)


def test_every_egress_has_its_cost_beside_it() -> None:
    """Two zones, one task; the numbers of a task, of a NAT gateway and of three endpoints in us-east-1."""
    script = Script("nat", "")
    interview(Answers("shop", "us-east-1"), script, problems, Answers(), costs_of_egress)
    assert EGRESS_COSTS in "\n".join(script.seen)


EGRESS_COSTS = """\
How do tasks reach the internet and AWS?
  public         public subnets with public addresses, protected by security groups
                 USD 3.65 a month for each task; two zones, before traffic
  nat            private subnets, NAT gateways: the whole internet
                 USD 36.50 a month with one gateway, USD 73.00 a month with two; two zones, before traffic
  endpoints      private subnets, VPC endpoints: only AWS services, images from private ECR
                 USD 43.80 a month; two zones, before traffic
  nat+endpoints  private subnets, VPC endpoints: AWS services; NAT gateways: everything else
                 USD 80.30 a month with one gateway, USD 116.80 a month with two; two zones, before traffic
"""


def test_without_known_prices_no_cost_is_said() -> None:
    script = Script("nat", "a,b", "")
    interview(Answers("shop", "cn-north-1"), script, problems, Answers(), costs_of_egress)
    assert "a month" not in "\n".join(script.seen)


# What is typed stands behind ">".
TALK = """\
Stack name [shop]: > Shop
    expected a name of at most 64 lowercase letters, digits and single hyphens that begins with a
    letter, not "Shop"
    hint: did you mean shop?
Stack name [shop]: > shop
AWS region [us-east-1]: > us-esat-1
    the zones of region "us-esat-1" are unknown
    hint: did you mean us-west-1 or us-east-1? (for a region that is newer than this version of
    tfgen, name its zones: --zones a,b)
AWS region [us-east-1]: > useast
    expected a region such as us-east-1, not "useast"
    hint: did you mean us-east-2 or us-east-1?
AWS region [us-east-1]: >
How do tasks reach the internet and AWS?
  public         public subnets with public addresses, protected by security groups
  nat            private subnets, NAT gateways: the whole internet
  endpoints      private subnets, VPC endpoints: only AWS services, images from private ECR
  nat+endpoints  private subnets, VPC endpoints: AWS services; NAT gateways: everything else
Egress [nat]: > vpn
    expected public, nat, endpoints or nat+endpoints, not "vpn"
Egress [nat]: > endpoint
    expected public, nat, endpoints or nat+endpoints, not "endpoint"
    hint: did you mean endpoints?
Egress [nat]: > endpoints
Services, one by one. Without services, the stack is a network only.
Name of service 1 (empty: done): > Web
    expected a name of at most 64 lowercase letters, digits and single hyphens that begins with a
    letter, not "Web"
    hint: did you mean web?
Name of service 1 (empty: done): > web
  Image: >
    expected a container image such as REGISTRY/REPOSITORY:TAG, not ""
  Image: > nginx:1.27
    tasks cannot reach docker.io: with egress: endpoints there is no route to the internet
    hint: write pull_through: {docker.io: ARN_OF_SECRET} to pull it through ECR's cache
    (docs/pull-through.md: the first pull), or copy the image to
    ACCOUNT.dkr.ecr.us-east-1.amazonaws.com, or use egress: nat+endpoints
  Keep it anyway? > n
  Image: > 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1
  Container port (empty: none): > http
    expected a port from 1 to 65535, not "http"
  Container port (empty: none): > 70000
    expected a port from 1 to 65535, not 70000
  Container port (empty: none): > 80
  Routes of the load balancer, such as /, /api (empty: none): > api
    expected a URL path that begins with "/" (at most 126 characters, no spaces; * and ? are
    wildcards), not "api"
    hint: did you mean /api?
  Routes of the load balancer, such as /, /api (empty: none): > /, /
    path "/" is the same route as another of "web"
    hint: remove one of them
  Routes of the load balancer, such as /, /api (empty: none): > /
  Service Connect name for callers (empty: none): > WEB
    expected a host name of at most 64 lowercase letters, digits and . - _, not "WEB"
    hint: did you mean web?
  Service Connect name for callers (empty: none): > web
Name of service 2 (empty: done): > web
    there is already a service "web"
Name of service 2 (empty: done): > app
  Image: > 123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1
  Container port (empty: none): > 8080
  Routes of the load balancer, such as /, /api (empty: none): > /
    path "/" already leads to service "web"
    hint: give "app" a longer path such as /profile, or another host
  Routes of the load balancer, such as /, /api (empty: none): > /app
  Service Connect name for callers (empty: none): > web
    "web" already has the Service Connect name "web"
    hint: give each service a name of its own
  Service Connect name for callers (empty: none): >
Name of service 3 (empty: done): >
Which services does each one call? These have a Service Connect name:
  web  (http://web:80)
  app calls (empty: none): > wbe
    unknown service "wbe"
    hint: did you mean web?
  app calls (empty: none): > app
    "app" calls "app", which has no Service Connect name and no DNS name
    hint: give "app" one: connect: app
  app calls (empty: none): > web
Domain of the load balancer, such as shop.example.com (empty: no HTTPS): > shop
    expected a domain name such as shop.example.com, or *.shop.example.com for all names below it,
    not "shop"
Domain of the load balancer, such as shop.example.com (empty: no HTTPS): > example.com, *.example.com
  ID of its public hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ: >
    expected the ID of a hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ, not ""
  ID of its public hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ: > Z0123456789"""


def test_bad_answers_are_asked_again() -> None:
    result, seen = talk(Answers(), *re.findall(r" >(?: (.*))?$", TALK, re.MULTILINE))
    assert seen == TALK
    assert result.services == (
        ServiceAnswers("web", f"{ECR}/web:1", 80, ("/",), "web"),
        ServiceAnswers("app", f"{ECR}/app:1", 8080, ("/app",), calls=("web",)),
    )
    assert (result.domains, result.hosted_zone) == (("example.com", "*.example.com"), "Z0123456789")


DOMAIN_SPEC = """\
load_balancer:
  domain: shop.example.com
  zone: Z0123456789            # HTTPS, and records of the domain

services:
"""


def test_a_domain_gives_https(tfgen: Tfgen, folder: Path) -> None:
    done = tfgen(*SEED, "--domain=shop.example.com", "--hosted-zone=Z0123456789", "--yes")
    assert done.code == Exit.DONE
    assert DOMAIN_SPEC in (text := files(folder)["shop.yaml"])
    assert not run_text(text, "shop.yaml").failed
    assert "  domain: [shop.example.com, '*.example.com']\n" in spec_text(
        Answers("a", "b", "c", domains=("shop.example.com", "*.example.com"), hosted_zone="Z0123456789")
    )


@pytest.mark.parametrize(
    ("flags", "wrong"),
    [
        (("--domain=shop.example.com",), "--domain and --hosted-zone: specify both or neither"),
        (("--hosted-zone=Z0123456789",), "--domain and --hosted-zone: specify both or neither"),
        (("--domain=shop", "--hosted-zone=Z0123456789"), "--domain: expected a domain name"),
        (("--domain=shop.example.com", "--hosted-zone=example.com"), "--hosted-zone: expected the ID"),
    ],
)
def test_a_domain_has_a_zone(tfgen: Tfgen, flags: tuple[str, ...], wrong: str) -> None:
    done = tfgen(*SEED, *flags, "--yes")
    assert done.code == Exit.WRONG_USAGE
    assert wrong in done.err


def test_without_routes_no_domain_is_asked_for() -> None:
    start = Answers(name="shop", region="us-east-1", egress="nat")
    talk(start, "one", f"{ECR}/ab", "80", "", "", "")


def test_a_domain_that_a_flag_has_is_not_asked_for() -> None:
    start = Answers("shop", "us-east-1", "nat", domains=("a.example.com",), hosted_zone="Z0123456789")
    talk(start, "one", f"{ECR}/ab", "80", "/", "", "")


def test_an_image_out_of_reach_can_be_insisted_on() -> None:
    start = Answers(name="shop", region="us-east-1", egress="endpoints")
    result, seen = talk(start, "web", "nginx", "y", "80", "/", "", "", "")
    assert result.services == (ServiceAnswers("web", "nginx", 80, ("/",)),)
    assert seen.count("tasks cannot reach docker.io") == 1


def test_what_came_wrong_by_flag_does_not_hold_up_the_talk() -> None:
    web = ServiceAnswers("web", "nginx", routes=("/",))
    result, seen = talk(Answers(name="shop", egress="nat", services=(web,)), "", "y")
    assert result.region == "us-east-1"
    assert '"web" has routes but no port' in seen


def test_a_cycle_of_calls_is_reported_and_accepted() -> None:
    one, two = (ServiceAnswers(name, f"{ECR}/ab", 80, (), name) for name in ("one", "two"))
    start = Answers(name="shop", region="us-east-1", egress="nat")
    result, seen = talk(
        start, "one", f"{ECR}/ab", "80", "", "one", "two", f"{ECR}/ab", "80", "", "two", "", "two", "one"
    )
    assert result.services == (one._replace(calls=("two",)), two._replace(calls=("one",)))
    assert "warning: the calls of one and two form a cycle" in seen


# --- any answers

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5}){0,2}", fullmatch=True) | st.sampled_from(
    ["true", "null", "no", "web", "a" * 64]
)
IMAGES = st.one_of(
    st.from_regex(
        rf"{re.escape(ECR)}/[a-z][a-z0-9]{{1,8}}(:[A-Za-z0-9_][A-Za-z0-9_.-]{{0,7}})?", fullmatch=True
    ),
    st.from_regex(r"[a-z0-9]{1,8}(/[a-z0-9]{1,8}){0,2}(:[0-9][0-9.]{0,4})?", fullmatch=True),
    st.from_regex(r"[a-z]{1,8}@sha256:[0-9a-f]{64}", fullmatch=True),
    st.sampled_from(["123", "1e5", "null", "0", "x" * 1024]),
)
PORTS = st.integers(1, 65535).map(str)
ROUTES = st.lists(
    st.from_regex(r"/[A-Za-z0-9_.$/~\"'@:+*?&-]{0,12}", fullmatch=True), max_size=3, unique=True
).map(", ".join)
CONNECTS = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,8}", fullmatch=True) | st.sampled_from(
    ["1.5", "1e3", "true"]
)
JUNK = st.text(max_size=12)


class Dream:
    """A terminal on which anything at all is said first, and then something that may well be right."""

    def __init__(self, draw: Callable[[st.SearchStrategy[str]], str]) -> None:
        self.draw = draw
        self.count = 0
        self.services = 0
        self.last = ""

    def ask(self, question: str, default: str = "") -> str:
        again, self.last = question == self.last, question
        self.count += 1
        kind = question.split(maxsplit=1)[0]
        if "service" in question:
            self.services += not again
            return "" if self.services > 3 else self.pick(again, NAMES, f"s{self.count}")
        strategies = {
            "Name": (NAMES, "shop"),
            "AWS": (st.sampled_from(["us-east-1", "us-west-1", "cn-north-1", "us-gov-west-1"]), "us-east-1"),
            "Way": (st.sampled_from(EGRESS), "nat"),
            "Letters": (st.sampled_from(["a,b", "a c", "b, c", "2"]), "a,c"),
            "Image": (IMAGES, f"{ECR.replace('us-east-1', 'us-west-1')}/a"),
            "Port": (PORTS | st.just(""), ""),
            "Routes": (ROUTES, ""),
            "Service": (CONNECTS | st.just(""), ""),
            "Domain": (st.sampled_from(["", "shop.example.com", "a.example.com *.a.example.com"]), ""),
            "ID": (st.sampled_from(["Z0123456789", "Z0A1B2C3D4E5F6G7H8"]), "Z0123456789"),
        }
        strategy, safe = strategies.get(kind, (st.sampled_from(["", "web", "s1"]), ""))
        return self.pick(again, strategy, safe) or default

    def pick(self, again: bool, strategy: st.SearchStrategy[str], safe: str) -> str:
        return safe if again and self.count % 2 else self.draw(strategy | JUNK)

    def confirm(self, question: str, default: bool = False) -> bool:  # noqa: ARG002
        return False

    def say(self, text: str) -> None: ...


def told(outcome: Outcome) -> Answers:
    """A spec that was read, as answers."""
    spec = outcome.spec
    assert spec is not None
    balancer = spec.load_balancer
    zone = balancer.zone if isinstance(balancer.zone, str) else ""
    network = (spec.name, spec.region, spec.network.egress, None)
    return Answers(*network, tuple(services(outcome)), tuple(balancer.domains), zone)


def services(outcome: Outcome) -> Iterator[ServiceAnswers]:
    assert outcome.spec is not None
    for name, service in outcome.spec.services.items():
        yield ServiceAnswers(
            name,
            service.image,
            service.port.number if service.port else None,
            tuple(route.path for route in service.routes),
            service.connect.name if service.connect else "",
            tuple(service.calls),
        )


@laws(40)
@given(st.data())
def test_answers_that_were_taken_are_the_spec(data: st.DataObject) -> None:
    answers = interview(Answers(), Dream(data.draw), problems, Answers(name="shop", region="us-east-1"))
    outcome = run_text(spec_text(answers), "shop.yaml")
    assert not outcome.failed
    assert told(outcome) == answers._replace(zones=None)


@laws(60)
@given(NAMES, IMAGES, PORTS | st.just(""), ROUTES, CONNECTS | st.just(""))
def test_flags_that_were_taken_are_the_spec(
    name: str, image: str, port: str, routes: str, connect: str
) -> None:
    assume(not image.endswith(":"))  # a colon at the end stands for "no port"
    service = f"{name}={image}:{port}" + (f"@{routes.replace(' ', '')}" if routes else "")
    connects = (f"{name}={connect}",) if connect else ()
    answers, wrong = from_flags(Flags("shop", "us-east-1", "nat", services=(service,), connects=connects))
    assert wrong == []
    expected = ServiceAnswers(
        name, image, int(port) if port else None, tuple(routes.split(", ")) if routes else (), connect
    )
    assert answers.services == (expected,)
