"""The recovery code, shown once: on paper before anything else, and its last two groups typed back."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Field
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.painting import rounded
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.theme import S2, S3, col, font, metrics
from clinic_desktop.uikit.words import Text

GROUPS_ASKED = 2


class CodeGroups(QWidget):
    """The code in groups one can count, large and evenly spaced."""

    def __init__(self, code: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups = code.split("-")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(" ".join(self._groups))

    def sizeHint(self) -> QSize:
        return QSize(4 * (self._group_width() + S2), 2 * 48)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _group_width(self) -> int:
        return metrics("title", "semi").horizontalAdvance("MMMM") + 16

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, width = QPainter(self), self._group_width()
        for at, group in enumerate(self._groups):
            box = QRectF((at % 4) * (width + S2), (at // 4) * 48, width, 40)
            rounded(painter, box, col("neutral_soft"))
            painter.setFont(font("title", "semi"))
            painter.setPen(col("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, group)


class CodeShown(QWidget):
    """Shows the code and lets nobody go on who has not copied it: `kept` is told after it was typed back."""

    kept = Signal()

    def __init__(self, code: str, go_on: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._end = "".join(code.split("-")[-GROUPS_ASKED:])
        self.code = code
        self.typed = Edit("", "XXXX-XXXX")
        self.field = Field(_("The last two groups, from your paper"), self.typed)
        self.go_on = Button(go_on or _("I have it on paper"), key="save", kind="primary", icon="check", tall=True)
        lost = _("Without a password and without this code nobody can open the data again. We cannot either.")
        stack(
            self,
            Text(_("Write this code on paper now. It is shown only this once."), weight="semi", wrap=True),
            CodeGroups(code),
            Text(
                _("Keep the paper where the coordinator keeps the clinic's documents, not with this computer."),
                color="quiet",
                wrap=True,
            ),
            Callout(lost, "warning", "alert-triangle"),
            self.field,
            row(None, self.go_on),
            gap=S3,
        )
        self.typed.textEdited.connect(lambda: self.field.complain(None))
        self.typed.returnPressed.connect(self._compare)
        self.go_on.clicked.connect(self._compare)

    def take_focus(self) -> None:
        self.typed.setFocus()

    def _compare(self) -> None:
        if _plain(self.typed.text()) == _plain(self._end):
            self.kept.emit()
        else:
            self.field.complain(_("That is not what stands above. Compare your paper letter by letter."))
            self.typed.setFocus()
            self.typed.selectAll()


def _plain(typed: str) -> str:
    """Letters and digits only; what the hand confuses (O and 0, I, L and 1) counts as the same."""
    kept = "".join(letter for letter in typed.upper() if letter.isalnum())
    return kept.replace("O", "0").replace("I", "1").replace("L", "1")
