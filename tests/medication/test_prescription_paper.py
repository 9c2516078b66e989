"""The prescription on paper: readable by somebody who reads little, complete for a pharmacy, silent of why."""

from datetime import date
from functools import partial
from typing import Any

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.letters.prescription import Prescription, lay_out, prescription_paper
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.medication.rules.courses import Course, read_course
from clinic_desktop.features.medication.rules.in_words import in_spanish
from clinic_desktop.features.medication.rules.kinds import Form, Route, Unit
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.printing.paper import Letterhead, PaperSize
from tests.medication.counter import Counter

FOLIO = "12-000345-7"


def line(name: str = "fluoxetina", course: Course | None = None, **more: Any) -> CurrentMedicine:
    told: dict[str, Any] = {
        "request_id": "r", "patient_id": "p", "note_id": "n", "folio": FOLIO, "presentation_id": "x",
        "medicine_id": "m", "name": name, "form": Form.TABLET, "strength_text": "20 mg", "route": Route.ORAL,
        "unit": Unit.TABLET, "course": course or read_course("1-0-½", 30), "days": 30, "units": 45,
        "instructions_text": None, "signed_on": date(2026, 11, 23),
        "prescriber_text": "Dra. Ana Lucía Batz · colegiado 12345", "running": True,
    }  # fmt: skip
    return CurrentMedicine(**(told | more))


def text_of(*lines: CurrentMedicine, size: str = "half-letter", **more: Any) -> tuple[str, int]:
    told: dict[str, Any] = {
        "head": Letterhead("Clínica de la Loma", ("Calzada Roosevelt 1",), "7888-0000"), "size": size,
        "name": "María Ixchel Tzoc", "number": "12-000021-3", "age": "34 años", "allergies": "Allergies not recorded",
        "lines": lines, "diagnoses": (), "printed_by": "Ana", "printed_at": "23 nov 2026 10:00",
    }  # fmt: skip
    pdf = pypdfium2.PdfDocument(lay_out(Prescription(**(told | more))).pdf())
    return "\n".join(page.get_textpage().get_text_bounded() for page in pdf), len(pdf)


def test_it_says_medicine_dose_quantity_and_who_signs() -> None:
    set_language("es")
    said, pages = text_of(line())
    for words in (
        "fluoxetina 20 mg", "1 tableta en la mañana y ½ tableta en la noche", "45 tabletas (cuarenta y cinco)",
                  "Dra. Ana Lucía Batz", "colegiado 12345", "María Ixchel Tzoc", FOLIO):  # fmt: skip
        assert words in said
    assert pages == 1


def test_no_diagnosis_unless_it_is_asked_for() -> None:
    assert "Episodio" not in text_of(line())[0]
    assert "Episodio depresivo" in text_of(line(), diagnoses=("Episodio depresivo",))[0]


def test_every_page_after_the_first_is_headed_by_name_and_folio() -> None:
    said, pages = text_of(*(line(f"medicina {at}") for at in range(9)))
    assert pages > 1
    assert said.count("María Ixchel Tzoc") >= pages
    assert said.count(FOLIO) >= pages


def test_steps_stand_with_their_days_and_as_needed_with_its_most() -> None:
    set_language("es")
    steps = line(course=read_course("1-0-1 7d > 1-0-0 7d", 1), days=14, units=21)
    needed = line("lorazepam", read_course("1 sos 2", 10), days=10, units=20)
    said, _pages = text_of(steps, needed)
    assert "29-nov-2026" in said and "30-nov-2026" in said
    assert "como máximo 2 tabletas al día" in said


def test_urgency_stands_on_it_until_a_supervisor_signed_and_never_why() -> None:
    waits = line(supervisor_wanted=True, urgent_reason="convulsiones")
    assert "Urgent, before the signature of a supervisor" in text_of(waits)[0]
    assert "convulsiones" not in text_of(waits)[0]
    signed = line(supervisor_wanted=True, urgent_reason="convulsiones", supervisor_text="Dr. Morales · colegiado 77")
    said = text_of(signed)[0]
    assert "Urgent" not in said and "Dr. Morales" in said


@pytest.mark.parametrize("size", list(PaperSize))
def test_empty_fields_markup_and_long_words_print(size: PaperSize) -> None:
    empty = line(
        "", strength_text=None, form=None, route=None, unit=None, prescriber_text=None, medicine_id=None,
        presentation_id=None, instructions_text="con comida", folio=None,
    )  # fmt: skip
    odd = line("<b>&lt;fluoxetina</b> " + "x" * 300, instructions_text="palabra " * 500)
    said, _pages = text_of(empty, odd, size=size, name="", number="", age="", head=Letterhead(""))
    assert "<b>&lt;" in said


@given(st.integers(0, 999_999))
def test_a_number_in_words_is_never_empty(number: int) -> None:
    assert in_spanish(number)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "uno"), (21, "veintiuno"), (45, "cuarenta y cinco"), (100, "cien"), (101, "ciento uno"), (560, "quinientos "
     "sesenta"), (1000, "mil"), (21_000, "veintiún mil"), (31_001, "treinta y un mil uno")],
)  # fmt: skip
def test_numbers_in_words(number: int, words: str) -> None:
    assert in_spanish(number) == words


def test_the_paper_of_a_note_is_that_of_its_folio(ask: Any, counter: Counter) -> None:
    note_id = new_id()
    counter.prescribe("1-0-1", note=note_id)
    (written,) = ask(partial(prescriptions.prescribed_in, note_id=note_id))
    paper = ask(partial(prescription_paper, note_id=note_id))
    assert (paper.folio, paper.size) == (written.folio, PaperSize.HALF_LETTER)
