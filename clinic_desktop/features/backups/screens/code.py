"""A new recovery code: shown once, and typed back from the paper before the window closes."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.storage.recovery import same_code
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.surfaces import Callout, Card
from clinic_desktop.uikit.theme import S3, S4
from clinic_desktop.uikit.words import Text


class NewCode(Sheet):
    """Esc does not close it: the old paper opens nothing any more."""

    def __init__(self, code: str, parent: QWidget) -> None:
        super().__init__(_("New recovery code"), parent, width=520)
        self._code = code
        groups = code.split("-")
        half = -(-len(groups) // 2)
        lines = "\n".join("   ".join(some) for some in (groups[:half], groups[half:]))
        self.shown = Text(lines, "title", "semi")
        self.shown.setAccessibleName(" ".join(groups))
        self.form = Form()
        self.typed = Edit(placeholder="XXXX-XXXX-…")
        field = self.form.add("typed", _("The whole code, from your paper"), self.typed, check=self._complain)
        stack(self.form, field)
        self.body.addWidget(
            Text(_("Write this code on paper now. It is shown only this once."), weight="semi", wrap=True)
        )
        self.body.addWidget(Card(self.shown, ground="accent_soft", flat=True, margins=(S4, S3, S4, S3)))
        self.body.addWidget(
            Callout(_("The paper with the old code opens nothing any more: destroy it."), "warning", "alert-triangle")
        )
        self.body.addWidget(self.form)
        self.kept = self.add_deed(Button(_("I have it on paper"), "save", "primary", "check"), self._compare)
        self.typed.setFocus()

    def reject(self) -> None:
        """Only the code typed back closes it."""

    def _complain(self, typed: str) -> str | None:
        if same_code(typed, self._code):
            return None
        return _("That is not what stands above. Compare your paper letter by letter.")

    def _compare(self) -> None:
        if not self.form.find_faults():
            self.accept()
