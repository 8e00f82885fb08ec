"""One error base for every door.

    SextantError
    ├── InvalidInput         422  the request is malformed or breaks a stated bound
    ├── Unauthenticated      401  nobody is signed in, or the credentials are wrong
    ├── Forbidden            403  signed in, but not allowed
    │   └── SignUpRequired   403  guests cannot do this: sign up first
    ├── NotFound             404  no such thing, or not visible to this actor (never told apart)
    ├── Conflict             409  the state of things does not allow it now
    ├── Gone                 410  it existed, and its time is over
    ├── TooLarge             413
    ├── RateLimited          429  carries `retry_after` seconds
    └── VendorUnavailable    503  a vendor did not answer; trying again may help

REST renders an error as RFC 9457 problem+json, the WebSocket as an `error` frame, a tool as a plain instruction
to the model. `code` is stable and machine-readable; `message` is for the person and says what to do next;
`fields` carries data (never secrets).
"""

from typing import Any, ClassVar


class SextantError(Exception):
    """Base of all expected errors. Raise a subclass, with a `code` of your own where clients must tell it apart."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, code: str | None = None, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.fields = fields


class InvalidInput(SextantError):
    status = 422
    default_code = "invalid_input"


class Unauthenticated(SextantError):
    status = 401
    default_code = "unauthenticated"


class Forbidden(SextantError):
    status = 403
    default_code = "forbidden"


class SignUpRequired(Forbidden):
    default_code = "sign_up_required"


class NotFound(SextantError):
    status = 404
    default_code = "not_found"


class Conflict(SextantError):
    status = 409
    default_code = "conflict"


class Gone(SextantError):
    status = 410
    default_code = "gone"


class TooLarge(SextantError):
    status = 413
    default_code = "too_large"


class RateLimited(SextantError):
    status = 429
    default_code = "rate_limited"

    def __init__(self, message: str, *, retry_after: float, code: str | None = None, **fields: Any) -> None:
        super().__init__(message, code=code, retry_after=retry_after, **fields)
        self.retry_after = retry_after


class VendorUnavailable(SextantError):
    status = 503
    default_code = "vendor_unavailable"
