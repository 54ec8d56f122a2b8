"""What TFGEN_REWRITE=1 writes, and what it leaves alone."""

from pathlib import Path

import pytest
from support import accepted
from support.accepted import committed, is_used_by, shown

PAGE = "# A page\n\n```\n$ one\nold\n```\n\n```\n$ two\nold\n```\n\n```\n$ one\nolder\n```\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    place = tmp_path / "page.md"
    place.write_text(PAGE)
    return place


def test_without_it_nothing_is_written(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepted, "REWRITE", False)
    assert shown(page, "$ one\n", "new\n") == "old\n"
    assert committed(page, "new") == PAGE == page.read_text()


def test_with_it_the_block_is_written(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepted, "REWRITE", True)
    assert shown(page, "$ two\n", "new\nnew\n") == "new\nnew\n"
    assert shown(page, "$ one\n", "newer\n", number=1) == "newer\n"
    assert page.read_text() == PAGE.replace("two\nold\n", "two\nnew\nnew\n").replace("older\n", "newer\n")


def test_with_it_a_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accepted, "REWRITE", True)
    assert committed(tmp_path / "new.txt", "said\n") == "said\n"


def test_what_a_file_does_not_show(page: Path) -> None:
    with pytest.raises(AssertionError, match="does not show"):
        shown(page, "$ three\n", "new\n")


def test_who_compares_is_found() -> None:
    assert is_used_by(test_without_it_nothing_is_written)
    assert not is_used_by(test_who_compares_is_found)
