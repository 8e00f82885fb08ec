"""Events are read-only."""

from stripe import params as sdk

from sandbox.stripe.calls import collection

collection("/v1/events", "event", list_params=sdk.EventListParams, retrieve_params=sdk.EventRetrieveParams)
