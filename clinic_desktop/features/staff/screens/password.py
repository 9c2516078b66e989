"""A password that is given: four words drawn by chance and shown once, or one that somebody thought of."""

from PySide6.QtWidgets import QLineEdit, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.storage.words import WeakPassword, check_password, suggest_password
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import PasswordEdit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.surfaces import Callout, Card
from clinic_desktop.uikit.theme import S3, S4
from clinic_desktop.uikit.words import Text


class NewPassword(QWidget):
    """Two fields of `form`; the button fills both with words and shows them, to be written down."""

    def __init__(self, form: Form, names: tuple[str, ...] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form, self._names = form, names
        self.first, self.second = PasswordEdit(), PasswordEdit()
        self.offer = Button(_("Propose four words"), icon="refresh")
        first = form.add("password", _("New password"), self.first, check=self._check_first)
        second = form.add("again", _("The same once more"), self.second, check=self._check_second)
        stack(self, first, row(self.offer, None), second, gap=S3)
        self.offer.clicked.connect(self.propose)
        self.first.textEdited.connect(self._hide)

    def password(self) -> str:
        return self.first.text()

    def propose(self) -> None:
        words = suggest_password()
        self.first.setText(words)
        self.second.setText(words)
        self.first.setEchoMode(QLineEdit.EchoMode.Normal)
        said = _("Write these words down. Accents, capitals and blanks do not matter when you type them.")
        self._form.fields["password"].say(said, "accent")
        self._form.fields["again"].complain(None)

    def _hide(self, _typed: str) -> None:
        self.first.setEchoMode(QLineEdit.EchoMode.Password)

    def _check_first(self, value: object) -> str | None:
        return complain_of(self.first.text(), self._names) if value else _("This is needed.")

    def _check_second(self, _value: object) -> str | None:
        return None if self.second.text() == self.first.text() else _("The two are not the same.")


class PasswordShown(Sheet):
    """The first password of somebody else, this once, to be copied and handed over."""

    def __init__(self, name: str, password: str, parent: QWidget) -> None:
        super().__init__(_("Password for {name}").format(name=name), parent)
        self.words = Text(password, "title", "semi", wrap=True)
        self.words.setAccessibleName(_("The password, letter by letter"))
        explained = _("Copy it on paper and give it to {name} in the hand. It is not shown again.")
        self.body.addWidget(Text(explained.format(name=name), wrap=True))
        self.body.addWidget(Card(self.words, ground="accent_soft", flat=True, margins=(S4, S3, S4, S3)))
        changes = _("At the first sign-in the program asks for a password of their own.")
        self.body.addWidget(Callout(changes))
        self.copied = self.add_deed(Button(_("I have copied it"), "save", "primary", "check"), self.accept)
        self.copied.setFocus()


def complain_of(password: str, names: tuple[str, ...]) -> str | None:
    try:
        check_password(password, names=names)
    except WeakPassword as error:
        return error.sentence()
    return None
