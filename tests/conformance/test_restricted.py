"""A reserved person is nowhere: every public query of every room is asked by everybody who may not open the record.

A new query is called by itself, with the arguments that its names ask for; a name that is new needs a line in `values`.
"""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from types import ModuleType
from typing import Any

import pytest

import clinic_desktop.features
from clinic_desktop.app import wiring
from clinic_desktop.exchange.records import OpenConflict
from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.features.agenda.rules.calls import CallList
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.consults.rules.diagnoses import ConditionChange, Diagnosis
from clinic_desktop.features.consults.rules.reactions import Reaction
from clinic_desktop.features.consults.rules.results import Result
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import GivenScale
from clinic_desktop.features.consults.rules.vitals import Vitals
from clinic_desktop.features.consults.service import encounters, reactions, results, signing
from clinic_desktop.features.consults.service import vitals as measuring
from clinic_desktop.features.medication.queries import handing
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.medication.rules.kinds import Form, PartnerKind, Unit
from clinic_desktop.features.medication.service import dispensing, formulary, partners, receiving
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.medication.service.prescribing import PrescriptionLine
from clinic_desktop.features.medication.service.receiving import DeliveryLine
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.rules.ages import Birth
from clinic_desktop.features.patients.rules.consents import ConsentPurpose, ConsentWay, Said, Talk
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.features.patients.service import consents, registering, restricting
from clinic_desktop.features.referrals import service as referrals
from clinic_desktop.features.referrals.rules import Consent, Urgency, Written
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work
from tests.makers.words import words_in
from tests.printing.reading import texts
from tests.rights.everything import tell_of_rights

TODAY = date(2026, 11, 23)
GIVEN, FAMILY, MOTHER, PHONE = "Xochiquetzal", "Zumbajoj", "Petronila Quisquinay", "55471298"
COMMUNITY, NATIONAL_ID, NOTED, WRITTEN_TO = "Caserío Tzunkawil", "2467390121413", "Sueña con el río", "Hospital Kabawil"
TOLD = (GIVEN, FAMILY, MOTHER, PHONE, NATIONAL_ID, NOTED, "Fuma tuza")
"""Words that stand in this person's record and in no other. A village is on the list of villages for everybody."""


@dataclass(frozen=True)
class Scene:
    """One reserved person with all that a clinic can hold of somebody, and her neighbour, who is not reserved."""

    patient_id: PatientId
    number: str
    neighbour_id: PatientId
    values: Mapping[str, Any]


def _details(given: str, family: str, **more: Any) -> Details:
    return Details(given_names=given, family_name=family, sex=Sex.FEMALE, municipality_code="1413", **more)


SECRET_DETAILS = _details(
    GIVEN, FAMILY, mother_name=MOTHER, phone=PHONE, community=COMMUNITY, national_id_kind="GT_CUI",
    national_id=NATIONAL_ID, birth=Birth(PartialDate(1987, 7, 14)),
)  # fmt: skip


