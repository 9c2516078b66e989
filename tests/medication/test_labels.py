"""Labels and the receipt: whose, what, how, until when; nothing cut, and nothing of why."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic_desktop.features.medication.letters.label import labels_of, lay_out_label
from clinic_desktop.features.medication.letters.receipt import lay_out_receipt, receipt_of
from clinic_desktop.features.medication.queries import handed
from clinic_desktop.features.medication.queries.handed import HandedLot, HandedOut
from clinic_desktop.features.medication.rules.courses import read_course
from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.medication.rules.kinds import Form, ReceiverSign, Route, Unit
from clinic_desktop.features.medication.service import prescribing
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.printing import labels
from clinic_desktop.printing.labels import Sheet
from clinic_desktop.printing.paper import MM, PaperSize
from tests.medication.counter import Counter
from tests.medication.test_dispensing import paper
from tests.medication.test_prescription_paper import line

DAY = date(2026, 11, 23)
LOTS = (HandedLot("A1123", date(2027, 3, 31), 18), HandedLot(None, date(2027, 9, 30), 12))


def given_out(dose: str = "1-0-½", days: int = 30, **more: Any) -> HandedOut:
    unit = more.get("unit", Unit.TABLET)
    asked = line(course=read_course(dose, days), unit=unit, instructions_text=more.pop("words", None))
    told: dict[str, Any] = {
        "dispense_id": "d", "patient_id": "p", "name": "fluoxetina", "form": Form.TABLET, "strength_text": "20 mg",
        "route": Route.ORAL, "unit": unit, "units": 30, "given_on": DAY, "lots": LOTS, "line": asked, "days": days,
        "owed": 0, "paper_folio": None, "prescriber": "Dra. Batz", "handed_by_id": "m", "received_by": None,
        "received_sign": None, "receiver_document": None, "witness_name": None,
    }  # fmt: skip
    return HandedOut(**(told | more))


def read(pdf: bytes) -> tuple[str, list[tuple[float, float]]]:
    document = pypdfium2.PdfDocument(pdf)
    said = " ".join(page.get_textpage().get_text_bounded() for page in document)
    return " ".join(said.split()), [page.get_size() for page in document]


def label_text(one: HandedOut, name: str = "TZOC, María", on: Sheet = Sheet.ROLL) -> tuple[str, int]:
    said, sizes = read(labels.pdf("", [lay_out_label(one, name, "Clínica de la Loma")], on, PaperSize.LETTER))
    return said, len(sizes)


def test_a_label_says_whose_what_how_and_until_when() -> None:
    set_language("es")
    said, pieces = label_text(given_out())
    for words in (
        "Clínica de la Loma", "TZOC, María", "fluoxetina", "20 mg — tableta — oral",
        "Mañana 1 Mediodía – Tarde – Noche ½",
        "1 tableta en la mañana y ½ tableta en la noche", "30 tabletas para 30 días", "Entregado el 23-nov-2026",
        "Usar hasta el 31-mar-2027: 18 tabletas · lote A1123",
        "Usar hasta el 30-sep-2027: 12 tabletas · lote sin número",
    ):  # fmt: skip
        assert words in said
    assert pieces == 1


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (given_out("2-0-2 7d > 1-0-1 7d", 14), "del 30-nov-2026 al 6-dic-2026"),
        (given_out("1 sos 3"), "1 tableta si hace falta, como máximo 3 tabletas al día"),
        (given_out("5-0-10", unit=Unit.BOTTLE), "5 mL en la mañana y 10 mL en la noche"),
        (given_out("1 c/28d", 28, unit=Unit.AMPOULE), "1 ampolla cada 28 días"),
        (given_out(line=None), "Se toma como dice el papel."),
        (given_out(words="con comida"), "con comida"),
    ],
)
def test_every_way_of_taking_is_said_in_words(one: HandedOut, words: str) -> None:
    set_language("es")
    assert words in label_text(one)[0]


def test_a_step_that_is_over_is_not_read_again() -> None:
    set_language("es")
    said, _pieces = label_text(given_out("2-0-2 7d > 1-0-1 7d", 14, given_on=DAY + timedelta(days=7)))
    assert "2 tabletas en" not in said and "1 tableta en la mañana" in said


@settings(max_examples=25)
@given(st.integers(0, 60), st.integers(0, 300))
def test_however_long_a_name_or_the_words_nothing_is_left_out(names: int, words: int) -> None:
    name = " ".join(f"N{n}Ixchel" for n in range(names + 1))
    told = " ".join(f"w{n}" for n in range(words))
    said, pieces = label_text(given_out("2-0-2 7d > 1-0-1 7d > ½-0-½ 7d > 0-0-½ 7d", 28, words=told), name)
    assert pieces >= 1
    assert all(word in said for word in (*name.split(), *told.split()))


def test_labels_stand_on_a_roll_or_six_on_a_sheet() -> None:
    seven = [lay_out_label(given_out(), "TZOC, María", "") for _n in range(7)]
    _said, roll = read(labels.pdf("", seven, Sheet.ROLL, PaperSize.LETTER))
    assert roll == [pytest.approx((62 * MM, 100 * MM))] * 7
    for size in (PaperSize.LETTER, PaperSize.A4):
        _said, sheets = read(labels.pdf("", seven, Sheet.PAPER, size))
        assert sheets == [pytest.approx(size.points)] * 2


def test_the_receipt_has_a_line_to_sign_and_a_box_for_the_thumb_for_all_medicines_on_one_page() -> None:
    set_language("es")
    many = [
        given_out(owed=20),
        given_out("1 sos 3", name="clonazepam", unit=Unit.TABLET),
        given_out(line=None),
    ]
    said, pages = read(lay_out_receipt(many, "TZOC, María", "12-1", None, {"m": "Mateo"}, "").pdf())
    for words in ("Constancia de entrega", "fluoxetina 20 mg", "clonazepam", "30 tabletas", "30 días", "A1123",
                  "Firma o huella", "Mateo", "se quedan debiendo 20 tabletas"):  # fmt: skip
        assert words in said
    assert len(pages) == 1
    signed = [given_out(received_sign=ReceiverSign.SIGNATURE, received_by="Juan Tzoc (hijo)", witness_name="Ana")]
    said, _pages = read(lay_out_receipt(signed, "TZOC, María", "", None, {"m": "Mateo"}, "").pdf())
    assert "huella" not in said and "Juan Tzoc (hijo)" in said and "Testigo" in said
    for word in ("mental", "psiqui", "diagn", "depres"):
        assert word not in said.lower()


def test_who_took_and_who_gave_sign_each_for_themselves() -> None:
    set_language("es")
    both = [given_out(received_by="Juan Tzoc (hijo)"), given_out(received_by="Ana Tzoc", handed_by_id="n")]
    paper_of = lay_out_receipt(both, "TZOC, María", "", None, {"m": "Mateo", "n": "Nicolasa"}, "")
    said, pages = read(paper_of.pdf())
    assert said.count("Juan Tzoc (hijo)") == said.count("Ana Tzoc") == 2
    assert "Mateo" in said and "Nicolasa" in said
    assert len(pages) == 1


def test_how_long_something_lasts_that_is_taken_as_needed_is_not_said(counter: Counter) -> None:
    set_language("es")
    counter.receive(100)
    asked = PrescriptionLine(new_id(), counter.fluoxetine, None, read_course("1 sos 3", 30), 30)
    counter.do(partial(prescribing.prescribe, patient_id=counter.patient, lines=[asked], note_id=None))
    handed_out = counter.give(asked.request_id, 20)
    said, _sizes = read(counter.ask(partial(labels_of, dispense_ids=[handed_out])))
    assert "20 cápsulas Entregado" in said, "not for 6 days: that would be read as three a day"


def test_papers_are_made_of_what_was_handed_out(counter: Counter) -> None:
    set_language("es")
    counter.receive(18, "A1", date(2027, 3, 31))
    counter.receive(100, "B1", date(2027, 9, 30))
    request_id = counter.prescribe("1-0-0", 40)
    first = counter.give(request_id, 30, receiver=Receiver("Juan Ceto", "hijo", ReceiverSign.THUMBPRINT))
    second = paper(counter, 10, accept_early=True)
    (told,) = counter.ask(partial(handed.handed_out, dispense_ids=[first]))
    assert (told.units, told.days, told.owed) == (30, 30, 10)
    assert [(lot.lot_number, lot.units) for lot in told.lots] == [("A1", 18), ("B1", 12)]
    said, _sizes = read(counter.ask(partial(labels_of, dispense_ids=[first, second])))
    assert "CETO MARCOS, Elena" in said and "Se toma como dice el papel." in said
    said, _sizes = read(counter.ask(partial(receipt_of, dispense_ids=[first, second])).pdf())
    assert "Juan Ceto (hijo)" in said and "se quedan debiendo 10 cápsulas" in said and "R-77" in said
