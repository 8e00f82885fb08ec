"""The REST door of the Resend stand-in, under `/resend`."""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.resend.outcomes import outcome
from sandbox.resend.store import EmailStore
from sandbox.resend.validation import ResendApiError, check_email

_LARGEST_BATCH = 100
_LARGEST_BODY = 60 * 1024 * 1024


class ResendApi:
    """Accepts e-mails and keeps them; none leaves the machine."""

    def __init__(self, store: EmailStore) -> None:
        self.store = store
        self._in_flight: set[str] = set()

    def routes(self) -> list[Route]:
        return [
            Route("/emails", self.answer(self.send), methods=["POST"]),
            Route("/emails/batch", self.answer(self.send_batch), methods=["POST"]),
            Route("/emails/{id}", self.answer(self.retrieve), methods=["GET"]),
            Route(
                "/{path:path}", self.answer(self.unknown), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]
            ),
        ]

    def answer(self, handler: Any) -> Any:
        """Check the key, and turn errors into Resend's."""

        async def endpoint(request: Request) -> Response:
            try:
                _authenticate(request)
                return JSONResponse(await handler(request))
            except ResendApiError as error:
                body = {"statusCode": error.status, "name": error.name, "message": str(error)}
                return JSONResponse(body, error.status)

        return endpoint

    async def send(self, request: Request) -> dict[str, Any]:
        email = check_email(await _json(request))
        ids = await self._accept(request, [email])
        return {"id": ids[0]}

    async def send_batch(self, request: Request) -> dict[str, Any]:
        emails = await _json(request)
        if not isinstance(emails, list) or not 1 <= len(emails) <= _LARGEST_BATCH:
            raise ResendApiError(422, "validation_error", f"A batch holds 1 to {_LARGEST_BATCH} emails.")
        if request.headers.get("x-batch-validation") == "permissive":
            return await self._send_permissive(request, emails)
        ids = await self._accept(request, [check_email(email) for email in emails])
        return {"data": [{"id": email_id} for email_id in ids]}

    async def retrieve(self, request: Request) -> dict[str, Any]:
        email = await run_in_threadpool(self.store.get, request.path_params["id"])
        if email is None:
            raise ResendApiError(404, "not_found", "Email not found")
        shown = {
            key: email[key]
            for key in ("id", "from", "to", "cc", "bcc", "reply_to", "subject", "html", "text")
        }
        return {
            "object": "email",
            **shown,
            "created_at": email["created_at"],
            "last_event": outcome(email["to"][0]),
        }

    async def unknown(self, request: Request) -> dict[str, Any]:
        raise ResendApiError(404, "not_found", "The requested endpoint does not exist in this sandbox.")

    async def _send_permissive(self, request: Request, emails: list[Any]) -> dict[str, Any]:
        accepted, errors = [], []
        for index, email in enumerate(emails):
            try:
                accepted.append(check_email(email))
            except ResendApiError as error:
                errors.append({"index": index, "message": str(error)})
        ids = await self._accept(request, accepted)
        return {"data": [{"id": email_id} for email_id in ids], "errors": errors}

    async def _accept(self, request: Request, emails: list[dict[str, Any]]) -> list[str]:
        key = request.headers.get("idempotency-key")
        if key is None:
            return await run_in_threadpool(self.store.accept, request.url.path, emails, None)
        if not 1 <= len(key) <= 256:
            raise ResendApiError(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        if key in self._in_flight:
            raise ResendApiError(
                409,
                "concurrent_idempotent_requests",
                "Same idempotency key used while original request is still in progress.",
            )
        self._in_flight.add(key)
        try:
            return await run_in_threadpool(self.store.accept, request.url.path, emails, key)
        finally:
            self._in_flight.discard(key)


def _authenticate(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not key:
        raise ResendApiError(401, "missing_api_key", "Missing API Key")
    if not key.startswith("re_"):
        raise ResendApiError(403, "invalid_api_key", "API key is invalid")


async def _json(request: Request) -> Any:
    body = await request.body()
    if len(body) > _LARGEST_BODY:
        raise ResendApiError(413, "validation_error", "The request is too large.")
    try:
        return json.loads(body)
    except ValueError:
        raise ResendApiError(400, "validation_error", "The request body is not valid JSON.") from None
