"""Every block of code on a page is in a tested file, and every output is what its command prints.

`workshop pages` writes them anew.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from workshop import pages
from workshop.course import ROOT

PAGES = [page.relative_to(ROOT).as_posix() for page in pages.pages(ROOT)]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Runs a page's command in a copy of the course, in which nobody has begun."""
    folder = tmp_path_factory.mktemp("pages")
    pages.copy(ROOT, folder)
    return pages.runner(folder)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_what_its_files_and_commands_say(page: str, run: Callable[[str], str]) -> None:
    text = Path(ROOT / page).read_text("utf-8")
    assert pages.render(text, ROOT, run) == text
