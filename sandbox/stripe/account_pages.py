"""The hosted pages of sellers (`/c/onboarding/…`) and of subscribers (`/c/portal/…`)."""

import hmac
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.page import format_amount, render, same_origin
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj
from sandbox.stripe.resources import connect
from sandbox.stripe.store import Store, Transaction
from sandbox.stripe.webhooks import Dispatcher

_PORTAL_SECONDS = 3600


class AccountPages:
    """What sellers and subscribers see of Stripe."""

    def __init__(self, store: Store, dispatcher: Dispatcher, merchant: str) -> None:
        self.store = store
        self.dispatcher = dispatcher
        self.merchant = merchant

    def routes(self) -> list[Route]:
        return [
            Route("/c/onboarding/{id}", self.onboarding, methods=["GET", "POST"]),
            Route("/c/portal/{token}", self.portal, methods=["GET", "POST"]),
        ]

    async def onboarding(self, request: Request) -> Response:
        """Ask the seller, or take the answers."""
        submitted = request.method == "POST" and same_origin(request)
        response = await run_in_threadpool(
            self._onboarding, request.path_params["id"], request.query_params.get("token", ""), submitted
        )
        self.dispatcher.wake()
        return response

    async def portal(self, request: Request) -> Response:
        """Show the subscriptions, or end or resume one."""
        chosen = ""
        if request.method == "POST" and same_origin(request):
            chosen = str((await request.form()).get("subscription", ""))
        response = await run_in_threadpool(self._portal, request.path_params["token"], chosen)
        self.dispatcher.wake()
        return response

    def _onboarding(self, account_id: str, token: str, submitted: bool) -> Response:
        with self.store.transaction() as work:
            account = work.find(account_id, "account")
            link = account["_link"] if account and account.get("_link") else None
            if account is None or link is None or not hmac.compare_digest(link["token"], token):
                return self._ended("This link is used up", "Ask for a new one where you came from.", 410)
            if link["expires_at"] <= work.now:
                if link["refresh_url"]:
                    return RedirectResponse(link["refresh_url"], 303)
                return self._ended("This link has expired", "Ask for a new one where you came from.", 410)
            if submitted:
                connect.onboard(work, account)
                if link["return_url"]:
                    return RedirectResponse(link["return_url"], 303)
                return self._ended("Done", "You can be paid now.", 200)
            return render(
                "onboarding.html",
                merchant=self.merchant,
                forms_lead_to=(link["return_url"] or "",),
                email=account["email"],
                country=account["country"],
                back=link["refresh_url"],
            )

    def _portal(self, token: str, chosen: str) -> Response:
        with self.store.transaction() as work:
            found = work.select("billing_portal.session", {"_token": token}, limit=1)
            if not found or found[0]["created"] + _PORTAL_SECONDS <= work.now:
                return self._ended("This link has expired", "Open the portal again where you came from.", 410)
            session = found[0]
            subscriptions = work.select("subscription", {"customer": session["customer"]})
            for subscription in subscriptions:
                if subscription["id"] == chosen and subscription["status"] != "canceled":
                    _toggle(work, subscription)
            return render(
                "portal.html",
                merchant=self.merchant,
                back=session["return_url"],
                subscriptions=[_shown(work, each) for each in subscriptions],
                invoices=[
                    {
                        "number": each["number"],
                        "status": each["status"],
                        "at": _day(each["created"]),
                        "total": format_amount(each["total"], each["currency"]),
                    }
                    for each in work.select("invoice", {"customer": session["customer"]}, limit=50)
                    if each["number"]
                ],
            )

    def _ended(self, heading: str, text: str, status: int) -> Response:
        return render(
            "checkout_ended.html",
            status=status,
            heading=heading,
            text=text,
            link=None,
            merchant=self.merchant,
        )


def _toggle(work: Transaction, subscription: Obj) -> None:
    ends = not subscription["cancel_at_period_end"]
    period_end = min(item["current_period_end"] for item in subscription["items"]["data"])
    subscription.update(
        cancel_at_period_end=ends,
        cancel_at=period_end if ends else None,
        canceled_at=work.now if ends else None,
    )
    emit(work, "customer.subscription.updated", subscription)


def _shown(work: Transaction, subscription: Obj) -> Obj:
    items = subscription["items"]["data"]
    return {
        "id": subscription["id"],
        "status": subscription["status"].replace("_", " "),
        "ends": subscription["cancel_at_period_end"],
        "period_end": _day(min(item["current_period_end"] for item in items)),
        "name": ", ".join(work.get(item["price"]["product"], "product")["name"] for item in items),
        "total": format_amount(
            sum(item["price"]["unit_amount"] * item["quantity"] for item in items), subscription["currency"]
        ),
    }


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%d %B %Y}"
