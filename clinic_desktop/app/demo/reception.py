"""The morning at the desk: a new person typed in, an arrival, somebody without an appointment, the day's list."""

from PySide6.QtWidgets import QApplication, QLineEdit

from clinic_desktop.app.demo.hands import Hands
from clinic_desktop.app.demo.report import PAPERS
from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import AppointmentStatus
from clinic_desktop.features.agenda.screens.papers import PrintSheet
from clinic_desktop.features.agenda.screens.today import TodayScreen
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.screens.registration import RegistrationScreen
from clinic_desktop.features.patients.screens.search import SearchPage
from clinic_desktop.kernel.names import fold
from clinic_desktop.uikit.privacy import are_names_hidden

NEW_PERSON = {
    "family_name": "Xicay",
    "second_family_name": "Tzunún",
    "given_names": "Ventura Salomé",
    "birth": "34",
}
SAID = "XICAY TZUNÚN, Ventura Salomé"


def at_the_desk(hands: Hands, name: str) -> None:
    """Everything reception does this morning."""
    hands.picture("entrar")
    hands.narrow_picture("entrar")
    hands.sign_in(name)
    hands.picture("hoy-recepcion")
    hands.narrow_picture("hoy-recepcion")
    _register(hands)
    _check_in(hands)
    _walk_in(hands)
    _print_day(hands)
    _look_at_days(hands)
    hands.leave()


def _register(hands: Hands) -> None:
    """Ctrl+N, the fields by Enter, saved with the arrival by Ctrl+Enter."""
    check = hands.summary.check
    before = hands.office.ask(patients.count)
    hands.press("Ctrl+N")
    page = hands.find(RegistrationScreen)
    for field, text in NEW_PERSON.items():
        hands.write(text, page.form.fields[field].editor)
        hands.press("Enter")
    year = str(hands.office.today().year - int(NEW_PERSON["birth"]))
    check("la edad se repite como año estimado", year in page.form.fields["birth"].message())
    page.form.fields["sex"].editor.setFocus()
    hands.press("1")
    for field, text in (("municipality", "panaja"), ("community", "Barrio Norte demostración")):
        editor = page.form.fields[field].editor
        if isinstance(editor, QLineEdit):
            # The clinic's own municipality stands there already.
            editor.selectAll()
        hands.write(text, editor)
        hands.press("Enter")
    hands.wait(700)
    check("el borrador se guarda solo", page.saved_words.text())
    hands.picture("registro")
    hands.narrow_picture("registro")
    hands.press("Ctrl+Enter")
    if QApplication.focusWidget() is page.similar.none_of_these:
        hands.press("Ctrl+Enter")
    check("hay una persona más", hands.office.ask(patients.count) == before + 1)
    waiting = [r.name for r in hands.office.ask(agenda.today) if r.status is AppointmentStatus.WAITING]
    check("la persona nueva está en la sala de espera", any(fold(SAID) == fold(n) for n in waiting))
    hands.picture("hoy-llego-nueva")


def _check_in(hands: Hands) -> None:
    """F5 on somebody who is expected; taken back; and again."""
    screen = hands.find(TodayScreen)
    expected = [r for r in hands.office.ask(agenda.today) if r.status is AppointmentStatus.BOOKED]
    hands.summary.check("hay citas por llegar", expected)
    chosen = expected[0].appointment_id

    def status() -> AppointmentStatus:
        return hands.office.ask(agenda.standing, chosen).status

    screen.table.choose(chosen)
    hands.press("F5")
    hands.summary.check("F5 la pone en la sala de espera", status() is AppointmentStatus.WAITING)
    hands.press("Ctrl+U")
    hands.summary.check("se puede deshacer", status() is AppointmentStatus.BOOKED)
    screen.table.choose(chosen)
    hands.press("F5")
    hands.summary.check("y llega otra vez", status() is AppointmentStatus.WAITING)


def _walk_in(hands: Hands) -> None:
    """Somebody known comes without an appointment: found by the search box, arrived by F5."""
    here = {r.patient_id for r in hands.office.ask(agenda.today)}
    stranger = next(f for f in hands.office.ask(patients.recent, 60) if f.patient_id not in here)
    hands.press("F2")
    hands.write(f"{stranger.name.given.split()[0]} {stranger.name.family}".lower())
    page = hands.find(SearchPage)
    found = page.table.row()
    hands.summary.check("la búsqueda encuentra a quien se busca", found is not None)
    page.table.choose(stranger.entry)
    hands.picture("buscar")
    hands.narrow_picture("buscar")
    hands.press("F5")
    row = [r for r in hands.office.ask(agenda.today) if r.patient_id == stranger.patient_id]
    hands.summary.check("sin cita también llega", row and row[0].status is AppointmentStatus.WAITING)
    hands.office.go("persons", patient_id=stranger.patient_id)
    hands.picture("persona")
    hands.office.go("today")


def _look_at_days(hands: Hands) -> None:
    """The days to come; and one key that takes the names off the list."""
    hands.office.go("days")
    hands.picture("dias-de-consulta")
    hands.narrow_picture("dias-de-consulta")
    hands.office.go("today")
    hands.press("F9")
    hands.summary.check("F9 oculta los nombres", are_names_hidden())
    hands.picture("hoy-sin-nombres")
    hands.press("F9")
    hands.summary.check("y los muestra otra vez", not are_names_hidden())


def _print_day(hands: Hands) -> None:
    """The list of the day, seen before it leaves."""
    hands.office.go("persons")
    hands.picture("personas")
    hands.office.go("today")
    hands.settle()
    hands.find(TodayScreen).print.click()
    hands.settle()
    hands.find(PrintSheet).main.click()
    hands.settle()
    # Today stands there already, and the desk's list has the focus.
    hands.press("Enter")
    preview = hands.preview()
    hands.picture("lista-del-dia", of=preview)
    hands.save_paper(preview, hands.summary.output / PAPERS / "lista-del-dia.pdf")
    preview.close()
    hands.settle()
