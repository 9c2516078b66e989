"""What a person agreed to, on the person's page: one line a purpose, what was said before, and taking a yes back."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.letters.consents import consent_paper, paper_of_act, withdrawal_paper
from clinic_desktop.features.patients.queries import consents as queries
from clinic_desktop.features.patients.queries import photos
from clinic_desktop.features.patients.rules.consents import (
    ConsentAnswer,
    Entry,
    PurposeLine,
    lines,
    say_answer,
    say_purpose,
    say_way,
)
from clinic_desktop.features.patients.screens.consent import read_day, show_paper
from clinic_desktop.features.patients.service import consents as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import clear, column, row, stack
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi


class ConsentsPanel(QWidget):
    """A green mark with its word for a yes, a grey one for a no; purposes nobody asked about in one line below."""

    def __init__(self, office: Office, patient_id: PatientId) -> None:
        super().__init__()
        self._office, self._patient_id = office, patient_id
        self._lines = column(gap=S2)
        self.ask = Button(_("Ask now"), "consent", icon="signature")
        self.ask.clicked.connect(lambda: office.go("persons", patient_id=patient_id, consent=True))
        if not office.may(*service.MAY_NOTE):
            self.ask.hide()
        self.blank = Link(_("Print an empty sheet"))
        self.blank.clicked.connect(self._print_blank)
        stack(self, self._lines, row(self.ask, self.blank, None, gap=S3), gap=S3)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        clear(self._lines)
        self.take_back: list[Link] = []
        photo = self._office.ask(photos.are_on)
        known = lines(self._office.ask(queries.of_patient, self._patient_id), with_photo=photo)
        answered = [line for line in known if line.entry is not None]
        self.ask.setText(_("Ask again") if answered else _("Ask now"))
        if not answered:
            self._lines.addWidget(
                Text(_("Nobody asked yet. It can be done later, on any day."), color="quiet", wrap=True)
            )
            return
        for line in answered:
            self._lines.addWidget(self._line(line))
        unasked = [say_purpose(line.rule.purpose) for line in known if line.entry is None]
        if unasked:
            words = _("Not asked: {purposes}").format(purposes="; ".join(unasked))
            self._lines.addWidget(Text(words, "small", color="quiet", wrap=True))

    def _line(self, line: PurposeLine) -> QWidget:
        entry = line.entry
        assert entry is not None
        mark = Icon("circle-check", "well") if line.is_yes else Icon("circle-x", "quiet")
        said = Phrase(semi(say_purpose(entry.purpose, entry.about)), quiet(f" · {_in_short(entry)}"))
        deeds: list[Link] = []
        if entry.act_id:
            paper = Link(_("Paper"), small=True)
            paper.clicked.connect(partial(self._print, entry))
            deeds.append(paper)
        if line.is_yes and line.rule.refusable and self._office.may(*service.MAY_NOTE):
            back = Link(_("Withdraw"), small=True)
            back.setAccessibleName(f"{_('Take back')}: {say_purpose(entry.purpose, entry.about)}")
            back.clicked.connect(partial(self._take_back, entry))
            self.take_back.append(back)
            deeds.append(back)
        said.setAccessibleDescription(_in_full(entry))
        said.setToolTip(_in_full(entry))
        whole = QWidget()
        before = [Text(f"{_('Before')}: {_in_full(one)}", "small", color="quiet", wrap=True) for one in line.earlier]
        stack(whole, row(mark, (said, 1), *deeds, gap=S2), *before, gap=0)
        return whole

    # doing

    def _take_back(self, entry: Entry, *_clicked: object) -> None:
        WithdrawSheet(self._office, self, entry, self._patient_id).open()

    def _print(self, entry: Entry, *_clicked: object) -> None:
        if entry.answer is ConsentAnswer.WITHDRAWN:
            pdf = self._office.ask(withdrawal_paper, entry.id).pdf()
            show_paper(self._office, self, self._patient_id, pdf, "withdrawal")
            return
        pdf = self._office.ask(paper_of_act, self._patient_id, entry.act_id).pdf()
        show_paper(self._office, self, self._patient_id, pdf, "consent")

    def _print_blank(self) -> None:
        pdf = self._office.ask(consent_paper, self._patient_id, photo=self._office.ask(photos.are_on)).pdf()
        show_paper(self._office, self, self._patient_id, pdf, "consent")


class WithdrawSheet(Sheet):
    """A yes is taken back: when, before whom, and in the person's words if there are any. No reason is asked."""

    def __init__(self, office: Office, parent: QWidget, entry: Entry, patient_id: str) -> None:
        title = say_purpose(entry.purpose, entry.about)
        explained = Text(
            _("It holds from the next list, letter and copy on. It costs the person nothing."), color="quiet", wrap=True
        )
        super().__init__(
            _("Take back: {purpose}").format(purpose=title), parent, Text(title, "head", "semi", wrap=True)
        )
        self._office, self._entry, self._patient_id = office, entry, patient_id
        self._act_id, self._today = new_id(), office.today()
        self.form = Form()
        self.decided_on, self.witness, self.note = Edit(say_day(self._today)), Edit(), Edit()
        day = self.form.add("decided_on", _("Day"), self.decided_on, check=self._complain_of_day)
        witness = self.form.add("witness", _("Witness"), self.witness, optional=True)
        note = self.form.add("note", _("In the person's own words"), self.note, optional=True)
        stack(self.form, day, witness, note, gap=S3)
        self.body.addWidget(explained)
        self.body.addWidget(self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Take back the yes"), "save", "primary", "check"), self._save)
        self.decided_on.setFocus()
        self.decided_on.selectAll()

    def _complain_of_day(self, typed: str) -> str | None:
        return None if read_day(typed, self._today) else _("Write a day that is not still to come, like 5/12/2026.")

    def _save(self) -> None:
        if self.form.find_faults():
            return
        taking = partial(
            service.withdraw,
            consent_id=self._entry.id,
            act_id=self._act_id,
            decided_on=read_day(self.decided_on.text(), self._today) or self._today,
            witness=self.witness.text(),
            note=self.note.text(),
        )
        self._office.do(taking, self, then=self._saved)

    def _saved(self, _consent_id: str) -> None:
        self._office.notice(_("It is taken back and holds from now on."))
        self.accept()


def _in_short(entry: Entry) -> str:
    """ "Yes, 23-nov-2026, witness: Juana Pu"."""
    return ", ".join(part for part in (say_answer(entry.answer), say_day(entry.decided_on), _witness(entry)) if part)


def _witness(entry: Entry) -> str:
    return _("witness: {name}").format(name=entry.witness) if entry.witness else ""


def _in_full(entry: Entry) -> str:
    """All that was kept, for the history: "Yes, 23-nov-2026, thumbprint, witness: Juana Pu, noted by Ana"."""
    interpreter = _("interpreter: {name}").format(name=entry.interpreter) if entry.interpreter else ""
    taken = _("noted by {name}").format(name=entry.recorded_by) if entry.recorded_by else ""
    way = say_way(entry.way).lower() if entry.way else ""
    parts = (say_answer(entry.answer), say_day(entry.decided_on), way, _witness(entry), interpreter, taken, entry.note)
    return ", ".join(part for part in parts if part)
