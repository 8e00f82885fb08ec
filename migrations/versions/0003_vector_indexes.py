"""One HNSW index for each embedding model, a trigger that keeps the filters beside the vectors, and statistics fine enough to estimate filters on skills."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# (suffix, model, dimensions); the models' names stand in core/gateways/embeddings.py.
_MODELS = (("local", "all-minilm-l6-v2-int8", 384), ("openai", "text-embedding-3-small", 1536))


# Columns that expert_embeddings repeats from experts.
_REPEATED = (
    "rate_usd_amount", "years", "country", "timezone", "skill_slugs", "industries", "languages", "engagements",
)  # fmt: skip


def upgrade() -> None:
    for suffix, model, dimensions in _MODELS:
        op.execute(
            f"CREATE INDEX ix_expert_embeddings_hnsw_{suffix} ON expert_embeddings"
            f" USING hnsw ((embedding::halfvec({dimensions})) halfvec_cosine_ops) WITH (m = 12, ef_construction = 128)"
            f" WHERE model = '{model}' AND findable"
        )
    op.execute("ALTER TABLE expert_embeddings ALTER COLUMN skill_slugs SET STATISTICS 1000")
    op.execute(f"""
        CREATE FUNCTION fn_expert_embeddings_follow_experts() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE expert_embeddings SET findable = NEW.status = 'approved' AND NEW.is_bookable,
                {", ".join(f"{name} = NEW.{name}" for name in _REPEATED)}
            WHERE expert_id = NEW.id;
            RETURN NULL;
        END $$
    """)  # noqa: S608
    columns = ("status", "is_bookable", *_REPEATED)
    op.execute(f"""
        CREATE TRIGGER tr_expert_embeddings_follow AFTER UPDATE ON experts FOR EACH ROW
        WHEN (({", ".join(f"OLD.{name}" for name in columns)})
            IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in columns)}))
        EXECUTE FUNCTION fn_expert_embeddings_follow_experts()
    """)
    # A vector that is kept in the row is read without a second look-up.
    for table in ("expert_embeddings", "expert_passages"):
        op.execute(f"ALTER TABLE {table} ALTER COLUMN embedding SET STORAGE MAIN")


def downgrade() -> None:
    op.execute("DROP TRIGGER tr_expert_embeddings_follow ON experts")
    op.execute("DROP FUNCTION fn_expert_embeddings_follow_experts()")
    op.execute("ALTER TABLE expert_embeddings ALTER COLUMN skill_slugs SET STATISTICS -1")
    for suffix, _, _ in _MODELS:
        op.execute(f"DROP INDEX ix_expert_embeddings_hnsw_{suffix}")
