"""The rooms in menu order, and what hangs between them in the window. The only list of rooms; nothing is discovered."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.app import wiring
from clinic_desktop.features.agenda.queries import day as agenda_queries
from clinic_desktop.features.agenda.room import ROOM as AGENDA
from clinic_desktop.features.agenda.rules.day import STATUS_WORDS
from clinic_desktop.features.agenda.screens import slots as day_slots
from clinic_desktop.features.agenda.service import day as agenda
from clinic_desktop.features.backups.room import ROOM as BACKUPS
from clinic_desktop.features.bundles.queries import waiting
from clinic_desktop.features.bundles.room import ROOM as BUNDLES
from clinic_desktop.features.bundles.screens import doubts_slot
from clinic_desktop.features.consults.room import ROOM as CONSULTS
from clinic_desktop.features.consults.screens import own_deeds
from clinic_desktop.features.consults.screens import slots as chart_slots
from clinic_desktop.features.medication.queries import injections
from clinic_desktop.features.medication.room import ROOM as MEDICATION
from clinic_desktop.features.patients.queries import people, photos
from clinic_desktop.features.patients.room import ROOM as PATIENTS
from clinic_desktop.features.patients.screens import slots as patient_slots
from clinic_desktop.features.referrals.room import ROOM as REFERRALS
from clinic_desktop.features.rights.room import ROOM as RIGHTS
from clinic_desktop.features.settings.room import ROOM as SETTINGS
from clinic_desktop.features.settings.screens import slots as settings_slots
from clinic_desktop.features.staff.room import ROOM as STAFF
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.shell.slots import Search, Slots, Status, StatusItem
from clinic_desktop.storage.work import Asker
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room

ROOMS: tuple[Room, ...] = (AGENDA, CONSULTS, PATIENTS, MEDICATION, REFERRALS, RIGHTS, BUNDLES, BACKUPS, STAFF, SETTINGS)


def places() -> tuple[Place, ...]:
    """Every place of every room, in the order of the rail."""
    return tuple(sorted((place for room in ROOMS for place in room.places), key=lambda place: place.order))


def home_of(permissions: frozenset[Permission]) -> str:
    """Where a person's day begins."""
    for permission, code in (
        (Permission.WRITE_NOTES, "consults"),
        (Permission.RECEPTION, "today"),
        (Permission.TRANSCRIBE, "paper-typing"),
        (Permission.DISPENSE, "medicines"),
        (Permission.MERGE_BUNDLES, "stick"),
        (Permission.SEE_PATIENTS, "persons"),
    ):
        if permission in permissions:
            return code
    return ""


