"""The page on which developers look at every mail."""

from types import SimpleNamespace
from typing import Any

import httpx

from api.app import create_app
from core.settings import Settings, settings
from services.notifications.samples import SAMPLES

PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "database_url": "postgresql://nowhere/",
    "public_url": "https://sextant.example",
    "secret_key": "x" * 40,
    "stripe_secret_key": "sk_live_x",
    "stripe_webhook_secret": "whsec_x",
    "resend_api_key": "re_x",
    "s3_endpoint": "https://storage.example",
    "s3_access_key_id": "x",
    "s3_secret_access_key": "x",
}


async def test_every_mail_is_there(client: httpx.AsyncClient) -> None:
    page = await client.get("/dev/mail")
    for name in SAMPLES:
        assert name in page.text
        html = await client.get(f"/dev/mail/{name}/html")
        assert html.headers["content-type"].startswith("text/html")
        assert "script-src" not in html.headers["content-security-policy"]
        assert "default-src 'none'" in html.headers["content-security-policy"]
        assert (await client.get(f"/dev/mail/{name}/text")).text.strip()
        assert SAMPLES[name].render().subject in (await client.get("/dev/mail", params={"name": name})).text.replace("&#39;", "'")  # fmt: skip
    assert (await client.get("/dev/mail/nothing/html")).status_code == 404


async def test_it_is_not_served_in_production() -> None:
    production = Settings(_env_file=None, **PRODUCTION)
    app = create_app(production)
    app.state.runtime = SimpleNamespace(db=None, settings=settings())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://sextant.example") as http:
        for path in ("/dev/mail", f"/dev/mail/{next(iter(SAMPLES))}/html"):
            assert (await http.get(path)).status_code == 404
