"""Choosing a password: four words drawn by chance are offered; an own one is checked and typed twice."""

from collections.abc import Callable

from PySide6.QtWidgets import QLineEdit, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.fields import PasswordEdit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.theme import S3

Check = Callable[[str], str | None]


class NewPassword(QWidget):
    """Two fields of `form`, and a button that fills them with words to be written down."""

    def __init__(self, form: Form, check: Check, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form, self._check = form, check
        self.first, self.second = PasswordEdit(), PasswordEdit()
        self.offer = Button(_("Propose four words"), icon="refresh")
        first = form.add("password", _("New password"), self.first, check=self._check_first, beside=[self.offer])
        second = form.add("again", _("The same once more"), self.second, check=self._check_second)
        stack(self, first, second, gap=S3)
        self.offer.clicked.connect(self.propose)
        self.first.textEdited.connect(self._hide_words)

    def password(self) -> str:
        return self.first.text()

    def propose(self) -> None:
        """Show the words in clear: they are to be written down, and typed again tomorrow without them."""
        from clinic_desktop.storage.words import suggest_password

        words = suggest_password()
        for field in (self.first, self.second):
            field.setText(words)
        self.first.setEchoMode(QLineEdit.EchoMode.Normal)
        said = _("Write these words down. Accents, capitals and blanks do not matter when you type them.")
        self._form.fields["password"].say(said, "accent")
        self._form.fields["again"].complain(None)

    def _hide_words(self) -> None:
        self.first.setEchoMode(QLineEdit.EchoMode.Password)

    def _check_first(self, value: object) -> str | None:
        return self._check(self.first.text()) if value else _("This is needed.")

    def _check_second(self, value: object) -> str | None:
        return None if self.second.text() == self.first.text() else _("The two are not the same.")
