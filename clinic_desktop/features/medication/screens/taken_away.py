"""Who takes the medicines away, and how that is shown on the paper; for controlled ones also who saw it."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.rules.handover import Receiver
from clinic_desktop.features.medication.rules.kinds import ReceiverSign
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text


class TakenAway(QWidget):
    """Empty it is the person. The kinship is asked once a name stands there; witness and identification where the rule
    of the country wants them."""

    def __init__(self, *, flat: bool = False, parent: QWidget | None = None) -> None:
        """`flat`: in a line, where there is width; else one below the other."""
        super().__init__(parent)
        self.name = _edit(_("Received by"), _("the person"))
        self.kinship = _edit(_("Kinship"), _("kinship: son, neighbour"))
        self.sign = Select(
            [
                (None, _("signs later, or not at all")),
                (ReceiverSign.SIGNATURE, _("signs the paper")),
                (ReceiverSign.THUMBPRINT, _("thumbprint on the paper")),
            ]
        )
        self.sign.setAccessibleName(_("Signature or thumbprint"))
        self.document = _edit(_("Identification shown"), _("number of the identification"))
        self.witness = _edit(_("Witness"), _("who saw it"))
        self.control = QWidget()
        head, said = Text(_("Controlled medicine"), "small", "semi"), Text(_("Received by"), color="quiet")
        if flat:
            stack(self.control, row(head, (self.document, 1), (self.witness, 1), gap=S2))
            stack(self, row(said, (self.name, 3), (self.kinship, 2), (self.sign, 2), gap=S2), self.control, gap=S2)
        else:
            stack(self.control, head, self.document, self.witness, gap=S2)
            stack(self, said, self.name, self.kinship, self.sign, self.control, gap=S2)
        self.name.textChanged.connect(self._weigh)
        self.ask_control(False)
        self._weigh()

    def ask_control(self, wanted: bool) -> None:
        self.control.setVisible(wanted)

    def receiver(self) -> Receiver:
        wanted = not self.control.isHidden()
        return Receiver(
            self.name.text(),
            self.kinship.text(),
            self.sign.value(),
            self.document.text() if wanted else "",
            witness_name=self.witness.text() if wanted else "",
        )

    def clear(self) -> None:
        for field in (self.name, self.kinship, self.document, self.witness):
            field.clear()
        self.sign.set_value(None)

    def _weigh(self) -> None:
        self.kinship.setVisible(bool(self.name.text().strip()))


def _edit(name: str, hint: str) -> Edit:
    field = Edit(placeholder=hint, height=32)
    field.setAccessibleName(name)
    return field
