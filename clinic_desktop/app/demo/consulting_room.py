"""The psychiatrist's hour: whoever is next, a note kept while it is typed, a scale by digits, a danger answered."""

from PySide6.QtWidgets import QApplication, QLineEdit

from clinic_desktop.app.demo.hands import Hands
from clinic_desktop.app.demo.report import PAPERS
from clinic_desktop.features.consults.queries import chart as charts
from clinic_desktop.features.consults.queries import notes, risks
from clinic_desktop.features.consults.screens.consult import ConsultScreen
from clinic_desktop.features.consults.screens.danger import AnswerSheet
from clinic_desktop.features.consults.screens.home import ConsultsHome
from clinic_desktop.features.consults.screens.print_queue import PrintQueue
from clinic_desktop.features.consults.screens.safety_plan import PlanSheet
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.referrals import queries as referrals
from clinic_desktop.features.referrals.screens.referral import ReferralScreen
from clinic_desktop.uikit import dialogs

CALM, WORRIED = "11010100", "21222111"
"""The first eight answers; the ninth follows."""
TYPED = "Refiere menos cansancio; volvió a tejer por las tardes."
DANGER = "el riesgo quedó abierto, con quien lo acompaña"
MOST_PEOPLE = 4
RECEIVER = "Centro de Salud demostración"


def in_the_consulting_room(hands: Hands, name: str) -> list[str]:
    """Two people are seen; of the second an answer asks about danger. Returns whose medicines wait."""
    hands.sign_in(name)
    hands.picture("consulta-inicio")
    hands.narrow_picture("consulta-inicio")
    seen = [_see_one(hands, worried=False, pictures=True)]
    while DANGER not in hands.summary.checks and len(seen) < MOST_PEOPLE:
        seen.append(_see_one(hands, worried=True, pictures=False))
    hands.summary.check("alguien respondió que hay peligro", DANGER in hands.summary.checks)
    _read_chart(hands, seen[-1])
    hands.office.go("referrals")
    hands.picture("referencias")
    hands.leave()
    return seen


def _see_one(hands: Hands, *, worried: bool, pictures: bool) -> str:
    check, office = hands.summary.check, hands.office
    waiting = hands.find(ConsultsHome)
    waiting.next.click()
    hands.settle()
    page = hands.find(ConsultScreen)
    here = page.encounter
    assert here is not None
    new_danger = worried and office.ask(risks.risk_of, here.patient_id) is None
    answers, ninth = (WORRIED, 1) if new_danger else (CALM, 0)
    _write(hands, page)
    kept = office.ask(notes.draft_of, here.encounter_id)
    check("el borrador tiene lo escrito", kept is not None and TYPED in str(kept.fields))
    hands.press("Ctrl+3")
    for digit in f"{answers}{ninth}":
        hands.press(digit)
    check("las nueve respuestas están", len(page.scale.answers()) == 9)
    check("con nueve respuestas hay un total", page.scale.score().total == sum(map(int, f"{answers}{ninth}")))
    _diagnose(hands, page)
    _prescribe(hands, page)
    hands.write("9s", page.next_visit.field)
    if pictures:
        hands.picture("consulta")
        hands.narrow_picture("consulta")
        _refer(hands)
        page = hands.find(ConsultScreen)
    hands.press("Ctrl+Enter")
    if new_danger:
        _answer_danger(hands)
        _leave_plan(hands)
        hands.picture("consulta-riesgo")
        hands.press("Ctrl+Enter")
    _leave_papers(hands, pictures=pictures)
    note = office.ask(notes.last_note, here.patient_id)
    check("la nota está firmada", note is not None and TYPED in note.sections.values())
    check("nada queda en borrador", office.ask(notes.draft_of, here.encounter_id) is None)
    chart = office.ask(charts.chart, here.patient_id)
    check("la escala está en el expediente", chart.scores and chart.scores[-1].total is not None)
    check("el diagnóstico está en el expediente", chart.conditions)
    if new_danger:
        check(DANGER, chart.risk is not None)
    asked = note and office.ask(prescriptions.prescribed_in, note.note_id)
    check("la receta tiene folio", asked and all(line.folio for line in asked))
    return here.patient_id


