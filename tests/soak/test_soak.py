"""Half a minute of the soak in CI, always of the same seed; `make soak` is five minutes of another each time."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.soak.report import faults, lines
from tests.soak.soak import soak

SEED, SECONDS = 4, 30.0


@pytest.mark.e2e
@pytest.mark.fuzz
async def test_thirty_seconds(guarded_environment: Mapping[str, str], tmp_path: Path) -> None:
    report = await soak(SEED, SECONDS, guarded_environment, tmp_path)
    assert not faults(report), "\n".join(lines(report))
    assert report.balance.answered > 0
    assert report.balance.effects > 0
