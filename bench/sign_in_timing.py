"""Does the time of an answer tell whether an address has an account?

    python -m bench.sign_in_timing [--attempts 300]

Failed sign-ins with a known and an unknown address, and sign-ups with a taken and a free one, in turns, through the
rules and a real database. For each pair both distributions are printed, and the separation: the chance that an answer
about an account takes longer than one about none. 0.5 means that nothing can be told. An attacker with N answers
about one address sees an effect of about (separation - 0.5) * sqrt(12 N) standard deviations.
The last line holds `name=value` pairs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable
from contextlib import suppress
from uuid import uuid4

import asyncpg
import uvloop

from core.actor import Role
from core.db import Database
from core.embedded import EmbeddedPostgres, ensure_database
from core.errors import Unauthenticated
from core.migrate import upgrade
from core.settings import settings
from services import rooms as rooms
from services.accounts import service
from services.accounts.schemas import Device, SignIn, SignUp

PASSWORD = "correct horse battery staple"
WARM_UP = 10

Attempt = Callable[[str], Awaitable[None]]


def _address() -> str:
    return f"{uuid4().hex[:12]}@people.example"


async def _time(attempt: Attempt, email: str) -> float:
    began = time.perf_counter()
    await attempt(email)
    return (time.perf_counter() - began) * 1000


async def _compare(name: str, attempt: Attempt, known: list[str], attempts: int) -> float:
    """Milliseconds of answers about accounts and about none; prints both, returns the separation."""
    for email in known[:WARM_UP]:
        await attempt(email)
        await attempt(_address())
    with_account, without = [], []
    for number in range(attempts):
        email = known[number % len(known)]
        # In turns, and each first half of the time, so that neither gets the warmer caches.
        if number % 2:
            with_account.append(await _time(attempt, email))
            without.append(await _time(attempt, _address()))
        else:
            without.append(await _time(attempt, _address()))
            with_account.append(await _time(attempt, email))
    value = separation(with_account, without)
    print(f"\n{name}, {attempts} answers each, milliseconds")
    for label, times in (("has an account", with_account), ("has none", without)):
        cuts = statistics.quantiles(times, n=20)
        print(
            f"  {label:15} p5 {cuts[0]:7.2f}   p25 {cuts[4]:7.2f}   median {cuts[9]:7.2f}   "
            f"p75 {cuts[14]:7.2f}   p95 {cuts[18]:7.2f}"
        )
    print(f"  separation      {value:.3f}")
    return value


def separation(first: list[float], second: list[float]) -> float:
    """The chance that a value of `first` is larger than one of `second` (ties count half)."""
    ordered = sorted(second)
    wins = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in first)
    return wins / (2 * len(first) * len(second))


async def _measure(db: Database, attempts: int) -> dict[str, float]:
    known = [_address() for _ in range(40)]
    async with db.transaction() as session:
        for email in known:
            await service.ensure_account(session, email=email, name="Ada", role=Role.USER, password=PASSWORD)

    async def sign_in(email: str) -> None:
        # Every attempt from another network, so that growing delays do not come into it.
        device = Device(ip=uuid4().hex[:12], user_agent="bench")
        with suppress(Unauthenticated):
            await service.sign_in(db, None, SignIn(email=email, password="not the password"), device=device)
        await db.raw.execute("delete from backoffs")

    async def sign_up(email: str) -> None:
        await service.sign_up(db, None, SignUp(email=email, password=PASSWORD, name="Eve"))

    return {
        "sign_in_separation": await _compare("Failed sign-in", sign_in, known, attempts),
        "sign_up_separation": await _compare("Sign-up", sign_up, known, attempts),
    }


async def _run(attempts: int) -> None:
    server = EmbeddedPostgres(settings().data_dir / "bench" / "postgres")
    server.start()
    name = f"timing_{os.getpid()}"
    try:
        await ensure_database(server.url("postgres"), name)
        await upgrade(server.url(name))
        async with Database(server.url(name)) as db:
            figures = await _measure(db, attempts)
        print("\n" + " ".join(f"{key}={value:.3f}" for key, value in figures.items()))
    finally:
        admin = await asyncpg.connect(server.url("postgres"))
        await admin.execute(f'drop database if exists "{name}" with (force)')
        await admin.close()
        server.stop()


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--attempts", type=int, default=300)
    uvloop.run(_run(parser.parse_args().attempts))


if __name__ == "__main__":
    main()
