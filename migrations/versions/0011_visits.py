"""How far a member had read when they came is kept beside their read mark, so that what they had missed can be told after they
have opened the room."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room_members", sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("room_members", sa.Column("visit_seq", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("room_members", "visit_seq")
    op.drop_column("room_members", "marked_at")
