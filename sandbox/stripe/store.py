"""Where the Stripe stand-in keeps its objects: one SQLite file, one transaction per request."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.database import SqliteDatabase
from sandbox.stripe.errors import missing
from sandbox.stripe.objects import Obj, make

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ix_objects_kind ON objects (kind, account, n);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT NOT NULL,
    account TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    response TEXT NOT NULL,
    created INTEGER NOT NULL,
    PRIMARY KEY (key, account)
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL,
    last_at REAL,
    last_status INTEGER,
    last_error TEXT
);
CREATE INDEX IF NOT EXISTS ix_deliveries_due ON deliveries (state, next_at);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Transaction:
    """A unit of work: objects that were read or made and then changed are written when it ends.

    `account` is the connected account that the request acts for; empty is the platform itself. Reading one id twice
    gives the same dict, so handlers just change it.
    """

    def __init__(self, connection: sqlite3.Connection, clock: Clock, account: str = "") -> None:
        self.connection = connection
        self.clock = clock
        self.account = account
        self._loaded: dict[str, Obj] = {}
        self._original: dict[str, str] = {}
        self._others: dict[str, Transaction] = {}

    def of(self, account: str) -> "Transaction":
        """The same unit of work in another account; the empty one is the platform's own."""
        if account == self.account:
            return self
        if account not in self._others:
            self._others[account] = other = Transaction(self.connection, self.clock, account)
            other._others[self.account] = self
        return self._others[account]

    @property
    def now(self) -> int:
        return self.clock.now()

    def find(self, object_id: str, kind: str | None = None) -> Obj | None:
        """The object, or None where there is none of that kind in this account."""
        if object_id not in self._loaded:
            row = self.connection.execute(
                "SELECT body FROM objects WHERE id = ? AND account = ?", (object_id, self.account)
            ).fetchone()
            if row is None:
                return None
            self._loaded[object_id] = json.loads(row["body"])
            self._original[object_id] = row["body"]
        found = self._loaded[object_id]
        return found if kind is None or found["object"] == kind else None

    def get(self, object_id: str | None, kind: str, param: str = "id") -> Obj:
        """The object; Stripe's `resource_missing` where there is none."""
        found = self.find(object_id, kind) if object_id else None
        if found is None:
            raise missing(kind, object_id or "", param)
        return found

    def add(self, kind: str, values: Obj) -> Obj:
        """Make and keep an object. Keys beginning with `_` are private notes."""
        made = make(kind, self.now, values)
        self.connection.execute(
            "INSERT INTO objects (id, kind, account, created, body) VALUES (?, ?, ?, ?, '')",
            (made["id"], kind, self.account, made.get("created", self.now)),
        )
        self._loaded[made["id"]] = made
        self._original[made["id"]] = ""
        return made

    def delete(self, object_id: str) -> None:
        """Forget the object."""
        self._loaded.pop(object_id, None)
        self._original.pop(object_id, None)
        self.connection.execute("DELETE FROM objects WHERE id = ?", (object_id,))

    def select(
        self,
        kind: str,
        where: dict[str, Any] | None = None,
        *,
        created: dict[str, int] | None = None,
        after: str | None = None,
        before: str | None = None,
        limit: int | None = None,
    ) -> list[Obj]:
        """Objects of a kind, newest first. `where` maps JSON paths (`customer`, `recurring.interval`) to a value or a
        list of values; `created` holds gt, gte, lt, lte; `after` and `before` are ids (Stripe's cursors)."""
        self.flush()
        clauses = ["kind = ?", "account = ?"]
        values: list[Any] = [kind, self.account]
        for path, value in (where or {}).items():
            column = "json_extract(body, ?)"
            values.append("$." + path)
            if isinstance(value, list):
                clauses.append(f"{column} IN ({', '.join('?' * len(value))})")
                values.extend(value)
            else:
                clauses.append(f"{column} = ?")
                values.append(value)
        for name, value in (created or {}).items():
            operator = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[name]
            clauses.append(f"created {operator} ?")
            values.append(value)
        for cursor, operator in ((after, "<"), (before, ">")):
            if cursor:
                clauses.append(f"n {operator} (SELECT n FROM objects WHERE id = ?)")  # noqa: S608
                values.append(cursor)
        order = "ASC" if before else "DESC"
        sql = f"SELECT id FROM objects WHERE {' AND '.join(clauses)} ORDER BY n {order}"  # noqa: S608
        if limit is not None:
            sql += f" LIMIT {int(limit)}"
        ids = [row["id"] for row in self.connection.execute(sql, values)]
        found = [self.find(each) for each in ids]
        result = [each for each in found if each is not None]
        return result[::-1] if before else result

    def previous(self, obj: Obj) -> Obj:
        """The attributes that changed in this transaction, with the values they had (`previous_attributes`)."""
        original = self._original.get(obj["id"])
        if not original:
            return {}
        before: Obj = json.loads(original)
        return {
            key: value
            for key, value in before.items()
            if not key.startswith("_") and obj.get(key, ...) != value
        }

    def flush_all(self) -> None:
        """Write what changed in every account."""
        for each in (self, *self._others.values()):
            each.flush()

    def flush(self) -> None:
        """Write what changed in this account."""
        for object_id, obj in self._loaded.items():
            body = json.dumps(obj)
            if body != self._original[object_id]:
                self.connection.execute("UPDATE objects SET body = ? WHERE id = ?", (body, object_id))
                self._original[object_id] = body


class Store:
    """The stand-in's state in `path`. Everything that was answered is on disk."""

    def __init__(self, path: Path) -> None:
        self._database = SqliteDatabase(path, SCHEMA)
        with self._database.transaction() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = 'clock_offset'").fetchone()
        self.clock = Clock(int(row["value"]) if row else 0)

    @contextmanager
    def transaction(self, account: str = "") -> Iterator[Transaction]:
        """One request's work. Rolled back when the block raises."""
        with self._database.transaction() as connection:
            work = Transaction(connection, self.clock, account)
            yield work
            work.flush_all()

    def advance(self, seconds: int) -> int:
        """Move the sandbox's clock forward; returns the new time. It stays moved after a restart."""
        with self._database.transaction() as connection:
            self.clock.offset += seconds
            connection.execute(
                "INSERT INTO settings (name, value) VALUES ('clock_offset', ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (str(self.clock.offset),),
            )
        return self.clock.now()

    def close(self) -> None:
        self._database.close()
