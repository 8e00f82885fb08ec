"""The table of API calls. Each resource file registers its own with `@call` and `collection`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.stripe.errors import ApiError
from sandbox.stripe.objects import Obj, expandable, list_of, public
from sandbox.stripe.params import validate
from sandbox.stripe.store import Transaction


@dataclass(slots=True)
class Call:
    """One request: its unit of work, its validated parameters, and where the stand-in's pages are."""

    work: Transaction
    params: dict[str, Any]
    base_url: str


Handler = Callable[..., Obj]
Fill = Callable[[Transaction, Obj], Obj]


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    pattern: re.Pattern[str]
    params: Any
    handler: Handler


_endpoints: list[Endpoint] = []
# Lists that Stripe includes on request only: (kind, attribute) → what fills it.
_included: dict[tuple[str, str], Fill] = {}


def call(method: str, path: str, params: Any) -> Callable[[Handler], Handler]:
    """Register `handler(call, *ids)` for a path such as `/v1/customers/{id}`, validated by a TypedDict of the SDK."""
    pattern = re.compile(re.sub(r"\{\w+\}", r"([^/]+)", path))

    def register(handler: Handler) -> Handler:
        _endpoints.append(Endpoint(method, pattern, params, handler))
        return handler

    return register


def included(kind: str, attribute: str) -> Callable[[Fill], Fill]:
    """Register what fills a list that is sent only when it is expanded."""

    def register(fill: Fill) -> Fill:
        _included[kind, attribute] = fill
        return fill

    return register


def resolve(method: str, path: str) -> tuple[Endpoint, tuple[str, ...]]:
    """The registered call for a request, with the ids in its path."""
    for endpoint in _endpoints:
        if endpoint.method == method and (match := endpoint.pattern.fullmatch(path)):
            return endpoint, match.groups()
    raise ApiError(f"Unrecognized request URL ({method}: {path}).", status=404)


def run(
    endpoint: Endpoint, ids: tuple[str, ...], work: Transaction, data: dict[str, Any], base_url: str
) -> Obj:
    """Validate and carry out a call. The result still holds private notes."""
    return endpoint.handler(Call(work, validate(endpoint.params, data), base_url), *ids)


def collection(path: str, kind: str, *, list_params: Any, retrieve_params: Any) -> None:
    """Register `GET path` (with cursors and filters) and `GET path/{id}`."""

    @call("GET", path, list_params)
    def list_all(request: Call) -> Obj:
        return page(request, kind, path)

    @call("GET", path + "/{id}", retrieve_params)
    def retrieve(request: Call, object_id: str) -> Obj:
        return request.work.get(object_id, kind)


def page(request: Call, kind: str, path: str, where: dict[str, Any] | None = None) -> Obj:
    """One page of a list. Parameters other than the cursors filter by the attribute of the same name."""
    filters = dict(request.params)
    limit = filters.pop("limit", 10)
    if not 1 <= limit <= 100:
        raise ApiError("Invalid integer: limit must be between 1 and 100", param="limit")
    after, before = filters.pop("starting_after", None), filters.pop("ending_before", None)
    for name, cursor in (("starting_after", after), ("ending_before", before)):
        if cursor:
            request.work.get(cursor, kind, name)
    created = filters.pop("created", None)
    if isinstance(created, int):
        created = {"gte": created, "lte": created}
    if kind == "event" and (types := filters.pop("types", None)):
        filters["type"] = types
    if kind == "subscription" and filters.get("status") == "all":
        filters.pop("status")
    found = request.work.select(
        kind,
        {**_flat(filters), **(where or {})},
        created=created,
        after=after,
        before=before,
        limit=limit + 1,
    )
    more = len(found) > limit
    shown = (found[1:] if before else found[:limit]) if more else found
    return list_of(shown, path, has_more=more)


def present(work: Transaction, obj: Obj, expand: list[str]) -> Obj:
    """`obj` as it leaves: private notes dropped, the paths in `expand` followed (at most four levels)."""
    shown: Obj = public(obj)
    for path in expand:
        steps = path.split(".")
        if len(steps) > 4:
            raise ApiError("You cannot expand more than 4 levels of a property", param="expand")
        _expand(work, obj, shown, steps, path)
    return shown


def _expand(work: Transaction, source: Obj, shown: Obj, steps: list[str], path: str) -> None:
    head, *rest = steps
    kind = source.get("object", "")
    if kind == "list" and head == "data":
        for index, item in enumerate(source["data"]):
            if rest:
                _expand(work, item, shown["data"][index], rest, path)
        return
    if fill := _included.get((kind, head)):
        target: Any = fill(work, source)
        shown[head] = public(target)
    elif isinstance(shown.get(head), dict):
        target = source.get(head) if isinstance(source.get(head), dict) else shown[head]
    elif kind and not expandable(kind, head):
        raise ApiError(f"This property cannot be expanded ({path}).", param="expand[0]")
    else:
        reference = source.get(head)
        target = work.find(reference) if isinstance(reference, str) else None
        if target is None:
            return
        shown[head] = public(target)
    if rest and isinstance(target, dict):
        _expand(work, target, shown[head], rest, path)


def _flat(filters: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in filters.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat
