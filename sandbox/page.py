"""HTML pages of the sandbox: one layout, one style sheet, a strict content security policy.

The pages are for people on the machine that runs the sandbox: they ask for no sign-in, so bind to loopback only.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
)
STATIC = Path(__file__).parent / "static"

# Digits after the point of currencies that do not have two.
_DIGITS = dict.fromkeys(
    ("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv"), 0
)
_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def render(
    template: str, *, status: int = 200, forms_lead_to: tuple[str, ...] = (), **values: Any
) -> HTMLResponse:
    """A page. `forms_lead_to` are addresses that its forms redirect to (browsers check redirects of forms as well)."""
    origins = sorted(
        {f"{parts.scheme}://{parts.netloc}" for url in forms_lead_to if (parts := urlsplit(url)).netloc}
    )
    form_action = " ".join(["'self'", *origins])
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; frame-src 'self'; "
        f"form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(_templates.get_template(template).render(**values), status, headers)


def same_origin(request: Request) -> bool:
    """Whether a form was sent by one of the sandbox's own pages."""
    origin = request.headers.get("origin")
    return origin is None or origin == "null" or urlsplit(origin).netloc == request.headers.get("host")


def format_amount(amount: int, currency: str) -> str:
    """For people: `$1,250.00`, `CHF 80.00`."""
    digits = _DIGITS.get(currency, 2)
    number = f"{amount / 10**digits:,.{digits}f}"
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{currency.upper()} {number}"
