"""The sheets of the shelf: what was lost, and all that does not add up."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries.proof import Discrepancy
from clinic_desktop.features.medication.queries.shelf import LotRow
from clinic_desktop.features.medication.rules.kinds import MOVEMENT_WORDS, MovementKind
from clinic_desktop.features.medication.rules.shelf import read_units
from clinic_desktop.features.medication.service import correcting
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Line
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text

BY_HAND = (MovementKind.LOSS, MovementKind.EXPIRY)
"""What goes to another place has a paper of its own, and what is destroyed an act."""


class TakeOffSheet(Sheet):
    """What leaves the shelf without being handed out."""

    def __init__(self, office: Office, chosen: LotRow, expired: bool, parent: QWidget) -> None:
        self._office, self._lot = office, chosen.lot
        self._movement_id = new_id()
        kinds = [(kind, _(MOVEMENT_WORDS[kind])) for kind in BY_HAND if kind is not MovementKind.EXPIRY or expired]
        self.kind, self.units, self.reason = Select(kinds), Edit(f"{chosen.lot.units}"), Edit()
        self.kind.set_value(MovementKind.EXPIRY if expired else MovementKind.LOSS)
        self.form = Form()
        stack(
            self.form,
            self.form.add("kind", _("What happened"), self.kind),
            self.form.add("units", _("Units"), self.units),
            self.form.add("reason", _("Reason"), self.reason),
            gap=S3,
        )
        title = _("Take off lot {lot}").format(lot=chosen.lot.lot_number or _("without number"))
        super().__init__(title, parent, Text(title, "head", "semi"), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Take off"), "save", "primary"), self._take_off)

    def _take_off(self) -> None:
        try:
            units = read_units(self.units.text())
        except Refused as refused:
            self.form.complain("units", refused.sentence())
            return
        use_case = partial(
            correcting.take_off,
            movement_id=self._movement_id,
            lot_id=self._lot.lot_id,
            units=units,
            kind=self.kind.value(),
            reason=self.reason.text(),
        )
        self._office.do(use_case, self, then=lambda _none: self.accept(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("reason" if not self.reason.text().strip() else "units", error.sentence())


def say_many(count: int) -> str:
    return ngettext("{count} thing does not add up", "{count} things do not add up", count).format(count=count)


class FindingsSheet(Sheet):
    """Everything that does not add up, whole sentences, each with a way to its lot."""

    def __init__(self, found: Sequence[Discrepancy], go_to: Callable[[Discrepancy], object], parent: QWidget) -> None:
        count, title = len(found), say_many(len(found))
        listed = QWidget()
        self.shows: list[Button] = []
        lines = stack(listed, gap=S2)
        for finding in found:
            show = Button(_("Show"))
            show.setAccessibleName(_("Show: {what}").format(what=finding.sentence()))
            show.setEnabled(finding.presentation_id is not None)
            show.clicked.connect(partial(self._go, go_to, finding))
            self.shows.append(show)
            lines.addLayout(row((Text(finding.sentence(), wrap=True), 1), show, gap=S3))
            lines.addWidget(Line())
        lines.addStretch(1)
        area = scrolled(listed)
        area.setMinimumHeight(min(60 * count, 220))
        super().__init__(title, parent, Text(title, "head", "semi", "danger"), (area, 1), width=640)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        usable = next((show for show in self.shows if show.isEnabled()), None)
        if usable is not None:
            usable.setFocus()

    def _go(self, go_to: Callable[[Discrepancy], object], finding: Discrepancy, *_clicked: object) -> None:
        self.accept()
        go_to(finding)
