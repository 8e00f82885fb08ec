"""Rate limits for costly doors, and growing delays for guessable ones. Both count where every process sees the same
numbers: rate limits in PostgreSQL, or in Redis where one is configured; delays in PostgreSQL.

`RateLimiter` is a sliding window: of the previous stretch of time, the part that still lies within the window
counts. `Backoff` lets a few attempts pass and then doubles the time to the next one.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.clock import now
from core.errors import RateLimited

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `hits` within `per`, of what `name` stands for."""

    name: str
    hits: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Decision:
    """What came of asking. `reset_after` and `retry_after` are in seconds; `retry_after` is 0 when allowed."""

    allowed: bool
    limit: Limit
    remaining: int
    reset_after: float
    retry_after: float = 0.0

    def headers(self) -> dict[str, str]:
        """The `RateLimit-*` response headers."""
        return {
            "RateLimit-Limit": str(self.limit.hits),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(max(1, round(self.reset_after))),
            "RateLimit-Policy": f"{self.limit.hits};w={round(self.limit.per.total_seconds())}",
        }

    def error(self) -> RateLimited:
        """What to raise when it was not allowed."""
        return RateLimited(
            f"Too many requests. Try again in {_words(self.retry_after)}.", retry_after=self.retry_after
        )


class RateLimiter(Protocol):
    """Counts what callers do."""

    async def hit(self, limit: Limit, caller: str, *, cost: float = 1) -> Decision:
        """Count one hit of `caller`, unless it would pass the limit."""


_HIT = """
with carried as (
    select coalesce(max(hits), 0) * $4::float8 as hits from rate_windows where key = $1 and bucket = $2::bigint - 1
)
insert into rate_windows as w (key, bucket, hits, expires_at)
select $1, $2, $3::float8, $6::timestamptz from carried where carried.hits + $3 <= $5::float8
on conflict (key, bucket) do update set hits = w.hits + $3
where w.hits + $3 + (select hits from carried) <= $5
returning w.hits + (select hits from carried)
"""

_USED = """
select coalesce(max(hits) filter (where bucket = $2::bigint - 1), 0) as previous,
       coalesce(max(hits) filter (where bucket = $2), 0) as current
from rate_windows where key = $1 and bucket in ($2, $2 - 1)
"""


class PostgresRateLimiter:
    """Counts in the table `rate_windows`: one statement per hit, a second one to say how long to wait."""

    def __init__(self, pool: asyncpg.Pool, *, scale: float = 1) -> None:
        self._pool = pool
        self._scale = scale

    async def hit(self, limit: Limit, caller: str, *, cost: float = 1) -> Decision:
        width = limit.per.total_seconds()
        moment = now()
        bucket, elapsed = divmod(moment.timestamp(), width)
        most = limit.hits * self._scale
        key = _key("rate", limit.name, caller)
        used = await self._pool.fetchval(
            _HIT, key, int(bucket), cost, 1 - elapsed / width, most, moment + 2 * limit.per
        )
        if used is not None:
            return Decision(True, limit, max(0, int((most - used) / self._scale)), width - elapsed)
        row = await self._pool.fetchrow(_USED, key, int(bucket))
        assert row is not None
        wait = _wait(row["previous"], row["current"], cost, most, elapsed, width)
        return Decision(False, limit, 0, wait, wait)


_HIT_IN_REDIS = """
local previous = tonumber(redis.call('get', KEYS[1]) or '0')
local current = tonumber(redis.call('get', KEYS[2]) or '0')
local used = previous * tonumber(ARGV[2]) + current + tonumber(ARGV[1])
if used > tonumber(ARGV[3]) then
    return {0, tostring(previous), tostring(current)}
end
redis.call('incrbyfloat', KEYS[2], ARGV[1])
redis.call('pexpire', KEYS[2], ARGV[4])
return {1, tostring(used), '0'}
"""


