"""One's own password."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.staff import service
from clinic_desktop.features.staff.screens.password import NewPassword
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.storage.keys import WrongPassword
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.fields import PasswordEdit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S3, S4, S6
from clinic_desktop.uikit.words import Text


class OwnPasswordScreen(QWidget):
    """The old one, then a new one, proposed or of one's own."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.form = Form()
        self.old = PasswordEdit()
        old = self.form.add("old", _("Present password"), self.old, check=_needed)
        self.new = NewPassword(self.form, (office.actor.name,))
        self.back = Button(_("Go back"), "back", "quiet")
        self.save = Button(_("Change my password"), "save", "primary", "key", tall=True)
        stack(self.form, old, self.new, gap=S4)
        explained = Text(
            _("It opens the data of this computer only. Another laptop keeps the old one until it is changed there."),
            color="quiet",
            wrap=True,
        )
        card = Card(
            Text(_("Change my password"), "head", "semi"),
            explained,
            self.form,
            row(None, self.back, self.save, gap=S3),
            margins=(S6, S4, S6, S4),
            gap=S4,
        )
        card.setFixedWidth(560)
        inside = QWidget()
        stack(inside, row(None, (card, 1), None), None, margins=(S4, S4, S4, S4))
        stack(self, scrolled(inside))
        self.back.clicked.connect(office.back)
        self.save.clicked.connect(self._save)

    def take_focus(self) -> None:
        self.old.setFocus()

    def _save(self) -> None:
        if self.form.find_faults():
            return
        self.save.setEnabled(False)
        job = partial(service.change_own_password, old=self.old.text(), password=self.new.password())
        self._office.run_long(job, self, then=self._changed, failed=self._refused)

    def _changed(self, _done: object) -> None:
        self.form.clear()
        self.save.setEnabled(True)
        self._office.notice(_("Your password is changed."))
        self._office.back()

    def _refused(self, error: ClinicError) -> None:
        self.save.setEnabled(True)
        self.form.complain("old" if isinstance(error, WrongPassword) else "password", error.sentence())


def _needed(value: object) -> str | None:
    return None if value else _("This is needed.")
