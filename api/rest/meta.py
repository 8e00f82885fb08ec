"""What this installation is: environment, model, stand-ins in use, demo accounts in development."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.deps import RuntimeDep, public
from core.settings import Settings
from services.experts.demo.load import demo_sign_ins

router = APIRouter(tags=["meta"])


class StandIn(BaseModel):
    """A vendor that is played by a stand-in here. `url` is its page, for development."""

    vendor: str
    url: str | None
    note: str


class DemoAccount(BaseModel):
    email: str
    password: str
    role: str
    name: str


class Meta(BaseModel):
    environment: str
    version: str
    model: str
    stand_ins: list[StandIn]
    demo_accounts: list[DemoAccount]


@router.get("/meta", dependencies=[public()])
async def get_meta(runtime: RuntimeDep) -> Meta:
    """About this installation. Stand-ins and demo accounts are named in development only."""
    settings = runtime.settings
    development = not settings.is_production
    return Meta(
        environment=settings.environment.value,
        version="0.1.0",
        model=settings.openai_model if settings.uses_openai else "guided",
        stand_ins=_stand_ins(settings) if development else [],
        demo_accounts=[DemoAccount.model_validate(a) for a in demo_sign_ins()] if development else [],
    )


def _stand_ins(settings: Settings) -> list[StandIn]:
    found = []
    if settings.stripe_api_base:
        found.append(
            StandIn(vendor="Stripe", url=f"{settings.stripe_api_base}/events", note="No real money moves.")
        )
    if settings.resend_api_url:
        outbox = settings.resend_api_url.removesuffix("/resend") + "/outbox"
        found.append(StandIn(vendor="Resend", url=outbox, note="E-mails are kept in this outbox."))
    if settings.database_url is None:
        found.append(StandIn(vendor="PostgreSQL", url=None, note="The embedded server, in the data folder."))
    if not settings.uses_openai:
        found.append(
            StandIn(vendor="OpenAI", url=None, note="The built-in guide answers, without a language model.")
        )
    return found
