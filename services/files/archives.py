"""ZIP files (documents among them), by their directory alone: nothing is unpacked here."""

import zipfile
from pathlib import Path

MAX_ENTRIES = 10_000
MAX_UNPACKED = 500 * 1024 * 1024
MAX_RATIO = 120
# Small archives of zeros compress well and hurt nobody.
HARMLESS = 20 * 1024 * 1024
_PROGRAMS = (".class", ".dex")


def objection(path: Path) -> str | None:
    """Why this ZIP is refused: archive_broken, archive_bomb, executable; None when it is not. Blocks."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError):
        return "archive_broken"
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, path.stat().st_size)
    # Entries that overlap say together more than the file holds; that is caught by the ratio as well.
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        return "archive_bomb"
    if unpacked > HARMLESS and unpacked / packed > MAX_RATIO:
        return "archive_bomb"
    names = {entry.filename for entry in entries}
    if "META-INF/MANIFEST.MF" in names and any(name.endswith(_PROGRAMS) for name in names):
        return "executable"
    if "AndroidManifest.xml" in names:
        return "executable"
    return None