@pytest.fixture
def scene(do: Any, ask: Any) -> Scene:
    wiring.fill()
    mine, neighbour = PatientId(new_id()), PatientId(new_id())
    registered = do(partial(registering.register, patient_id=mine, details=SECRET_DETAILS))
    do(partial(registering.register, patient_id=neighbour, details=_details("Juana", "Brito")))
    do(partial(registering.add_allergy, patient_id=mine, substance="penicilina"))
    fluoxetine = NewPresentation("fluoxetina", Form.TABLET, "20 mg", Unit.TABLET)
    tablets = do(partial(formulary.add_presentation, new=fluoxetine))
    donor = do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    lines = [DeliveryLine(tablets, "L1", date(2027, 6, 30), 240)]
    receive = partial(
        receiving.receive_delivery, delivery_id=new_id(), partner_id=donor, document_text="1", lines=lines
    )
    do(receive)
    came = do(partial(agenda.arrive, patient_id=mine, new_appointment_id=new_id()))
    request_id = new_id()
    signed = _sign(do, mine, came, request_id, tablets)
    dispense_id = new_id()
    give = [dispensing.Handout(dispense_id, request_id, 10)]
    do(partial(dispensing.dispense, patient_id=mine, handouts=give, receiver=Receiver(f"{GIVEN} {FAMILY}")))
    vitals_id = new_id()
    take = partial(measuring.take_vitals, vitals_id=vitals_id, patient_id=mine)
    do(partial(take, vitals=Vitals(weight_grams=54_500, note="Fuma tuza")))
    result_id, reaction_id = new_id(), new_id()
    do(partial(results.keep_result, result_id=result_id, patient_id=mine, result=Result(None, NOTED, "1")))
    reacted = Reaction(None, "fluoxetina", NOTED)
    do(partial(reactions.keep_reaction, reaction_id=reaction_id, patient_id=mine, reaction=reacted))
    letter_id = new_id()
    letter = Written(
        receiver_text=WRITTEN_TO, urgency=Urgency.ROUTINE, reason_text=NOTED, summary_text="", asked_text="",
        follow_text="", consent=Consent.AGREED, parts={}, medicines=(), allergies="", half_page=False, receiver_id=None,
    )  # fmt: skip
    folio = do(partial(referrals.write_referral, request_id=letter_id, patient_id=mine, written=letter))
    act_id = new_id()
    said = [Said(ConsentPurpose.CALLS, yes=True), Said(ConsentPurpose.RELATIVE, yes=True, about=MOTHER)]
    talk = Talk(
        decided_on=TODAY, way=ConsentWay.SPOKEN, language_code="spa", read_aloud=True, said_back=True, witness=MOTHER,
        witness_is_of_clinic=False, text_version="1",
    )  # fmt: skip
    agreed = do(partial(consents.record_answers, act_id=act_id, patient_id=mine, answers=said, talk=talk))
    withdrawn = do(partial(consents.withdraw, consent_id=agreed[0], act_id=new_id(), decided_on=TODAY))
    of_rights = tell_of_rights(do, mine, MOTHER, NOTED, TODAY)
    do(partial(_add_conflict, patient_id=mine))
    entry = ask(lambda r: r.plain("SELECT entry FROM patient_entry WHERE patient_id = ?", (mine,)))[0][0]
    lot_id = ask(lambda r: r.plain("SELECT id FROM stock_lot"))[0][0]
    values = {
        "patient_id": mine, "one": mine, "other": neighbour, "record_id": mine, "appointment_id": came,
        "encounter_id": signed.encounter_id, "note_id": signed.note_id, "vitals_id": vitals_id,
        "dispense_id": dispense_id, "presentation_id": tablets, "lot_id": lot_id, "partner_id": donor,
        "request_id": (request_id, letter_id), "folio": (signed.prescription_folio, folio),
        "number": registered.number, "entry": entry, "entries": [entry], "words": ("zumb", "xochi", PHONE[:7]),
        "typed": ("zumb", "tzunka"), "table": "patient", "row_id": mine, "municipality_code": "1413",
        "new": SECRET_DETAILS, "lines": [SECRET_DETAILS], "step": 1, "many": 50, "within_days": 400,
        "key": "language", "purpose": tuple(ConsentPurpose), "which": tuple(CallList),
        "letter": letter, "act_id": act_id, **of_rights, "result_id": result_id, "reaction_id": reaction_id,
        "receiver": "", "consent_id": withdrawn, "visits": [], "scores": [], "most": 10, "scope": "everything",
        "moment": datetime(2026, 11, 23, tzinfo=UTC), "at": datetime(2026, 11, 23, tzinfo=UTC),
    }  # fmt: skip
    return Scene(mine, registered.number, neighbour, values)


def _sign(do: Any, patient_id: str, came: str, request_id: str, tablets: str) -> signing.Signed:
    encounter = do(
        partial(encounters.open_encounter, encounter_id=new_id(), patient_id=patient_id, appointment_id=came)
    )
    written = signing.Written(
        "first-visit",
        sections={"history-now": NOTED},
        scales=(GivenScale(new_id(), "phq9", dict.fromkeys(range(1, 10), 1)),),
        conditions=(ConditionChange(Diagnosis("F32.1", NOTED, "")),),
        prescription=(PrescriptionLine(request_id, tablets, None, read_dose("1-0-0"), 30),),
        risk=RiskAnswer(opens=True, holder_name=MOTHER, whom_to_look_for=MOTHER),
        next_visit=signing.NextVisit(new_id(), TODAY + timedelta(days=28)),
    )
    sign = partial(signing.sign_note, encounter_id=encounter, note_id=new_id(), written=written, confirmed=True)
    return do(sign)


