"""search, show, report: reading for support and tests."""

from clinic_desktop.app.cli import Answer, Command, Desk
from clinic_desktop.app.clinic import OpenClinic
from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.medication.queries import proof, shelf
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.service import registering as patients_service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId


def search(desk: Desk) -> Answer:
    with desk.open() as clinic:
        found = clinic.vault.ask(lambda reading: finding.find(reading, desk.wanted.text), clinic.actor)
    facts = {"found": [{"id": f.patient_id, "number": f.number, "name": f.said, "born": f.born} for f in found]}
    return Answer(facts, [f"{f.number}  {f.said}  {f.born}" for f in found] or [_("Nobody was found.")])


def show(desk: Desk) -> Answer:
    """One patient's header. Leaves a view line, as opening the page does. The id may be a printed number."""
    with desk.open() as clinic:
        vault, actor, wanted = clinic.vault, clinic.actor, desk.wanted.id
        patient_id = vault.ask(lambda reading: patients.by_number(reading, wanted), actor) or PatientId(wanted)
        known = vault.ask(lambda reading: patients.header(reading, patient_id), actor)
        vault.do(lambda work: patients_service.look(work, patient_id), actor)
    facts = {
        "id": known.patient_id,
        "number": known.number,
        "name": known.said,
        "born": known.born,
        "sex": known.sex,
        "place": known.place,
        "voided": known.voided,
    }
    return Answer(facts, [f"{known.number}  {known.said}", f"{known.born}  {known.place}"])


def report(desk: Desk) -> Answer:
    with desk.open() as clinic:
        return _REPORTS[desk.wanted.name](desk, clinic)


def _day(_desk: Desk, clinic: OpenClinic) -> Answer:
    rows = clinic.vault.ask(agenda.today, clinic.actor)
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row.status)] = counts.get(str(row.status), 0) + 1
    day = say_day(clinic.vault.ask(lambda reading: reading.today, clinic.actor))
    people = ngettext("{count} person", "{count} people", len(rows)).format(count=len(rows))
    return Answer({"people": len(rows), "by_state": counts}, [f"{day}: {people}"])


def _stock(_desk: Desk, clinic: OpenClinic) -> Answer:
    rows = clinic.vault.ask(shelf.stock, clinic.actor)
    facts = [{"product": r.said, "usable": r.usable, "expired": r.expired} for r in rows]
    return Answer({"stock": facts}, [f"{r.said}: {r.shelf}" for r in rows])


def _sums(_desk: Desk, clinic: OpenClinic) -> Answer:
    """Whether every balance is the sum of its movements."""
    wrong = clinic.vault.ask(proof.check_sums, clinic.actor)
    said = [w.sentence() for w in wrong] or [_("Every balance is the sum of its movements.")]
    return Answer({"wrong": len(wrong)}, said)


_REPORTS = {"day": _day, "stock": _stock, "sums": _sums}

COMMANDS: dict[tuple[str, str | None], Command] = {
    ("search", None): search,
    ("show", None): show,
    ("report", None): report,
}
