"""Errors as RFC 9457 problem+json, and their description in the OpenAPI document."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema
from starlette.exceptions import HTTPException

from core.errors import RateLimited, SextantError

log = logging.getLogger(__name__)

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid input",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Temporarily unavailable",
}


class FieldProblem(BaseModel):
    """One input that was refused."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; further members carry data of the error."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] | None = None


def problem(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route: which problems it answers with."""
    return {
        status: {
            "description": TITLES[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def respond(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None, **fields: Any
) -> JSONResponse:
    """A problem+json answer."""
    body = {
        "type": f"https://sextant.example/problems/{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        **{
            name: value
            for name, value in fields.items()
            if name not in ("type", "title", "status", "code", "detail")
        },
    }
    return JSONResponse(
        jsonable_encoder(body), status, headers=headers, media_type="application/problem+json"
    )


def _describe(app: FastAPI) -> None:
    """Put the shape that `problem()` refers to into the OpenAPI document."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        _, schemas = models_json_schema(
            [(Problem, "serialization")], ref_template="#/components/schemas/{model}"
        )
        document["components"]["schemas"].update(schemas["$defs"])
        limited = {str(status): told for status, told in problem(429).items()}
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if path.startswith("/api/v1/") and method != "get":  # see `changes` in api/app.py
                    operation["responses"] = limited | operation["responses"]
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""
    _describe(app)

    async def expected(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, SextantError)
        headers = (
            {"Retry-After": str(max(1, round(error.retry_after)))} if isinstance(error, RateLimited) else None
        )
        return respond(error.status, error.code, error.message, headers, **error.fields)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        fields = [
            {"field": _field(e["loc"]), "message": e["msg"].removeprefix("Value error, ")}
            for e in error.errors()[:50]
        ]
        named = ", ".join(dict.fromkeys(f["field"] for f in fields if f["field"])) or "the request"
        return respond(422, "invalid_input", f"Please check {named}.", errors=fields)

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        if error.status_code == 400 and error.detail == "There was an error parsing the body":
            # FastAPI's word for a body that is not even UTF-8; bodies that are not JSON it answers with 422.
            return respond(422, "invalid_input", "The body of the request could not be read.")
        codes = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media_type"}
        return respond(
            error.status_code,
            codes.get(error.status_code, "bad_request"),
            str(error.detail),
            dict(error.headers) if error.headers else None,
        )

    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        log.exception("request failed", exc_info=error, extra={"path": request.url.path})
        return respond(
            500, "internal", "Something went wrong on our side. It has been noted; please try again."
        )

    app.add_exception_handler(SextantError, expected)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)


def _field(location: tuple[int | str, ...]) -> str:
    parts = [str(part) for part in location if part not in ("body", "query", "path", "header", "cookie")]
    return ".".join(parts)
