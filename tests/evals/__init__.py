"""Scripted conversations through the WebSocket, and what they have to lead to. Run: `python -m tests.evals`."""
