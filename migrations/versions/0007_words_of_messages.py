"""Search in messages without regard to accents, and within words of languages that put no spaces between them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Each sign of Chinese and Japanese stands by itself, between marks that no message holds (private-use characters).
SIGNS = r"([\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"


def upgrade() -> None:
    op.execute("create text search configuration sextant (copy = simple)")
    op.execute(
        "alter text search configuration sextant alter mapping"
        " for word, hword, hword_part, numword, numhword, hword_numpart with unaccent, simple"
    )
    op.execute(
        "create function signs_apart(words text) returns text language sql immutable strict parallel safe"
        rf" return regexp_replace(words, '{SIGNS}', E'\ue002\\1\ue002', 'g')"
    )
    op.execute("drop index ix_messages_words")
    op.execute(
        "create index ix_messages_words on messages using gin (to_tsvector('sextant', signs_apart(text)))"
        " where deleted_at is null"
    )


def downgrade() -> None:
    op.execute("drop index ix_messages_words")
    op.execute(
        "create index ix_messages_words on messages using gin (to_tsvector('simple', text))"
        " where deleted_at is null"
    )
    op.execute("drop function signs_apart(text)")
    op.execute("drop text search configuration sextant")
