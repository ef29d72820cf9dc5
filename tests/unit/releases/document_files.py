"""Files in the forms that releases come in, made by hand: PDFs, Word documents and pages of a few bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

Placed = tuple[float, float, float, str]
"""Left, bottom, size and words of a line."""

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = "http://purl.org/dc/elements/1.1/"


def column(lines: Sequence[str], *, top: float = 720.0, left: float = 72.0, size: float = 12.0) -> list[Placed]:
    """Lines one under another."""
    return [(left, top - 1.5 * size * number, size, line) for number, line in enumerate(lines)]


def pdf(pages: Sequence[Sequence[Placed]], *, title: str = "", extra: bytes = b"", mode: int = 0) -> bytes:
    """A PDF of lines at places. Letters are of a font that every reader has and none embeds, Chinese ones too.

    `extra` is put before the text of every page, `mode` is its rendering mode.
    """
    kids = b" ".join(b"%d 0 R" % (6 + 2 * number) for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)"
        b"/Supplement 0>>/DW 1000/W[1 95 500 814 907 500]/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light"
        b"/Flags 4/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>>>",
        b"<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>"
        b"stream\n\x00\nendstream",
    ]
    for number, lines in enumerate(pages):
        text = b"".join(
            b"BT %d Tr /%s %.1f Tf %.1f %.1f Td %s Tj ET\n" % (mode, font, size, left, bottom, encoded)
            for left, bottom, size, words in lines
            for font, encoded in [_encoded(words)]
        )
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R"
            b"/Resources<</Font<</C 3 0 R/L<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>/XObject<</I 5 0 R>>>>>>"
            % (7 + 2 * number),
            b"<</Length %d>>stream\n%s\nendstream" % (len(extra + text), extra + text),
        ]
    objects.append(b"<</Title<feff%s>>>" % title.encode("utf-16-be").hex().encode())
    return _numbered(objects)


#: Put before the text of a page: a picture that covers it.
PICTURE = b"q 612 0 0 792 0 0 cm /I Do Q\n"


def _encoded(words: str) -> tuple[bytes, bytes]:
    """The font that has these letters, and their codes in it."""
    if words.isascii():
        return b"L", b"<%s>" % words.encode().hex().encode()
    return b"C", b"<%s>" % words.encode("utf-16-be").hex().encode()


def _numbered(objects: Sequence[bytes]) -> bytes:
    content, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return content + end % (len(objects) + 1, table, len(objects) + 1, len(objects), len(content))


def docx(body: str, *, title: str = "", parts: dict[str, str | bytes] | None = None) -> bytes:
    """A Word document with this XML in its body; `parts` adds parts to its archive or puts others in their places."""
    everything: dict[str, str | bytes] = {
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "docProps/core.xml": f'<core xmlns:dc="{CORE}"><dc:title>{title}</dc:title></core>',
        **(parts or {}),
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in everything.items():
            file.writestr(name, content)
    return archive.getvalue()


def run(text: str, properties: str = "") -> str:
    """A run of a Word document."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(text: str) -> str:
    """A paragraph of one run."""
    return f"<w:p>{run(text)}</w:p>"


def box(text: str) -> str:
    """A text box."""
    return f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"


def page(body: str, head: str = "") -> str:
    """A page of a site: its own text among navigation, other news and imprint."""
    links = "".join(f'<li><a href="/{number}">Section {number}</a></li>' for number in range(12))
    news = "".join(
        f'<li><a href="/n/{number}">2023年前{number}个月进出口增长{number}.5%</a></li>' for number in range(1, 7)
    )
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>A title - A site</title>{head}</head><body>"
        f'<div class="nav"><ul>{links}</ul></div><div class="main">{body}</div><ul class="related">{news}</ul>'
        '<div class="footer"><p>主办单位：某某海关 京ICP备17015317号 电话12360</p></div></body></html>'
    )
