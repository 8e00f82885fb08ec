"""Letters are kept instead of delivered, so that tests can read them; and a browser for the accounts' API."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.accounts import letters
from services.accounts.letters import Letter


class Letterbox:
    """What was written, newest last."""

    def __init__(self) -> None:
        self.all: list[Letter] = []

    def to(self, address: str) -> list[Letter]:
        return [letter for letter in self.all if letter.to == address]

    def kinds(self, address: str) -> list[str]:
        return [letter.kind.value for letter in self.to(address)]

    def token(self, address: str) -> str:
        """The token in the newest letter to `address`."""
        return self.to(address)[-1].values["link"].partition("#token=")[2]


@pytest.fixture(autouse=True)
def letterbox(monkeypatch: pytest.MonkeyPatch) -> Letterbox:
    box = Letterbox()

    async def keep(session: AsyncSession, letter: Letter) -> None:
        box.all.append(letter)

    monkeypatch.setattr(letters, "_deliverers", [keep])
    return box
