"""Where vendors tell us what happened, and mail programs that somebody has had enough. Mounted beside the REST API,
not under it."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response, status
from fastapi.responses import RedirectResponse

from api.deps import DatabaseDep, SessionDep, public
from api.problem import problem
from core.errors import TooLarge
from services.billing import webhooks
from services.notifications import choosing
from services.notifications import webhooks as mail

UnsubscribeToken = Annotated[str, Path(max_length=200)]

router = APIRouter(prefix="/webhooks", tags=["webhooks"])


@router.post(
    "/stripe",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public()],
    responses=problem(400, 404, 413),
)
async def receive_stripe_webhook(request: Request, db: DatabaseDep) -> Response:
    """An event of Stripe, known by its signature. It is answered as soon as it is stored."""
    payload = await _body(request, webhooks.LARGEST_PAYLOAD)
    await webhooks.receive(db, payload, request.headers.get("stripe-signature"))
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post(
    "/resend",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public()],
    responses=problem(400, 404, 413),
)
async def receive_resend_webhook(request: Request, db: DatabaseDep) -> Response:
    """An event of Resend, known by its signature. It is answered as soon as it is stored."""
    payload = await _body(request, mail.LARGEST_PAYLOAD)
    await mail.receive(db, payload, request.headers)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post(
    "/unsubscribe/{token}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public()],
    responses=problem(404, 422),
)
async def unsubscribe_at_once(token: UnsubscribeToken, session: SessionDep) -> Response:
    """The button that mail programs show beside a mail (RFC 8058). The token in the address is what counts."""
    await choosing.unsubscribe(session, token)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(
    "/unsubscribe/{token}",
    status_code=status.HTTP_303_SEE_OTHER,
    response_class=RedirectResponse,
    dependencies=[public()],
    responses=problem(422),
)
async def show_unsubscribe_page(token: UnsubscribeToken) -> RedirectResponse:
    """The same address opened in a browser: a page with a button, since programs that check links open them too."""
    return RedirectResponse(f"/unsubscribe#token={quote(token)}", status_code=status.HTTP_303_SEE_OTHER)


async def _body(request: Request, largest: int) -> bytes:
    """The whole body, given up as soon as it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge("This webhook is too large.")
    return bytes(body)
