"""One file per family of resources. Importing this package registers all calls."""

from sandbox.stripe.resources import (
    catalog,
    checkout_sessions,
    customers,
    events,
    payment_intents,
    payment_methods,
    refunds,
    webhook_endpoints,
)

__all__ = [
    "catalog",
    "checkout_sessions",
    "customers",
    "events",
    "payment_intents",
    "payment_methods",
    "refunds",
    "webhook_endpoints",
]
