"""The root key: making it, using it for a new central computer, changing it, and the list of its uses.

What was drawn lives in the dialog only, and is gone when it closes.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.exchange.records import Revoked
from clinic_desktop.features.bundles.letters.root_sheet import root_sheets
from clinic_desktop.features.bundles.queries.devices import Root, Used
from clinic_desktop.features.bundles.screens.codes import CodeCard
from clinic_desktop.features.bundles.service import joining, root
from clinic_desktop.features.bundles.service.root import Drawn, Occasion
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Field
from clinic_desktop.uikit.layouts import clear, column, scrolled
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, is_compact
from clinic_desktop.uikit.words import Text

_PLACE = "XXXX-XXXX-XXXX-XXXX  XXXX-XXXX-XXXX-XXXX"
_WHY = (Revoked.STOLEN, Revoked.REPLACED)


class RootSheet(Sheet):
    """What the root key is here, when it was used, and what can be done with it."""

    def __init__(self, office: Office, found: Root, parent: QWidget) -> None:
        super().__init__(_("Root key"), parent, Text(_said(found), wrap=True), width=620)
        self._office, self._found, self._page = office, found, parent
        zone = office.ask(lambda reading: reading.place.zone)
        columns = [
            Column[Used](_("Day"), lambda one: say_instant(one.at, zone), 150),
            Column[Used](_("What for"), lambda one: one.reason, stretch=True),
            Column[Used](_("People"), lambda one: cells.two_lines(one.by, under=one.second), 170),
        ]
        self.uses = ListTable(
            columns, key=lambda one: one.at, empty=EmptyState(_("Not used yet."), None), row_height=52
        )
        self.uses.show_rows(found.uses)
        self.uses.setMinimumHeight(150)
        self.body.addWidget(self.uses)
        self.add_deed(Button(_("Close"), kind="quiet"))
        self.name = self.add_deed(Button(_("This is the central office now…"), icon="building-hospital"), self._name)
        words = _("Change the key…") if found.version else _("Make the root key…")
        self.make = self.add_deed(Button(words, kind="primary", icon="key"), self._make)

    def _make(self) -> None:
        self.accept()
        DrawSheet(self._office, self._found, self._page).open()

    def _name(self) -> None:
        self.accept()
        NameSheet(self._office, self._found, self._page).open()


class _UsingSheet(Sheet):
    """A use of the root key: the second person and why, and codes typed from paper."""

    def __init__(self, title: str, office: Office, found: Root, parent: QWidget) -> None:
        super().__init__(title, parent, width=620)
        self._office, self._found = office, found
        self.second, self.reason = Edit(), Edit()
        self.codes: list[Edit] = []
        self.fields = column(gap=S2)
        inside = QWidget()
        inside.setLayout(column(self.fields, None, gap=S2))
        self.area = scrolled(inside)
        self.area.setMinimumHeight(240 if is_compact(parent.window().width()) else 400)
        self.wrong = Text("", color="danger", wrap=True)
        self.wrong.hide()
        self.body.addWidget(self.area)
        self.body.addWidget(self.wrong)

    def ask_codes(self, needed: int) -> None:
        for n in range(needed):
            self.codes.append(Edit("", _PLACE))
            label = _("Code of the sheet") if needed == 1 else _("Code of sheet {number}").format(number=n + 1)
            self.fields.addWidget(Field(label, self.codes[-1]))

    def ask_people(self, reason: str = "") -> None:
        self.reason.setText(reason)
        self.fields.addWidget(Field(_("The second person who is here"), self.second))
        self.fields.addWidget(Field(_("Why the root key is used"), self.reason))

    def occasion(self) -> Occasion:
        return Occasion(self.second.text(), self.reason.text())

    def typed(self) -> list[str]:
        return [edit.text() for edit in self.codes]

    def failed(self, error: ClinicError) -> None:
        self.wrong.setText(error.sentence())
        self.wrong.show()


class NameSheet(_UsingSheet):
    """After fire or theft: this computer is the central office now."""

    def __init__(self, office: Office, found: Root, parent: QWidget) -> None:
        super().__init__(_("This is the central office now"), office, found, parent)
        self._request: bytes | None = None
        told = _(
            "The clinics obey this computer with its next bundle, without joining again. The one before is cut off."
        )
        self.fields.addWidget(Text(told, wrap=True))
        self.why = Choice([_("Stolen or lost"), _("Burnt, broken or replaced")], 0)
        self.fields.addWidget(Field(_("The computer before was"), self.why))
        if not found.version:
            self.file = Button(_("Open the request of a clinic…"), icon="folder-open")
            self.file.clicked.connect(self._choose)
            self.fields.addWidget(self.file)
        self.ask_codes(max(found.needed, 1))
        self.ask_people()
        self.add_deed(Button(_("Leave"), kind="quiet"))
        self.go_on = self.add_deed(Button(_("Use the root key"), "save", "primary", "key"), self._use)

    def _choose(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _("Open the request of a clinic…"))
        if name:
            self.take_request(Path(name))

    def take_request(self, file: Path) -> None:
        """A clinic's request tells which root keys the organisation has."""
        try:
            self._request = joining.read_small(file)
        except ClinicError as error:
            self.failed(error)
            return
        self.file.setText(file.name)
        if len(self.codes) == 1:
            self.ask_codes(1)

    def _use(self) -> None:
        job = partial(
            root.name_central_steps,
            codes=self.typed(),
            occasion=self.occasion(),
            why=_WHY[self.why.at() or 0],
            request=self._request,
        )
        self._office.run_long(job, self, then=self._done, failed=self.failed)

    def _done(self, _result: object) -> None:
        self._office.notice(_("This computer is the central office now. Write the receipts and send them out."))
        self.accept()


