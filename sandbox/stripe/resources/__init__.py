"""One file per family of resources. Importing this package registers all calls."""

from sandbox.stripe.resources import (
    billing_portal,
    catalog,
    checkout_sessions,
    connect,
    customers,
    events,
    invoices,
    payment_intents,
    payment_methods,
    refunds,
    subscriptions,
    webhook_endpoints,
)

__all__ = [
    "billing_portal",
    "catalog",
    "checkout_sessions",
    "connect",
    "customers",
    "events",
    "invoices",
    "payment_intents",
    "payment_methods",
    "refunds",
    "subscriptions",
    "webhook_endpoints",
]