def furnish() -> None:
    """Fill the slots of services and screens. Repeating it changes nothing."""
    wiring.fill()
    patient_slots.deeds = (
        patient_slots.Deed(
            N_("Arrived"),
            "arrived",
            "user-check",
            Permission.RECEPTION,
            _arrive,
            primary=True,
            already=_is_here,
            tables=agenda_queries.TABLES,
        ),
        patient_slots.Deed(N_("New appointment"), "appointment", "calendar-plus", Permission.RECEPTION, _book),
        patient_slots.Deed(N_("Card"), "card", "id", Permission.RECEPTION, _make_card),
        patient_slots.Deed(
            N_("Vital signs"),
            "vitals",
            "heartbeat",
            Permission.TAKE_VITALS,
            _take_vitals,
            place="preview",
            or_with=frozenset({Permission.WRITE_NOTES}),
        ),
        patient_slots.Deed(N_("Open chart"), "", "stethoscope", Permission.READ_CHART, _open_chart),
        patient_slots.Deed(N_("Hand out"), "hand_out", "pill", Permission.DISPENSE, _hand_out, place="preview"),
    )
    patient_slots.panels = (
        patient_slots.Panel(
            doubts_slot.DOUBTS, Permission.SEE_PATIENTS, doubts_slot.panel, of_person=doubts_slot.has_any
        ),
        patient_slots.Panel(N_("Consent"), Permission.SEE_PATIENTS, _consents),
        patient_slots.Panel(N_("Rights"), Permission.ASK_RIGHTS, _rights),
        patient_slots.Panel(N_("Vital signs"), Permission.TAKE_VITALS, _vitals),
        patient_slots.Panel(N_("Picture"), Permission.SEE_PATIENTS, _photo, _photos_are_on),
        patient_slots.Panel(N_("Who sees this record"), Permission.OPEN_RESTRICTED, _restricting),
        patient_slots.Panel(
            N_("Erase"), Permission.ERASE_RECORDS, _erasing, lambda o: o.ask(lambda r: r.place.is_central)
        ),
    )
    day_slots.row_deeds = (
        day_slots.RowDeed(
            N_("Vital signs"),
            "vitals",
            "heartbeat",
            frozenset({Permission.TAKE_VITALS, Permission.WRITE_NOTES}),
            lambda office, patient_id, screen: _take_vitals(office, PatientId(patient_id), screen),
        ),
    )
    day_slots.row_marks = (
        day_slots.RowMark(
            N_("injection"),
            frozenset({Permission.READ_CHART, Permission.TAKE_VITALS, Permission.PRESCRIBE}),
            injections.TABLES,
            lambda office, people: office.ask(injections.due_for, people),
        ),
    )
    settings_slots.own_lists = (
        settings_slots.OwnList(N_("Short list of diagnoses"), "short-list", Permission.KEEP_CATALOGS),
        settings_slots.OwnList(N_("Questions about danger"), "danger-questions", Permission.KEEP_CATALOGS),
        settings_slots.OwnList(N_("Wordings of scales"), "instruments", Permission.KEEP_CATALOGS),
    )
    chart_slots.chart_deeds = (
        *own_deeds.OWN,
        chart_slots.ChartDeed(
            N_("Held, locked in or chained"), "lock", frozenset({Permission.WRITE_NOTES}), _write_force
        ),
        chart_slots.ChartDeed(N_("Referral letter"), "mail", frozenset({Permission.WRITE_LETTERS}), _refer),
        chart_slots.ChartDeed(N_("Voucher for a pharmacy"), "ticket", frozenset({Permission.SEND_VOUCHERS}), _voucher),
        chart_slots.ChartDeed(
            doubts_slot.DOUBTS, "alert-triangle", frozenset({Permission.READ_CHART}), doubts_slot.open_sheet
        ),
    )
    chart_slots.signed_papers = (
        chart_slots.SignedPaper(N_("Prescription"), _has_prescription, _prescription_of_note, always_ask=True),
        chart_slots.SignedPaper(N_("Voucher for a pharmacy"), _lacks_stock, _vouchers_of_note, always_ask=True),
        chart_slots.SignedPaper(N_("Appointment card"), _comes_again, _card_of_note),
        chart_slots.SignedPaper(N_("Safety plan"), _has_plan, _plan_of_note, always_ask=True),
        chart_slots.SignedPaper(N_("Referral letter"), _has_letters, _letters_of_note, always_ask=True),
    )
    chart_slots.chart_panels = (
        chart_slots.ChartPanel(N_("Wishes for a crisis"), Permission.READ_CHART, _wishes, _has_wishes, _in_crisis),
        chart_slots.ChartPanel(
            N_("Perhaps registered twice"), Permission.OPEN_RESTRICTED, _registered_again, _is_registered_again
        ),
        chart_slots.ChartPanel(N_("Letters"), Permission.WRITE_LETTERS, _letters),
        chart_slots.ChartPanel(N_("Rights"), Permission.READ_CHART, _rights),
    )


