"""Settings from the environment and `.env`. Every one has a working default for development; production refuses
to start with a placeholder secret."""

import secrets
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PLACEHOLDER = "development-only"


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


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
    broker: Literal["auto", "memory", "postgres"] = Field(
        "auto", description="How events reach other processes; auto: memory with the embedded database"
    )

    ws_frames_per_second: float = Field(30, description="Per connection, over three seconds")

    model: Literal["auto", "openai", "guided"] = Field("auto", description="auto: openai when a key is set")
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = Field(None, description="Any OpenAI-compatible server")
    openai_model: str = "gpt-4.1-mini"
    openai_timeout_seconds: float = 60
    turn_seconds: float = Field(120, description="A turn of the assistant is ended after this long")
    turn_tool_calls: int = Field(8, description="A turn may call at most this many tools")

    embeddings: Literal["auto", "openai", "local"] = Field("auto", description="auto: local")
    openai_embedding_model: str = "text-embedding-3-small"

    stripe_secret_key: SecretStr | None = None
    stripe_webhook_secret: SecretStr | None = None
    stripe_api_base: str | None = Field(
        None, description="Set by the server itself when it starts the stand-in"
    )
    resend_api_key: SecretStr | None = None
    resend_api_url: str | None = Field(
        None, description="Set by the server itself when it starts the stand-in"
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

    session_days: int = 30
    rate_limit_scale: float = Field(1, gt=0, description="Multiplies every rate limit; load tests raise it")
    hold_minutes: int = 15
    sentry_dsn: SecretStr | None = None

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def uses_openai(self) -> bool:
        return self.model == "openai" or (self.model == "auto" and self.openai_api_key is not None)

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
                "resend_api_key",
            )
            if getattr(self, name) is None
        ]
        if self.secret_key.get_secret_value() == PLACEHOLDER or len(self.secret_key.get_secret_value()) < 32:
            missing.append("SECRET_KEY (at least 32 characters)")
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
