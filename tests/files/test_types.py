"""What a file is, by its bytes."""

import pytest

from sandbox.clamd import EICAR
from services.files import types
from tests.files.factories import PDF, docx, jpeg_with_exif, png, zipped

PE = b"MZ" + b"\x90\x00" * 29 + (64).to_bytes(4, "little") + b"PE\0\0" + b"\0" * 200
CASES: list[tuple[str, bytes, str]] = [
    ("png", png(), "image/png"),
    ("jpeg", jpeg_with_exif(), "image/jpeg"),
    ("gif", b"GIF89a" + b"\0" * 40, "image/gif"),
    ("webp", b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
    ("pdf", PDF, "application/pdf"),
    ("pdf with junk before it", b"junk" + PDF, types.TEXT),
    ("zip", zipped({"a.txt": b"a"}), types.ZIP),
    ("docx", docx(), types.DOCX),
    ("text", "Grüße, 你好".encode(), types.TEXT),
    ("utf-16", "text".encode("utf-16"), types.TEXT),
    ("latin-1", b"caf\xe9 au lait, and a long tail of words", types.TEXT),
    ("eicar", EICAR, types.TEXT),
    ("html", b"\xef\xbb\xbf \n<!DOCTYPE html><script>x</script>", types.MARKUP),
    ("html in capitals", b"<SCRIPT>alert(1)</SCRIPT>", types.MARKUP),
    ("svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "image/svg+xml"),
    ("shell script", b"#!/bin/sh\nrm -rf /\n", types.TEXT),
    ("text that begins with BM", b"BM stands for business model", types.TEXT),
    (
        "text that begins with MZ",
        b"MZ is short for Mozambique in the list of countries, and so on " * 3,
        types.TEXT,
    ),
    ("noise", bytes(range(256)) * 4, types.UNKNOWN),
    ("mp4", b"\0\0\0\x18ftypisom" + b"\0" * 40, "video/mp4"),
    ("old office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40, "application/x-ole-storage"),
]
REFUSED: list[tuple[str, bytes, str]] = [
    ("windows program", PE, "executable"),
    ("linux program", b"\x7fELF\x02\x01\x01" + b"\0" * 60, "executable"),
    ("mac program", b"\xcf\xfa\xed\xfe" + b"\0" * 60, "executable"),
    ("java class", b"\xca\xfe\xba\xbe" + b"\0" * 60, "executable"),
    ("jar", zipped({"META-INF/MANIFEST.MF": b"x", "Main.class": b"y"}), "executable"),
    ("shortcut", b"L\0\0\0\x01\x14\x02\0" + b"\0" * 80, "executable"),
    ("png that is a zip", png() + zipped({"evil.html": b"<script>"}), "polyglot"),
    ("pdf that is a zip", PDF + zipped({"a": b"b"}), "polyglot"),
    ("text that is a zip", b"hello\n" + zipped({"a": b"b"}), "polyglot"),
]


@pytest.mark.parametrize(("content", "kind"), [pytest.param(c, k, id=n) for n, c, k in CASES])
def test_files_are_known_by_their_bytes(content: bytes, kind: str) -> None:
    assert types.identify(content, content, len(content)) == types.Identified(kind)


@pytest.mark.parametrize(("content", "reason"), [pytest.param(c, r, id=n) for n, c, r in REFUSED])
def test_programs_and_double_files_are_refused(content: bytes, reason: str) -> None:
    assert types.identify(content, content, len(content)).refused == reason


@pytest.mark.parametrize("name", ["model.xlsx", "contract.docx", "pitch.pptx", "plan.xls"])
def test_what_office_locks_with_a_password_is_what_its_name_says(name: str) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 40
    found = types.family(types.identify(locked, locked, len(locked)).type)
    assert types.compatible(types.promised(name), found)
    assert not types.compatible(types.promised("plan.pdf"), found)


@pytest.mark.parametrize("name", ["a.exe", "plan.pdf.scr", "x.LNK", "run.bat", "x.hta", "setup.msi", "s.jar"])
def test_names_that_run_on_a_click_are_known(name: str) -> None:
    assert types.runs_on_click(name)


def test_no_bytes_make_it_stumble() -> None:
    for content in (
        b"",
        b"M",
        b"MZ",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\xff\xd8\xff",
        b"RIFF",
        b"\0" * 300,
        b"\xff" * 300,
    ):
        types.identify(content, content, len(content))