def _consents(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.patients.screens.consents_panel import ConsentsPanel

    return ConsentsPanel(office, patient_id)


def _rights(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.rights.screens.panel import RightsPanel

    return RightsPanel(office, patient_id)


def _wishes(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.rights.screens.wishes import WishesPanel

    return WishesPanel(office, patient_id)


def _has_wishes(office: Office, patient_id: PatientId) -> bool:
    from clinic_desktop.features.rights.queries.wishes import newest

    return office.ask(newest, patient_id) is not None


def _in_crisis(office: Office, patient_id: PatientId) -> bool:
    """Somebody may have to act now: what the person wants then is read before all else."""
    from clinic_desktop.features.consults.queries.risks import risk_of
    from clinic_desktop.features.rights.queries.coercion import events

    held = any(event.is_open and not event.has_ended for event in office.ask(events, patient_id))
    return held or office.ask(risk_of, patient_id) is not None


def _refer(office: Office, patient_id: PatientId, encounter_id: str | None, _screen: QWidget) -> None:
    office.go("referral", patient_id=patient_id, encounter_id=encounter_id)


def _write_force(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.rights.screens.force import ForceSheet

    ForceSheet(office, patient_id, screen, encounter_id).open()


def _has_prescription(office: Office, note_id: str) -> bool:
    from clinic_desktop.features.consults.screens.prescription_paper import wanted

    return wanted(office, note_id)


def _prescription_of_note(office: Office, note_id: str, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.prescription_paper import open_paper

    open_paper(office, note_id, screen)


def _voucher(office: Office, patient_id: PatientId, _encounter_id: str | None, screen: QWidget) -> None:
    from clinic_desktop.features.medication.queries.vouchers import lacking_of
    from clinic_desktop.features.medication.screens.voucher_sheets import ask_vouchers

    ask_vouchers(office, office.ask(lacking_of, patient_id), screen)


def _lacks_stock(office: Office, note_id: str) -> bool:
    """Something was prescribed that is not on the shelf, and some pharmacy can be sent a voucher for it."""
    from clinic_desktop.features.medication.queries.vouchers import lacking_in, offers

    if not office.may(Permission.SEND_VOUCHERS):
        return False
    products = [one.item.line.presentation_id or "" for one in office.ask(lacking_in, note_id)]
    return bool(products) and bool(office.ask(offers, products))


def _vouchers_of_note(office: Office, note_id: str, screen: QWidget) -> None:
    from clinic_desktop.features.medication.queries.vouchers import lacking_in
    from clinic_desktop.features.medication.screens.voucher_sheets import ask_vouchers

    ask_vouchers(office, office.ask(lacking_in, note_id), screen)


def _comes_again(office: Office, note_id: str) -> bool:
    return office.may(Permission.SEE_PATIENTS, Permission.RECEPTION) and _next_visit(office, note_id) is not None


def _next_visit(office: Office, note_id: str) -> str | None:
    from clinic_desktop.features.consults.queries.supervision import origin_of

    booked = office.ask(agenda_queries.next_visit, office.ask(origin_of, note_id)[1])
    return booked.appointment_id if booked else None


def _card_of_note(office: Office, note_id: str, screen: QWidget) -> None:
    from clinic_desktop.features.agenda.screens.cards import print_appointment

    appointment_id = _next_visit(office, note_id)
    if appointment_id is not None:
        print_appointment(office, appointment_id, screen, asked=True)


def _has_plan(office: Office, note_id: str) -> bool:
    from clinic_desktop.features.consults.screens.safety_plan import wanted

    return wanted(office, note_id)


def _plan_of_note(office: Office, note_id: str, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.safety_plan import open_paper

    open_paper(office, note_id, screen)


def _has_letters(office: Office, note_id: str) -> bool:
    from clinic_desktop.features.consults.queries.supervision import origin_of
    from clinic_desktop.features.referrals.queries import of_encounter

    return office.may(Permission.WRITE_LETTERS) and bool(office.ask(of_encounter, office.ask(origin_of, note_id)[0]))


def _letters_of_note(office: Office, note_id: str, screen: QWidget) -> None:
    from clinic_desktop.features.consults.queries.supervision import origin_of
    from clinic_desktop.features.referrals.queries import of_encounter
    from clinic_desktop.features.referrals.screens.printing import print_again

    for letter in office.ask(of_encounter, office.ask(origin_of, note_id)[0])[-1:]:
        print_again(office, letter.request_id, letter.folio, screen)


def _letters(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.referrals.screens.panel import LettersPanel

    return LettersPanel(office, patient_id)


def frame_slots(
    last_backup: Callable[[], datetime | None], shelf: Callable[[], Iterable[StatusItem]] = tuple, *, demo: bool = False
) -> Slots:
    """What hangs in the frame. `last_backup` tells when the last verified backup was made, `shelf` what does not add
    up there."""
    marks = (Status(lambda _office: (StatusItem("DEMO", "flag", "warning"),)),) if demo else ()
    return Slots(
        search=Search(_("Search: name, year, community or record"), _build_search),
        status=(
            *marks,
            Status(lambda _office: shelf()),
            Status(_stick_words, waiting.TABLES),
            Status(lambda office: _backup_words(office, last_backup())),
        ),
    )


SOON = (
    "clinic_desktop.features.patients.screens.search",
    "clinic_desktop.features.patients.screens.person_page",
    "clinic_desktop.features.consults.screens.chart",
    "clinic_desktop.features.referrals.screens.panel",
    "clinic_desktop.features.patients.screens.registration",
    "clinic_desktop.features.agenda.screens.booking",
)
"""Screens that will be wanted within minutes, the next one first: fetched while nobody waits for them."""


_REHEARSED = 3
"""Of those who were here last so many are tried, until one has a note."""


def rehearse(asker: Asker) -> None:
    """Ask once what a chart asks, so that the first one of the day opens like the others. Nothing of it is shown."""
    from clinic_desktop.features.consults.queries import chart as charts
    from clinic_desktop.features.consults.queries import notes
    from clinic_desktop.features.referrals import queries as referrals

    if asker.actor.may(Permission.READ_CHART):
        for person in people.rows_of(asker, people.recently_seen(asker, _REHEARSED)):
            chart = charts.chart(asker, person.patient_id)
            if asker.actor.may(Permission.WRITE_LETTERS):
                referrals.of_patient(asker, person.patient_id)
            if chart.last_note is not None:
                notes.note_page(asker, chart.last_note.note_id)
                break


def _build_search(office: Office) -> QWidget:
    from clinic_desktop.features.patients.screens.search import SearchPage

    return SearchPage(office)


def _stick_words(office: Office) -> Iterable[StatusItem]:
    """The footer: what waits to be carried, and since when."""
    if not office.may(Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES):
        return ()
    return tuple(
        StatusItem(words, icon, "warning" if icon == waiting.WARNING else "quiet", place="stick")
        for words, icon in office.ask(waiting.footer)
    )


def _backup_words(office: Office, last: datetime | None) -> Iterable[StatusItem]:
    if last is None:
        return (StatusItem(_("No backup yet"), "alert-triangle", "warning", place="backups"),)
    day = say_day(office.local(last).date())
    return (StatusItem(_("Backup of {day}, checked").format(day=day), "circle-check", "well", place="backups"),)


def _arrive(office: Office, patient_id: PatientId, screen: QWidget) -> None:
    use_case = partial(agenda.arrive, patient_id=patient_id, new_appointment_id=new_id())
    office.do(use_case, screen, then=lambda _done: _say_arrived(office, patient_id))


def _is_here(office: Office, patient_id: PatientId) -> str:
    """Somebody who waits already cannot arrive: the button says so instead."""
    status = office.ask(agenda_queries.here_now, patient_id) if office.may(Permission.SEE_DAY) else None
    return _(STATUS_WORDS[status]) if status else ""


def _say_arrived(office: Office, patient_id: PatientId) -> None:
    from clinic_desktop.features.agenda.screens.privacy import said_person

    here = [a for a in office.ask(agenda_queries.of_patient, patient_id) if a.day == office.today() and a.is_open]
    row = office.ask(agenda_queries.row_of, here[0].appointment_id) if here else None
    if row is not None:
        undo = partial(agenda.undo_check_in, appointment_id=row.appointment_id)
        was_for = office.ask(agenda_queries.came_from, row.appointment_id)
        said = _("{name} is in the waiting room")
        if was_for is not None:
            said = _("{name} is in the waiting room; the appointment was for {day}")
        words = said.format(name=said_person(row), day=say_day(was_for) if was_for else "")
        office.notice(words, lambda: office.do(undo, None))
    office.go("today")


def _book(office: Office, patient_id: PatientId, screen: QWidget) -> None:
    from clinic_desktop.features.agenda.screens.booking import ask_booking

    ask_booking(office, screen, patient_id)


def _photo(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.patients.screens.photo import PhotoPanel

    return PhotoPanel(office, patient_id)


def _photos_are_on(office: Office) -> bool:
    return office.ask(photos.are_on)


def _erasing(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.bundles.screens.erasing import ErasingPanel

    return ErasingPanel(office, patient_id)


def _restricting(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.patients.screens.restricting import RestrictingPanel

    return RestrictingPanel(office, patient_id)


def _registered_again(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.patients.screens.restricting import RegisteredAgain

    return RegisteredAgain(office, patient_id)


def _is_registered_again(office: Office, patient_id: PatientId) -> bool:
    from clinic_desktop.features.patients.queries.registered_again import registered_again

    return bool(office.ask(registered_again, patient_id))


def _vitals(office: Office, patient_id: PatientId) -> QWidget:
    from clinic_desktop.features.consults.screens.vitals import VitalsPanel

    return VitalsPanel(office, patient_id)


def _make_card(office: Office, patient_id: PatientId, screen: QWidget) -> None:
    from clinic_desktop.features.agenda.screens.cards import ask_card

    ask_card(office, patient_id, screen)


def _take_vitals(office: Office, patient_id: PatientId, screen: QWidget) -> None:
    from clinic_desktop.features.consults.screens.vitals import ask_vitals

    ask_vitals(office, patient_id, screen)


def _hand_out(office: Office, patient_id: PatientId, _screen: QWidget) -> None:
    office.go("medicines", patient_id=patient_id)


def _open_chart(office: Office, patient_id: PatientId, _screen: QWidget) -> None:
    office.go("chart", patient_id=patient_id)
