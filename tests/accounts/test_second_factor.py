"""Authenticator app, recovery codes and step-up."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pyotp
import pytest
from sqlalchemy import select, update

from core import ratelimit
from core.actor import Actor
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, Gone, NotFound, RateLimited, Unauthenticated
from models.accounts import RecoveryCode, Session, TotpSecret
from services.accounts import factors, passwords, service, single_use, stepup, totp
from services.accounts.schemas import (
    Device,
    FinishSignIn,
    RecoveryCodes,
    ResetPassword,
    SecondFactorNeeded,
    SessionStarted,
    SignIn,
    StepUp,
    UserRead,
)
from tests.accounts.conftest import Letterbox
from tests.accounts.factories import PASSWORD, make_user, sign_in_cookie


class Clock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = datetime.fromtimestamp(int(now().timestamp()) // 30 * 30 + 5, UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(factors, "now", clock)
    # The delays too: on a slow machine the work alone would take as long as the first of them.
    monkeypatch.setattr(ratelimit, "now", clock)
    return clock


class Person:
    """Somebody with an authenticator app."""

    def __init__(
        self, db: Database, clock: Clock, user: UserRead, actor: Actor, secret: str, codes: RecoveryCodes
    ):
        self.db, self.clock, self.user, self.actor, self.recovery = db, clock, user, actor, codes.codes
        self._totp = pyotp.TOTP(secret)

    def code(self, *, steps: int = 0) -> str:
        """What the app shows, on a clock that is `steps` half minutes off."""
        return self._totp.at(self.clock.time + timedelta(seconds=30 * steps))

    async def begin(self) -> SecondFactorNeeded:
        assert self.user.email is not None
        result = await service.sign_in(self.db, None, SignIn(email=self.user.email, password=PASSWORD))
        assert isinstance(result, SecondFactorNeeded)
        return result

    async def finish(self, code: str, challenge: str | None = None) -> SessionStarted:
        challenge = challenge or (await self.begin()).challenge
        return await service.finish_sign_in(self.db, None, FinishSignIn(challenge=challenge, code=code))


@pytest.fixture
async def person(db: Database, clock: Clock) -> Person:
    user = await make_user(db, password=PASSWORD)
    actor = await service.authenticate(db, await sign_in_cookie(db, user))
    assert actor is not None
    async with db.transaction() as session:
        setup = await totp.begin(session, actor)
    async with db.transaction() as session:
        codes = await totp.confirm(session, actor, pyotp.TOTP(setup.secret).at(clock.time))
    clock.time += timedelta(seconds=30)
    return Person(db, clock, user, actor, setup.secret, codes)


async def test_the_setup_shows_a_scannable_code_and_stores_the_seed_encrypted(
    db: Database, clock: Clock
) -> None:
    user = await make_user(db, password=PASSWORD)
    actor = await service.authenticate(db, await sign_in_cookie(db, user))
    assert actor is not None
    async with db.transaction() as session:
        setup = await totp.begin(session, actor)
        stored = (
            await session.execute(select(TotpSecret.secret).where(TotpSecret.user_id == user.id))
        ).scalar_one()
    assert setup.uri.startswith("otpauth://totp/Sextant:")
    assert setup.qr_svg.startswith("data:image/svg+xml")
    assert setup.secret not in stored
    assert user.email is not None
    started = await service.sign_in(db, None, SignIn(email=user.email, password=PASSWORD))
    assert isinstance(started, SessionStarted), "an app that was never confirmed must not lock its owner out"


async def test_a_wrong_first_code_switches_nothing_on(db: Database, clock: Clock) -> None:
    user = await make_user(db, password=PASSWORD)
    actor = await service.authenticate(db, await sign_in_cookie(db, user))
    assert actor is not None
    async with db.transaction() as session:
        await totp.begin(session, actor)
    with pytest.raises(Unauthenticated):
        async with db.transaction() as session:
            await totp.confirm(session, actor, "000000")
    async with db.transaction() as session:
        assert not (await service.me(session, actor)).two_factor


async def test_sign_in_asks_for_a_code_and_takes_it(person: Person) -> None:
    asked = await person.begin()
    assert asked.methods == ["totp", "recovery_code"]
    started = await person.finish(person.code(), asked.challenge)
    assert started.user.id == person.user.id


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_clocks_may_differ_by_half_a_minute(person: Person, steps: int) -> None:
    person.clock.time += timedelta(seconds=60)
    assert await person.finish(person.code(steps=steps))


@pytest.mark.parametrize("steps", [-2, 2])
async def test_clocks_may_not_differ_by_more(person: Person, steps: int) -> None:
    person.clock.time += timedelta(seconds=90)
    with pytest.raises(Unauthenticated, match="clock"):
        await person.finish(person.code(steps=steps))


async def test_a_code_works_once(person: Person) -> None:
    await person.finish(person.code())
    with pytest.raises(Unauthenticated):
        await person.finish(person.code())


async def test_a_code_seen_over_the_shoulder_loses_the_race(person: Person) -> None:
    results = await asyncio.gather(*(person.finish(person.code()) for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(result, SessionStarted) for result in results) == 1


async def test_an_older_code_does_not_work_after_a_newer_one(person: Person) -> None:
    older = person.code()
    person.clock.time += timedelta(seconds=30)
    await person.finish(person.code())
    with pytest.raises(Unauthenticated):
        await person.finish(older)


async def test_a_recovery_code_works_once_and_its_owner_is_told(person: Person, letterbox: Letterbox) -> None:
    code = person.recovery[3]
    assert len(set(person.recovery)) == 10
    await person.finish(f" {code.upper().replace('-', ' ')} ".strip())
    assert person.user.email is not None
    told = [letter for letter in letterbox.to(person.user.email) if letter.kind.value == "recovery_code_used"]
    assert [letter.values["left"] for letter in told] == ["9"]
    with pytest.raises(Unauthenticated):
        await person.finish(code)


async def test_secrets_of_second_factors_are_random_and_recovery_codes_stored_hashed(
    person: Person, db: Database
) -> None:
    plain = [code.replace("-", "") for code in person.recovery]
    assert all(len(code) == 24 for code in plain)
    assert len(set("".join(plain))) > 20, "all of the alphabet's 31 characters are used"
    async with db.transaction() as session:
        hashes = set(
            await session.scalars(
                select(RecoveryCode.code_hash).where(RecoveryCode.user_id == person.user.id)
            )
        )
    seeds = set()
    for _ in range(5):
        actor = await service.authenticate(db, await sign_in_cookie(db, await make_user(db)))
        assert actor is not None
        async with db.transaction() as session:
            seeds.add((await totp.begin(session, actor)).secret)
    assert len(hashes) == 10
    assert not hashes & {sha256(code.encode()).digest() for code in plain + person.recovery}, "keyed"
    assert len(seeds) == 5
    assert all(len(seed) == 32 for seed in seeds), "160 bits, as RFC 4226 recommends"


async def test_recovery_codes_of_another_person_do_not_work(
    person: Person, db: Database, clock: Clock
) -> None:
    user = await make_user(db, password=PASSWORD)
    actor = await service.authenticate(db, await sign_in_cookie(db, user))
    assert actor is not None
    async with db.transaction() as session:
        setup = await totp.begin(session, actor)
    async with db.transaction() as session:
        foreign = await totp.confirm(session, actor, pyotp.TOTP(setup.secret).at(clock.time))
    with pytest.raises(Unauthenticated):
        await person.finish(foreign.codes[0])


async def test_new_recovery_codes_void_the_old(person: Person, db: Database) -> None:
    async with db.transaction() as session:
        fresh = await totp.new_recovery_codes(session, person.actor)
    with pytest.raises(Unauthenticated):
        await person.finish(person.recovery[0])
    assert await person.finish(fresh.codes[0])


@pytest.mark.parametrize("code", ["１２３４５６", "12345６", "abcdefghjk", "000000000000"])
async def test_odd_codes_are_just_wrong(person: Person, code: str) -> None:
    with pytest.raises(Unauthenticated):
        await person.finish(code)


async def test_guessing_codes_gets_slow_also_with_fresh_challenges(person: Person) -> None:
    outcomes = []
    for _ in range(7):
        with pytest.raises((Unauthenticated, RateLimited)) as caught:
            await person.finish("000000")
        outcomes.append(caught.value.code)
    assert outcomes == ["wrong_code"] * 5 + ["too_many_attempts"] * 2


async def test_a_challenge_is_used_up_by_success(person: Person) -> None:
    challenge = (await person.begin()).challenge
    await person.finish(person.code(), challenge)
    person.clock.time += timedelta(seconds=30)
    with pytest.raises(Gone, match="used already") as caught:
        await person.finish(person.code(), challenge)
    assert caught.value.code == "link_used"


async def test_a_challenge_tells_no_more_after_ten_tries(person: Person, db: Database) -> None:
    challenge = (await person.begin()).challenge
    async with db.transaction() as session:
        row = await single_use.look_up(session, single_use.Purpose.SECOND_FACTOR, challenge)
        row.attempts = single_use.ATTEMPTS
    with pytest.raises(Exception, match="no longer valid"):
        await person.finish(person.code(), challenge)


async def test_the_app_can_be_removed_after_step_up_only(person: Person, db: Database) -> None:
    async with db.transaction() as session:
        await session.execute(
            update(Session)
            .where(Session.id == person.actor.session_id)
            .values(authenticated_at=now() - stepup.FRESH - timedelta(seconds=1))
        )
    with pytest.raises(Forbidden) as caught:
        async with db.transaction() as session:
            await totp.remove(session, person.actor)
    assert caught.value.fields["methods"] == ["password", "totp", "recovery_code"]

    with pytest.raises(Unauthenticated) as half:
        await stepup.prove(db, person.actor, StepUp(password=PASSWORD))
    assert half.value.code == "code_required"
    renewed = await stepup.prove(db, person.actor, StepUp(password=PASSWORD, code=person.code()))
    async with db.transaction() as session:
        await totp.remove(session, person.actor)
    actor = await service.authenticate(db, renewed.token)
    assert actor is not None
    async with db.transaction() as session:
        assert not (await service.me(session, actor)).two_factor
    assert person.user.email is not None
    assert isinstance(
        await service.sign_in(db, None, SignIn(email=person.user.email, password=PASSWORD)), SessionStarted
    )


async def test_a_reset_password_does_not_replace_the_second_factor(
    person: Person, db: Database, letterbox: Letterbox
) -> None:
    assert person.user.email is not None
    await passwords.send_reset(db, email=person.user.email, ip=None, user_agent=None)
    fresh = "an entirely different phrase"
    await passwords.reset(db, ResetPassword(token=letterbox.token(person.user.email), password=fresh))
    result = await service.sign_in(db, None, SignIn(email=person.user.email, password=fresh))
    assert isinstance(result, SecondFactorNeeded)


async def test_step_up_replaces_the_token_of_the_session(person: Person, db: Database) -> None:
    cookie = await sign_in_cookie(db, person.user)
    actor = await service.authenticate(db, cookie)
    assert actor is not None
    renewed = await stepup.prove(db, actor, StepUp(code=person.code()), device=Device())
    assert renewed.session_id == actor.session_id
    assert await service.authenticate(db, cookie) is None


async def test_only_one_app_and_no_codes_without_one(person: Person, db: Database) -> None:
    with pytest.raises(Conflict):
        async with db.transaction() as session:
            await totp.begin(session, person.actor)
    async with db.transaction() as session:
        await totp.remove(session, person.actor)
    with pytest.raises(Conflict):
        async with db.transaction() as session:
            await totp.new_recovery_codes(session, person.actor)
    with pytest.raises(NotFound):
        async with db.transaction() as session:
            await totp.remove(session, person.actor)
