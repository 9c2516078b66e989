from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.printing.ink import Box, Letters, Line
from clinic_desktop.printing.layout import lay_out
from clinic_desktop.printing.paper import (
    Align,
    Blank,
    Block,
    Code,
    Column,
    CutLine,
    Fact,
    Facts,
    Heading,
    Letterhead,
    Notice,
    Paper,
    PaperSize,
    Rows,
    Signature,
    Signer,
    Slip,
    Tick,
    Ticks,
    Words,
    bind,
)
from clinic_desktop.printing.render import _ruler
from clinic_desktop.printing.sheets import key_strip, listing
from tests.printing import samples
from tests.printing.reading import bare, sizes, texts

RULER = _ruler()
HOSTILE = (
    "<b>Ana",
    "</para>",
    "<img src='/etc/hostname'>",
    "<img src='http://127.0.0.1:9/x.png'>",
    "&amp; &lt; &#0; & <",
    "<font color='white'>oculto</font>",
    "]]> <!-- %s {name} %(x)s ${y}",
    "(a) \\ ) endstream endobj",
)
# Letters that PDFium reads back as they were drawn.
drawn = st.text(st.sampled_from(sorted("abcñáéíóúüÑ<>&/\"'(){}[]\\%;:#0123456789 \nʼꞌ¿¡½°=@")), max_size=400)
anything = st.text(max_size=200) | st.sampled_from(HOSTILE)


def without_head_and_foot(page: str) -> str:
    """Of a paper whose title is one short line."""
    return page.split("\n", 1)[1].rsplit("Page", 1)[0]


def block_of_each_kind(text: str) -> tuple[Block, ...]:
    return (
        Heading(text),
        Notice(text),
        Facts((Fact(text, text), Fact(text, None), Fact(text, text, wide=True), Fact(text, "", to_write=True))),
        Words(text, head=text, large=True),
        Rows(
            (Column(text), Column(text, align=Align.RIGHT)), ((text, text), (text,)), head=text, if_none=text, blank=1
        ),
        Ticks((Tick(text), Tick(text, True)), head=text),
        Blank(2, text),
        Signature((Signer(text, (text,), thumbprint=True), Signer(""))),
        CutLine(text),
        Code("PRU-AB00001-K", text),
        Slip(text, (Words(text),), folio=text, return_to=(text, "")),
    )


def of_every_block(text: str, size: PaperSize = PaperSize.LETTER) -> Paper:
    return Paper(
        text,
        block_of_each_kind(text),
        letterhead=Letterhead(text, (text,), text),
        size=size,
        subject=text,
        folio=text,
        dateline=text,
        footer=text,
    )


@settings(max_examples=40, deadline=None)
@given(anything, st.sampled_from(PaperSize))
def test_any_text_in_any_place_becomes_a_paper(text: str, size: PaperSize) -> None:
    assert texts(of_every_block(text, size).pdf())


@settings(max_examples=40, deadline=None)
@given(drawn)
def test_what_is_typed_is_what_is_read(text: str) -> None:
    paper = Paper("T", (Words(text),))
    assert bare(text) in bare("".join(texts(paper.pdf())))


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_printed_as_it_was_typed(text: str) -> None:
    assert bare(text) in bare(texts(Paper(text, (Words(text),)).pdf())[0])


@settings(max_examples=30, deadline=None)
@given(anything, st.sampled_from(PaperSize), st.booleans())
def test_no_ink_leaves_the_paper(text: str, size: PaperSize, landscape: bool) -> None:
    paper = replace(of_every_block(text * 5, size), landscape=landscape)
    for page in lay_out(paper, RULER):
        for placed in page.inks:
            match placed.ink:
                case Letters(x, y, style, words):
                    right = placed.x + x + RULER.width(style, words)
                    assert placed.x + x >= 0 and right <= page.width
                    assert 0 <= placed.y + y <= page.height - 10
                case Line(x1, y1, x2, y2):
                    assert placed.x + min(x1, x2) >= 0 and placed.x + max(x1, x2) <= page.width
                    assert placed.y + min(y1, y2) >= 0 and placed.y + max(y1, y2) <= page.height
                case Box(x, y, width, height):
                    assert placed.x + x + width <= page.width and placed.y + y + height <= page.height
                case _:
                    pass


def test_twenty_thousand_letters_run_over_as_many_pages_as_they_need_and_none_is_lost() -> None:
    text = " ".join(f"palabra{number}" for number in range(1500))[:20_000]
    for size in PaperSize:
        pages = texts(Paper("T", (Words(text),), size=size).pdf())
        assert len(pages) > 2
        assert bare(text) in bare("".join(without_head_and_foot(page) for page in pages))


def test_a_word_of_twenty_thousand_letters_is_cut_into_lines() -> None:
    pages = texts(Paper("T", (Words("ñ" * 20_000),)).pdf())
    assert sum(page.count("ñ") for page in pages) == 20_000


def test_a_table_cell_of_twenty_thousand_letters_goes_on_over_the_page() -> None:
    rows = (("x " * 10_000, "1"),)
    pages = texts(Paper("T", (Rows((Column("Largo", 4), Column("Uno")), rows),)).pdf())
    assert sum(page.count("x") for page in pages) == 10_000
    assert all("Largo" in page for page in pages)


