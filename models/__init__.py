"""SQLAlchemy tables, one file per room. Importing this package knows them all."""

from models import accounts as accounts
