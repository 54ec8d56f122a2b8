"""scripts/fetch_terraform.py against a release server on loopback."""

import hashlib
import io
import os
import runpy
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "fetch_terraform.py"
PINNED = runpy.run_path(str(SCRIPT))
VERSION = PINNED["VERSION"]
BINARY = b"#!/bin/sh\necho 'Terraform, or so it says'\n"


def zip_of(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it so)
        pass


@dataclass
class Releases:
    """A release server's folder and address."""

    folder: Path
    url: str

    def publish(self, archive: bytes) -> str:
        """Serves `archive` as the release for this platform, and returns its SHA-256."""
        path = self.folder / VERSION / f"terraform_{VERSION}_{PINNED['this_platform']()}.zip"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(archive)
        return hashlib.sha256(archive).hexdigest()


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[Releases]:
    folder = tmp_path / "releases"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Releases(folder, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
        thread.join()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of its own with nothing but the script, so that the real cache stays out of the tests."""
    folder = tmp_path / "checkout"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / "scripts")
    return folder


def fetch(checkout: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Runs the script where neither PATH nor the environment knows a terraform, unless `env` says so."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TFGEN_")}
    return subprocess.run(
        [sys.executable, checkout / "scripts" / SCRIPT.name],
        env=clean | {"PATH": "", "NO_PROXY": "127.0.0.1"} | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def left_behind(checkout: Path) -> list[Path]:
    return [path for path in (checkout / ".cache").rglob("*") if path.name != "terraform" or path.is_file()]


def test_downloads_verifies_and_unpacks_the_release(checkout: Path, releases: Releases) -> None:
    sha256 = releases.publish(zip_of("terraform", BINARY))

    done = fetch(checkout, TFGEN_TERRAFORM_RELEASES=releases.url, TFGEN_TERRAFORM_SHA256=sha256)

    binary = checkout / ".cache" / "terraform" / VERSION / "terraform"
    assert (done.returncode, done.stdout) == (0, f"{binary}\n")
    assert binary.read_bytes() == BINARY
    assert os.access(binary, os.X_OK)
    assert sorted(left_behind(checkout)) == [binary.parent, binary]


def test_does_not_download_twice(checkout: Path, releases: Releases) -> None:
    sha256 = releases.publish(zip_of("terraform", BINARY))
    first = fetch(checkout, TFGEN_TERRAFORM_RELEASES=releases.url, TFGEN_TERRAFORM_SHA256=sha256)

    again = fetch(checkout, TFGEN_TERRAFORM_RELEASES="http://127.0.0.1:1")

    assert (again.returncode, again.stdout, again.stderr) == (0, first.stdout, "")


def test_another_address_must_still_serve_the_pinned_release(checkout: Path, releases: Releases) -> None:
    sha256 = releases.publish(zip_of("terraform", b"not the official one"))

    done = fetch(checkout, TFGEN_TERRAFORM_RELEASES=releases.url)

    assert done.returncode == 1
    assert done.stdout == ""
    assert f"has SHA-256 {sha256}, but {PINNED['SHA256'][PINNED['this_platform']()]} was" in done.stderr
    assert left_behind(checkout) == []


def test_a_release_that_is_not_there_is_an_error(checkout: Path, releases: Releases) -> None:
    done = fetch(checkout, TFGEN_TERRAFORM_RELEASES=releases.url)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].endswith(".zip: HTTP Error 404: File not found")
    assert left_behind(checkout) == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "not an address"])
def test_an_address_that_does_not_answer_is_an_error(checkout: Path, address: str) -> None:
    done = fetch(checkout, TFGEN_TERRAFORM_RELEASES=address)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"fetch_terraform: cannot fetch {address}/{VERSION}/")
    assert left_behind(checkout) == []


@pytest.mark.parametrize(
    "archive", [zip_of("README", b""), b"<html>Log in first</html>"], ids=["zip", "page"]
)
def test_an_archive_without_terraform_is_an_error(checkout: Path, releases: Releases, archive: bytes) -> None:
    sha256 = releases.publish(archive)

    done = fetch(checkout, TFGEN_TERRAFORM_RELEASES=releases.url, TFGEN_TERRAFORM_SHA256=sha256)

    assert (done.returncode, done.stdout) == (1, "")
    assert "holds no terraform binary" in done.stderr.splitlines()[-1]
    assert left_behind(checkout) == []


def test_terraform_on_path_is_used(checkout: Path, tmp_path: Path) -> None:
    binary = program(tmp_path / "bin" / "terraform")

    done = fetch(checkout, PATH=str(binary.parent))

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{binary}\n", "")
    assert left_behind(checkout) == []


def test_tfgen_terraform_has_priority_over_path(checkout: Path, tmp_path: Path) -> None:
    on_path, mine = program(tmp_path / "bin" / "terraform"), program(tmp_path / "mine" / "tofu")

    done = fetch(checkout, PATH=str(on_path.parent), TFGEN_TERRAFORM=str(mine))

    assert (done.returncode, done.stdout) == (0, f"{mine}\n")


def test_a_wrong_tfgen_terraform_is_an_error(checkout: Path) -> None:
    done = fetch(checkout, TFGEN_TERRAFORM="/no/such/terraform")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "fetch_terraform: TFGEN_TERRAFORM is '/no/such/terraform', which is not a program\n"


def program(path: Path) -> Path:
    path.parent.mkdir()
    path.write_bytes(BINARY)
    path.chmod(0o755)
    return path


def test_every_pinned_hash_is_a_sha256() -> None:
    assert sorted(PINNED["SHA256"]) == ["darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64"]
    assert all(
        len(bytes.fromhex(digest)) == hashlib.sha256().digest_size for digest in PINNED["SHA256"].values()
    )
