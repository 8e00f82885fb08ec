"""Webhook endpoints: the addresses that events are delivered to."""

import secrets

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection
from sandbox.stripe.errors import ApiError
from sandbox.stripe.objects import Obj
from sandbox.stripe.resources.fields import apply, check_url
from sandbox.stripe.store import Transaction

_MOST = 16
_MANAGED = "sandbox-managed"

collection(
    "/v1/webhook_endpoints",
    "webhook_endpoint",
    list_params=sdk.WebhookEndpointListParams,
    retrieve_params=sdk.WebhookEndpointRetrieveParams,
)


@call("POST", "/v1/webhook_endpoints", sdk.WebhookEndpointCreateParams)
def create(request: Call) -> Obj:
    work, params = request.work, request.params
    check_url(params["url"], "url")
    if not params["enabled_events"]:
        raise ApiError("You must enable at least one event.", param="enabled_events")
    if len(work.select("webhook_endpoint")) >= _MOST:
        raise ApiError(f"You have reached the maximum of {_MOST} test webhook endpoints.")
    secret = "whsec_" + secrets.token_hex(16)
    endpoint = work.add(
        "webhook_endpoint",
        {
            "api_version": params.get("api_version"),
            "description": params.get("description"),
            "enabled_events": params["enabled_events"],
            "metadata": params.get("metadata") or {},
            "status": "enabled",
            "url": params["url"],
            "_secret": secret,
            "_connect": params.get("connect", False),
        },
    )
    # The secret is shown in this answer and never again.
    return {**endpoint, "secret": secret}


@call("POST", "/v1/webhook_endpoints/{id}", sdk.WebhookEndpointUpdateParams)
def update(request: Call, endpoint_id: str) -> Obj:
    endpoint = request.work.get(endpoint_id, "webhook_endpoint")
    params = dict(request.params)
    if "url" in params:
        check_url(params["url"], "url")
    if "disabled" in params:
        endpoint["status"] = "disabled" if params.pop("disabled") else "enabled"
    apply(endpoint, params)
    return endpoint


@call("DELETE", "/v1/webhook_endpoints/{id}", sdk.WebhookEndpointDeleteParams)
def delete(request: Call, endpoint_id: str) -> Obj:
    endpoint = request.work.get(endpoint_id, "webhook_endpoint")
    request.work.connection.execute(
        "UPDATE deliveries SET state = 'failed', last_error = 'the endpoint was deleted'"
        " WHERE endpoint_id = ? AND state = 'pending'",
        (endpoint["id"],),
    )
    request.work.delete(endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def ensure_managed(work: Transaction, url: str, secret: str) -> Obj:
    """The endpoint that whoever starts the sandbox names by SANDBOX_WEBHOOK_URL and SANDBOX_WEBHOOK_SECRET.

    It is updated at each start, so that what could not be delivered before goes on to the new address, signed with
    the new secret.
    """
    found = work.select("webhook_endpoint", {"description": _MANAGED}, limit=1)
    if not found:
        return work.add(
            "webhook_endpoint",
            {
                "description": _MANAGED, "enabled_events": ["*"], "status": "enabled", "url": url,
                "_secret": secret, "_connect": False,
            },
        )  # fmt: skip
    found[0].update(url=url, status="enabled", _secret=secret)
    work.connection.execute(
        "UPDATE deliveries SET next_at = 0 WHERE endpoint_id = ? AND state = 'pending'", (found[0]["id"],)
    )
    return found[0]
