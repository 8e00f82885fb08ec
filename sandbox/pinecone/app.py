"""Pinecone's REST API, under `/pinecone`: the control plane, and each index's data plane under `/data/{index}`."""

import json
import math
import re
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.pinecone.filters import PineconeError, check_filter, check_metadata
from sandbox.pinecone.store import Vector, VectorStore

_LARGEST_BODY = 2 * 1024 * 1024
_LARGEST_UPSERT = 1000
_LARGEST_ANSWER = 10_000
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?")
_DEFAULT = "__default__"

Handler = Callable[[Request], Awaitable[tuple[int, Any]]]


class PineconeApi:
    """`base_url` is where this is mounted; an index's host is an address below it."""

    def __init__(self, store: VectorStore, base_url: str) -> None:
        self.store = store
        self.base_url = base_url

    def routes(self) -> list[Route]:
        data = "/data/{index}"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/indexes", self.list_indexes),
            ("POST", "/indexes", self.create_index),
            ("GET", "/indexes/{index}", self.describe_index),
            ("DELETE", "/indexes/{index}", self.delete_index),
            ("POST", f"{data}/vectors/upsert", self.upsert),
            ("POST", f"{data}/query", self.query),
            ("GET", f"{data}/vectors/fetch", self.fetch),
            ("GET", f"{data}/vectors/list", self.list_vectors),
            ("POST", f"{data}/vectors/update", self.update),
            ("POST", f"{data}/vectors/delete", self.delete),
            ("POST", f"{data}/describe_index_stats", self.stats),
        ]
        return [Route(path, _answer(handler), methods=[method]) for method, path, handler in table]

    async def list_indexes(self, request: Request) -> tuple[int, Any]:
        return 200, {
            "indexes": [self._described(each) for each in await run_in_threadpool(self.store.indexes)]
        }

    async def create_index(self, request: Request) -> tuple[int, Any]:
        body = await _json(request)
        name, dimension, metric = body.get("name"), body.get("dimension"), body.get("metric", "cosine")
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise PineconeError(
                400,
                "INVALID_ARGUMENT",
                "Name must consist of lower case alphanumeric characters or '-', and at most 45 of them",
            )
        if not isinstance(dimension, int) or not 1 <= dimension <= 20_000:
            raise PineconeError(422, "INVALID_ARGUMENT", "dimension must be between 1 and 20000")
        if metric != "cosine":
            raise PineconeError(400, "INVALID_ARGUMENT", "this stand-in has the metric cosine only")
        if not isinstance(body.get("spec"), dict):
            raise PineconeError(422, "INVALID_ARGUMENT", "missing field `spec`")
        kept = {
            "name": name,
            "dimension": dimension,
            "metric": metric,
            "spec": body["spec"],
            "vector_type": "dense",
            "deletion_protection": body.get("deletion_protection") or "disabled",
            "tags": body.get("tags"),
        }
        await run_in_threadpool(self.store.create, kept)
        return 201, self._described(kept)

    async def describe_index(self, request: Request) -> tuple[int, Any]:
        return 200, self._described(await self._index(request))

    async def delete_index(self, request: Request) -> tuple[int, Any]:
        index = await self._index(request)
        if index["deletion_protection"] == "enabled":
            raise PineconeError(403, "FORBIDDEN", "Deletion protection is enabled for this index.")
        await run_in_threadpool(self.store.drop, index["name"])
        return 202, {}

    async def upsert(self, request: Request) -> tuple[int, Any]:
        index = await self._index(request)
        body = await _json(request)
        given = body.get("vectors")
        if not isinstance(given, list) or not 1 <= len(given) <= _LARGEST_UPSERT:
            raise PineconeError(400, "INVALID_ARGUMENT", f"vectors must hold 1 to {_LARGEST_UPSERT} vectors")
        checked = [
            (_id(each), _numbers(each.get("values"), index), check_metadata(each.get("metadata")))
            for each in given
        ]
        await run_in_threadpool(self.store.upsert, index["name"], _namespace(body), checked)
        return 200, {"upsertedCount": len(checked)}

    async def query(self, request: Request) -> tuple[int, Any]:
        index = await self._index(request)
        body = await _json(request)
        count = body.get("topK")
        if not isinstance(count, int) or not 1 <= count <= _LARGEST_ANSWER:
            raise PineconeError(400, "INVALID_ARGUMENT", f"topK must be between 1 and {_LARGEST_ANSWER}")
        wanted = body.get("filter") or {}
        check_filter(wanted)
        name, namespace = index["name"], _namespace(body)
        if body.get("id") is not None:
            held = await run_in_threadpool(self.store.fetch, name, namespace, [str(body["id"])])
            if not held:
                return 200, {"matches": [], "namespace": namespace, "usage": {"readUnits": 1}}
            vector = next(iter(held.values()))[0]
        else:
            vector = _numbers(body.get("vector"), index)
        found = await run_in_threadpool(self.store.search, name, namespace, vector, wanted, count)
        matches = [
            {
                "id": key,
                "score": score,
                **({"metadata": metadata} if body.get("includeMetadata") else {}),
                **({"values": numbers.tolist()} if body.get("includeValues") else {}),
            }
            for key, score, numbers, metadata in found
        ]
        return 200, {"matches": matches, "namespace": namespace, "usage": {"readUnits": 1}}

    async def fetch(self, request: Request) -> tuple[int, Any]:
        index = await self._index(request)
        namespace = request.query_params.get("namespace") or _DEFAULT
        held = await run_in_threadpool(
            self.store.fetch, index["name"], namespace, request.query_params.getlist("ids")
        )
        vectors = {
            key: {"id": key, "values": numbers.tolist(), "metadata": metadata}
            for key, (numbers, metadata) in held.items()
        }
        return 200, {"vectors": vectors, "namespace": namespace, "usage": {"readUnits": 1}}

    async def list_vectors(self, request: Request) -> tuple[int, Any]:
        index = await self._index(request)
        asked = request.query_params
        namespace = asked.get("namespace") or _DEFAULT
        limit = min(100, max(1, int(asked.get("limit") or 100)))
        after, prefix = asked.get("paginationToken") or "", asked.get("prefix") or ""
        ids = await run_in_threadpool(self.store.ids, index["name"], namespace)
        ids = [each for each in ids if each.startswith(prefix) and each > after]
        page = {
            "vectors": [{"id": each} for each in ids[:limit]],
            "namespace": namespace,
            "usage": {"readUnits": 1},
        }
        return 200, page | ({"pagination": {"next": ids[limit - 1]}} if len(ids) > limit else {})

    async def update(self, request: Request) -> tuple[int, Any]:
        index = await self._index(request)
        body = await _json(request)
        name, namespace, key = index["name"], _namespace(body), _id(body)
        held = await run_in_threadpool(self.store.fetch, name, namespace, [key])
        if key in held:
            numbers, metadata = held[key]
            if body.get("values") is not None:
                numbers = _numbers(body["values"], index)
            metadata = {**metadata, **check_metadata(body.get("setMetadata"))}
            await run_in_threadpool(self.store.upsert, name, namespace, [(key, numbers, metadata)])
        return 200, {}

    async def delete(self, request: Request) -> tuple[int, Any]:
        index = await self._index(request)
        body = await _json(request)
        ids, given, everything = body.get("ids"), body.get("filter"), bool(body.get("deleteAll"))
        if given is not None:
            check_filter(given)
        if ids is None and given is None and not everything:
            raise PineconeError(400, "INVALID_ARGUMENT", "give ids, a filter or deleteAll")
        await run_in_threadpool(
            self.store.delete, index["name"], _namespace(body), ids=ids, given=given, everything=everything
        )
        return 200, {}

    async def stats(self, request: Request) -> tuple[int, Any]:
        index = await self._index(request)
        counts = await run_in_threadpool(self.store.counts, index["name"])
        return 200, {
            "namespaces": {name: {"vectorCount": count} for name, count in counts.items()},
            "dimension": index["dimension"],
            "indexFullness": 0,
            "totalVectorCount": sum(counts.values()),
            "metric": index["metric"],
            "vectorType": "dense",
        }

    async def _index(self, request: Request) -> dict[str, Any]:
        return await run_in_threadpool(self.store.index, request.path_params["index"])

    def _described(self, index: dict[str, Any]) -> dict[str, Any]:
        # With its scheme: the SDK takes an address without one for https.
        host = f"{self.base_url}/data/{index['name']}"
        return {**index, "host": host, "status": {"ready": True, "state": "Ready"}}


