"""Stripe's error answers."""

from typing import Any


class ApiError(Exception):
    """Answered as `{"error": {...}}` with `status`.

    `keep` says that the work done so far is kept (a declined card leaves its traces); otherwise it is rolled back.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        keep: bool = False,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.keep = keep
        self.error: dict[str, Any] = {"type": kind, "message": message}
        if code:
            self.error["code"] = code
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param:
            self.error["param"] = param
        self.error |= extra


def missing(kind: str, object_id: str, param: str = "id") -> ApiError:
    """No such object."""
    name = kind.replace("_", " ") if "." not in kind else kind
    return ApiError(f"No such {name}: {object_id!r}", status=404, code="resource_missing", param=param)


def required(param: str) -> ApiError:
    """A parameter that this call cannot do without."""
    return ApiError(f"Missing required param: {param}.", code="parameter_missing", param=param)


def card_declined(decline_code: str, message: str, **extra: Any) -> ApiError:
    """The bank said no. The attempt is kept."""
    code = (
        decline_code
        if decline_code in ("expired_card", "incorrect_cvc", "processing_error")
        else "card_declined"
    )
    return ApiError(
        message, status=402, kind="card_error", code=code, keep=True, decline_code=decline_code, **extra
    )
