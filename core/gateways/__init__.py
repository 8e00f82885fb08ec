"""The vendors, each behind one small class. The composition root configures them once per process:

    configure(payments=PaymentsGateway.from_settings(settings), mail=…, embeddings=…)

Rules read them by `gateways().payments`. One that was not configured raises when it is used, not when it is named.
"""

from typing import Any, NoReturn

from core.gateways.embeddings import Embeddings
from core.gateways.mail import MailGateway
from core.gateways.payments import PaymentsGateway

__all__ = ["Gateways", "MailGateway", "PaymentsGateway", "configure", "gateways"]


class Gateways:
    """What has been configured."""

    payments: PaymentsGateway
    mail: MailGateway
    embeddings: Embeddings

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"the gateway {name!r} has not been configured in this process")

    async def close(self) -> None:
        """Close their connections."""
        for gateway in vars(self).values():
            await gateway.close()
        vars(self).clear()


_gateways = Gateways()


def configure(**configured: Any) -> Gateways:
    """Set the named gateways (`payments`, `mail`, `embeddings`, …), leaving the others as they are."""
    for name, gateway in configured.items():
        if name not in Gateways.__annotations__:
            raise TypeError(f"there is no gateway {name!r}")
        setattr(_gateways, name, gateway)
    return _gateways


def gateways() -> Gateways:
    """The gateways of this process."""
    return _gateways
