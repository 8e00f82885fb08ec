"""OpenAI's embeddings, or those of a compatible server."""

from typing import Final

import openai

from core.errors import VendorUnavailable

_BATCH: Final = 256


class OpenAIEmbeddings:
    """A client of the embeddings API. Vectors are of unit length."""

    dimensions = 1536

    def __init__(self, *, api_key: str, base_url: str | None, model: str, timeout: float) -> None:
        self.model = model
        self._client = openai.AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=2)

    async def embed(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            try:
                answer = await self._client.embeddings.create(
                    model=self.model, input=batch, encoding_format="float"
                )
            except openai.OpenAIError as error:
                raise VendorUnavailable("The embedding service did not answer. Try again.") from error
            rows = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
            if len(rows) != len(batch) or any(len(row) != self.dimensions for row in rows):
                raise VendorUnavailable(
                    f"The embedding service did not answer with {self.dimensions} numbers for each text.",
                    code="embedding_mismatch",
                )
            vectors.extend(rows)
        return vectors

    async def close(self) -> None:
        await self._client.close()
