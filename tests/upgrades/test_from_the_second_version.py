"""A clinic with notes, prescriptions, scales and dangers as the second version wrote them opens whole with this one."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.consults.queries import diagnoses, notes, risks, scales
from clinic_desktop.features.consults.records.conditions import Condition
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter, NoteSignature
from clinic_desktop.features.consults.records.risk import RiskEvent
from clinic_desktop.features.consults.records.scales import InstrumentResponse
from clinic_desktop.features.consults.rules.signing import NoteState
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.medication.queries import handing, injections, prescriptions
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import drafts, ledger
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.opening import open_vault, vault_keys
from clinic_desktop.storage.work import Actor, Work
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers.people import note, register
from tests.upgrades.older import as_version

DAY = date(2026, 11, 23)
LINES = (
    ("1-0-1", {"morning_quarters": 4, "night_quarters": 4}, 1, 30, 60),
    ("½-0-1", {"morning_quarters": 2, "night_quarters": 4}, 1, 7, 11),
    ("1 c/28d", {"morning_quarters": 4}, 28, 84, 3),
)
"""As it is said, the quarters, every so many days, days, units."""


def lived(work: Work) -> tuple[str, str]:
    """A person in care; returns them and a consultation that was begun and not signed."""
    who = register()(work)
    waits = work.load(ConsultNote, note(who, "Duerme mejor.")(work))
    me = work.actor.staff_id
    work.add(
        NoteSignature(note_id=waits.id, kind="returned", signed_at=work.now, supervisor_id=me, comment="el riesgo")
    )
    medicine = work.add(Medicine(name="haloperidol"))
    form = {"medicine_id": medicine.id, "form": "ampoule", "unit": "ampoule", "strength_text": "50 mg/mL"}
    product = work.add(Presentation(pack_units=1, route="intramuscular", **form))
    for _, quarters, every, days, units in LINES:
        zero = dict.fromkeys(("morning_quarters", "noon_quarters", "evening_quarters", "night_quarters"), 0)
        work.add(
            MedicationRequest(
                patient_id=who, note_id=waits.id, encounter_id=waits.encounter_id, presentation_id=product.id,
                every_days=every, days=days, units=units, folio="PRU-R1", signed_on=DAY, prescriber_id=me,
                **(zero | quarters),
            )
        )  # fmt: skip
    given = {"answers": {"1": 2, "9": 1}, "how_given": "paper", "occurred_on": DAY, "total": 12, "band": "moderate"}
    work.add(InstrumentResponse(patient_id=who, note_id=waits.id, scale_code="phq9", **given))
    held = {"holder_name": "Juana", "next_contact_on": date(2026, 11, 30), "by_id": me, "occurred_on": DAY}
    work.add(RiskEvent(patient_id=who, step="opened", reason_code="phq9:9", **held))
    stands = {"clinical_status": "active", "verification_status": "confirmed"}
    work.add(Condition(patient_id=who, code="F32.1", title="Episodio depresivo moderado", **stands))
    begun = {"kind": "follow-up", "occurred_on": DAY, "clinician_id": me, "started_at": work.now}
    return who, work.add(Encounter(patient_id=who, **begun)).id


def old_draft() -> dict[str, Any]:
    """Under the keys that the screen of the consultation had then."""
    titled = {"code": "F41.1", "title": "Ansiedad", "official": "Trastorno de ansiedad generalizada", "is_short": True}
    line = {"request_id": new_id(), "presentation_id": None, "medicine_text": "sertralina 50", "dose": "1-0-0"}
    return {
        "note_id": new_id(),
        "response_id": new_id(),
        "next_appointment_id": new_id(),
        "sections": {"how-are-you": "Come mejor; 20 días sin llorar.", "plan": "Sigue igual."},
        "answers": {"1": 3, "2": 0},
        "how": "read-aloud",
        "conditions": [
            {
                "diagnosis": titled,
                "clinical_status": "remission",
                "verification_status": "confirmed",
                "condition_id": None,
            }
        ],
        "lines": [line | {"days": 30, "units": 30, "instructions_text": "con comida"}],
        "risk": {
            "opens": True,
            "holder_name": "Rosa",
            "next_contact_on": "2026-11-27",
            "whom_to_look_for": "su tía",
            "words": "",
        },
        "next_visit": "6s",
    }


@pytest.fixture
def opened_again(
    vault_folder: Path, made_vault: tuple[Path, Opened], clock: StillClock, actor: Actor, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Any:  # fmt: skip
    vault = open_vault(vault_folder, made_vault[1], clock)
    who, begun = vault.do(lived, actor)
    vault.do(
        lambda w: drafts.keep_draft(w, notes.DRAFT_SCREEN, begun, old_draft(), {"section": "plan", "at": 5}), actor
    )
    vault.close()
    as_version("0002", vault_folder, vault_keys(made_vault[1]).cipher, monkeypatch, tmp_path / "scripts")
    vault = open_vault(vault_folder, made_vault[1], clock)
    yield vault, who, begun
    vault.close()


def test_what_was_signed_counts_as_it_did(opened_again: Any, actor: Actor) -> None:
    vault, who, _ = opened_again

    def ask(query: Callable[..., Any], *asked: Any) -> Any:
        return vault.ask(lambda reading: query(reading, *asked), actor)

    told = {(str(m.course), m.days, m.units, m.ends_on.isoformat()) for m in ask(prescriptions.current_medicines, who)}
    assert told == {
        (said, days, units, date.fromordinal(DAY.toordinal() + days).isoformat()) for said, _, _, days, units in LINES
    }
    assert {(one.line.units, one.owed) for one in ask(handing.owed_to, who)} == {(n, n) for *_, n in LINES}
    assert [str(depot.line.course) for depot in ask(injections.depots, who)] == ["1 c/28d"]
    assert [(s.scale_code, s.total) for s in ask(scales.scores, who)] == [("phq9", 12)]
    assert ask(risks.risk_of, who).holder_name == "Juana"
    assert [c.title for c in ask(diagnoses.conditions, who)] == ["Episodio depresivo moderado"]
    page = ask(notes.note_page, ask(notes.last_note, who).note_id)
    assert page.sections == {"plan": "Duerme mejor."}
    assert (page.state, page.plan_items, page.transcribed_by_name) == (NoteState.SIGNED, (), None)
    raw: Any = vault._raw
    assert ledger.broken_at(raw.cursor()) is None
    with raw:
        assert list(ledger.stale_rows(raw.cursor())) == []


def test_a_draft_of_the_consultation_comes_back_with_everything(
    opened_again: Any, actor: Actor, qapp: Any, qtbot: Any
) -> None:
    vault, _, begun = opened_again
    theme.start(qapp)
    screen = ConsultScreen(Office(vault, actor, voice=RememberingVoice(), immediate=True), encounter_id=begun)
    qtbot.addWidget(screen)
    kept, before = screen._gather(), old_draft()
    assert kept["sections"] == before["sections"]
    assert kept["scales"]["phq9"]["answers"] == before["answers"]
    assert kept["scales"]["phq9"]["how"] == before["how"]
    assert {
        name: kept["lines"][0][name] for name in ("medicine_text", "dose", "days", "units", "instructions_text")
    } == {name: before["lines"][0][name] for name in ("medicine_text", "dose", "days", "units", "instructions_text")}
    (change,) = kept["conditions"]
    assert {name: change[name] for name in before["conditions"][0]} == before["conditions"][0]
    assert before["risk"].items() <= kept["risk"].items()
    assert kept["next_visit"] == "6s"