def test_a_name_of_two_hundred_letters_wraps_and_stays_whole() -> None:
    name = "María de los Ángeles Ixchel Chavajay Tzoc viuda de Mendoza y Sicay " * 3
    paper = samples.referral(PaperSize.HALF_LETTER, name=name)
    assert bare(name) in bare(texts(paper.pdf())[0])


def test_every_page_is_numbered_and_the_second_names_person_and_folio() -> None:
    pages = texts(samples.referral(course=samples.COURSE * 20).pdf())
    assert len(pages) >= 3
    for number, page in enumerate(pages):
        assert f"Page {number + 1} of {len(pages)}" in page
        assert "TZOC PÉREZ, María Ixchel" in page
        assert "Folio REF-AB00031-7" in page
    assert "Clínica Las Nubes" in pages[0] and "Clínica Las Nubes" not in pages[1]


def test_an_empty_fact_says_so_and_an_empty_optional_one_is_left_out() -> None:
    set_language("es")
    facts = Facts((Fact("CUI", "  "), Fact("Acompañante", None, needed=False), Fact("Cita", None, to_write=True)))
    read = texts(Paper("T", (facts, Words(None, head="Motivo"), Words("", head="Plan", needed=True)), folio="").pdf())[
        0
    ]
    assert read.split("\n")[1].strip() == "CUI" or "CUI" in read
    assert read.count("No consta") == 2
    assert "Acompañante" not in read and "Motivo" not in read and "Folio" not in read
    assert "Cita" in read and "Plan" in read and "None" not in read


@pytest.mark.parametrize("size", PaperSize)
def test_a_paper_with_nothing_in_it_is_still_a_paper(size: PaperSize) -> None:
    blocks = (*block_of_each_kind(""), Facts(()), Ticks(()), Signature(()), Rows((Column("x"),), ()), Blank(0))
    assert "None" not in texts(Paper("", blocks, letterhead=Letterhead(""), size=size).pdf())[0]


@pytest.mark.parametrize("size", PaperSize)
def test_the_page_has_the_size_of_the_setting(size: PaperSize) -> None:
    upright = sizes(Paper("T", (), size=size.value).pdf())[0]
    lying = sizes(Paper("T", (), size=size.value, landscape=True).pdf())[0]
    assert upright == pytest.approx(size.points, abs=0.1)
    assert lying == pytest.approx(size.points[::-1], abs=0.1)


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert samples.referral().pdf() == samples.referral().pdf()


def test_the_slip_stays_in_one_piece_at_the_foot_of_the_last_page() -> None:
    for lines in range(1, 60, 7):
        pages = texts(samples.referral(course="Una línea.\n" * lines).pdf())
        assert "Contrarreferencia" in pages[-1] and "Próxima cita" in pages[-1]
        assert all("Contrarreferencia" not in page for page in pages[:-1])


def test_an_ordinary_referral_and_its_slip_fit_on_one_letter_sheet() -> None:
    assert len(texts(samples.referral().pdf())) == 1


def test_papers_bound_together_count_their_own_pages() -> None:
    pages = texts(bind((samples.referral(course=samples.COURSE * 12), samples.consent())))
    assert "Page 1 of 2" in pages[0] and "Page 1 of 1" in pages[2]


def test_a_preprinted_letterhead_leaves_its_room_empty() -> None:
    paper = replace(samples.consent(), letterhead=samples.letterhead(preprinted=True))
    assert "Las Nubes" not in texts(paper.pdf())[0]


@pytest.mark.parametrize("logo", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken", samples.logo()[:200]])
def test_a_logo_that_cannot_be_read_is_left_out(logo: bytes) -> None:
    assert "Clínica Las Nubes" in texts(replace(samples.consent(), letterhead=samples.letterhead(logo=logo)).pdf())[0]


def test_a_list_repeats_its_head_counts_its_rows_and_says_who_printed_it() -> None:
    rows = [(str(number), f"Persona {number}") for number in range(1, 101)]
    paper = listing("Lista", (Column("Turno"), Column("Nombre", 4)), rows, by="Juana", at="hoy", roomy=True, blank=2)
    pages = texts(paper.pdf())
    assert all("Turno" in page and "Printed by Juana · hoy" in page for page in pages)
    assert [f"Persona {number}" in "".join(pages) for number in range(1, 101)] == [True] * 100
    assert "100 lines" in pages[-1]


def test_an_empty_list_says_so() -> None:
    paper = listing("Lista", (Column("Nombre"),), (), by="Juana", at="hoy", if_none="Nadie espera.")
    assert "Nadie espera." in texts(paper.pdf())[0]


def test_no_column_breaks_a_word_while_another_has_room() -> None:
    paper = Paper(
        "T", (Rows((Column("Turno", 0.1), Column("Nombre", 5)), (("prioridad", "Ana"),)),), size="half-letter"
    )
    assert "prioridad" in texts(paper.pdf())[0] and "Turno" in texts(paper.pdf())[0]


def test_the_strip_of_keys_holds_every_key_with_its_deed() -> None:
    keys = [(f"Ctrl+{letter}", f"Hecho {letter}") for letter in "ABCDEFG"]
    read = texts(key_strip(keys, by="Juana", at="hoy").pdf())[0]
    assert all(key in read and deed in read for key, deed in keys)
