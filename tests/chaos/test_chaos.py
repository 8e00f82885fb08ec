"""The short form of `make chaos`: servers, database and Valkey die under writers, and nothing is lost or doubled."""

import pytest

from tests.chaos.cluster import cluster
from tests.chaos.storm import Plan, run


@pytest.mark.timeout(480)
async def test_nothing_is_lost_doubled_or_reordered() -> None:
    async with cluster() as running:
        verdict = await run(running, Plan(clients=40, rooms=8, seconds=15))
    assert verdict.lost == []
    assert verdict.doubled == []
    assert verdict.reordered == []
    for fault in ("server_kills", "server_suspensions", "line_cuts", "valkey_restarts", "postgres_kills"):
        assert verdict.counts[fault] >= 1
    assert verdict.counts["acknowledged"] > 0
