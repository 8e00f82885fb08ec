"""The storage of the tests, for pictures of previews."""

from tests.files.storage import storage as storage
from tests.files.storage import storage_server as storage_server
