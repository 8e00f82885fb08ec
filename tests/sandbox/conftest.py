"""Fixtures of the sandbox's own tests."""

from tests.sandbox.fixtures import client as client
from tests.sandbox.fixtures import own_sandbox as own_sandbox
from tests.sandbox.fixtures import receiver as receiver
from tests.sandbox.fixtures import sandbox as sandbox
