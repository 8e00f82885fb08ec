"""The assistant's own account (it is a member of rooms like anyone else), and an audit log that only grows."""

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
    op.execute(
        """
        create function fn_audit_log_is_append_only() returns trigger language plpgsql as $$
        begin
            raise exception 'the audit log is append-only' using errcode = 'restrict_violation';
        end $$
        """
    )
    op.execute(
        "create trigger audit_log_append_only before update or delete on audit_log "
        "for each row execute function fn_audit_log_is_append_only()"
    )
    op.execute(
        "create trigger audit_log_no_truncate before truncate on audit_log "
        "for each statement execute function fn_audit_log_is_append_only()"
    )


def downgrade() -> None:
    op.execute("drop trigger audit_log_no_truncate on audit_log")
    op.execute("drop trigger audit_log_append_only on audit_log")
    op.execute("drop function fn_audit_log_is_append_only")
    op.execute(f"delete from users where id = '{ASSISTANT}'")
