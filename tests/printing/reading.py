"""Reading a PDF back, as the one who gets the paper would."""

import pypdfium2

from clinic_desktop.printing.pages import Pages


def texts(pdf: bytes) -> list[str]:
    """What each page says."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        found: list[str] = []
        for number in range(len(document)):
            page = document[number]
            words = page.get_textpage()
            found.append(words.get_text_bounded())
            words.close()
            page.close()
        return found
    finally:
        document.close()


def bare(text: str) -> str:
    """Without the spaces and line breaks that setting a text in lines moves about."""
    return "".join(text.split())


def sizes(pdf: bytes) -> tuple[tuple[float, float], ...]:
    with Pages(pdf) as pages:
        return pages.sizes
