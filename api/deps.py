"""What routes ask for: a session, the actor, and the declaration of who may call them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.params import Depends as DependsMarker
from fastapi.security import APIKeyCookie, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from api.runtime import Runtime
from core.actor import VISITOR, Actor, Scope
from core.db import Database
from core.errors import Unauthenticated
from core.security import session_cookie_name
from core.settings import Settings
from services.accounts import service as accounts


def get_runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(get_runtime)]


def get_database(runtime: RuntimeDep) -> Database:
    return runtime.db


def get_settings(runtime: RuntimeDep) -> Settings:
    return runtime.settings


DatabaseDep = Annotated[Database, Depends(get_database)]
SettingsDep = Annotated[Settings, Depends(get_settings)]


async def get_session(db: DatabaseDep) -> AsyncIterator[AsyncSession]:
    async with db.transaction() as session:
        yield session


# "function": the commit happens before the answer is sent, so that a failed commit is never a 200.
SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]


def credentials(headers: Any, cookies: Any, *, https: bool) -> str | None:
    """The token a request or a WebSocket handshake carries: bearer first, then the session cookie."""
    scheme, _, token = (headers.get("authorization") or "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return str(token.strip())
    cookie: str | None = cookies.get(session_cookie_name(https=https))
    return cookie


async def get_optional_actor(request: Request, db: DatabaseDep, settings: SettingsDep) -> Actor | None:
    token = credentials(request.headers, request.cookies, https=settings.base_url.startswith("https://"))
    return await accounts.authenticate(db, token) if token else None


OptionalActorDep = Annotated[Actor | None, Depends(get_optional_actor)]


async def get_actor(actor: OptionalActorDep) -> Actor:
    if actor is None:
        raise Unauthenticated("Sign in, or start a guest session, to do this.")
    return actor


ActorDep = Annotated[Actor, Depends(get_actor)]


async def get_visitor(actor: OptionalActorDep) -> Actor:
    return actor or VISITOR


# For public routes: who is here, or somebody who looks at what is public.
VisitorDep = Annotated[Actor, Depends(get_visitor)]

_cookie = APIKeyCookie(name="sextant_session", auto_error=False, description="Session of the web app")
_bearer = HTTPBearer(auto_error=False, description="API token")


async def _documented(
    cookie: Annotated[str | None, Security(_cookie)], bearer: Annotated[Any, Security(_bearer)]
) -> None:
    """Puts both ways to authenticate into the OpenAPI document; `Scoped` does the checking."""


@dataclass(frozen=True)
class Scoped:
    """Route dependency: the actor must hold `scope`. The test that walks the API finds it on the route."""

    scope: Scope

    async def __call__(self, actor: ActorDep, documented: Annotated[None, Depends(_documented)]) -> None:
        actor.require(self.scope)


@dataclass(frozen=True)
class Public:
    """Route dependency: open to everyone, on purpose."""

    async def __call__(self) -> None:
        return


def scoped(scope: Scope) -> DependsMarker:
    """Declare that a route needs `scope`."""
    marker: DependsMarker = Depends(Scoped(scope))
    return marker


def public() -> DependsMarker:
    """Declare that a route is open to everyone."""
    marker: DependsMarker = Depends(Public())
    return marker
