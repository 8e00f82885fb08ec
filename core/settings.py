"""Settings from the environment and `.env`. Every one has a working default for development; production refuses
to start with a placeholder secret."""

import re
import secrets
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PLACEHOLDER = "development-only"
# As browsers write it in `Origin`: no path, no wildcard, no user.
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?")


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


def _s3_or_r2(name: str) -> AliasChoices:
    return AliasChoices(f"s3_{name}", f"r2_{name}")


class Settings(BaseSettings):
    """All knobs of the service. Names in the environment are these in upper case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    environment: Environment = Environment.DEVELOPMENT
    data_dir: Path = Field(
        Path(".data"), description="Embedded PostgreSQL and the stand-ins keep their state here"
    )
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = Field(
        None, description="How browsers reach this service; default http://host:port"
    )
    secret_key: SecretStr = SecretStr(PLACEHOLDER)
    previous_secret_keys: SecretStr | None = Field(
        None, description="Older SECRET_KEYs, comma-separated, newest first: still decrypt, never encrypt"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    database_url: SecretStr | None = Field(None, description="postgresql://…; unset: the embedded server")
    database_pool_size: int = 10
    redis_url: SecretStr | None = Field(
        None,
        description="redis:// or rediss://, any server of that protocol: events between processes, rate limits",
    )
    broker: Literal["auto", "memory", "postgres", "redis"] = Field(
        "auto",
        description="How events reach other processes; auto: redis with REDIS_URL, else memory with the embedded database",
    )

    ws_frames_per_second: float = Field(30, description="Per connection, over three seconds")
    ws_ping_seconds: float = Field(
        20,
        gt=0,
        description="The server pings every socket this often; without an answer as long, it is closed",
    )

    model: Literal["auto", "openai", "guided"] = Field("auto", description="auto: openai when a key is set")
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = Field(None, description="Any OpenAI-compatible server")
    openai_model: str = "gpt-4.1-mini"
    openai_timeout_seconds: float = 60
    turn_seconds: float = Field(120, description="A turn of the assistant is ended after this long")
    turn_tool_calls: int = Field(8, description="A turn may call at most this many tools")

    guest_messages_per_day: int = Field(40, description="To the assistant, by a guest (UTC days)")
    guest_tokens_per_month: int = Field(
        300_000, description="Read and written by a language model for a guest"
    )
    free_messages_per_day: int = Field(200, description="To the assistant, by an account without a paid plan")
    free_tokens_per_month: int = Field(3_000_000, description="For an account without a paid plan")

    embeddings: Literal["auto", "openai", "local"] = Field("auto", description="auto: local")
    openai_embedding_model: str = "text-embedding-3-small"

    vectors: Literal["auto", "pgvector", "pinecone"] = Field(
        "auto", description="auto: pinecone when a key is set"
    )
    pinecone_api_key: SecretStr | None = None
    pinecone_api_base: str | None = Field(
        None, description="Set by the server itself when it starts the stand-in"
    )
    pinecone_index: str = "cto-profiles"
    pinecone_cloud: str = "aws"
    pinecone_region: str = "us-east-1"

    stripe_secret_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_api_base: str | None = Field(
        None, description="Set by the server itself when it starts the stand-in"
    )
    resend_api_key: SecretStr | None = None
    resend_api_url: str | None = Field(
        None, description="Set by the server itself when it starts the stand-in"
    )
    resend_webhook_secret: SecretStr | None = Field(
        None, description="Unset: the endpoint that hears of bounces and complaints is off"
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="smtp://user:password@host:587 (STARTTLS), smtps://…:465; set: mail goes there, not to Resend",
    )
    vapid_private_key: SecretStr | None = Field(
        None, description="Browser push; unset: off in production, else a key is kept in the data folder"
    )
    push_hosts: str = Field(
        "", description="More hosts (host:port, comma-separated) that push messages may go to, for tests"
    )
    email_from: str = "Sextant <hello@sextant.example>"

    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    linkedin_client_id: str | None = None
    linkedin_client_secret: SecretStr | None = None
    github_client_id: str | None = None
    github_client_secret: SecretStr | None = None
    identity_base_url: str | None = Field(
        None, description="Set by the server itself when it starts the stand-in"
    )

    s3_endpoint: str | None = Field(
        None, description="Any S3 API; set by the server itself when it starts the embedded one"
    )
    r2_account_id: str | None = Field(None, description="Cloudflare R2: names the endpoint")
    s3_access_key_id: str | None = Field(None, validation_alias=_s3_or_r2("access_key_id"))
    s3_secret_access_key: SecretStr | None = Field(None, validation_alias=_s3_or_r2("secret_access_key"))
    s3_bucket: str = Field("sextant", validation_alias=_s3_or_r2("bucket"))
    s3_region: str = "auto"
    clamd_url: str | None = Field(
        None, description="tcp://host:port of a ClamAV daemon; unset: no virus scan"
    )
    link_previews: bool = Field(True, description="Read linked pages and show what they say about themselves")
    link_preview_allow: str | None = Field(
        None, description="host:port pairs, comma-separated, that tests may read although they are not public"
    )
    files_quota_mb: int = Field(1024, gt=0, description="What one person may keep in files")

    session_days: int = 30
    operator_second_factor: bool | None = Field(
        None, description="Operators may do nothing without a second factor; default: in production"
    )
    widget_origins: str | None = Field(
        None,
        description="Origins of sites that may call the API from a browser, comma-separated; default none",
    )
    rate_limit_scale: float = Field(1, gt=0, description="Multiplies every rate limit; load tests raise it")
    hold_minutes: int = 15
    sentry_dsn: SecretStr | None = None
    otlp_endpoint: str | None = Field(None, description="Traces of the assistant go there (OTLP over HTTP)")
    otlp_headers: SecretStr | None = Field(None, description="a=b,c=d, for the endpoint")
    langsmith_api_key: SecretStr | None = Field(None, description="Traces go to LangSmith instead")
    langsmith_endpoint: str = "https://api.smith.langchain.com"
    langsmith_project: str = "sextant"
    trace_content: bool = Field(False, description="Traces hold what was said, without personal data")

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def storage_endpoint(self) -> str | None:
        """Where the S3 API is; None when files cannot be stored."""
        if self.s3_endpoint is None and self.r2_account_id is not None:
            return f"https://{self.r2_account_id}.r2.cloudflarestorage.com"
        return self.s3_endpoint

    @property
    def operators_need_second_factor(self) -> bool:
        return self.is_production if self.operator_second_factor is None else self.operator_second_factor

    @property
    def allowed_origins(self) -> list[str]:
        """`widget_origins` one by one."""
        return [origin.strip() for origin in (self.widget_origins or "").split(",") if origin.strip()]

    @property
    def storage_origin(self) -> str | None:
        """Scheme and authority of the storage, as a content security policy names it."""
        if self.storage_endpoint is None:
            return None
        parts = urlsplit(self.storage_endpoint)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def uses_openai(self) -> bool:
        return self.model == "openai" or (self.model == "auto" and self.openai_api_key is not None)

    @property
    def uses_pinecone(self) -> bool:
        return self.vectors == "pinecone" or (self.vectors == "auto" and self.pinecone_api_key is not None)

    @model_validator(mode="after")
    def _redis_needs_an_address(self) -> Self:
        if self.broker == "redis" and self.redis_url is None:
            raise ValueError("BROKER=redis needs REDIS_URL")
        return self

    @model_validator(mode="after")
    def _refuse_loose_origins(self) -> Self:
        loose = [origin for origin in self.allowed_origins if not _ORIGIN.fullmatch(origin)]
        if loose:
            raise ValueError(f"WIDGET_ORIGINS takes origins such as https://shop.example, not {loose[0]}")
        return self

    @model_validator(mode="after")
    def _refuse_placeholders(self) -> Self:
        if not self.is_production:
            return self
        missing = [
            name.upper()
            for name in (
                "database_url",
                "public_url",
                "stripe_secret_key",
                "stripe_webhook_secret",
                "s3_access_key_id",
                "s3_secret_access_key",
            )
            if getattr(self, name) is None
        ]
        if self.link_preview_allow:
            missing.append("no LINK_PREVIEW_ALLOW: it opens the network inside to whoever sends a link")
        if self.storage_endpoint is None:
            missing.append("R2_ACCOUNT_ID or S3_ENDPOINT")
        if self.resend_api_key is None and self.smtp_url is None:
            missing.append("RESEND_API_KEY or SMTP_URL")
        if self.secret_key.get_secret_value() == PLACEHOLDER or len(self.secret_key.get_secret_value()) < 32:
            missing.append("SECRET_KEY (at least 32 characters)")
        if self.vectors == "pinecone" and self.pinecone_api_key is None:
            missing.append("PINECONE_API_KEY (VECTORS is pinecone)")
        if missing:
            raise ValueError("production needs " + ", ".join(missing))
        return self


@lru_cache
def _read() -> Settings:
    return Settings()


_in_use: list[Settings] = []


def settings() -> Settings:
    """The settings of this process: read once, or what `use` was given."""
    return _in_use[0] if _in_use else _read()


def use(current: Settings) -> None:
    """Make these the settings of the process: the composition root knows the port and the stand-ins."""
    _in_use[:] = [current]


def random_secret() -> str:
    """A value good enough for SECRET_KEY."""
    return secrets.token_urlsafe(48)
