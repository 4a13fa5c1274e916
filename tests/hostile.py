"""Files that a test makes to do harm: they take for ever, or all the memory there is."""

from pathlib import Path


def nested_forms(path: Path, *, levels: int, fan: int, leaf: bytes) -> Path:
    """A PDF of a few hundred bytes whose page draws `leaf` fan ** (levels - 1) times."""

    def stream(entries: bytes, body: bytes) -> bytes:
        return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(body), body)

    font = b"/Font << /A 5 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /XObject << /F 6 0 R >> %s >> >>" % font,
        stream(b"", b"/F Do"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for level in range(levels):
        is_last = level == levels - 1
        own = font if is_last else b"/XObject << /F %d 0 R >>" % (7 + level)
        form = b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << %s >>" % own
        objects.append(stream(form, leaf if is_last else b" ".join([b"/F Do"] * fan)))
    out, offsets = b"%PDF-1.5\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    path.write_bytes(out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer)
    return path


def endless(path: Path) -> Path:
    """A PDF that takes hours to read, and not much memory."""
    return nested_forms(path, levels=9, fan=20, leaf=b"q Q")


def gluttonous(path: Path) -> Path:
    """A PDF that takes more memory than there is: a hundred million words."""
    return nested_forms(path, levels=9, fan=10, leaf=b"BT /A 8 Tf 20 20 Td (Hello there) Tj ET")
