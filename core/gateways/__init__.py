"""The vendors, each behind one small class. The composition root configures them once per process:

    configure(Gateways(payments=PaymentsGateway.from_settings(settings), mail=…, embeddings=…))

Rules read them by `gateways().payments`. One that was not configured raises when it is used, not when it is named.
"""

from typing import NoReturn

from core.gateways.embeddings import Embeddings
from core.gateways.identity import IdentityGateway
from core.gateways.mail import MailGateway
from core.gateways.payments import PaymentsGateway

__all__ = ["Gateways", "IdentityGateway", "MailGateway", "PaymentsGateway", "configure", "gateways"]


class Gateways:
    """The gateways that were given."""

    payments: PaymentsGateway
    mail: MailGateway
    embeddings: Embeddings
    identity: IdentityGateway

    def __init__(
        self,
        *,
        payments: PaymentsGateway | None = None,
        mail: MailGateway | None = None,
        embeddings: Embeddings | None = None,
        identity: IdentityGateway | None = None,
    ) -> None:
        given = {"payments": payments, "mail": mail, "embeddings": embeddings, "identity": identity}
        vars(self).update({name: gateway for name, gateway in given.items() if gateway is not None})

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"the gateway {name!r} has not been configured in this process")

    async def close(self) -> None:
        """Close their connections; this process has them no more."""
        for name, gateway in list(vars(self).items()):
            if vars(_configured).get(name) is gateway:
                del vars(_configured)[name]
            await gateway.close()


_configured = Gateways()


def configure(given: Gateways) -> None:
    """Use these gateways in this process. Those that are not given stay as they are."""
    vars(_configured).update(vars(given))


def gateways() -> Gateways:
    """The gateways of this process."""
    return _configured
