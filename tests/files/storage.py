"""A real S3 server for the tests of this process, and the storage gateway on it."""

import os
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.embedded_storage import EmbeddedStorage
from core.gateways import Gateways, configure
from core.gateways.storage import StorageGateway
from tests.conftest import DATA


@pytest.fixture(scope="session")
async def storage_server() -> AsyncIterator[EmbeddedStorage]:
    """SeaweedFS with an empty bucket. Import this and `storage` into a conftest that needs them."""
    directory = DATA / f"storage-{os.getpid()}"
    server = EmbeddedStorage(directory)
    await server.start()
    gateway = gateway_on(server)
    await gateway.prepare(["http://app.example"])
    await gateway.close()
    yield server
    await server.stop()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def storage(storage_server: EmbeddedStorage) -> AsyncIterator[StorageGateway]:
    """The gateway of this process."""
    gateway = gateway_on(storage_server)
    configured = Gateways(storage=gateway)
    configure(configured)
    yield gateway
    await configured.close()


def gateway_on(server: EmbeddedStorage) -> StorageGateway:
    return StorageGateway(
        endpoint=server.endpoint, access_key=server.access_key, secret_key=server.secret_key, bucket="sextant"
    )


def settings_on(server: EmbeddedStorage) -> dict[str, Any]:
    """Settings of a served application (`tests.serving`) that uses this storage."""
    return {
        "s3_endpoint": server.endpoint,
        "s3_access_key_id": server.access_key,
        "s3_secret_access_key": server.secret_key,
    }
