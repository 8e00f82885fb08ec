"""House rules of bookings: what is offered, what a call costs, who gets money back."""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from core.actor import ROLE_SCOPES, Actor, Role
from core.ids import ASSISTANT_ID
from core.money import Money
from services.bookings.slots import SlotPolicy

SLOTS = SlotPolicy()
MAX_OPEN_HOLDS = 3
MAX_RANGE = timedelta(days=31)
ALTERNATIVES = 5
FREE_CANCELLATION = timedelta(hours=24)

# Jobs act for the house.
SYSTEM = Actor(ASSISTANT_ID, Role.SYSTEM, ROLE_SCOPES[Role.SYSTEM])


def price(rate: Money, minutes: int) -> Money:
    """What a call of `minutes` costs at a rate per hour, to the nearest minor unit, halves to the even one."""
    exact = Decimal(rate.amount) * minutes / 60
    return Money(amount=int(exact.quantize(Decimal(1), ROUND_HALF_EVEN)), currency=rate.currency)


def refunds(*, starts_at: datetime, now: datetime, by_expert: bool) -> bool:
    """Whether cancelling a paid booking gives the whole price back: always when the expert cancels, else until 24
    hours before the start. There are no partial refunds."""
    return by_expert or starts_at - now >= FREE_CANCELLATION
