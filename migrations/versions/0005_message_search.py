"""Search in messages: words without an index of their own column, so that sending writes the text once."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "create index ix_messages_words on messages using gin (to_tsvector('simple', text))"
        " where deleted_at is null"
    )


def downgrade() -> None:
    op.execute("drop index ix_messages_words")
