"""The terminal on which `tfgen init` asks its questions."""

import sys
from contextlib import suppress

import typer

from tfgen import texts


class Terminal:
    """The user at a terminal. Questions are on standard error, and only the result on standard output."""

    def __init__(self) -> None:
        for stream in (sys.stdin, sys.stderr):
            if hasattr(stream, "reconfigure"):  # what is no UTF-8 is then an answer like any other
                stream.reconfigure(errors="backslashreplace")
        self.editing = sys.stdout.isatty() and sys.stderr.isatty()
        if self.editing:
            with suppress(ImportError):  # Windows has none
                import readline  # noqa: F401 - lets input() edit a line with the arrow keys

    def ask(self, question: str, default: str = "") -> str:
        prompt = f"{question} [{default}]: " if default else f"{question}: "
        return self._read_line(prompt) or default

    def confirm(self, question: str, default: bool = False) -> bool:
        while True:
            answer = self._read_line(f"{question} [{'Y/n' if default else 'y/N'}] ").lower()
            if answer in ("", "y", "yes", "n", "no"):
                return answer[0] == "y" if answer else default
            self.say("    answer y or n")

    def say(self, text: str) -> None:
        typer.echo(text, err=True)

    def _read_line(self, prompt: str) -> str:
        if self.editing:  # past any screen
            return input(texts.screened_text(prompt)).strip()
        typer.echo(prompt, nl=False, err=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip()
