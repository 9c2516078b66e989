"""The banner says whose record this is, and above all what would make it the wrong one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.rules.banner import banner_words
from clinic_desktop.features.patients.rules.patient import AllergyStatus
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.storage.work import Work
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.banner import person_banner


@pytest.fixture
def header(ask: Callable[..., Any], register: Callable[..., Any]) -> Header:
    patient_id = register("Tzoc, María Ixchel")
    return ask(lambda r: people.header(r, patient_id))


def marks(header: Header) -> list[str]:
    return [mark.text for mark in banner_words(header).marks]


def test_most_people_have_no_mark(header: Header) -> None:
    assert marks(header) == []


def test_what_would_make_it_the_wrong_record_is_marked_in_words(header: Header) -> None:
    told = replace(
        header, died_on=PartialDate(2024), unidentified=True, doubted=("allergies", "birth"),
        other_records=("PRU-1",), restricted=True,
    )  # fmt: skip
    assert marks(told) == [
        "Died 2024",
        "Not identified",
        "In doubt between clinics: allergies, birth",
        "Other record: PRU-1",
        "Reserved record",
    ]


@pytest.mark.parametrize("status", list(AllergyStatus))
def test_allergies_have_four_wordings_and_only_the_known_are_named(header: Header, status: AllergyStatus) -> None:
    known = ("penicilina",) if status is AllergyStatus.KNOWN else ()
    words = banner_words(replace(header, allergy_status=status, allergies=known))
    others = {banner_words(replace(header, allergy_status=s)).allergies for s in AllergyStatus if s is not status}
    assert words.allergies not in others
    assert words.substances == ", ".join(known)


def test_a_conflict_of_the_merge_stands_in_the_banner_until_it_is_settled(
    header: Header, do: Callable[..., Any], ask: Callable[..., Any]
) -> None:
    def differ(work: Work) -> None:
        work.cursor.execute(
            "INSERT INTO open_conflict (tbl, id, unit, blocking, waiting, sides, found_at)"
            " VALUES ('patient', ?, 'birth', 1, 0, '[]', '2026-11-23T14:00:00.000Z')",
            (header.patient_id,),
        )

    do(differ)
    again = ask(lambda r: people.header(r, PatientId(header.patient_id)))
    assert again.doubted == ("birth",)


@given(st.text(min_size=1, max_size=200))
def test_a_name_of_any_length_and_kind_is_shown_whole(qapp: Any, name: str) -> None:
    theme.start(qapp)
    bare = banner_words(_HEADER)
    banner = person_banner(replace(bare, name=name, facts=bare.facts[:3]))
    assert banner.name.text() == name
    assert banner.minimumSizeHint().width() <= 851
    banner.deleteLater()


_HEADER = Header(
    patient_id=PatientId("x"), number="PRU-0100001-A", said="", name=None, known_as="", sex=None, birth=None,  # type: ignore[arg-type]
    born="14-jul-1987 (39 a)", age="", place="Nebaj, Quiché", language="ixil", needs_interpreter=True,
    allergy_status=AllergyStatus.NOT_RECORDED, allergies=(), died_on=None, voided=False, phone="", phone_note="",
    mother="",
)  # fmt: skip
