"""The only module that speaks to reportlab: pages of ink become PDF bytes, in memory.

Only the lowest calls of reportlab are used: "draw these characters here". Its paragraphs read markup and its
images open what a text names; neither is ever reached.
"""

import io
from collections.abc import Callable, Generator, Sequence
from functools import cache, partial
from threading import Lock

from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from clinic_desktop.kernel.assets import resource
from clinic_desktop.kernel.i18n import language
from clinic_desktop.printing.ink import Bars, Box, Ink, Letters, Line, Page, Picture, Ring
from clinic_desktop.printing.layout import lay_out
from clinic_desktop.printing.logos import picture
from clinic_desktop.printing.paper import Paper
from clinic_desktop.printing.setting import Ruler
from clinic_desktop.printing.styles import Face
from clinic_desktop.printing.words import said

# reportlab keeps its fonts for the whole process and says nothing about threads.
_one_at_a_time = Lock()


def draw(papers: Sequence[Paper]) -> bytes:
    """The same papers always give the same bytes."""
    steps = draw_in_steps(papers)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def draw_in_steps(papers: Sequence[Paper]) -> Generator[int, None, bytes]:
    """As `draw`, saying after each paper how many are drawn: a day's set takes seconds, and can be left in between."""
    title = papers[0].title if papers else ""
    return draw_pages(title, [partial(lay_out, paper) for paper in papers])


def draw_pages(title: str, parts: Sequence[Callable[[Ruler], Sequence[Page]]]) -> Generator[int, None, bytes]:
    """Pages laid out by whoever knows how, a part at a time; the number of parts drawn, at last the bytes."""
    with _one_at_a_time:
        ruler = _ruler()
        canvas = Canvas(
            io.BytesIO(), pageCompression=1, invariant=1, lang=language(), initialFontName=_font_name(Face.REGULAR)
        )
        canvas.setTitle(said(title, ruler.glyphs))
        canvas.setCreator("Clinic Desktop")
        canvas.setProducer("Clinic Desktop")
    for number, pages in enumerate(parts, 1):
        with _one_at_a_time:
            for page in pages(ruler):
                _draw_page(canvas, page)
        yield number
    with _one_at_a_time:
        return canvas.getpdfdata()


@cache
def _ruler() -> Ruler:
    fonts = {face: _font(face) for face in Face}
    for font in fonts.values():
        pdfmetrics.registerFont(font)
    glyphs = frozenset[int].intersection(*(frozenset(font.face.charToGlyph) for font in fonts.values()))
    widths = {face: {char: font.face.charWidths[char] for char in glyphs} for face, font in fonts.items()}
    return Ruler(widths, glyphs)


def _font(face: Face) -> TTFont:
    return TTFont(_font_name(face), str(resource(f"fonts/NotoSansSemiCondensed-{face}.ttf")))


def _font_name(face: Face) -> str:
    return f"Clinic{face}"


def _draw_page(canvas: Canvas, page: Page) -> None:
    canvas.setPageSize((page.width, page.height))
    for placed in page.inks:
        _draw(canvas, placed.ink, placed.x, page.height - placed.y)
    canvas.showPage()


def _draw(canvas: Canvas, ink: Ink, left: float, top: float) -> None:
    """`left` and `top` are where the ink's own origin lies, y now upwards."""
    match ink:
        case Letters(x, y, style, text):
            canvas.setFont(_font_name(style.face), style.size)
            canvas.drawString(left + x, top - y, text)
        case Line(x1, y1, x2, y2, width, dashed):
            canvas.setLineWidth(width)
            canvas.setDash([4, 3] if dashed else [])
            # Ends that stick out close the corners of a frame; the walls, drawn strip by strip, only touch.
            canvas.setLineCap(2 if y1 == y2 and not dashed else 0)
            canvas.line(left + x1, top - y1, left + x2, top - y2)
        case Box(x, y, width, height, edge, filled):
            canvas.setLineWidth(edge)
            canvas.setDash([])
            canvas.rect(left + x, top - y - height, width, height, stroke=1, fill=int(filled))
        case Ring(x, y, radius, edge):
            canvas.setLineWidth(edge)
            canvas.setDash([])
            canvas.circle(left + x, top - y, radius, stroke=1, fill=0)
        case Picture(x, y, width, height, data):
            image = picture(data)
            if image is not None:
                canvas.drawImage(ImageReader(image), left + x, top - y - height, width, height)
        case Bars(x, y, square, runs):
            path = canvas.beginPath()
            for row, column, length in runs:
                path.rect(left + x + column * square, top - y - (row + 1) * square, length * square, square)
            canvas.drawPath(path, stroke=0, fill=1)
