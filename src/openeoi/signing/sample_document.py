"""A document of our own for those who have none at hand."""

from __future__ import annotations

from typing import Final

NAME: Final = "vzorec-sample.pdf"
LINES: Final = ("Vzorec dokumenta za podpis", "A sample document to sign", "OpenEOI")


def sample_document() -> bytes:
    """A PDF with one A4 page and three lines (ISO 32000-1, 7.5), written by hand: objects, cross-reference table, trailer."""
    shown = " ".join(f"({line}) Tj 0 -32 Td" for line in LINES)
    content = f"BT /F1 22 Tf 72 740 Td {shown} ET".encode("ascii")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    )
    written, offsets = b"%PDF-1.7\n", []
    for number, value in enumerate(objects, 1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + trailer
