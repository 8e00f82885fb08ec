"""Extensions and the job queue's tables (pgqueuer 1.6, its DDL as rendered by the package)."""

from pathlib import Path

from alembic import op

revision = "0000"
down_revision = None
branch_labels = None
depends_on = None

EXTENSIONS = ("citext", "btree_gist", "pg_trgm", "unaccent", "vector")
QUEUE = Path(__file__).parent.parent / "pgqueuer_1_6.sql"


def upgrade() -> None:
    for extension in EXTENSIONS:
        op.execute(f"create extension if not exists {extension}")
    connection = op.get_bind().connection.dbapi_connection
    # Many statements at once: the driver's own execute, as SQLAlchemy prepares one at a time.
    connection.run_async(lambda raw: raw.execute(QUEUE.read_text()))


def downgrade() -> None:
    op.execute("drop table pgqueuer, pgqueuer_log, pgqueuer_schedules, pgqueuer_statistics cascade")
    op.execute("drop function fn_pgqueuer_changed")
    op.execute("drop type pgqueuer_status")