def _write(hands: Hands, page: ConsultScreen) -> None:
    """Words into the first section; the draft is kept on the pause."""
    page.note.take_focus()
    hands.write(TYPED)
    hands.wait(2500)


def _diagnose(hands: Hands, page: ConsultScreen) -> None:
    hands.press("Ctrl+4")
    hands.write("insom")
    hands.press("Enter")
    hands.summary.check("el diagnóstico se encuentra por letras", page.diagnosis.changes())


def _prescribe(hands: Hands, page: ConsultScreen) -> None:
    """What the person has is repeated; who has nothing gets a first line, typed."""
    assert page.chart is not None
    if page.chart.medicines:
        hands.press("Ctrl+R")
        hands.summary.check("Ctrl+R repite la receta", page.prescription.lines())
        return
    hands.press("Ctrl+5")
    hands.write("fluo")
    hands.press("Enter")
    hands.write("1-0-0")
    hands.press("Enter")
    hands.write("30")
    hands.press("Enter")
    hands.summary.check("la receta tiene una línea", len(page.prescription.lines()) == 1)


def _answer_danger(hands: Hands) -> None:
    sheet = hands.front()
    hands.summary.check("la respuesta 9 pide una respuesta", isinstance(sheet, AnswerSheet))
    assert isinstance(sheet, AnswerSheet)
    hands.picture("riesgo-respuesta", of=sheet)
    sheet.keep.click()
    hands.settle()
    hands.summary.check("sin nombre no se acepta", sheet.isVisible())
    holder = sheet.form.fields["holder"].editor
    assert isinstance(holder, QLineEdit)
    hands.write("Juana Brito, promotora", holder)
    sheet.keep.click()
    hands.settle()


def _leave_plan(hands: Hands) -> None:
    """The safety plan comes next by itself; what stands in it goes with the note."""
    sheet = hands.front()
    hands.summary.check("tras la respuesta se abre el plan de seguridad", isinstance(sheet, PlanSheet))
    hands.picture("plan-de-seguridad", of=sheet)
    hands.press("Ctrl+Enter")


def _leave_papers(hands: Hands, *, pictures: bool) -> None:
    """After the signature the papers are offered; this person takes none home."""
    sheet = dialogs.front()
    hands.summary.check("después de firmar se ofrecen los papeles", isinstance(sheet, PrintQueue))
    if pictures and sheet is not None:
        hands.picture("consulta-papeles", of=sheet)
    hands.press("Esc")


def _refer(hands: Hands) -> None:
    """Ctrl+D: the letter from the open chart, seen, saved as a PDF; then back to the consultation."""
    before = len(hands.office.ask(referrals.open_referrals))
    hands.press("Ctrl+D")
    page = hands.find(ReferralScreen)
    page.receiver.set_value(RECEIVER, RECEIVER)
    page.urgency.choose(2)
    page.consent.choose(0)
    hands.write("Control de presión arterial y laboratorios.", page.reason)
    hands.picture("referencia")
    hands.narrow_picture("referencia")
    hands.press("Ctrl+P")
    preview = hands.preview()
    hands.picture("referencia-vista-previa", of=preview)
    hands.save_paper(preview, hands.summary.output / PAPERS / "referencia.pdf")
    preview.close()
    hands.settle()
    hands.summary.check("la carta está en la lista", len(hands.office.ask(referrals.open_referrals)) == before + 1)
    hands.office.back()
    hands.settle()


def _read_chart(hands: Hands, patient_id: str) -> None:
    hands.office.go("chart", patient_id=patient_id)
    hands.picture("expediente")
    hands.narrow_picture("expediente")
    QApplication.processEvents()
