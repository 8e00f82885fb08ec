"""The words of messages stand beside them, so that storing a message does not have to take them out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_messages_words", "messages")
    op.create_table(
        "message_words",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("room_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_words")),
    )
    op.create_table(
        "word_scans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("through", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_scans")),
    )
    # The job takes the words of what is there already, like those of what is new; until then it is searched without them.
    op.execute("insert into word_scans values (1, '00000000-0000-0000-0000-000000000000')")
    op.create_index("ix_message_words_room_id", "message_words", ["room_id"])
    op.create_index("ix_message_words_words", "message_words", ["words"], postgresql_using="gin")
    op.execute(
        """
        create function fn_words_follow_messages() returns trigger language plpgsql as $$
        begin
            if tg_op = 'DELETE' or new.deleted_at is not null then
                delete from message_words where message_id = old.id;
            elsif (new.text, new.sender_id, new.deleted_at) is distinct from (old.text, old.sender_id, old.deleted_at) then
                insert into message_words (message_id, room_id, sender_id, words)
                values (new.id, new.room_id, new.sender_id, to_tsvector('sextant', signs_apart(new.text)))
                on conflict (message_id) do update set sender_id = excluded.sender_id, words = excluded.words;
            end if;
            return null;
        end $$
        """
    )
    op.execute(
        "create trigger words_follow_messages after update of text, sender_id, deleted_at or delete on messages"
        " for each row execute function fn_words_follow_messages()"
    )


def downgrade() -> None:
    op.execute("drop trigger words_follow_messages on messages")
    op.execute("drop function fn_words_follow_messages")
    op.drop_table("word_scans")
    op.drop_table("message_words")
    op.execute(
        "create index ix_messages_words on messages using gin (to_tsvector('sextant', signs_apart(text)))"
        " where deleted_at is null"
    )
