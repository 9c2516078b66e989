"""The sheets around an order: where a number comes from and another one, one more product, the spreadsheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.features.medication.letters import order as letters
from clinic_desktop.features.medication.queries import ordering as queries
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.ordering import Level, OrderRow, ProposedLine
from clinic_desktop.features.medication.queries.shelf import Product
from clinic_desktop.features.medication.rules.shelf import read_units, say_packs
from clinic_desktop.features.medication.service import levels
from clinic_desktop.features.medication.service import ordering as service
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing import spreadsheet
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one product: None, nothing. `by_hand`: somebody decided it, whatever is proposed."""

    units: int | None
    reason: str = ""
    by_hand: bool = False


class AskSheet(Sheet):
    """In words where the number comes from; another number needs a reason."""

    def __init__(
        self, office: Office, line: ProposedLine, asked: Asked, take: Callable[[Asked], None], screen: QWidget
    ) -> None:
        self._office, self._line, self._take, self._by_hand = office, line, take, asked.by_hand
        product, proposal = line.product, line.proposal
        self.why = Text("\n".join(proposal.words(product.unit)), wrap=True)
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.form = Form()
        units = asked.units if asked.units is not None else proposal.units
        self.units = Edit(f"{units}" if units else "", "60  ·  3x20")
        self.reason = Edit(asked.reason, _("for example: a new person, a programme ends"))
        stack(
            self.form,
            row(
                (self.form.add("units", _("Ask for"), self.units, check=self._say), 2),
                (self.form.add("reason", _("Why another number"), self.reason, optional=True), 3),
                gap=S3,
            ),
        )
        self.picture = Button(_("Stock over time"), icon="history")
        self.level = Button(_("Least and most"))
        told = QWidget()
        stack(told, self.why, None)
        window = screen.window()
        title = Text(product.said, "head", "semi", wrap=True)
        links = row(self.picture, self.level, None, gap=S2)
        super().__init__(product.said, screen, title, (scrolled(told), 1), self.form, links, width=620)
        self.resize(620, max(min(window.height() - 40, 480), 380))
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.save = self.add_deed(Button(_("Ask for it"), key="save", kind="primary"), self._keep)
        self.units.returnPressed.connect(self._keep)
        self.reason.returnPressed.connect(self._keep)
        self.units.removeEventFilter(self.form)
        self.reason.removeEventFilter(self.form)
        self.picture.clicked.connect(self._open_picture)
        self.level.clicked.connect(self._open_level)
        self.units.setFocus()
        self.units.selectAll()

    def _say(self, typed: str) -> str | None:
        try:
            units = read_units(typed)
        except Refused as refused:
            return refused.sentence()
        product = self._line.product
        self.form.fields["units"].say(say_packs(units, product.pack_units, product.unit), "accent")
        return None

    def _keep(self) -> None:
        if self._say(self.units.text()) is not None:
            self.form.find_faults()
            return
        units, reason = read_units(self.units.text()), self.reason.text().strip()
        if units != self._line.proposal.units and not reason:
            self.form.complain("reason", _("Write why another number is asked for than proposed."))
            return
        self.accept()
        self._take(Asked(units, reason, by_hand=True))

    def _open_picture(self) -> None:
        from clinic_desktop.features.medication.screens.stock_picture import StockPictureSheet

        StockPictureSheet(self._office, self._line.presentation_id, self).open()

    def _open_level(self) -> None:
        need = self._line.proposal.need
        LevelSheet(self._office, self._line.product, Level(need.least, need.most), self._levelled, self).open()

    def _levelled(self) -> None:
        self._line = self._office.ask(queries.proposal_of, self._line.presentation_id)
        self.why.setText("\n".join(self._line.proposal.words(self._line.product.unit)))
        if not self._by_hand and not self.units.isModified():
            self.units.setText(f"{self._line.proposal.units or ''}")