def _answer(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Check the key, and turn errors into Pinecone's."""

    async def endpoint(request: Request) -> Response:
        try:
            if not request.headers.get("api-key", "").startswith("pcsk_"):
                return Response("Invalid API Key", 401, media_type="text/plain")
            status, body = await handler(request)
            return JSONResponse(body, status)
        except PineconeError as error:
            if "/data/" in request.url.path:
                return JSONResponse({"code": 3, "message": str(error), "details": []}, error.status)
            body = {"error": {"code": error.code, "message": str(error)}, "status": error.status}
            return JSONResponse(body, error.status)

    return endpoint


def _namespace(body: dict[str, Any]) -> str:
    return str(body.get("namespace") or _DEFAULT)


def _id(given: Any) -> str:
    key = given.get("id") if isinstance(given, dict) else None
    if not isinstance(key, str) or not 1 <= len(key) <= 512:
        raise PineconeError(400, "INVALID_ARGUMENT", "Vector id must be a string of 1 to 512 characters")
    return key


def _numbers(given: Any, index: dict[str, Any]) -> Vector:
    if not isinstance(given, list) or not all(
        isinstance(each, int | float) and not isinstance(each, bool) and math.isfinite(each) for each in given
    ):
        raise PineconeError(400, "INVALID_ARGUMENT", "vectors are lists of finite numbers")
    if len(given) != index["dimension"]:
        raise PineconeError(
            400,
            "INVALID_ARGUMENT",
            f"Vector dimension {len(given)} does not match the dimension of the index {index['dimension']}",
        )
    vector = np.array(given, np.float32)
    if not vector.any():
        raise PineconeError(
            400, "INVALID_ARGUMENT", "Dense vectors must contain at least one non-zero value."
        )
    return vector


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    if len(body) > _LARGEST_BODY:
        raise PineconeError(
            400,
            "OUT_OF_RANGE",
            f"Error, message length too large: found {len(body)} bytes, the limit is 2 MB",
        )
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PineconeError(400, "INVALID_ARGUMENT", "The request body is not a JSON object.")
    return found
