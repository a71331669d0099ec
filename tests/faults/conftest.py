"""The real process, killed."""

from pathlib import Path

import pytest

from tests.e2e.conftest import empty_office, world

__all__ = ["empty_office", "world"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
