"""kill -9 of real renders, one after the other into one folder."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import tfgen
from tfgen.output import manifest
from tfgen.output.compare import compare_pages
from tfgen.output.disk import STAGING
from tfgen.pipe import run_file
from tfgen.render.pages import files_to_keep

ROOT = Path(__file__).parent.parent.parent
SPEC = (ROOT / "examples" / "shop.yaml").read_text()
SPECS = {
    "shop.yaml": SPEC,
    "other.yaml": SPEC.replace("egress: endpoints", "egress: nat").replace("backendserver:\n", "api:\n")
    .replace("[backendserver]", "[api]"),
}  # fmt: skip


class Kills:
    """Renders two specs in turn; half of the runs are killed anywhere, half while they write.

    `killed` counts those that were killed before they had ended, `begun` those of them that had begun to
    write, `torn` those that had begun to move files.
    """

    def __init__(self, place: Path, program: Sequence[str], chance: random.Random) -> None:
        self.folder, self.program, self.chance = place / "stack", [*program], chance
        self.killed = self.begun = self.torn = 0
        self._pages: dict[Path, dict[str, str]] = {}
        for name, text in SPECS.items():
            spec = place / name
            spec.write_text(text)
            outcome = run_file(spec)
            assert outcome.blueprint
            self._pages[spec] = {**outcome.pages(), **files_to_keep(outcome.blueprint)}
        self._turns = [*self._pages]
        begin = time.monotonic()
        for spec in self._turns:
            assert self._start(spec).wait() == 0
        self.seconds = (time.monotonic() - begin) / 2

    def one(self) -> None:
        """Starts the other spec's render, kills it, and holds what it left against both."""
        spec = self._turns[0]
        self._turns.reverse()
        left = self._staged()
        process = self._start(spec)
        if self.chance.random() < 0.5:
            time.sleep(self.chance.uniform(0, 1.1 * self.seconds))
        else:
            while process.poll() is None and self._staged() in (0, left):
                time.sleep(0)
            time.sleep(self.chance.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        if process.wait() == -signal.SIGKILL:
            self.killed += 1
            self.begun += self._staged() not in (0, left)
            self.torn += any(len(hashes) > 1 for hashes in manifest.read_manifest(self.folder).owned.values())
        self._check()

    def _staged(self) -> int:
        """When something was last staged; 0 where nothing is."""
        try:
            return (self.folder / STAGING).stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _start(self, spec: Path) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*self.program, "render", str(spec), "-o", str(self.folder)],
            env={**os.environ, "PYTHONPATH": str(Path(tfgen.__file__).parent.parent)},
            stdout=subprocess.DEVNULL,
        )

    def _check(self) -> None:
        for file in self.folder.rglob("*"):
            path = file.relative_to(self.folder).as_posix()
            if file.is_file() and STAGING not in file.parts and path != manifest.NAME:
                whole = {pages[path] for pages in self._pages.values() if path in pages}
                assert file.read_text() in whole, f"{path} is half"
        for pages in self._pages.values():
            changes = compare_pages(pages, self.folder).changes
            assert not changes.in_the_way, changes
