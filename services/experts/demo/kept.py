"""The local model's vectors of the demo experts' passages, kept beside them: to work them out takes most of a first start.

A passage without a kept vector is embedded as any other; `keeping.py` writes them.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

PATH: Final = Path(__file__).parent / "vectors.npz"


@lru_cache
def vectors() -> dict[bytes, NDArray[np.float16]]:
    """By the digest of the passage."""
    with np.load(PATH) as held:
        return {key.tobytes(): vector for key, vector in zip(held["keys"], held["vectors"], strict=True)}