class DrawSheet(_UsingSheet):
    """A new root key: shown, printed, typed back, sealed."""

    def __init__(self, office: Office, found: Root, parent: QWidget) -> None:
        super().__init__(_("Make the root key") if not found.version else _("Change the key"), office, found, parent)
        self._drawn: Drawn | None = None
        self._old: list[str] = []
        self.kind = Choice([_("Two equal sheets"), _("Three sheets, any two are enough")], 0)
        told = _("It is shown once, printed on sheets that people keep in different places, and kept in no computer.")
        self.fields.addWidget(Text(told, wrap=True))
        self.fields.addWidget(Field(_("On paper"), self.kind))
        if found.version:
            self.ask_codes(found.needed)
        self.ask_people(_("The root key is made.") if not found.version else "")
        self.add_deed(Button(_("Leave"), kind="quiet"))
        self.print = self.add_deed(Button(_("Print the sheets"), "print", icon="printer"), self.print_sheets)
        self.print.hide()
        self.go_on = self.add_deed(Button(_("Draw it"), "save", "primary", "key"), self._go_on)

    def _go_on(self) -> None:
        if self._drawn is None:
            self._draw()
        else:
            self._keep(self._drawn)

    def _draw(self) -> None:
        occasion = self.occasion()
        if not occasion.second_name.strip() or not occasion.reason.strip():
            self.failed(root.TwoPeople())
            return
        self.wrong.hide()
        self._old, self.codes = self.typed(), []
        self._drawn = root.draw(two_of_three=self.kind.at() == 1)
        self._occasion = occasion
        clear(self.fields)
        for n, code in enumerate(self._drawn.codes, start=1):
            if len(self._drawn.codes) > 1:
                self.fields.addWidget(Text(_("Sheet {number}").format(number=n), weight="semi"))
            self.fields.addWidget(CodeCard(code))
        warning = _("Print it and put the sheets aside. Then type each code back from its paper, not from here.")
        self.fields.addWidget(Callout(warning, "warning", "alert-triangle"))
        self.ask_codes(len(self._drawn.codes))
        self.print.show()
        self.go_on.setText(_("It is on paper"))
        self.codes[0].setFocus()

    def print_sheets(self) -> None:
        if self._drawn is None:
            return
        from clinic_desktop.printing.preview import Preview

        drawn = self._drawn
        pdf = self._office.ask(partial(root_sheets, sheets=drawn.sheets, needed=drawn.threshold))
        Preview(
            pdf, _("Root key"), parent=self, record=lambda _leaving, proceed: proceed(), suggested="hojas.pdf"
        ).open()

    def _keep(self, drawn: Drawn) -> None:
        use: Callable[..., None] = partial(root.change, codes=self._old) if self._found.version else root.make
        keep = partial(use, drawn=drawn, typed=self.typed(), occasion=self._occasion)
        self._office.do(keep, self, then=self._kept, failed=self.failed)

    def _kept(self, _result: object) -> None:
        self._drawn, self._old = None, []
        self._office.notice(_("The root key is on paper. Seal the sheets now, and give them to who keeps them."))
        self.accept()


def _said(found: Root) -> str:
    if not found.version:
        return _(
            "The root key has not been made. It lies on paper only, with two people in two places, and says which "
            "computer is the central office: after fire or theft another takes its place and no clinic joins again."
        )
    if found.sheets == 1:
        return _("The root key is on two equal sheets; either of them is enough.")
    words = _("The root key is on {count} sheets; any {needed} of them are enough.")
    return words.format(count=found.sheets, needed=found.needed)
