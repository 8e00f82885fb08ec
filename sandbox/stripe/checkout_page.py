"""The hosted pages: checkout under `/c/pay/{session}` and the bank's 3-D Secure challenge under `/c/3ds/{intent}`."""

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.page import format_amount, render, same_origin
from sandbox.stripe.errors import ApiError
from sandbox.stripe.objects import Obj
from sandbox.stripe.resources import checkout_sessions, payment_intents, payment_methods
from sandbox.stripe.store import Store, Transaction
from sandbox.stripe.webhooks import Dispatcher

_CHOICES = frozenset(card.token for card in payment_methods.CARDS)


class CheckoutPages:
    """What a customer sees of Stripe."""

    def __init__(self, store: Store, dispatcher: Dispatcher, base_url: str, merchant: str) -> None:
        self.store = store
        self.dispatcher = dispatcher
        self.base_url = base_url
        self.merchant = merchant

    def routes(self) -> list[Route]:
        return [
            Route("/c/pay/{id}", self.checkout, methods=["GET", "POST"]),
            Route("/c/3ds/{id}", self.challenge, methods=["GET", "POST"]),
        ]

    async def checkout(self, request: Request) -> Response:
        """Show the session, or take the payment."""
        session_id = request.path_params["id"]
        if request.method == "GET":
            return await run_in_threadpool(self._show, session_id)
        if not same_origin(request):
            return self._ended(
                "This form came from elsewhere", "Open the checkout page and try again.", status=403
            )
        form = await request.form()
        response = await run_in_threadpool(
            self._pay, session_id, str(form.get("card", "")), str(form.get("email", ""))[:200]
        )
        self.dispatcher.wake()
        return response

    async def challenge(self, request: Request) -> Response:
        """Show the bank's page, or take its outcome."""
        intent_id = request.path_params["id"]
        if request.method == "GET":
            return await run_in_threadpool(self._show_challenge, intent_id)
        if not same_origin(request):
            return self._ended(
                "This form came from elsewhere", "Open the checkout page and try again.", status=403
            )
        passed = (await request.form()).get("outcome") == "complete"
        response = await run_in_threadpool(self._finish_challenge, intent_id, passed)
        self.dispatcher.wake()
        return response

    def _show(self, session_id: str) -> Response:
        with self.store.transaction() as work:
            session = work.find(session_id, "checkout.session")
            if session is None:
                return self._not_found()
            if session["status"] == "open" and session["expires_at"] <= work.now:
                checkout_sessions.expire(work, session)
            return self._page(work, session, error=_earlier_failure(work, session))

    def _pay(self, session_id: str, token: str, email: str) -> Response:
        with self.store.transaction() as work:
            session = work.find(session_id, "checkout.session")
            if session is None:
                return self._not_found()
            if session["status"] != "open":
                # A double click, or a page that was left open: the outcome is what counts.
                return self._page(work, session)
            if token not in _CHOICES:
                return self._page(work, session, error="Choose a card.", email=email, status=400)
            try:
                challenge = checkout_sessions.pay(work, session, token, email, self.base_url)
            except ApiError as error:
                if not error.keep and error.status != 400:
                    raise
                return self._page(
                    work, session, error=str(error), email=email, chosen=token, status=error.status
                )
            if challenge:
                return RedirectResponse(challenge, 303)
            return RedirectResponse(_success_url(session), 303)

    def _show_challenge(self, intent_id: str) -> Response:
        with self.store.transaction() as work:
            intent = work.find(intent_id, "payment_intent")
            if intent is None:
                return self._not_found()
            session = _session_of(work, intent)
            if intent["status"] != "requires_action":
                if session is not None:
                    return RedirectResponse(f"{self.base_url}/c/pay/{session['id']}", 303)
                return self._ended("Nothing to confirm", "This payment waits for no confirmation.")
            method = work.get(intent["payment_method"], "payment_method")
            leads_to = (session["success_url"],) if session else (_return_url(intent) or "",)
            return render(
                "challenge.html",
                forms_lead_to=leads_to,
                merchant=self.merchant,
                amount=format_amount(intent["amount"], intent["currency"]),
                last4=method["card"]["last4"],
            )

    def _finish_challenge(self, intent_id: str, passed: bool) -> Response:
        with self.store.transaction() as work:
            intent = work.find(intent_id, "payment_intent")
            if intent is None:
                return self._not_found()
            session, return_url = _session_of(work, intent), _return_url(intent)
            try:
                if passed:
                    payment_intents.confirm(work, intent, self.base_url, authenticated=True)
                    if session is not None:
                        checkout_sessions.after_challenge(work, session)
                else:
                    payment_intents.fail_challenge(work, intent)
            except ApiError as error:
                if not error.keep and error.error.get("code") != "payment_intent_unexpected_state":
                    raise
            if session is not None:
                done = session["status"] == "complete"
                return RedirectResponse(
                    _success_url(session) if done else f"{self.base_url}/c/pay/{session['id']}", 303
                )
            if return_url:
                query = urlencode(
                    {
                        "payment_intent": intent["id"],
                        "payment_intent_client_secret": intent["client_secret"],
                        "redirect_status": "succeeded" if passed else "failed",
                    }
                )
                return RedirectResponse(return_url + ("&" if "?" in return_url else "?") + query, 303)
            return self._ended("Done", f"The payment is now: {intent['status'].replace('_', ' ')}.")

    def _page(
        self,
        work: Transaction,
        session: Obj,
        *,
        error: str | None = None,
        email: str = "",
        chosen: str = "pm_card_visa",
        status: int = 200,
    ) -> Response:
        if session["status"] == "complete":
            return self._ended(
                "This payment is complete",
                "You have paid. There is nothing more to do.",
                link=_success_url(session),
            )
        if session["status"] == "expired":
            return self._ended(
                "This checkout page has expired",
                "Nothing was charged. Go back and start again.",
                link=session["cancel_url"],
                status=410,
            )
        known = _email_of(work, session)
        left = max(0, session["expires_at"] - work.now)
        return render(
            "checkout.html",
            status=status,
            forms_lead_to=(session["success_url"],),
            merchant=self.merchant,
            subscription=session["mode"] == "subscription",
            total=format_amount(session["amount_total"], session["currency"]),
            lines=[
                {
                    "name": line["description"],
                    "detail": line["_detail"],
                    "quantity": line["quantity"],
                    "amount": format_amount(line["amount_total"], line["currency"]),
                }
                for line in session["_lines"]
            ],
            seconds_left=left,
            time_left=f"{left // 60} min",
            error=error,
            email=known or email,
            locked_email=bool(known),
            cards=payment_methods.CARDS,
            chosen=chosen,
            cancel_url=session["cancel_url"],
        )

    def _not_found(self) -> Response:
        return self._ended("No such page", "This checkout page does not exist in this sandbox.", status=404)

    def _ended(self, heading: str, text: str, *, link: str | None = None, status: int = 200) -> Response:
        return render(
            "checkout_ended.html",
            status=status,
            heading=heading,
            text=text,
            link=link,
            merchant=self.merchant,
        )


def _success_url(session: Obj) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _return_url(intent: Obj) -> str | None:
    url: str | None = ((intent["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
    return url


def _session_of(work: Transaction, intent: Obj) -> Obj | None:
    found = work.select("checkout.session", {"payment_intent": intent["id"]}, limit=1)
    return found[0] if found else None


def _earlier_failure(work: Transaction, session: Obj) -> str | None:
    """What went wrong before, when the customer comes back from a failed challenge."""
    intent = work.find(session["payment_intent"]) if session["payment_intent"] else None
    if intent is None or intent["status"] != "requires_payment_method" or not intent["last_payment_error"]:
        return None
    return str(intent["last_payment_error"]["message"])


def _email_of(work: Transaction, session: Obj) -> str | None:
    if session["customer"]:
        customer = work.find(session["customer"], "customer")
        return customer["email"] if customer else None
    email: str | None = session["customer_email"]
    return email
