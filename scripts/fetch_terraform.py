#!/usr/bin/env python3
"""Prints the path of a terraform binary, and downloads the pinned release if there is none.

It looks for the program that TFGEN_TERRAFORM names, then for `terraform` on PATH, then in the cache
`.cache/terraform/<version>/`. If it finds none, it downloads the release from HashiCorp, compares it with
the SHA-256 below, and puts it in the cache.

TFGEN_TERRAFORM_RELEASES sets the address of a mirror with the same layout. A mirror is not trusted: what it
serves must have the hash below, too. For a release that is not in the table, TFGEN_TERRAFORM_SHA256 sets the
expected hash; the check cannot be turned off.
"""

import hashlib
import http.client
import os
import platform
import shutil
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

VERSION = "1.11.4"
RELEASES = "https://releases.hashicorp.com/terraform"
CACHE = Path(__file__).resolve().parents[1] / ".cache" / "terraform"
TIMEOUT = 60  # seconds without a single byte, not for the whole download

# From terraform_1.11.4_SHA256SUMS, the zip of each platform.
SHA256 = {
    "darwin_amd64": "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    "darwin_arm64": "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
    "linux_amd64": "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    "linux_arm64": "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
}
ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class FetchError(Exception):
    """There is no Terraform and none can be had; the message is one line for the user."""


def find_or_fetch() -> Path:
    """The terraform binary to use."""
    cached = CACHE / VERSION / "terraform"
    return named() or on_path() or (cached if cached.is_file() else fetch(cached))


def named() -> Path | None:
    """The program that TFGEN_TERRAFORM names; a wrong name is an error, not a reason to download."""
    name = os.environ.get("TFGEN_TERRAFORM")
    if not name:
        return None
    if path := shutil.which(name):
        return Path(path)
    raise FetchError(f"TFGEN_TERRAFORM is {name!r}, which is not a program")


def on_path() -> Path | None:
    """The `terraform` that the user already has."""
    path = shutil.which("terraform")
    return Path(path) if path else None


def fetch(target: Path) -> Path:
    """Puts the pinned release at `target`: whole and verified, or not at all."""
    system = this_platform()
    expected = os.environ.get("TFGEN_TERRAFORM_SHA256") or SHA256.get(system)
    if not expected:
        raise FetchError(f"no Terraform {VERSION} is pinned for {system}; install it and put it on PATH")
    base = os.environ.get("TFGEN_TERRAFORM_RELEASES") or RELEASES
    url = f"{base.rstrip('/')}/{VERSION}/terraform_{VERSION}_{system}.zip"
    CACHE.mkdir(parents=True, exist_ok=True)
    # The scratch folder lies beside the target, so that the last step is a rename within one file system.
    with tempfile.TemporaryDirectory(dir=CACHE, prefix="fetch-") as scratch:
        archive = Path(scratch) / "terraform.zip"
        download(url, archive)
        verify(archive, expected, url)
        binary = unpack(archive, url)
        target.parent.mkdir(exist_ok=True)
        return binary.replace(target)


def this_platform() -> str:
    """This machine, as HashiCorp names it in file names."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{ARCHITECTURES.get(machine, machine)}"


def download(url: str, archive: Path) -> None:
    """Copies what `url` serves into `archive`."""
    print(f"fetching {url}", file=sys.stderr)
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response, archive.open("wb") as file:
            shutil.copyfileobj(response, file)
    except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: not a URL
        raise FetchError(f"cannot fetch {url}: {error}") from error


def verify(archive: Path, expected: str, url: str) -> None:
    """Refuses an archive that is not the one expected."""
    with archive.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != expected.lower():
        raise FetchError(f"{url} has SHA-256 {actual}, but {expected.lower()} was expected; nothing was kept")


def unpack(archive: Path, url: str) -> Path:
    """Takes the binary out of the archive, ready to run."""
    try:
        with zipfile.ZipFile(archive) as content:
            binary = Path(content.extract("terraform", archive.parent))
    except (KeyError, zipfile.BadZipFile) as error:
        raise FetchError(f"{url} holds no terraform binary: {error}") from error
    binary.chmod(0o755)
    return binary


def main() -> int:
    """Prints the path, or why there is none."""
    try:
        print(find_or_fetch())
    except (FetchError, OSError) as error:
        print(f"fetch_terraform: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
