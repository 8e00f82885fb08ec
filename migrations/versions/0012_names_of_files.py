"""The names of a message's files are searched like its text."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FOLLOW = """
    create or replace function fn_words_follow_messages() returns trigger language plpgsql as $$
    begin
        if tg_op = 'DELETE' or new.deleted_at is not null then
            delete from message_words where message_id = old.id;
        elsif (new.text, new.sender_id, new.deleted_at) is distinct from (old.text, old.sender_id, old.deleted_at) then
            insert into message_words (message_id, room_id, sender_id, words)
            values (new.id, new.room_id, new.sender_id, to_tsvector('sextant', {words}))
            on conflict (message_id) do update set sender_id = excluded.sender_id, words = excluded.words;
        end if;
        return null;
    end $$
"""
AGAIN = """
    update message_words w set words = to_tsvector('sextant', {words})
    from messages m where m.id = w.message_id and m.attachments <> '[]'
"""


def upgrade() -> None:
    # Programs name files without spaces, and the parser takes `budget_2026-final.xlsx` for one word: its parts stand between
    # the marks that no message holds.
    op.execute(
        r"""
        create function names_of_files(attachments jsonb) returns text language sql immutable strict parallel safe as $$
            select string_agg(each.value ->> 'name', E'\n' order by each.ordinality)
            from jsonb_array_elements(attachments) with ordinality as each
        $$
        """
    )
    op.execute(
        "create function names_apart(names text) returns text language sql immutable strict parallel safe"
        r" return regexp_replace(names, '([._/-]+)', E'\ue002\\1\ue002', 'g')"
    )
    op.execute(
        r"""
        create function said_in(words text, attachments jsonb) returns text language sql immutable strict parallel safe
            return signs_apart(case when attachments = '[]'::jsonb then words else
                words || E'\n' || names_of_files(attachments) || E'\n' || names_apart(names_of_files(attachments)) end)
        """
    )
    op.execute(FOLLOW.format(words="said_in(new.text, new.attachments)"))
    op.execute(AGAIN.format(words="said_in(m.text, m.attachments)"))


def downgrade() -> None:
    op.execute(FOLLOW.format(words="signs_apart(new.text)"))
    op.execute(AGAIN.format(words="signs_apart(m.text)"))
    op.execute("drop function said_in(text, jsonb)")
    op.execute("drop function names_apart(text)")
    op.execute("drop function names_of_files(jsonb)")
