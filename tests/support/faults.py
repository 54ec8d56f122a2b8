"""What a disk and a power line do to a program: one system call fails, or the last was the last.

Counts the calls by which a folder is written and read (files opened, filled and flushed; folders made,
opened and flushed; names moved and removed), in the order in which they come. Whatever goes through
`os` or `io.open` is seen, also by a name in an open folder, and so is all of `pathlib`.
"""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock


class Call(NamedTuple):
    """One call: `replace` has two places, the others one."""

    name: str
    place: Path
    target: Path | None = None


Fault = Callable[[Call], None]


class Disk:
    """The calls below `folder`, as they came. The one with the number `at` fails, counted from 0.

    `lasting` makes every later one fail too.
    """

    def __init__(self, folder: Path, at: int = -1, fault: Fault | None = None, *, lasting: bool = False):
        self.folder = folder
        self.calls: list[Call] = []
        self._at, self._fault, self._lasting = at, fault, lasting
        self._places: dict[int, Path] = {}

    def comes(self, name: str, place: Any, target: Any = None) -> bool:
        """Takes down a call, and raises or ends where it is to fail. Whether it is one that counts."""
        if place is None or self.folder not in (Path(place), *Path(place).parents):
            return False
        call = Call(name, Path(place), Path(target) if target else None)
        number = len(self.calls)
        self.calls.append(call)
        if self._fault and (number == self._at or (self._lasting and number > self._at >= 0)):
            self._fault(call)
        return True

    def _whole(self, place: Any, folder: int | None) -> Any:
        """Where a name in an open folder, or a number, leads; None where nobody here opened it."""
        if isinstance(place, int):
            return self._places.get(place)
        if folder is None:
            return Path(place)
        return self._places[folder] / place if folder in self._places else None

    @contextmanager
    def watched(self) -> Iterator["Disk"]:
        real = {name: getattr(os, name) for name in ("mkdir", "rmdir", "unlink", "replace", "open", "fsync")}
        close, io_open = os.close, io.open

        def plain(name: str) -> Callable[..., Any]:
            def call(place: Any, *arguments: Any, **options: Any) -> Any:
                here = self._whole(place, options.get("src_dir_fd", options.get("dir_fd")))
                there = self._whole(arguments[0], options.get("dst_dir_fd")) if name == "replace" else None
                counts = self.comes(name, here, there)
                # A flush is waited for by nobody here: what a process has written outlives it without.
                done = None if name == "fsync" else real[name](place, *arguments, **options)
                if name == "open" and counts:
                    self._places[done] = here
                return done

            return call

        def closes(number: int) -> None:
            place = self._places.pop(number, None)
            close(number)  # it is closed, whatever it says
            self.comes("close", place)

        def opens(place: Any, *arguments: Any, **options: Any) -> Any:
            known = self._places.get(place) if isinstance(place, int) else None
            counts = not isinstance(place, int) and self.comes("file", place)
            file = io_open(place, *arguments, **options)
            return _Watched(self, file, known or Path(place)) if known or counts else file

        stand_ins = {name: plain(name) for name in real}
        with mock.patch.multiple(os, close=closes, **stand_ins), mock.patch.object(io, "open", opens):
            yield self


class _Watched:
    """An open file: what is written is half there when that fails."""

    def __init__(self, disk: Disk, file: Any, place: Path) -> None:
        self._disk, self._file, self._place = disk, file, place
        disk._places[file.fileno()] = place

    def write(self, content: bytes) -> int:
        try:
            self._disk.comes("write", self._place)
        except OSError:
            self._file.write(content[: len(content) // 2])
            raise
        written: int = self._file.write(content[: len(content) // 2])
        self._file.flush()
        self._disk.comes("write", self._place)
        return written + self._file.write(content[len(content) // 2 :])

    def __enter__(self) -> "_Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self._disk._places.pop(self._file.fileno(), None)
        self._file.close()
        self._disk.comes("closed", self._place)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def full(call: Call) -> None:
    """The disk is full, or broken."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(call.place))


def killed(_call: Call) -> None:
    """As by kill -9: nothing is cleaned up."""
    os._exit(9)


def in_a_child(action: Callable[[], object]) -> int:
    """Runs it in a process of its own that ends with it, and returns its exit code."""
    child = os.fork()
    if not child:
        try:
            action()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
