"""What messages name stays: instead of foreign keys, which are checked for each message that is sent, triggers that are
asked when somebody deletes."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, column in (("rooms", "room_id"), ("users", "sender_id")):
        op.execute(
            f"""
            create function fn_{table}_stay_for_messages() returns trigger language plpgsql as $$
            begin
                if exists (select from messages where {column} = old.id) then
                    raise exception 'messages name this row of {table}' using errcode = 'foreign_key_violation';
                end if;
                return old;
            end $$
            """
        )
        op.execute(
            f"create trigger {table}_stay_for_messages before delete on {table} "
            f"for each row execute function fn_{table}_stay_for_messages()"
        )


def downgrade() -> None:
    for table in ("rooms", "users"):
        op.execute(f"drop trigger {table}_stay_for_messages on {table}")
        op.execute(f"drop function fn_{table}_stay_for_messages")
