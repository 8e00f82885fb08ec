"""Files in any S3 API (Cloudflare R2 in production, SeaweedFS without keys), by boto3.

Bytes do not pass through this service: browsers put and get them by presigned URLs. A presigned PUT is good for one
key, one exact length and one content type (R2 knows no presigned POST). boto3 is synchronous, so each call runs in a
thread; presigning is arithmetic and runs where it stands.

Errors: `NotFound` when there is no such object, `VendorUnavailable` when the storage does not answer or refuses us.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from core.errors import NotFound, VendorUnavailable
from core.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

PUT_SECONDS = 15 * 60
GET_SECONDS = 5 * 60
_TIMEOUT_SECONDS = 20
_MISSING = ("404", "NoSuchKey", "NotFound")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the storage knows about an object."""

    key: str
    size: int
    type: str
    etag: str


@dataclass(frozen=True, slots=True)
class PresignedPut:
    """Where and how to put the bytes: exactly `headers`, and as many bytes as were announced."""

    url: str
    headers: dict[str, str]
    seconds: int


class StorageGateway:
    """One bucket."""

    def __init__(
        self, *, endpoint: str | None, access_key: str, secret_key: str, bucket: str, region: str = "auto"
    ) -> None:
        self.endpoint = endpoint
        self.bucket = bucket
        self._access_key = access_key
        self._secret_key = secret_key
        self._region = region

    @classmethod
    def from_settings(cls, settings: Settings) -> "StorageGateway":
        """From S3_ENDPOINT (or R2_ACCOUNT_ID), S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_BUCKET and S3_REGION."""
        secret = settings.s3_secret_access_key
        return cls(
            endpoint=settings.storage_endpoint,
            access_key=settings.s3_access_key_id or "",
            secret_key=secret.get_secret_value() if secret else "",
            bucket=settings.s3_bucket,
            region=settings.s3_region,
        )

    async def close(self) -> None:
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.close()

    @cached_property
    def _client(self) -> "S3Client":
        if self.endpoint is None:
            raise VendorUnavailable("Files cannot be stored here: no storage is configured.", vendor="s3")
        import boto3  # takes a moment to import, and a process that stores no file can do without
        from botocore.config import Config

        # A session of its own: boto3's default one is not safe to make from several threads.
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self._access_key,
            aws_secret_access_key=self._secret_key,
            region_name=self._region,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=_TIMEOUT_SECONDS,
                read_timeout=_TIMEOUT_SECONDS,
                retries={"max_attempts": 3, "mode": "standard"},
                max_pool_connections=20,
                # R2 does not take the newer checksum trailers on presigned requests.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    async def presign_put(
        self, key: str, *, size: int, content_type: str, seconds: int = PUT_SECONDS
    ) -> PresignedPut:
        """A URL that takes `size` bytes of `content_type` under `key`; other lengths and types are refused."""
        client = await self._ready()
        url = client.generate_presigned_url(
            "put_object",
            Params={"Bucket": self.bucket, "Key": key, "ContentType": content_type, "ContentLength": size},
            ExpiresIn=seconds,
        )
        return PresignedPut(url, {"Content-Type": content_type}, seconds)

    async def presign_get(
        self, key: str, *, filename: str, content_type: str, inline: bool = False, seconds: int = GET_SECONDS
    ) -> str:
        """A URL that serves the object under this name and type, as a download unless `inline`."""
        client = await self._ready()
        return client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": key,
                "ResponseContentDisposition": content_disposition(filename, inline=inline),
                "ResponseContentType": content_type,
                "ResponseCacheControl": f"private, max-age={seconds}",
            },
            ExpiresIn=seconds,
        )

    async def head(self, key: str) -> StoredObject:
        """What is stored under a key. Raises NotFound."""

        def call(client: "S3Client") -> StoredObject:
            answer = client.head_object(Bucket=self.bucket, Key=key)
            return StoredObject(
                key, answer["ContentLength"], answer.get("ContentType", ""), answer.get("ETag", "")
            )

        return await self._call(call)

    async def put(self, key: str, body: bytes | Path, content_type: str) -> None:
        """Store bytes, or a local file."""

        def call(client: "S3Client") -> None:
            if isinstance(body, bytes):
                client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)
                return
            with body.open("rb") as file:
                client.put_object(Bucket=self.bucket, Key=key, Body=file, ContentType=content_type)

        await self._call(call)

    async def get(self, key: str, *, first: int | None = None, last: int | None = None) -> bytes:
        """An object's bytes; or its `first` or `last` so many. Raises NotFound. For what fits into memory."""

        def call(client: "S3Client") -> bytes:
            extra: dict[str, Any] = {}
            if first is not None:
                extra["Range"] = f"bytes=0-{first - 1}"
            elif last is not None:
                extra["Range"] = f"bytes=-{last}"
            return client.get_object(Bucket=self.bucket, Key=key, **extra)["Body"].read()

        return await self._call(call)

    async def download(self, key: str, path: Path) -> None:
        """Copy an object into a local file. Raises NotFound."""

        def call(client: "S3Client") -> None:
            body = client.get_object(Bucket=self.bucket, Key=key)["Body"]
            with path.open("wb") as file:
                for chunk in body.iter_chunks(256 * 1024):
                    file.write(chunk)

        await self._call(call)

    async def copy(self, source: str, target: str, *, etag: str) -> None:
        """Copy an object inside the bucket, if it is still the one that had this ETag. Raises NotFound."""

        def call(client: "S3Client") -> None:
            client.copy_object(
                Bucket=self.bucket,
                Key=target,
                CopySource={"Bucket": self.bucket, "Key": source},
                CopySourceIfMatch=etag,
            )

        await self._call(call)

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are not there count as deleted."""

        def call(client: "S3Client") -> None:
            for start in range(0, len(keys), 1000):
                some = keys[start : start + 1000]
                answer = client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in some], "Quiet": True}
                )
                for error in answer.get("Errors", []):
                    raise VendorUnavailable("A file could not be deleted.", vendor="s3", key=error.get("Key"))

        if keys:
            await self._call(call)

    async def check(self) -> None:
        """Raise unless the bucket is there and lets us in."""
        await self._call(lambda client: client.head_bucket(Bucket=self.bucket))

    async def prepare(self, origins: Sequence[str]) -> None:
        """Make the bucket if it is missing, and let pages of these origins put and get. For the embedded server;
        at a vendor both are set up once by hand (docs/files.md)."""

        def call(client: "S3Client") -> None:
            if self.bucket not in [bucket.get("Name") for bucket in client.list_buckets()["Buckets"]]:
                client.create_bucket(Bucket=self.bucket)
            client.put_bucket_cors(
                Bucket=self.bucket,
                CORSConfiguration={
                    "CORSRules": [
                        {
                            "AllowedOrigins": list(origins),
                            "AllowedMethods": ["PUT", "GET"],
                            "AllowedHeaders": ["*"],
                            "MaxAgeSeconds": 3600,
                        }
                    ]
                },
            )

        await self._call(call)

    async def _ready(self) -> "S3Client":
        return await asyncio.to_thread(lambda: self._client) if "_client" not in vars(self) else self._client

    async def _call(self, call: Callable[["S3Client"], T]) -> T:
        from botocore.exceptions import BotoCoreError, ClientError

        client = await self._ready()
        try:
            return await asyncio.to_thread(call, client)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _MISSING:
                raise NotFound("There is no such file in the storage.", code="object_missing") from error
            log.warning("s3: %s", code)
            raise VendorUnavailable("Files cannot be reached right now.", vendor="s3", reason=code) from error
        except BotoCoreError as error:
            log.warning("s3: %s", type(error).__name__)
            raise VendorUnavailable("Files cannot be reached right now.", vendor="s3") from error


def content_disposition(filename: str, *, inline: bool) -> str:
    """The header that names a download (RFC 6266): quotes and control characters cannot break out of it."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
