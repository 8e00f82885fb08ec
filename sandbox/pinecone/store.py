"""Where the Pinecone stand-in keeps indexes and vectors: one SQLite file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sandbox.database import SqliteDatabase
from sandbox.pinecone.filters import PineconeError, passes

SCHEMA = """
CREATE TABLE IF NOT EXISTS indexes (name TEXT PRIMARY KEY, dimension INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (
    index_name TEXT NOT NULL REFERENCES indexes (name), namespace TEXT NOT NULL, id TEXT NOT NULL,
    numbers BLOB NOT NULL, metadata TEXT NOT NULL,
    PRIMARY KEY (index_name, namespace, id)
);
"""
Vector = NDArray[np.float32]


class VectorStore:
    """Exact search over what is on disk: enough for thousands of vectors, and always right."""

    def __init__(self, path: Path) -> None:
        self._database = SqliteDatabase(path, SCHEMA)

    def indexes(self) -> list[dict[str, Any]]:
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT body FROM indexes ORDER BY name").fetchall()
        return [json.loads(row["body"]) for row in rows]

    def index(self, name: str) -> dict[str, Any]:
        """Raises `PineconeError` 404."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT body FROM indexes WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise PineconeError(404, "NOT_FOUND", f"Resource {name} not found")
        body: dict[str, Any] = json.loads(row["body"])
        return body

    def create(self, body: dict[str, Any]) -> None:
        with self._database.transaction() as connection:
            if connection.execute("SELECT 1 FROM indexes WHERE name = ?", (body["name"],)).fetchone():
                raise PineconeError(409, "ALREADY_EXISTS", "Resource already exists")
            connection.execute(
                "INSERT INTO indexes VALUES (?, ?, ?)", (body["name"], body["dimension"], json.dumps(body))
            )

    def drop(self, name: str) -> None:
        self.index(name)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM vectors WHERE index_name = ?", (name,))
            connection.execute("DELETE FROM indexes WHERE name = ?", (name,))

    def upsert(self, index: str, namespace: str, given: list[tuple[str, Vector, dict[str, Any]]]) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO vectors VALUES (?, ?, ?, ?, ?) ON CONFLICT (index_name, namespace, id)"
                " DO UPDATE SET numbers = excluded.numbers, metadata = excluded.metadata",
                [
                    (index, namespace, key, numbers.tobytes(), json.dumps(metadata))
                    for key, numbers, metadata in given
                ],
            )

    def fetch(self, index: str, namespace: str, ids: list[str]) -> dict[str, tuple[Vector, dict[str, Any]]]:
        held = self._all(index, namespace)
        return {key: held[key] for key in ids if key in held}

    def ids(self, index: str, namespace: str) -> list[str]:
        return sorted(self._all(index, namespace))

    def search(
        self, index: str, namespace: str, wanted: Vector, given: dict[str, Any], count: int
    ) -> list[tuple[str, float, Vector, dict[str, Any]]]:
        """The nearest by cosine that pass the filter, best first."""
        held = [
            (key, numbers, metadata)
            for key, (numbers, metadata) in self._all(index, namespace).items()
            if passes(given, metadata)
        ]
        if not held:
            return []
        table = np.stack([numbers for _, numbers, _ in held])
        lengths = np.linalg.norm(table, axis=1) * (np.linalg.norm(wanted) or 1.0)
        scores = (table @ wanted) / np.where(lengths == 0, 1.0, lengths)
        best = np.argsort(-scores, kind="stable")[:count]
        return [(held[at][0], float(scores[at]), held[at][1], held[at][2]) for at in best]

    def delete(
        self,
        index: str,
        namespace: str,
        *,
        ids: list[str] | None = None,
        given: dict[str, Any] | None = None,
        everything: bool = False,
    ) -> None:
        """Raises `PineconeError` 404 for a namespace that does not exist."""
        held = self._all(index, namespace)
        if not held:
            raise PineconeError(404, "NOT_FOUND", "Namespace not found")
        if given is not None:
            ids = [key for key, (_, metadata) in held.items() if passes(given, metadata)]
        elif everything:
            ids = list(held)
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM vectors WHERE index_name = ? AND namespace = ? AND id = ?",
                [(index, namespace, key) for key in ids or []],
            )

    def counts(self, index: str) -> dict[str, int]:
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT namespace, count(*) AS n FROM vectors WHERE index_name = ? GROUP BY namespace",
                (index,),
            ).fetchall()
        return {row["namespace"]: row["n"] for row in rows}

    def close(self) -> None:
        self._database.close()

    def _all(self, index: str, namespace: str) -> dict[str, tuple[Vector, dict[str, Any]]]:
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT id, numbers, metadata FROM vectors WHERE index_name = ? AND namespace = ?",
                (index, namespace),
            ).fetchall()
        return {
            row["id"]: (np.frombuffer(row["numbers"], np.float32), json.loads(row["metadata"]))
            for row in rows
        }
