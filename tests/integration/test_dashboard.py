"""The page of a publication: it follows each publication and each rollback, and never holds one back."""

from __future__ import annotations

import re

import pytest

from tests.integration.conftest import add_sheet
from tests.integration.installation import Installation


def shown(installation: Installation) -> str:
    """The publication that the page says it shows."""
    text = (installation.warehouse / "dashboard" / "index.html").read_text(encoding="utf-8")
    found = re.search(r'<meta name="publication" content="([^"]+)">', text)
    assert found is not None
    return found[1]


@pytest.mark.long
def test_the_page_follows_publication_and_rollback(refreshed_twice: Installation) -> None:
    assert shown(refreshed_twice) == refreshed_twice.publication_id()
    ended = refreshed_twice.run("rollback")
    assert ended.code == 0, ended.output
    assert shown(refreshed_twice) == refreshed_twice.publication_id()
    assert [path.name for path in (refreshed_twice.warehouse / "dashboard").iterdir()] == ["index.html"]


@pytest.mark.long
def test_a_page_that_cannot_be_written_takes_no_publication_back(refreshed: Installation) -> None:
    before = refreshed.publication_id()
    (refreshed.warehouse / "dashboard" / "index.html").unlink()
    (refreshed.warehouse / "dashboard").rmdir()
    (refreshed.warehouse / "dashboard").write_text("in the way")
    add_sheet(refreshed)

    ended = refreshed.refresh()

    assert ended.code == 1, ended.output
    assert "published, and the page of it could not be written" in ended.stderr
    assert "Traceback" not in ended.output
    assert refreshed.publication_id() != before
    (refreshed.warehouse / "dashboard").unlink()
    refreshed.refreshed()  # nothing changed but that there is room for the page
    assert refreshed.publication_id() in (refreshed.warehouse / "dashboard" / "index.html").read_text()

    (refreshed.warehouse / "dashboard" / "index.html").unlink()
    assert refreshed.run("dashboard").code == 0
    assert shown(refreshed) == refreshed.publication_id()
