"""PDF and Word files for tests, built byte by byte, so that they can be built wrongly too."""

import io
import zipfile

from pypdf import PdfReader, PdfWriter

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TEXT = """Marta Lind
Experience
CTO, Vardlinjen AB, 2019 - present
Telehealth on Kubernetes and PostgreSQL for 400,000 patients
Senior Developer, Nordic Soft, 2008 - 2019
Java services for hospitals"""


def pdf(text: str = TEXT, *, pages: int = 1, count: int | None = None, content: bytes | None = None) -> bytes:
    """A PDF with this text on each page. `count` is what its page tree claims; `content` replaces the drawing."""
    lines = "".join(f"({_escaped(line)}) Tj T* " for line in text.split("\n"))
    drawing = (
        content
        if content is not None
        else f"BT /F1 11 Tf 14 TL 50 780 Td {lines}ET".encode("latin-1", "replace")
    )
    kids = " ".join(f"{5 + n} 0 R" for n in range(pages))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count or pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >> stream\n%s\nendstream" % (len(drawing), drawing),
        *(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            for _ in range(pages)
        ),
    ]
    return assembled(objects)


def assembled(objects: list[bytes]) -> bytes:
    """A PDF file of these objects; the first is the catalogue."""
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(
        out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    )


def page_tree_of_a_million() -> bytes:
    """Twenty levels, each of which names the next one twice: a million pages in a few hundred bytes."""
    levels = 20
    nodes = [b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 2 >>" % (n + 3, n + 3) for n in range(levels)]
    page = b"<< /Type /Page /MediaBox [0 0 9 9] >>"
    return assembled([b"<< /Type /Catalog /Pages 2 0 R >>", *nodes, page])


def scanned() -> bytes:
    """A page that is one picture."""
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /XObject << /Im1 5 0 R >> >> >>",
            b"<< /Length 25 >> stream\nq 595 0 0 842 0 0 cm /Im1 Do Q\nendstream",
            b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 "
            b"/Length 1 >> stream\n\x7f\nendstream",
        ]
    )


def encrypted(data: bytes, *, user: str, owner: str = "boss") -> bytes:
    """The same PDF behind a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx_body(text: str = TEXT) -> str:
    """The main part of a Word document with a paragraph for each line."""
    paragraphs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{line}</w:t></w:r></w:p>' for line in text.split("\n")
    )
    return f'<?xml version="1.0"?><w:document xmlns:w="{W}"><w:body>{paragraphs}</w:body></w:document>'


def docx(text: str = TEXT, *, document: bytes | None = None, extra: dict[str, bytes] | None = None) -> bytes:
    """A Word document of this text, or with this main part."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", document or docx_body(text).encode())
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def moved(data: bytes, old: str, new: str) -> bytes:
    """The same archive with one of its entries under another name."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            after.writestr(new if name == old else name, before.read(name))
    return out.getvalue()


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
