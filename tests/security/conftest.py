"""What the tests of threats share."""

from __future__ import annotations

from tests.unit.customs.conftest import customs

__all__ = ["customs"]
