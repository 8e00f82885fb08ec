"""SQLAlchemy tables, one file per room. Importing this package knows them all."""

from models import accounts as accounts
from models import bookings as bookings
from models import conversations as conversations
from models import experts as experts
from models import matching as matching
from models.base import Base as Base
