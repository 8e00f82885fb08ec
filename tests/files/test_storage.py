"""The storage gateway against a real S3 server, and the server itself."""

import asyncio
import fcntl
import os
import shutil
from pathlib import Path

import httpx
import pytest

from core.embedded_storage import EmbeddedStorage
from core.errors import NotFound, VendorUnavailable
from core.gateways.storage import StorageGateway, content_disposition
from core.settings import Settings
from tests.conftest import DATA
from tests.files.storage import gateway_on


async def test_a_presigned_put_takes_exactly_what_was_announced(storage: StorageGateway) -> None:
    target = await storage.presign_put("t/exact", size=5, content_type="application/octet-stream")
    async with httpx.AsyncClient() as client:

        async def put(body: bytes, url: str = target.url, **headers: str) -> int:
            answer = await client.put(url, content=body, headers={**target.headers, **headers})
            return answer.status_code

        assert await put(b"123") == 403
        assert await put(b"1234567") == 403
        assert await put(b"12345", **{"Content-Type": "text/html"}) == 403
        assert await put(b"12345", url=target.url.replace("t/exact", "t/other")) == 403
        assert await put(b"12345", url=target.url.replace("Signature=", "Signature=0")) == 403
        assert await put(b"12345") == 200
        assert (await client.get(f"{storage.endpoint}/sextant/t/exact")).status_code == 403
    assert (await storage.head("t/exact")).size == 5


async def test_a_presigned_get_names_and_types_the_download(storage: StorageGateway) -> None:
    await storage.put("t/get", b"<script>alert(1)</script>", "text/html")
    name = 'plan "ü"\r\nX-Evil: 1;.html'
    url = await storage.presign_get("t/get", filename=name, content_type="application/octet-stream")
    async with httpx.AsyncClient() as client:
        answer = await client.get(url)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert "x-evil" not in answer.headers
        changed = await client.get(url.replace("attachment", "inline"))
        assert changed.status_code == 403
    soon = await storage.presign_get("t/get", filename="x", content_type="text/plain", seconds=1)
    await asyncio.sleep(2.1)  # the expiry itself is what is tested
    async with httpx.AsyncClient() as client:
        assert (await client.get(soon)).status_code == 403


async def test_objects_are_read_in_parts_copied_and_deleted(storage: StorageGateway) -> None:
    await storage.put("t/a", b"0123456789", "text/plain")
    assert await storage.get("t/a", first=3) == b"012"
    assert await storage.get("t/a", last=3) == b"789"
    assert await storage.get("t/a", last=300) == b"0123456789"
    etag = (await storage.head("t/a")).etag
    await storage.copy("t/a", "t/b", etag=etag)
    assert await storage.get("t/b") == b"0123456789"
    await storage.put("t/a", b"something else", "text/plain")
    with pytest.raises(VendorUnavailable):
        await storage.copy("t/a", "t/c", etag=etag)
    await storage.delete(["t/a", "t/b", "t/never-was"])
    for key in ("t/a", "t/b"):
        with pytest.raises(NotFound):
            await storage.head(key)


async def test_only_our_pages_may_put_from_a_browser(storage: StorageGateway) -> None:
    async with httpx.AsyncClient() as client:
        answers = [
            await client.options(
                f"{storage.endpoint}/sextant/t/x",
                headers={"Origin": origin, "Access-Control-Request-Method": "PUT"},
            )
            for origin in ("http://app.example", "https://evil.example")
        ]
    allowed = [answer.headers.get("access-control-allow-origin") for answer in answers]
    assert allowed == ["http://app.example", None]


async def test_a_storage_that_does_not_let_us_in_is_unavailable(storage_server: EmbeddedStorage) -> None:
    wrong = StorageGateway(endpoint=storage_server.endpoint, access_key="x", secret_key="y", bucket="sextant")
    with pytest.raises(VendorUnavailable):
        await wrong.check()
    await wrong.close()
    none = StorageGateway(endpoint=None, access_key="", secret_key="", bucket="sextant")
    with pytest.raises(VendorUnavailable, match="no storage"):
        await none.head("x")
    await none.close()


async def test_the_server_keeps_its_data_and_shares_one_directory() -> None:
    directory = DATA / f"storage-restart-{os.getpid()}"
    first, second = EmbeddedStorage(directory), EmbeddedStorage(directory)
    try:
        await first.start()
        gateway = gateway_on(first)
        await gateway.prepare(["http://app.example"])
        await gateway.put("kept", b"still here", "text/plain")
        await gateway.close()
        await second.start()  # finds the first one running
        assert second.endpoint == first.endpoint
        await second.stop()
        assert (await gateway_on(first).head("kept")).size == 10
        await first.stop()
        await second.start()
        gateway = gateway_on(second)
        assert await gateway.get("kept") == b"still here"
        await gateway.close()
    finally:
        await first.stop()
        await second.stop()
        shutil.rmtree(directory, ignore_errors=True)


def test_settings_name_r2_or_any_other_s3() -> None:
    r2 = Settings(_env_file=None, r2_account_id="abc", r2_access_key_id="k", r2_secret_access_key="s")
    assert r2.storage_endpoint == "https://abc.r2.cloudflarestorage.com"
    assert r2.s3_access_key_id == "k"
    other = Settings(_env_file=None, s3_endpoint="http://minio:9000", s3_access_key_id="a")
    assert (other.storage_endpoint, other.s3_access_key_id) == ("http://minio:9000", "a")
    assert (
        Settings(_env_file=None, s3_endpoint="http://127.0.0.1:9000/x?y").storage_origin
        == "http://127.0.0.1:9000"
    )
    assert content_disposition('a\\b".txt', inline=True) == (
        "inline; filename=\"a_b_.txt\"; filename*=UTF-8''a%5Cb%22.txt"
    )


async def test_it_waits_for_the_server_of_one_that_was_killed(tmp_path: Path) -> None:
    """That one ends in order, which takes it some seconds, and holds the directory until then."""
    first = EmbeddedStorage(tmp_path)
    await first.start()
    await first.stop()
    locks = [path.open() for path in (tmp_path / "filerldb2").glob("*/LOCK")]
    assert locks
    for lock in locks:
        fcntl.flock(lock, fcntl.LOCK_EX)
    second = EmbeddedStorage(tmp_path)
    starting = asyncio.create_task(second.start())
    log, refused = tmp_path / "server.log", "resource temporarily unavailable"
    async with asyncio.timeout(20):
        while refused not in log.read_text(errors="replace"):
            assert not starting.done()
            await asyncio.sleep(0.05)
    for _ in range(4):  # and again, with one attempt after the other
        log.unlink()
        async with asyncio.timeout(20):
            while not log.exists() or refused not in log.read_text(errors="replace"):
                assert not starting.done()
                await asyncio.sleep(0.05)
    for lock in locks:
        lock.close()
    await starting
    await second.stop()