def _add_conflict(work: Work, patient_id: str) -> None:
    sides = [{"stamp": None, "value": [name, FAMILY, None, None], "author": None} for name in (GIVEN, "Xochi")]
    work.add(
        OpenConflict(
            tbl="patient", id=patient_id, unit="name", blocking=True, waiting=False, sides=sides, found_at=work.now
        )
    )


# -- every query


def query_modules() -> list[ModuleType]:
    found: list[ModuleType] = []
    for room in pkgutil.iter_modules(clinic_desktop.features.__path__):
        name = f"clinic_desktop.features.{room.name}.queries"
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        found.append(module)
        for inner in pkgutil.iter_modules(getattr(module, "__path__", [])):
            found.append(importlib.import_module(f"{name}.{inner.name}"))
    return found


def queries() -> list[Callable[..., Any]]:
    """Public functions of the rooms whose first argument is who asks."""
    return [
        function
        for module in query_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(function).parameters), "") in ("asker", "reading")
    ]


INTERNAL = {
    "patients.queries.intake.remembered_columns": "headings of a sheet, nobody's data",
    "patients.queries.intake.habits": "how a sheet writes; of the people here only what a word is in a name",
    "patients.queries.judging.judged_before": "a look kept for who looked, with the same permissions; `step` is asked",
    "patients.queries.memory.in_memory": "a part of the search, which is asked",
    "patients.queries.similar.bits_here": "how much signs weigh, a number; a part of the questions about likeness",
    "patients.queries.restricted.shown": "a piece of SQL",
    "patients.queries.restricted.hidden_people": "a piece of SQL",
    "agenda.queries.day.told_once": "takes a piece of SQL: a part of other queries",
    "medication.queries.ledger": "lots, units and moments, by ids; nobody is in it",
    "medication.queries.counting": "lots, numbers and the names of colleagues; nobody who is cared for is in it",
    "medication.queries.transfers.left_lines": "takes a piece of SQL: a part of other queries",
    "medication.queries.shelf.is_there": "takes a class of records: yes or no of an id",
    "consults.queries.diagnoses.same_condition": "takes what a form holds, gives an id",
    "consults.queries.diagnoses.conditions_from": "ids only",
    "consults.queries.goals.goals_from": "ids only",
    "consults.queries.notes.usual_template": "which parts a profession is asked, nobody's data",
    "bundles.queries.whose": "takes what open_conflicts gave, which is asked",
    "medication.queries.prescriptions.depot_lines": "a piece of SQL",
    "consults.queries.standing_rows.is_not_taken_back": "a piece of SQL",
    "referrals.queries.unagreed": "takes a letter that is being written",
}


def name_of(query: Callable[..., Any]) -> str:
    return f"{query.__module__.removeprefix('clinic_desktop.features.')}.{query.__name__}"


UNKNOWN = object()


def _values(name: str, annotation: str, known: Mapping[str, Any]) -> tuple[Any, ...]:
    """What to ask with: by the argument's name, else by its kind. Several where one name means several things."""
    if name in known:
        value = known[name]
        return value if isinstance(value, tuple) else (value,)
    if name.endswith("_ids") or name == "ids":
        return ([known["patient_id"], known["encounter_id"], known["note_id"]],)
    by_kind = {
        "str": (known["patient_id"],),
        "PatientId": (known["patient_id"],),
        "date": (TODAY, TODAY + timedelta(days=28)),
        "int": (0 if name == "first" else 50,),
    }
    if "[" in annotation and "date" in annotation:
        return ([TODAY],)
    return by_kind.get(annotation, (None,) if "None" in annotation else (UNKNOWN,))


