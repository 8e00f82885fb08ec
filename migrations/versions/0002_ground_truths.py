"""The assistant's own account: it is a member of rooms like anyone else."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ASSISTANT = "00000000-0000-7000-8000-00000000a551"


def upgrade() -> None:
    op.execute(
        "insert into users (id, name, role, timezone, locale, is_demo) "
        f"values ('{ASSISTANT}', 'Sextant', 'assistant', 'UTC', 'en', false)"
    )


def downgrade() -> None:
    op.execute(f"delete from users where id = '{ASSISTANT}'")
