"""The session cookie: HttpOnly, SameSite=Lax, and with HTTPS Secure under the `__Host-` prefix."""

from fastapi import Response

from core.clock import now
from core.security import session_cookie_name
from core.settings import settings
from services.accounts.schemas import SessionStarted


def _https() -> bool:
    return settings().base_url.startswith("https://")


def cookie_name() -> str:
    return session_cookie_name(https=_https())


def set_session_cookie(response: Response, token: str, *, max_age: int) -> None:
    """Hand the token to the browser; `max_age` in seconds."""
    response.set_cookie(
        cookie_name(), token, max_age=max_age, path="/", secure=_https(), httponly=True, samesite="lax"
    )


def start_session_cookie(response: Response, started: SessionStarted) -> None:
    seconds = int((started.expires_at - now()).total_seconds())
    set_session_cookie(response, started.token, max_age=seconds)


def clear_session_cookie(response: Response) -> None:
    response.delete_cookie(cookie_name(), path="/", secure=_https(), httponly=True, samesite="lax")
