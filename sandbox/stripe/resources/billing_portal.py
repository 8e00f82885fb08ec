"""The customer portal: a link to a page on which customers end or resume their subscriptions."""

import secrets

from stripe.params import billing_portal as sdk

from sandbox.stripe.calls import Call, call
from sandbox.stripe.errors import required
from sandbox.stripe.objects import Obj
from sandbox.stripe.resources.fields import check_url


@call("POST", "/v1/billing_portal/sessions", sdk.SessionCreateParams)
def create(request: Call) -> Obj:
    work, params = request.work, request.params
    if not params.get("customer"):
        raise required("customer")
    customer = work.get(params["customer"], "customer", "customer")
    if params.get("return_url"):
        check_url(params["return_url"], "return_url")
    token = secrets.token_urlsafe(24)
    return work.add(
        "billing_portal.session",
        {
            "customer": customer["id"],
            "configuration": "bpc_sandbox",
            "return_url": params.get("return_url"),
            "url": f"{request.base_url}/c/portal/{token}",
            "_token": token,
        },
    )
