"""Where vendors tell us what happened. Mounted beside the REST API, not under it."""

from fastapi import APIRouter, Request, Response, status

from api.deps import DatabaseDep, public
from api.problem import problem
from core.errors import TooLarge
from services.billing import webhooks

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


async def _body(request: Request, largest: int) -> bytes:
    """The whole body, given up as soon as it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise TooLarge("This webhook is too large.")
    return bytes(body)
