"""SQLAlchemy tables, one file per room or part of one. Importing this package knows them all."""

from models import accounts as accounts
from models import billing as billing
from models import bookings as bookings
from models import conversations as conversations
from models import experts as experts
from models import files as files
from models import matching as matching
from models import message_words as message_words
from models import notifications as notifications
from models import projects as projects
from models import turns as turns
from models.base import Base as Base