class RedisRateLimiter:
    """Counts in Redis by one script per hit, which spares the database a write for each request. While Redis does not
    answer, `otherwise` counts."""

    def __init__(self, client: Redis, *, otherwise: RateLimiter, scale: float = 1) -> None:
        self._script = client.register_script(_HIT_IN_REDIS)
        self._otherwise = otherwise
        self._scale = scale

    async def hit(self, limit: Limit, caller: str, *, cost: float = 1) -> Decision:
        width = limit.per.total_seconds()
        bucket, elapsed = divmod(now().timestamp(), width)
        most = limit.hits * self._scale
        # In braces: both keys live on one node of a cluster.
        key = "sextant:rate:{" + _key("rate", limit.name, caller).hex() + "}:"
        try:
            allowed, first, second = await self._script(
                keys=[f"{key}{int(bucket) - 1}", f"{key}{int(bucket)}"],
                args=[cost, 1 - elapsed / width, most, int(2 * width * 1000)],
            )
        except (OSError, RedisError):
            log.warning("Redis does not answer; counting in PostgreSQL", exc_info=True)
            return await self._otherwise.hit(limit, caller, cost=cost)
        if allowed:
            return Decision(True, limit, max(0, int((most - float(first)) / self._scale)), width - elapsed)
        wait = _wait(float(first), float(second), cost, most, elapsed, width)
        return Decision(False, limit, 0, wait, wait)


_redis: list[Redis] = []


def count_in(client: Redis | None) -> None:
    """Where this process counts from now on: in that Redis, or in PostgreSQL. The composition root knows."""
    _redis[:] = [] if client is None else [client]


def limiter(pool: asyncpg.Pool, *, scale: float = 1) -> RateLimiter:
    """The limiter of this process."""
    in_postgres = PostgresRateLimiter(pool, scale=scale)
    return RedisRateLimiter(_redis[0], otherwise=in_postgres, scale=scale) if _redis else in_postgres


def _wait(previous: float, current: float, cost: float, most: float, elapsed: float, width: float) -> float:
    """Seconds until `cost` more fits: as the previous stretch slides out, or else the current one after it."""
    if previous > 0 and current + cost <= most:
        return max(0.0, width * (1 - (most - current - cost) / previous) - elapsed)
    if current > 0 and cost <= most:
        return max(0.0, width - elapsed + width * max(0.0, 1 - (most - cost) / current))
    return width


_ATTEMPT = """
insert into backoffs as b (key, failures, blocked_until, expires_at) values ($1, 1, $2, $3)
on conflict (key) do update set
    failures = case when b.expires_at <= $2 then 1 else b.failures + 1 end,
    blocked_until = case when b.expires_at <= $2 or b.failures + 1 < $4 then $2
        else $2 + make_interval(secs => least($5::float8, power(2, least(30, b.failures + 1 - $4)))) end,
    expires_at = $3
where b.blocked_until <= $2
returning b.failures
"""


@dataclass(frozen=True, slots=True)
class Backoff:
    """`free` attempts at once; then 1, 2, 4 … seconds between them, at most `longest`. Forgotten after `memory`.

    An attempt is counted when it begins, so that a thousand at once are no way around; success clears the count.
    """

    name: str
    free: int = 5
    longest: timedelta = timedelta(minutes=5)
    memory: timedelta = timedelta(hours=1)

    async def attempt(self, pool: asyncpg.Pool, caller: str) -> None:
        """Begin an attempt. Raises `RateLimited` while the next one has to wait."""
        moment = now()
        key = _key("backoff", self.name, caller)
        counted = await pool.fetchval(
            _ATTEMPT, key, moment, moment + self.memory, self.free, self.longest.total_seconds()
        )
        if counted is None:
            until: datetime | None = await pool.fetchval(
                "select blocked_until from backoffs where key = $1", key
            )
            seconds = max(1.0, (until - moment).total_seconds() if until else 1.0)
            raise RateLimited(
                f"Too many failed attempts. Try again in {_words(seconds)}.",
                retry_after=seconds,
                code="too_many_attempts",
            )

    async def clear(self, pool: asyncpg.Pool, caller: str) -> None:
        """An attempt succeeded: forget the failures."""
        await pool.execute("delete from backoffs where key = $1", _key("backoff", self.name, caller))


async def forget_expired(pool: asyncpg.Pool) -> None:
    """Delete counts that no longer matter. Run it now and then."""
    moment = now()
    await pool.execute("delete from rate_windows where expires_at < $1", moment)
    await pool.execute("delete from backoffs where expires_at < $1", moment)


def _key(*parts: str) -> bytes:
    # Hashed, so that the tables hold no addresses.
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


def _words(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 90:
        return f"{whole} second{'s' if whole != 1 else ''}"
    minutes = round(whole / 60)
    return f"{minutes} minutes"
