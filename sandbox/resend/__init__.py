"""Resend's REST API, and an outbox to read what was sent."""
