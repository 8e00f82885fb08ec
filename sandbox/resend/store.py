"""Where the Resend stand-in keeps its e-mails and the webhooks that are on their way: one SQLite file."""

import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.database import SqliteDatabase
from sandbox.resend import outcomes
from sandbox.resend.validation import ResendApiError

SCHEMA = """
CREATE TABLE IF NOT EXISTS emails (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    recipients TEXT NOT NULL,
    sent_at REAL NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, response TEXT NOT NULL, sent_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS webhooks (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, made_at REAL NOT NULL, next_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
);
"""
_KEY_LIFETIME = 24 * 3600


@dataclass(frozen=True, slots=True)
class Webhook:
    """An event on its way to the endpoint."""

    id: str
    body: str
    attempts: int
    made_at: float


class EmailStore:
    """E-mails that were accepted. What was answered is on disk."""

    def __init__(self, path: Path) -> None:
        self._database = SqliteDatabase(path, SCHEMA)

    def accept(self, path: str, emails: list[dict[str, Any]], key: str | None) -> list[str]:
        """Keep e-mails and return their ids; with a key that was used in the last 24 hours, the ids of then."""
        fingerprint = hashlib.sha256((path + json.dumps(emails, sort_keys=True)).encode()).hexdigest()
        now = time.time()
        with self._database.transaction() as connection:
            if key is not None:
                connection.execute("DELETE FROM idempotency WHERE sent_at < ?", (now - _KEY_LIFETIME,))
                row = connection.execute("SELECT * FROM idempotency WHERE key = ?", (key,)).fetchone()
                if row is not None:
                    if row["fingerprint"] != fingerprint:
                        raise ResendApiError(
                            409,
                            "invalid_idempotent_request",
                            "Same idempotency key used with a different request payload.",
                        )
                    stored: list[str] = json.loads(row["response"])
                    return stored
            ids = [str(uuid.uuid4()) for _ in emails]
            for email_id, email in zip(ids, emails, strict=True):
                recipients = "\n".join([*email["to"], *email["cc"], *email["bcc"]]).lower()
                connection.execute(
                    "INSERT INTO emails (id, recipients, sent_at, body) VALUES (?, ?, ?, ?)",
                    (email_id, recipients, now, json.dumps(email)),
                )
                for body in outcomes.events(email_id, email, now):
                    connection.execute(
                        "INSERT INTO webhooks (id, body, made_at, next_at) VALUES (?, ?, ?, ?)",
                        (f"msg_{uuid.uuid4().hex}", json.dumps(body), now, now),
                    )
            if key is not None:
                connection.execute(
                    "INSERT INTO idempotency VALUES (?, ?, ?, ?)", (key, fingerprint, json.dumps(ids), now)
                )
        return ids

    def get(self, email_id: str) -> dict[str, Any] | None:
        """The e-mail with its `id`, `n` and `at`, or None."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM emails WHERE id = ?", (email_id,)).fetchone()
        return _email(row) if row else None

    def newest(self, *, to: str = "", before: int | None = None, limit: int = 50) -> list[dict[str, Any]]:
        """E-mails, newest first; `to` is a part of a recipient's address."""
        pattern = "%" + to.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT * FROM emails WHERE recipients LIKE ? ESCAPE '\\' AND n < ? ORDER BY n DESC LIMIT ?",
                (pattern, before if before is not None else 2**62, limit),
            ).fetchall()
        return [_email(row) for row in rows]

    def due(self) -> list[Webhook]:
        """Webhooks to be delivered now, oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT * FROM webhooks WHERE next_at <= ? ORDER BY next_at LIMIT 50", (time.time(),)
            ).fetchall()
        return [Webhook(row["id"], row["body"], row["attempts"], row["made_at"]) for row in rows]

    def delivered(self, webhook_id: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM webhooks WHERE id = ?", (webhook_id,))

    def failed(self, webhook_id: str, *, again_in: float) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE webhooks SET attempts = attempts + 1, next_at = ? WHERE id = ?",
                (time.time() + again_in, webhook_id),
            )

    def close(self) -> None:
        self._database.close()


def _email(row: Any) -> dict[str, Any]:
    sent = datetime.fromtimestamp(row["sent_at"], UTC)
    return {
        **json.loads(row["body"]),
        "id": row["id"],
        "n": row["n"],
        "at": sent.strftime("%Y-%m-%d %H:%M:%S"),
        "created_at": sent.isoformat(sep=" "),
    }
