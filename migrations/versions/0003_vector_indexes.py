"""One HNSW index for each embedding model, and statistics fine enough to estimate filters on skills."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# (suffix, model, dimensions); the models' names stand in core/gateways/embeddings.py.
_MODELS = (("local", "all-minilm-l6-v2-int8", 384), ("openai", "text-embedding-3-small", 1536))


def upgrade() -> None:
    for suffix, model, dimensions in _MODELS:
        op.execute(
            f"CREATE INDEX ix_expert_embeddings_hnsw_{suffix} ON expert_embeddings"
            f" USING hnsw ((embedding::halfvec({dimensions})) halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)"
            f" WHERE model = '{model}'"
        )
    op.execute("ALTER TABLE experts ALTER COLUMN skill_slugs SET STATISTICS 1000")
    # A vector that is kept in the row is read without a second look-up.
    op.execute("ALTER TABLE expert_embeddings ALTER COLUMN embedding SET STORAGE MAIN")


def downgrade() -> None:
    op.execute("ALTER TABLE experts ALTER COLUMN skill_slugs SET STATISTICS -1")
    for suffix, _, _ in _MODELS:
        op.execute(f"DROP INDEX ix_expert_embeddings_hnsw_{suffix}")
