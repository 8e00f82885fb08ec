"""The REST door of the Stripe stand-in: authentication, idempotency, transactions, errors."""

import base64
import hashlib
import json
import re
import secrets
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sandbox.stripe import calls, resources
from sandbox.stripe.errors import ApiError
from sandbox.stripe.params import decode, expansions
from sandbox.stripe.store import Store
from sandbox.stripe.webhooks import Dispatcher

__all__ = ["StripeApi", "resources"]

_LARGEST_BODY = 1_000_000


class StripeApi:
    """ASGI endpoint for everything under `/v1/`."""

    def __init__(self, store: Store, dispatcher: Dispatcher, base_url: str) -> None:
        self.store = store
        self.dispatcher = dispatcher
        self.base_url = base_url
        self._in_flight: set[tuple[str, str]] = set()

    async def handle(self, request: Request) -> Response:
        """Answer one API call as Stripe would."""
        headers = {"Request-Id": "req_" + secrets.token_hex(7)}
        try:
            _authenticate(request)
            account = request.headers.get("stripe-account", "")
            body = await request.body()
            if len(body) > _LARGEST_BODY:
                raise ApiError("Request body too large.", status=413)
            text = body.decode("utf-8", "replace")
            key = request.headers.get("idempotency-key") if request.method == "POST" else None
            if key is None:
                status, content = await self._run(request, account, text)
            else:
                headers["Idempotency-Key"] = key
                status, content, replayed = await self._run_once(request, account, text, key)
                if replayed:
                    headers["Idempotent-Replayed"] = "true"
        except ApiError as error:
            status, content = error.status, json.dumps({"error": error.error})
        return Response(content, status, headers, "application/json")

    async def _run(self, request: Request, account: str, text: str) -> tuple[int, str]:
        answer = await run_in_threadpool(self._execute, request.method, request.url, account, text)
        self.dispatcher.wake()
        return answer

    async def _run_once(self, request: Request, account: str, text: str, key: str) -> tuple[int, str, bool]:
        """The first answer under a key is given again to later requests with the same parameters."""
        if len(key) > 255:
            raise ApiError("Idempotency keys can be up to 255 characters.", kind="idempotency_error")
        fingerprint = hashlib.sha256(f"{request.url.path}\n{text}".encode()).hexdigest()
        if (key, account) in self._in_flight:
            raise ApiError(
                "There is currently another in-progress request using this Idempotent Key. Please try again later.",
                status=409,
                kind="idempotency_error",
                code="idempotency_key_in_use",
            )
        self._in_flight.add((key, account))
        try:
            stored = await run_in_threadpool(self._stored, key, account, fingerprint)
            if stored is not None:
                return *stored, True
            answer = await run_in_threadpool(
                self._execute, request.method, request.url, account, text, (key, fingerprint)
            )
        finally:
            self._in_flight.discard((key, account))
        self.dispatcher.wake()
        return *answer, False

    def _stored(self, key: str, account: str, fingerprint: str) -> tuple[int, str] | None:
        with self.store.transaction() as work:
            row = work.connection.execute(
                "SELECT * FROM idempotency WHERE key = ? AND account = ?", (key, account)
            ).fetchone()
        if row is None:
            return None
        if row["fingerprint"] != fingerprint:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return row["status"], row["response"]

    def _execute(
        self, method: str, url: Any, account: str, text: str, once: tuple[str, str] | None = None
    ) -> tuple[int, str]:
        """Run the call in one transaction, together with the record that makes it idempotent."""
        endpoint, ids = calls.resolve(method, url.path)
        data = decode(text if method == "POST" else url.query)
        expand = expansions(data)
        try:
            with self.store.transaction(account) as work:
                try:
                    result = calls.run(endpoint, ids, work, data, self.base_url)
                    answer = 200, json.dumps(calls.present(work, result, expand))
                except ApiError as error:
                    if not error.keep:
                        raise
                    answer = error.status, json.dumps({"error": error.error})
                self._remember(work.connection, account, once, answer)
        except ApiError as error:
            answer = error.status, json.dumps({"error": error.error})
            # Stripe keeps no answer for requests that failed validation: the key may be used again.
            if (
                error.error.get("code") not in ("parameter_unknown", "parameter_missing")
                and error.status != 400
            ):
                with self.store.transaction() as work:
                    self._remember(work.connection, account, once, answer)
        return answer

    def _remember(
        self, connection: Any, account: str, once: tuple[str, str] | None, answer: tuple[int, str]
    ) -> None:
        if once is not None:
            connection.execute(
                "INSERT INTO idempotency (key, account, fingerprint, status, response, created)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (once[0], account, once[1], *answer, self.store.clock.now()),
            )


def _authenticate(request: Request) -> None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    key = ""
    if scheme == "Bearer":
        key = credentials
    elif scheme == "Basic":
        try:
            key = base64.b64decode(credentials).decode().partition(":")[0]
        except ValueError:
            key = ""
    if not key:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the Authorization header.",
            status=401,
        )
    if not re.fullmatch(r"(sk|rk)_test_\w+", key):
        shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 12 else "*" * len(key)
        raise ApiError(f"Invalid API Key provided: {shown}", status=401)
