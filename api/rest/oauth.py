"""Signing in with Google, LinkedIn and GitHub. `start` and `callback` are addresses for the browser to go to, so they
answer with redirects, errors included: `/sign-in?error=<code>` or `/settings/connections?error=<code>`."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response, status

from api.deps import ActorDep, DatabaseDep, OptionalActorDep, SessionDep, SettingsDep, public, scoped
from api.problem import problem
from api.rest.cookies import SessionCookieDep
from api.rest.devices import DeviceDep
from api.rest.limits import limited
from core.actor import Scope
from core.errors import SextantError
from services.accounts import oauth
from services.accounts.schemas import (
    IdentityList,
    LinkStarted,
    Provider,
    ProviderList,
    SecondFactorNeeded,
    SessionStarted,
)

router = APIRouter(tags=["accounts"])

BINDING_COOKIE = "sextant_oauth"
BINDING_PATH = "/api/v1/oauth"
BINDING_SECONDS = 600

REDIRECT: dict[int | str, dict[str, Any]] = {
    303: {"description": "To the provider, back into the app, or to a page that shows the error"}
}


@router.get("/oauth/providers", dependencies=[public()])
async def list_providers() -> ProviderList:
    """The providers that people can sign in with here."""
    return oauth.providers()


@router.get(
    "/oauth/{provider}/start",
    status_code=status.HTTP_303_SEE_OTHER,
    dependencies=[public(), limited("oauth", 60, minutes=10)],
    response_class=Response,
    responses={**REDIRECT, **problem(422, 429)},
)
async def start_oauth(
    provider: Provider,
    db: DatabaseDep,
    settings: SettingsDep,
    response: Response,
    return_to: Annotated[str, Query(max_length=500, description="Path of this app to go on to")] = "/",
) -> None:
    """Go to the provider to sign in."""
    try:
        started = await oauth.start(db, None, provider, return_to=return_to)
    except SextantError as error:
        response.headers["Location"] = _failed("/sign-in", error)
        return
    _bind(response, started.binding, https=settings.base_url.startswith("https://"))
    response.headers["Location"] = started.url


@router.get(
    "/oauth/{provider}/callback",
    status_code=status.HTTP_303_SEE_OTHER,
    dependencies=[public(), limited("oauth", 60, minutes=10)],
    response_class=Response,
    responses={**REDIRECT, **problem(422, 429)},
)
async def finish_oauth(
    request: Request,
    provider: Provider,
    db: DatabaseDep,
    actor: OptionalActorDep,
    device: DeviceDep,
    cookie: SessionCookieDep,
    response: Response,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str | None, Query(max_length=2000)] = None,
    error: Annotated[
        str | None, Query(max_length=200, description="Set by the provider when the person declined")
    ] = None,
) -> None:
    """Come back from the provider."""
    response.delete_cookie(BINDING_COOKIE, path=BINDING_PATH)
    try:
        result, return_to = await oauth.finish(
            db,
            actor,
            provider,
            state=state,
            code=None if error else code,
            binding=request.cookies.get(BINDING_COOKIE),
            device=device,
        )
    except SextantError as failure:
        signed_in = actor is not None and not actor.is_guest
        response.headers["Location"] = _failed("/settings/connections" if signed_in else "/sign-in", failure)
        return
    if isinstance(result, SessionStarted):
        cookie.start(result)
        response.headers["Location"] = return_to
    elif isinstance(result, SecondFactorNeeded):
        fragment = urlencode(
            {"challenge": result.challenge, "methods": ",".join(result.methods), "return_to": return_to}
        )
        response.headers["Location"] = f"/sign-in#{fragment}"
    else:
        response.headers["Location"] = (
            f"/settings/connections?{urlencode({'connected': result.provider.value})}"
        )


@router.get("/me/identities", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403))
async def list_identities(session: SessionDep, actor: ActorDep) -> IdentityList:
    """One's connected accounts."""
    return await oauth.list_own(session, actor)


@router.post(
    "/me/identities/{provider}",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("oauth", 60, minutes=10)],
    responses=problem(401, 403, 404, 422, 429, 503),
)
async def connect_identity(
    provider: Provider, db: DatabaseDep, actor: ActorDep, settings: SettingsDep, response: Response
) -> LinkStarted:
    """Begin to connect an account: send the browser to `url`. Needs a fresh step-up."""
    started = await oauth.start(db, actor, provider, return_to="/settings/connections", link=True)
    _bind(response, started.binding, https=settings.base_url.startswith("https://"))
    return LinkStarted(url=started.url)


@router.delete(
    "/me/identities/{provider}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 409, 422),
)
async def disconnect_identity(
    provider: Provider, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> None:
    """Disconnect an account. The last way to sign in stays. Needs a fresh step-up."""
    await oauth.disconnect(session, actor, provider, device=device)


def _bind(response: Response, binding: str, *, https: bool) -> None:
    response.set_cookie(
        BINDING_COOKIE,
        binding,
        max_age=BINDING_SECONDS,
        path=BINDING_PATH,
        secure=https,
        httponly=True,
        samesite="lax",
    )


def _failed(page: str, error: SextantError) -> str:
    return f"{page}?{urlencode({'error': error.code, 'message': error.message})}"
