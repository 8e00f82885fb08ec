"""What people wrote themselves they have read: found by an index of its own, and no longer written to their membership for
each message."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("room_members", "read_seq", new_column_name="marked_seq")
    op.alter_column("room_members", "read_no", new_column_name="marked_no")
    op.create_index("ix_messages_room_id_sender_id_seq", "messages", ["room_id", "sender_id", "seq"])


def downgrade() -> None:
    # What was written since has to be a mark again.
    op.execute(
        "update room_members m set marked_seq = o.seq, marked_no = o.no from ("
        " select room_id, sender_id, max(seq) as seq, max(no) as no from messages group by room_id, sender_id"
        ") o where o.room_id = m.room_id and o.sender_id = m.user_id and o.seq > m.marked_seq"
    )
    op.drop_index("ix_messages_room_id_sender_id_seq", "messages")
    op.alter_column("room_members", "marked_seq", new_column_name="read_seq")
    op.alter_column("room_members", "marked_no", new_column_name="read_no")
