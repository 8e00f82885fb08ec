"""Which index of profiles' embeddings is in use."""

from core.gateways.pgvector import PgvectorIndex
from core.gateways.vectors import VectorIndex
from core.settings import Settings


def from_settings(settings: Settings) -> VectorIndex:
    """Pinecone where settings ask for it, pgvector otherwise."""
    if not settings.uses_pinecone:
        return PgvectorIndex()
    if settings.pinecone_api_key is None:
        raise ValueError("VECTORS=pinecone needs PINECONE_API_KEY")
    from core.gateways.pinecone import PineconeIndex  # brings an HTTP client of its own: not for everybody

    return PineconeIndex(
        api_key=settings.pinecone_api_key.get_secret_value(),
        api_base=settings.pinecone_api_base,
        index=settings.pinecone_index,
        cloud=settings.pinecone_cloud,
        region=settings.pinecone_region,
    )
