"""The storage of the tests."""

from tests.files.storage import storage as storage
from tests.files.storage import storage_server as storage_server