def calls(known: Mapping[str, Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Each query with each set of its needed arguments."""
    for query in queries():
        parameters = list(inspect.signature(query).parameters.values())[1:]
        needed = [p for p in parameters if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        told = {p.name: _values(p.name, _said(p.annotation), known) for p in needed}
        if name_of(query) in INTERNAL or name_of(query).rpartition(".")[0] in INTERNAL:
            continue
        strange = [name for name, values in told.items() if any(value is UNKNOWN for value in values)]
        assert not strange, (
            f"{name_of(query)}: add {' and '.join(map(repr, strange))} to `values` in the fixture `scene` (a value of "
            "the reserved person, or any value that the query accepts), or name the query in INTERNAL with the reason."
        )
        for at in range(max((len(values) for values in told.values()), default=1)):
            yield name_of(query), partial(query, **{name: values[at % len(values)] for name, values in told.items()})


def _said(annotation: Any) -> str:
    """The annotation's last name; a generic one with what it holds."""
    words = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    return words if "[" in words else words.rpartition(".")[2]


def telling(vault: Vault, actor: Actor, scene: Scene) -> set[str]:
    """The queries whose answer says something of the person to this actor."""
    secrets = (*TOLD, scene.number)
    found: set[str] = set()
    for name, call in calls(scene.values):
        try:
            texts = vault.ask(partial(_words_of, call), actor)
        except ClinicError:
            continue
        if any(secret.casefold() in text.casefold() for text in texts for secret in secrets):
            found.add(name)
    return found


def _words_of(call: Callable[..., Any], asker: Any) -> list[str]:
    """Read while the question is open: some answers come in steps."""
    return list(words_in(call(asker), set()))


def papers_telling(vault: Vault, actor: Actor, scene: Scene) -> set[str]:
    """The letters that say something of the person when this actor makes them."""
    secrets = (*TOLD, scene.number)
    rows = () if not actor.may(Permission.SEE_DAY) else vault.ask(agenda_queries.today, actor)
    mine = [row for row in rows if row.patient_id == scene.patient_id] or [None]
    known = {**scene.values, "row": mine[0], "content": scene.values["letter"], "count": 1, "number": 1}
    found: set[str] = set()
    for name, letter in letters():
        first, *more = inspect.signature(letter).parameters.values()
        needed = [p for p in more if p.default is p.empty]
        told = {p.name: _values(p.name, _said(p.annotation), known) for p in needed}
        if any(value is UNKNOWN for values in told.values() for value in values):
            continue
        for at in range(max((len(values) for values in told.values()), default=1)):
            call = partial(letter, **{key: values[at % len(values)] for key, values in told.items()})
            try:
                made = (vault.do if first.name == "work" else vault.ask)(partial(_made_by, call), actor)
            except ClinicError:
                continue
            if any(secret.casefold() in made.casefold() for secret in secrets):
                found.add(name)
    return found


def letters() -> Iterator[tuple[str, Callable[..., Any]]]:
    for room in pkgutil.iter_modules(clinic_desktop.features.__path__):
        folder = f"clinic_desktop.features.{room.name}.letters"
        if importlib.util.find_spec(folder) is None:
            continue
        for inner in pkgutil.iter_modules(importlib.import_module(folder).__path__):
            module = importlib.import_module(f"{folder}.{inner.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                first = next(iter(inspect.signature(function).parameters), "")
                if function.__module__ == module.__name__ and not name.startswith("_") and first in ("asker", "work"):
                    yield f"{room.name}.{inner.name}.{name}", function


def _made_by(call: Callable[..., Any], asker: Any) -> str:
    return _printed(call(asker))


def _printed(made: Any) -> str:
    """The words on the paper, as one reads them."""
    if hasattr(made, "pdf"):
        made = made.pdf()
    if isinstance(made, bytes) and made.startswith(b"%PDF"):
        return " ".join(" ".join(texts(made)).split())
    return " ".join(words_in(made, set()))


EVERYTHING_ELSE = frozenset(Permission) - {Permission.OPEN_RESTRICTED}
OUTSIDE = {r.code: r.permissions for r in FIRST_ROLES if Permission.OPEN_RESTRICTED not in r.permissions} | {
    "everything else": EVERYTHING_ELSE
}


def restrict(do: Any, scene: Scene) -> str:
    """As what the person stands from now on."""
    return f"Reserved {do(partial(restricting.restrict, patient_id=scene.patient_id, reason='lo pide'))}"


def test_what_is_asked_really_tells_of_somebody_who_is_not_reserved(vault: Vault, actor: Actor, scene: Scene) -> None:
    """Otherwise the next test would prove nothing."""
    told = telling(vault, actor, scene)
    wanted = (
        "patients.queries.people.header", "patients.queries.people.details", "patients.queries.people.said_names",
        "patients.queries.people.recent", "patients.queries.people.rows_of", "patients.queries.search.find",
        "agenda.queries.day.today", "consults.queries.chart.chart", "consults.queries.chart.open_risks",
        "consults.queries.notes.note_page", "consults.queries.vitals.history",
        "consults.queries.results.results", "consults.queries.reactions.reaction", "consults.queries.safety.situation",
        "medication.queries.handing.to_dispense",
        "referrals.queries.open_referrals", "referrals.queries.material", "bundles.queries.open_conflicts",
        "rights.queries.coercion.event", "rights.queries.complaints.register", "rights.queries.wishes.newest",
        "rights.queries.disclosures.disclosures", "rights.queries.own_data.own_data",
    )  # fmt: skip
    assert set(wanted) - told == set()


@pytest.mark.parametrize("role", OUTSIDE)
def test_no_paper_says_anything_of_a_reserved_person(vault: Vault, do: Any, scene: Scene, role: str) -> None:
    restrict(do, scene)
    assert papers_telling(vault, Actor(new_id(), "Ana", OUTSIDE[role]), scene) == set()


def test_papers_really_tell_of_somebody_who_is_not_reserved(vault: Vault, actor: Actor, scene: Scene) -> None:
    told = papers_telling(vault, actor, scene)
    assert {"agenda.day.clinicians_list", "agenda.day.desk_list", "referrals.referral.again"} - told == set()


@pytest.mark.parametrize("role", OUTSIDE)
def test_no_query_says_anything_of_a_reserved_person(vault: Vault, do: Any, scene: Scene, role: str) -> None:
    restrict(do, scene)
    outsider = Actor(new_id(), "Ana", OUTSIDE[role])
    assert telling(vault, outsider, scene) == set()


def test_those_who_may_open_it_lose_nothing(vault: Vault, do: Any, actor: Actor, scene: Scene) -> None:
    before = telling(vault, actor, scene)
    restrict(do, scene)
    assert telling(vault, actor, scene) == before


def test_no_count_counts_a_reserved_person(vault: Vault, do: Any, ask: Any, scene: Scene) -> None:
    restrict(do, scene)
    outsider = Actor(new_id(), "Ana", EVERYTHING_ELSE)
    assert (vault.ask(people.count, outsider), ask(people.count)) == (1, 2)


def test_the_days_line_and_the_medicines_to_hand_out_stand_as_reserved_n(vault: Vault, do: Any, scene: Scene) -> None:
    called = restrict(do, scene)
    outsider = Actor(new_id(), "Ana", EVERYTHING_ELSE)
    assert called in [row.name for row in vault.ask(agenda_queries.today, outsider)]
    (person,) = vault.ask(handing.to_dispense, outsider)
    assert (person.said, person.lines[0].owed) == (called, 20)


def test_reception_books_moves_and_receives_a_reserved_person_from_the_days_line(
    vault: Vault, do: Any, scene: Scene, clock: Any
) -> None:
    called = restrict(do, scene)
    desk = Actor(new_id(), "Ana", next(r.permissions for r in FIRST_ROLES if r.code == "receptionist"))
    (row,) = [r for r in vault.ask(agenda_queries.today, desk) if r.name == called]
    booked = vault.ask(partial(agenda_queries.next_booking, patient_id=row.patient_id), desk)
    assert booked is not None
    clock.advance(days=7)
    came = vault.do(partial(agenda.arrive, patient_id=row.patient_id, new_appointment_id=new_id()), desk)
    assert came in [r.appointment_id for r in vault.ask(agenda_queries.today, desk)]
    again = partial(agenda.book, appointment_id=new_id(), patient_id=row.patient_id, day=date(2027, 2, 1))
    vault.do(partial(again, confirmed=True), desk)


def test_the_pharmacy_hands_out_to_a_reserved_person(vault: Vault, do: Any, ask: Any, scene: Scene) -> None:
    called = restrict(do, scene)
    pharmacy = Actor(new_id(), "Luis", next(r.permissions for r in FIRST_ROLES if r.code == "pharmacy"))
    (person,) = vault.ask(handing.to_dispense, pharmacy)
    header = vault.ask(partial(handing.header_to_serve, patient_id=person.patient_id), pharmacy)
    assert (header.said, header.allergies, header.number) == (called, ("penicilina",), "")
    give = [dispensing.Handout(new_id(), person.lines[0].line.request_id, 20)]
    give_all = partial(dispensing.dispense, patient_id=person.patient_id, handouts=give, accept_early=True)
    vault.do(give_all, pharmacy)
    assert vault.ask(handing.to_dispense, pharmacy) == ()
