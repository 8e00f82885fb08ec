"""The session cookie: HttpOnly, SameSite=Lax, and with HTTPS Secure under the `__Host-` prefix."""

from typing import Annotated

from fastapi import Depends, Response

from api.deps import SettingsDep
from core.clock import now
from core.security import session_cookie_name
from services.accounts.schemas import SessionStarted


class SessionCookie:
    """Writes the cookie into the answer of a route."""

    def __init__(self, response: Response, settings: SettingsDep) -> None:
        self._response = response
        self._https = settings.base_url.startswith("https://")
        self._name = session_cookie_name(https=self._https)

    def start(self, started: SessionStarted) -> None:
        """Hand a new session, or a new token of one, to the browser."""
        self.renew(started.token, int((started.expires_at - now()).total_seconds()))

    def renew(self, token: str, max_age: int) -> None:
        """Replace the token; `max_age` in seconds."""
        self._response.set_cookie(
            self._name, token, max_age=max_age, path="/", secure=self._https, httponly=True, samesite="lax"
        )

    def clear(self) -> None:
        """Have the browser forget it."""
        self._response.delete_cookie(self._name, path="/", secure=self._https, httponly=True, samesite="lax")


SessionCookieDep = Annotated[SessionCookie, Depends()]
