"""The accounts at the providers: three that make the interesting cases, and whoever a developer types in."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """An account at all three providers. `number` is GitHub's id, `subject` the others'."""

    login: str
    name: str
    email: str
    verified: bool

    @property
    def number(self) -> int:
        return int.from_bytes(hashlib.sha256(self.login.encode()).digest()[:5], "big")

    @property
    def subject(self) -> str:
        return str(self.number * 7919)


ACCOUNTS = {
    account.login: account
    for account in (
        Account("alice", "Alice Andersson", "alice@people.example", verified=True),
        Account("bob", "Bob Baker", "bob@people.example", verified=True),
        # States Alice's address without having proven it: nobody may become Alice that way.
        Account("eve", "Eve Example", "alice@people.example", verified=False),
    )
}


def typed(name: str, email: str, verified: bool) -> Account:
    """An account for what was typed into the page; the same address is the same account."""
    login = "".join(c if c.isalnum() else "-" for c in email.casefold())[:60]
    return Account(login or "nobody", name.strip()[:100] or login, email.strip()[:254], verified)
