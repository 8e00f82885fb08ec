"""Rooms count how often somebody lost the right to write in them, so that a membership that was seen once does not have to be
looked up for each message."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rooms", sa.Column("revocations", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(
        """
        create function fn_members_lose_rooms() returns trigger language plpgsql as $$
        begin
            update rooms set revocations = revocations + 1 where id = old.room_id;
            return null;
        end $$
        """
    )
    could = "old.left_at is null and old.silenced_at is null"
    op.execute(
        "create trigger members_lose_rooms_by_update after update on room_members for each row"
        f" when ({could} and (new.left_at is not null or new.silenced_at is not null"
        "   or (new.room_id, new.user_id) is distinct from (old.room_id, old.user_id)))"
        " execute function fn_members_lose_rooms()"
    )
    op.execute(
        "create trigger members_lose_rooms_by_delete after delete on room_members for each row"
        f" when ({could}) execute function fn_members_lose_rooms()"
    )


def downgrade() -> None:
    op.execute("drop trigger members_lose_rooms_by_delete on room_members")
    op.execute("drop trigger members_lose_rooms_by_update on room_members")
    op.execute("drop function fn_members_lose_rooms")
    op.drop_column("rooms", "revocations")
