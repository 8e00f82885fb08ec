"""Pinecone, by langchain-pinecone and the official SDK: one index, a namespace for each embedding model.

The store is opened at its first use and stays open for the life of the process: one that opens for each call closes
the session under the calls beside it. This is the one file of the layers below `assistant` that may know a package of
LangChain's (docs/decisions.md): it is the vendor's client, and no type of it leaves this file.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aiohttp
from langchain_pinecone import PineconeVectorStore
from pinecone import NotFoundException, PineconeAsyncio, PineconeException, ServerlessSpec

from core.db import Database
from core.errors import VendorUnavailable
from core.gateways.vectors import Entry, ProfileFilter, Space

# 1536 numbers as JSON take about 20 KB; a request may have 2 MB.
_BATCH = 50
_SECONDS = 8.0
_READY_SECONDS = 60.0
# Asked for beyond the limit, because some may have left since the index last heard.
_SPARE = 10
_ID = "expert"


class _GivenVectors:
    """What the store wants as an embedding function. Ours are given with every call, by the gateway of embeddings."""

    def embed_query(self, text: str) -> list[float]:
        raise TypeError("vectors are given")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise TypeError("vectors are given")


class PineconeIndex:
    """The index `index`, made when it is missing. A model whose vectors have another length than the index has gets
    an index of its own, named after the length."""

    name = "pinecone"
    in_database = False

    def __init__(self, *, api_key: str, api_base: str | None, index: str, cloud: str, region: str) -> None:
        self._api_key, self._api_base = api_key, api_base
        self._index, self._cloud, self._region = index, cloud, region
        self._stores: dict[int, PineconeVectorStore] = {}
        self._opening = asyncio.Lock()

    async def near(
        self,
        db: Database,
        space: Space,
        embedding: Sequence[float],
        filters: ProfileFilter,
        *,
        limit: int,
        only: Sequence[UUID] | None = None,
    ) -> list[UUID]:
        if only is not None and not only:
            return []
        async with _answers():
            store = await self._store(space.dimensions)
            found = await store.asimilarity_search_by_vector_with_score(
                [float(value) for value in embedding],
                k=limit + _SPARE,
                namespace=space.model,
                filter=conditions(filters, only),
            )
        return [UUID(document.page_content) for document, _ in found]

    async def upsert(self, space: Space, entries: Sequence[Entry]) -> None:
        async with _answers():
            index = await (await self._store(space.dimensions)).async_index
        vectors = [
            {"id": str(entry.id), "values": [float(v) for v in entry.embedding], "metadata": metadata(entry)}
            for entry in entries
        ]
        for start in range(0, len(vectors), _BATCH):
            async with _answers():
                await index.upsert(vectors=vectors[start : start + _BATCH], namespace=space.model)

    async def remove(self, ids: Sequence[UUID]) -> None:
        async with _answers():
            lengths = await self._lengths()
        for length in lengths:
            async with _answers():
                index = await (await self._store(length)).async_index
                namespaces = list((await index.describe_index_stats()).namespaces or {})
            for namespace in namespaces:
                async with _answers():
                    try:
                        await index.delete(ids=[str(each) for each in ids], namespace=namespace)
                    except NotFoundException:
                        continue  # the namespace went in between, and the ids with it

    async def count(self, space: Space) -> int | None:
        async with _answers():
            index = await (await self._store(space.dimensions)).async_index
            stats = await index.describe_index_stats()
        held = (stats.namespaces or {}).get(space.model)
        return int(held.vector_count) if held else 0

    async def close(self) -> None:
        stores, self._stores = self._stores, {}
        for store in stores.values():
            await store.aclose()

    async def _store(self, dimensions: int) -> PineconeVectorStore:
        if (store := self._stores.get(dimensions)) is not None:
            return store
        async with self._opening:
            if dimensions not in self._stores:
                host = await self._host(dimensions)
                store = PineconeVectorStore(
                    embedding=_GivenVectors(),  # type: ignore[arg-type]
                    text_key=_ID,
                    pinecone_api_key=self._api_key,
                    host=host,
                )
                self._stores[dimensions] = await store.__aenter__()
        return self._stores[dimensions]

    def _control(self) -> PineconeAsyncio:
        return PineconeAsyncio(api_key=self._api_key, host=self._api_base, source_tag="sextant")

    async def _lengths(self) -> list[int]:
        """The vector lengths of our indexes."""
        async with self._control() as control:
            listed = list(await control.list_indexes())
        return [each.dimension for each in listed if each.name in (self._index, self._named(each.dimension))]

    def _named(self, dimensions: int) -> str:
        return f"{self._index}-{dimensions}"

    async def _host(self, dimensions: int) -> str:
        """Where the index for vectors of this length answers; makes it when it is missing."""
        async with self._control() as control:
            held = {each.name: each for each in await control.list_indexes()}
            name = self._index
            if name in held and held[name].dimension != dimensions:
                name = self._named(dimensions)
            if name not in held:
                try:
                    await control.create_index(
                        name=name,
                        dimension=dimensions,
                        metric="cosine",
                        spec=ServerlessSpec(cloud=self._cloud, region=self._region),
                        timeout=int(_READY_SECONDS),
                    )
                except PineconeException as error:
                    # Two processes that start together both try; the second finds it made.
                    if getattr(error, "status", None) != 409:
                        raise
            return str((await control.describe_index(name)).host)


def metadata(entry: Entry) -> dict[str, Any]:
    """What filters read. Pinecone takes strings, numbers, booleans and lists of strings."""
    return {
        _ID: str(entry.id),
        "findable": entry.findable,
        "skills": list(entry.skills),
        "industries": list(entry.industries),
        "languages": list(entry.languages),
        "engagements": list(entry.engagements),
        "timezone": entry.timezone,
        "country": entry.country,
        "years": entry.years,
        "rate_usd": entry.rate_usd,
    }


def conditions(filters: ProfileFilter, only: Sequence[UUID] | None = None) -> dict[str, Any]:
    """The hard filters in Pinecone's language."""
    found: list[dict[str, Any]] = [{"findable": {"$eq": True}}]
    found += [{"skills": {"$in": [slug]}} for slug in filters.skills]
    found += [{"languages": {"$in": [code]}} for code in filters.languages]
    for key, operator, value in (
        ("skills", "$nin", filters.excluded_skills),
        ("industries", "$nin", filters.excluded_industries),
        ("country", "$in", filters.countries),
        (_ID, "$nin", tuple(map(str, filters.excluded_ids))),
    ):
        if value:
            found.append({key: {operator: list(value)}})
    for key, operator, bound in (
        ("rate_usd", "$gte", filters.min_usd),
        ("rate_usd", "$lte", filters.max_usd),
        ("years", "$gte", filters.min_years),
    ):
        if bound is not None:
            found.append({key: {operator: bound}})
    if filters.timezones is not None:
        found.append({"timezone": {"$in": list(filters.timezones)}})
    if filters.engagement is not None:
        found.append({"engagements": {"$in": [filters.engagement]}})
    if only is not None:
        found.append({_ID: {"$in": [str(each) for each in only]}})
    return {"$and": found}


@asynccontextmanager
async def _answers() -> AsyncIterator[None]:
    """Every way of not answering is `VendorUnavailable`."""
    try:
        async with asyncio.timeout(_SECONDS):
            yield
    except (PineconeException, aiohttp.ClientError, TimeoutError, OSError) as error:
        raise VendorUnavailable("The index of profiles did not answer.") from error
