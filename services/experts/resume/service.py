"""Reading a résumé: in a process of its own with limits on time and memory, kept nowhere.

The file is neither stored nor logged. What it proposes goes to its owner, who confirms each piece; only what is
confirmed becomes part of the profile.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Final

import orjson

from core.actor import Actor, Scope
from core.errors import InvalidInput, TooLarge
from services.experts.resume.schemas import Refusal, ResumeReading

MAX_BYTES: Final = 10 * 1024 * 1024
SECONDS: Final = 60
_ROOT = Path(__file__).parents[3]
_AT_ONCE = asyncio.Semaphore(2)

_WORDS: Final[dict[Refusal, str]] = {
    Refusal.TYPE: "This is neither a PDF nor a Word document (.docx).",
    Refusal.OLD_WORD: "This is an old Word format. Save it as .docx or PDF and try again.",
    Refusal.EMPTY: "There is no text in this file.",
    Refusal.SCANNED: "This is a picture of a résumé: there is no text in it to read. Export it as a PDF from where it was "
    "written.",
    Refusal.ENCRYPTED: "This file is protected by a password. Save it without one and try again.",
    Refusal.DAMAGED: "This file is damaged and could not be read. Export it again and try once more.",
    Refusal.TOO_LONG: "This document has too many pages for a résumé.",
    Refusal.TOO_COMPLEX: "This file takes too much time or memory to read. Export it as a plain PDF and try again.",
    Refusal.MACROS: "This document contains macros. Save it as .docx without macros and try again.",
    Refusal.UNSAFE: "This file is built in a way that documents are not, so it was not opened.",
    Refusal.UNREADABLE: "The text of this file is stored in a way that cannot be read. Export it again, as PDF or .docx.",
}


async def read(actor: Actor, data: bytes) -> ResumeReading:
    """What the résumé proposes for the actor's profile. Raises `TooLarge`, and `InvalidInput` with one of the codes of
    `Refusal`."""
    actor.require_account()
    actor.require(Scope.EXPERTS_WRITE)
    if len(data) > MAX_BYTES:
        raise too_large()
    async with _AT_ONCE:
        answer = await _work(data)
    if "reading" in answer:
        return ResumeReading.model_validate(answer["reading"])
    refusal = Refusal(answer["refusal"])
    raise InvalidInput(_WORDS[refusal], code=refusal.value, **answer["fields"])


def too_large() -> TooLarge:
    return TooLarge("A résumé may have up to 10 MB.", code="resume_too_large", most=MAX_BYTES)


async def _work(data: bytes) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.experts.resume.worker",
        cwd=_ROOT,
        # Nothing of our own environment: it holds secrets.
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "LANG": "C.UTF-8"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(data), SECONDS)
    except TimeoutError:
        output = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        answer: dict[str, Any] = orjson.loads(output)
    except orjson.JSONDecodeError:
        # It ran out of what it was given, and was ended.
        return {"refusal": Refusal.TOO_COMPLEX.value, "fields": {}}
    return answer
