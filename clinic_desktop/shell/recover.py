"""I cannot get in: ask the coordinator, or use the recovery code to choose a new password."""

from PySide6.QtCore import Signal

from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.shell.doors import Doors, Threshold
from clinic_desktop.shell.new_password import NewPassword
from clinic_desktop.shell.slowly import Run, sentence_of
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.surfaces import Callout, Card, Line
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class Recover(Card):
    """`recovered` carries what the code opened; `left` goes back to the sign-in."""

    recovered = Signal(object)
    left = Signal()

    def __init__(self, doors: Doors, threshold: Threshold, slot_id: str, run: Run) -> None:
        super().__init__(margins=(32, 24, 32, 24), gap=S3)
        self._doors, self._run = doors, run
        self.form = Form()
        if threshold.names_shown and threshold.people:
            self.who: Select | Edit = Select([(known.slot_id, known.name) for known in threshold.people])
            if slot_id:
                self.who.set_value(slot_id)
        else:
            self.who = Edit()
        self.code = Edit("", "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX")
        self.new = NewPassword(self.form, self._check)
        who = self.form.add("who", _("Who gets a new password?"), self.who)
        code = self.form.add("code", _("Recovery code, from the paper"), self.code, check=_needed)
        stack(self.form, who, code, self.new, gap=S3)
        self.trouble = Callout("", "danger", "alert-circle")
        self.trouble.hide()
        self.leave = Button(_("Go back"), key="back", kind="quiet")
        self.go_on = Button(_("Take the new password"), key="save", kind="primary", tall=True)
        ask = _(
            "Ask the coordinator first: they can give you a new password without any code. If nobody can sign in, "
            "use the recovery code that was written on paper when the clinic began."
        )
        for item in (
            Text(_("I cannot get in"), "title", "semi"),
            Text(ask, wrap=True),
            Line(),
            self.form,
            self.trouble,
        ):
            self.body.addWidget(item)
        self.body.addSpacing(S2)
        self.body.addLayout(row(self.leave, None, self.go_on))
        self.leave.clicked.connect(self.left)
        self.go_on.clicked.connect(self._try)

    def take_focus(self) -> None:
        self.code.setFocus()

    def _name(self) -> str:
        return self.who.currentText() if isinstance(self.who, Select) else self.who.text().strip()

    def _check(self, password: str) -> str | None:
        try:
            self._doors.check_new_password(password, [self._name()])
        except ClinicError as error:
            return error.sentence()
        return None

    def _try(self) -> None:
        if self.form.find_faults():
            return
        who = str(self.form.value("who") or "")
        code, password = self.code.text(), self.new.password()
        self._wait(True)
        self._run(lambda: self._doors.recover(code, who, password), self.recovered.emit, self._refused)

    def _refused(self, error: BaseException) -> None:
        self._wait(False)
        self.trouble.words.setText(sentence_of(error))
        self.trouble.show()

    def _wait(self, waiting: bool) -> None:
        self.trouble.hide()
        self.go_on.setText(_("Opening the data…") if waiting else _("Take the new password"))
        for widget in (self.form, self.go_on, self.leave):
            widget.setEnabled(not waiting)


def _needed(value: object) -> str | None:
    return None if value else _("This is needed.")