class LevelSheet(Sheet):
    """How much of a product should stand here."""

    def __init__(
        self, office: Office, product: Product, seen: Level, then: Callable[[], None], screen: QWidget
    ) -> None:
        self._office, self._product, self._seen, self._then = office, product, seen, then
        self.form = Form()
        self.least = Edit("" if seen.least is None else f"{seen.least}", "60  ·  3x20")
        self.most = Edit("" if seen.most is None else f"{seen.most}", "60  ·  3x20")
        stack(
            self.form,
            row(
                self.form.add("least", _("At least"), self.least, optional=True),
                self.form.add("most", _("At most"), self.most, optional=True),
                gap=S3,
            ),
            None,
        )
        # Room for what is said under the fields: an open sheet does not grow.
        self.form.setMinimumHeight(self.form.sizeHint().height() + 40)
        title = Text(_("How much of it should stand here"), "head", "semi")
        super().__init__(product.said, screen, title, Text(product.said, wrap=True), self.form)
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.save = self.add_deed(Button(_("Keep"), key="save", kind="primary"), self._keep)

    def _keep(self) -> None:
        read: dict[str, int | None] = {}
        for name, field in (("least", self.least), ("most", self.most)):
            try:
                read[name] = read_units(field.text()) if field.text().strip() else None
            except Refused as refused:
                self.form.complain(name, refused.sentence())
                return
        use_case = partial(levels.set_level, presentation_id=self._product.presentation_id, seen=self._seen, **read)
        self._office.do(use_case, self, then=lambda _none: self._kept(), failed=self._failed)

    def _kept(self) -> None:
        self.accept()
        self._then()

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("most", error.sentence())


class AddSheet(Sheet):
    """One more product, found by its first letters."""

    def __init__(self, office: Office, take: Callable[[str], None], screen: QWidget) -> None:
        self._office, self._take = office, take
        self.product = Suggest(self._find, _("three letters"))
        self.form = Form()
        stack(self.form, self.form.add("product", _("Medicine"), self.product))
        super().__init__(_("Add a product"), screen, Text(_("Add a product"), "head", "semi"), self.form)
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.save = self.add_deed(Button(_("Add"), key="save", kind="primary"), self._add)
        self.product.picked.connect(self._ready)
        self.product.setFocus()

    def _find(self, words: str) -> Sequence[tuple[Any, str]]:
        found = self._office.ask(shelf.find_presentation, words)
        return [(product.presentation_id, f"{product.said} · {product.shelf}") for product in found]

    def _ready(self, _presentation_id: str) -> None:
        self.save.setFocus()

    def _add(self) -> None:
        chosen = self.product.value()
        if chosen is None:
            self.form.complain("product", _("Choose from the list."))
            return
        self.accept()
        self._take(chosen)


def save_as_sheet(office: Office, order: OrderRow, screen: QWidget) -> None:
    """Where the person says."""
    chooser = QFileDialog(screen, _("Save as a spreadsheet"), "", "Excel (*.xlsx);;CSV (*.csv)")
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setDefaultSuffix("xlsx")
    chooser.selectFile(f"{order.number}.xlsx")
    chooser.filterSelected.connect(partial(_end_as, chooser))
    chooser.fileSelected.connect(partial(_chosen, office, order.order_id, screen))
    chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chooser.open()


def _end_as(chooser: QFileDialog, kind: str) -> None:
    chooser.setDefaultSuffix("csv" if "csv" in kind else "xlsx")


def _chosen(office: Office, order_id: str, screen: QWidget, name: str) -> None:
    write_sheet(office, order_id, Path(name), screen)


def write_sheet(office: Office, order_id: str, path: Path, screen: QWidget) -> None:
    """An order names nobody: it counts as sent once the file is there, and not where the disk was full."""
    rows = office.ask(letters.order_rows, order_id)
    try:
        spreadsheet.save(path, rows, name=_("Order"), heads=(0, letters.HEAD))
    except ClinicError as error:
        office.voice.say(error, screen)
        return
    said = _("Saved: {file}").format(file=path.name)
    office.do(partial(service.note_sent, order_id=order_id, way="file"), screen, then=lambda _none: office.notice(said))
