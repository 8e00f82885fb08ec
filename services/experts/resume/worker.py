"""The process that reads one résumé: bytes in, JSON out. It has little memory, little time, writes no file, and knows
no secret, so that a hostile file can do no more than fail."""

import resource
import sys
from datetime import UTC, datetime

import orjson

from services.experts.resume import facts, files
from services.experts.resume.schemas import Refusal

CPU_SECONDS = 10
MEMORY = 1_000_000_000


def _narrow() -> None:
    for limit, value in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(limit, (value, value))


def main() -> None:
    """Read stdin, write the reading or the refusal to stdout."""
    _narrow()
    try:
        text, pages = files.text_of(sys.stdin.buffer.read())
        reading = facts.read(text, pages=pages, year=datetime.now(UTC).year)
        answer: dict[str, object] = {"reading": reading.model_dump(mode="json")}
    except files.RefusedError as error:
        answer = {"refusal": error.refusal.value, "fields": error.fields}
    except MemoryError:
        answer = {"refusal": Refusal.TOO_COMPLEX.value, "fields": {}}
    sys.stdout.buffer.write(orjson.dumps(answer))


if __name__ == "__main__":
    main()
