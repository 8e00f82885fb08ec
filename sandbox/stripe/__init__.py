"""Stripe's REST API, hosted pages, events and webhooks."""
