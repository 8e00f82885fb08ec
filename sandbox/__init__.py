"""Stand-ins for the vendors, speaking their wire protocol, so that the product runs and is tested with no keys.

    stripe/   Stripe's REST API, hosted checkout page, events and signed webhooks
    resend/   Resend's REST API, and an outbox to read what was sent
    pinecone/ Pinecone's control and data planes
    identity/ sign-in with Google, LinkedIn and GitHub

Nothing here is imported by the product: it is one separate program, `python -m sandbox --port P --data DIR`, that
the official SDKs talk to. What is reproduced and what is not stands in `sandbox/README.md`.
"""
