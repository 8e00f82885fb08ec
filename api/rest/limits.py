"""Rate limits of routes: `dependencies=[limited("sign-up", 10, minutes=60)]`."""

import ipaddress
from datetime import timedelta

from fastapi import Depends, Request
from fastapi.params import Depends as DependsMarker

from api.deps import DatabaseDep, OptionalActorDep, SettingsDep
from api.middleware import SAFE_METHODS
from core.ratelimit import Limit, limiter


def network(address: str | None) -> str:
    """What counts as one caller: an IPv4 address, or the /64 of an IPv6 one (a household owns that many)."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def limited(
    name: str, hits: int, *, minutes: float, account: bool = False, reading_is_free: bool = False
) -> DependsMarker:
    """Route dependency: at most `hits` per `minutes` and network address, or per account where `account` is set (and
    somebody is signed in). The answer, refused or not, tells the numbers in `RateLimit-*` headers. A whole router can
    bound its changes by `reading_is_free`; a route's own limit then comes on top, and its numbers are the ones told.
    """
    limit = Limit(name, hits, timedelta(minutes=minutes))

    async def check(
        request: Request, db: DatabaseDep, settings: SettingsDep, actor: OptionalActorDep
    ) -> None:
        if reading_is_free and request.method in SAFE_METHODS:
            return
        caller = network(request.client.host if request.client else None)
        if account and actor is not None:
            caller = str(actor.user_id)
        decision = await limiter(db.raw, scale=settings.rate_limit_scale).hit(limit, caller)
        request.state.rate_limit = decision.headers()
        if not decision.allowed:
            raise decision.error()

    marker: DependsMarker = Depends(check)
    return marker
