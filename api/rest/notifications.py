"""What one is told of, and how."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ActorDep, SessionDep, public, scoped
from api.problem import problem
from api.rest.devices import DeviceDep
from api.rest.limits import limited
from core.actor import Scope
from services.notifications import choosing, notices, pushing, service, suppressing
from services.notifications.kinds import ChangeChoice, ChoiceList, ChoiceRead, Kind, UnsubscriptionRead
from services.notifications.notices import MarkNotifications, NotificationPage, UnreadNotifications
from services.notifications.pushing import PushDevice, PushState, Subscribe
from services.notifications.suppressing import MailState

router = APIRouter(tags=["notifications"])


class LinkToken(BaseModel):
    """What a link in a mail carries after `#token=`."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=1, max_length=2000)]


@router.get("/notifications", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403, 422))
async def list_notifications(
    session: SessionDep,
    actor: ActorDep,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> NotificationPage:
    """What one was told of, newest first."""
    return await notices.list_own(session, actor, cursor=cursor, limit=limit)


@router.post(
    "/notifications/read", dependencies=[scoped(Scope.ACCOUNT_WRITE)], responses=problem(401, 403, 422)
)
async def mark_notifications_read(
    data: MarkNotifications, session: SessionDep, actor: ActorDep
) -> UnreadNotifications:
    """Mark lines as read: those of `ids`, or all."""
    return await notices.mark(session, actor, data)


@router.get("/notifications/choices", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403))
async def list_notification_choices(session: SessionDep, actor: ActorDep) -> ChoiceList:
    """By which channels one is told of what."""
    return await choosing.list_own(session, actor)


@router.patch(
    "/notifications/choices/{kind}",
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 409, 422),
)
async def change_notification_choice(
    kind: Kind, data: ChangeChoice, session: SessionDep, actor: ActorDep
) -> ChoiceRead:
    """Choose by which channels one is told of a kind."""
    return await choosing.change(session, actor, kind, data)


@router.get("/notifications/devices", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403))
async def read_push_state(session: SessionDep, actor: ActorDep) -> PushState:
    """The browsers in which one gets push messages, and the key that a browser subscribes with."""
    return await pushing.state(session, actor)


@router.post(
    "/notifications/devices",
    status_code=status.HTTP_201_CREATED,
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("push devices", 30, minutes=60, account=True)],
    responses=problem(401, 403, 409, 422, 429),
)
async def add_push_device(
    data: Subscribe, session: SessionDep, actor: ActorDep, device: DeviceDep
) -> PushDevice:
    """Get push messages in this browser."""
    return await pushing.subscribe(session, actor, data, user_agent=device.user_agent)


@router.delete(
    "/notifications/devices/{subscription_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE)],
    responses=problem(401, 403, 404, 422),
)
async def remove_push_device(subscription_id: UUID, session: SessionDep, actor: ActorDep) -> None:
    """Get no more push messages in a browser."""
    await pushing.unsubscribe(session, actor, subscription_id)


@router.get("/me/mail", dependencies=[scoped(Scope.ACCOUNT_READ)], responses=problem(401, 403))
async def read_mail_state(session: SessionDep, actor: ActorDep) -> MailState:
    """Whether mail goes to one's address, or is held back because it came back or was reported as unwanted."""
    return await suppressing.own(session, actor)


@router.post(
    "/me/mail/confirmation",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[scoped(Scope.ACCOUNT_WRITE), limited("confirm address", 5, minutes=60, account=True)],
    responses=problem(401, 403, 409, 429),
)
async def ask_to_confirm_address(session: SessionDep, actor: ActorDep) -> None:
    """Send the mail by which one proves that a held-back address works."""
    await service.confirm_address(session, actor)


@router.post(
    "/mail/confirmations",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[public(), limited("mail links", 60, minutes=10)],
    responses=problem(404, 410, 422, 429),
)
async def confirm_address(data: LinkToken, session: SessionDep) -> None:
    """The link of that mail: mail goes to the address again."""
    await suppressing.lift(session, data.token)


@router.post(
    "/mail/unsubscriptions/preview",
    dependencies=[public(), limited("mail links", 60, minutes=10)],
    responses=problem(404, 422, 429),
)
async def preview_unsubscription(data: LinkToken, session: SessionDep) -> UnsubscriptionRead:
    """Which mails a link would end, and whether they have ended before. Changes nothing."""
    return await choosing.read_unsubscription(session, data.token)


@router.post(
    "/mail/unsubscriptions",
    dependencies=[public(), limited("mail links", 60, minutes=10)],
    responses=problem(404, 422, 429),
)
async def unsubscribe(data: LinkToken, session: SessionDep) -> ChoiceRead:
    """End the mails of the kind that a link stands for. Says what one is told of by other channels."""
    return await choosing.unsubscribe(session, data.token)
