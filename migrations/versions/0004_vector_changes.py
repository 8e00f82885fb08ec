"""Notes of changed embeddings, for a vector index outside of the database."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SEQUENCE vector_changes_number")
    op.execute("""
        CREATE FUNCTION fn_note_vector_change() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE changed record;
        BEGIN
            IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
            INSERT INTO vector_changes (expert_id, model, number)
            VALUES (changed.expert_id, changed.model, nextval('vector_changes_number'))
            ON CONFLICT (expert_id, model) DO UPDATE SET number = excluded.number;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER tr_expert_embeddings_note AFTER INSERT OR UPDATE OR DELETE ON expert_embeddings
        FOR EACH ROW EXECUTE FUNCTION fn_note_vector_change()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER tr_expert_embeddings_note ON expert_embeddings")
    op.execute("DROP FUNCTION fn_note_vector_change()")
    op.execute("DROP SEQUENCE vector_changes_number")
