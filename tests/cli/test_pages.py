from __future__ import annotations

import pytest

from tests.cli.pages import DOCS, PAGES, page


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_the_program_does(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == page(name), "write it anew: python -m tests.cli.pages"
