"""What goes into and comes out of the accounts room: passkeys."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasGenerator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from services.accounts.schemas import Input, Name, Token

Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]*=*$", max_length=16_384)]


class _FromBrowser(BaseModel):
    """Browsers add members of their own to what WebAuthn names; those are left out."""

    model_config = ConfigDict(
        extra="ignore", alias_generator=AliasGenerator(alias=to_camel), populate_by_name=True
    )


class PasskeyResponse(_FromBrowser):
    """`response` of a PublicKeyCredential: of a registration or of a sign-in."""

    client_data_json: Base64Url = Field(alias="clientDataJSON")
    attestation_object: Base64Url | None = None
    authenticator_data: Base64Url | None = None
    signature: Base64Url | None = None
    user_handle: Base64Url | None = None
    transports: list[Annotated[str, StringConstraints(max_length=32)]] | None = Field(None, max_length=10)


class PasskeyCredential(_FromBrowser):
    """What `PublicKeyCredential.toJSON()` gives."""

    id: Base64Url
    raw_id: Base64Url
    type: Literal["public-key"]
    response: PasskeyResponse


class AddPasskey(Input):
    challenge: Token
    name: Annotated[Name, Field(max_length=80)]
    credential: PasskeyCredential


class UsePasskey(Input):
    challenge: Token
    credential: PasskeyCredential


class PasskeyChallenge(BaseModel):
    """`options` are for `PublicKeyCredential.parse…OptionsFromJSON`; send `challenge` back with the credential."""

    challenge: str = Field(repr=False)
    options: dict[str, Any]
    expires_at: datetime


class PasskeyRead(BaseModel):
    id: UUID
    name: str
    backed_up: bool = Field(description="It is synchronised, so a lost device does not lose it")
    created_at: datetime
    last_used_at: datetime | None


class PasskeyList(BaseModel):
    items: list[PasskeyRead]
    next_cursor: str | None = None


class PasskeyAdded(BaseModel):
    """`recovery_codes` come with the first second factor only, and are shown this once."""

    passkey: PasskeyRead
    recovery_codes: list[str] | None = Field(repr=False)
