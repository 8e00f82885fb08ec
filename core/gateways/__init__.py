"""The vendors, each behind one small class. The composition root configures them once per process:

    configure(Gateways(payments=PaymentsGateway.from_settings(settings), mail=…, embeddings=…))

Rules read them by `gateways().payments`. One that was not configured raises when it is used, not when it is named.
"""

from typing import NoReturn

from core.gateways.embeddings import Embeddings
from core.gateways.identity import IdentityGateway
from core.gateways.mail import MailGateway
from core.gateways.payments import PaymentsGateway
from core.gateways.pgvector import PgvectorIndex
from core.gateways.scanner import Scanner
from core.gateways.smtp import SmtpGateway
from core.gateways.storage import StorageGateway
from core.gateways.vectors import VectorIndex
from core.gateways.web import WebGateway
from core.gateways.webpush import PushGateway

__all__ = [
    "Gateways",
    "IdentityGateway",
    "MailGateway",
    "PaymentsGateway",
    "PushGateway",
    "Scanner",
    "SmtpGateway",
    "StorageGateway",
    "WebGateway",
    "configure",
    "gateways",
]


class Gateways:
    """The gateways that were given."""

    payments: PaymentsGateway
    mail: MailGateway | SmtpGateway
    embeddings: Embeddings
    identity: IdentityGateway
    push: PushGateway
    # The database is always there, so its own index needs no configuring.
    vectors: VectorIndex = PgvectorIndex()
    storage: StorageGateway
    scanner: Scanner
    web: WebGateway

    def __init__(
        self,
        *,
        payments: PaymentsGateway | None = None,
        mail: MailGateway | SmtpGateway | None = None,
        embeddings: Embeddings | None = None,
        identity: IdentityGateway | None = None,
        push: PushGateway | None = None,
        vectors: VectorIndex | None = None,
        storage: StorageGateway | None = None,
        scanner: Scanner | None = None,
        web: WebGateway | None = None,
    ) -> None:
        given = {
            "payments": payments,
            "mail": mail,
            "embeddings": embeddings,
            "identity": identity,
            "push": push,
            "vectors": vectors,
            "storage": storage,
            "scanner": scanner,
            "web": web,
        }
        vars(self).update({name: gateway for name, gateway in given.items() if gateway is not None})

    def has(self, name: str) -> bool:
        """Whether an optional gateway (the virus scanner) was given."""
        return name in vars(self)

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
