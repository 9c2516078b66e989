"""The list of medicines: what may be prescribed and stand on a shelf, and at the central what clinics propose."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import barcodes
from clinic_desktop.features.medication.queries import formulary as lists
from clinic_desktop.features.medication.queries.formulary import FormularyRow, Standing
from clinic_desktop.features.medication.rules.shelf import unit_word
from clinic_desktop.features.medication.screens.barcodes import BarcodesSheet
from clinic_desktop.features.medication.screens.formulary_sheets import (
    AcceptChangedSheet,
    ChangeSheet,
    ControlSheet,
    JoinSheet,
    ProductSheet,
)
from clinic_desktop.features.medication.service import formulary
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import ask_text
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46
_FILTERS: dict[Standing, str] = {
    Standing.LISTED: N_("In the list"),
    Standing.PROPOSED: N_("Proposals"),
    Standing.RETIRED: N_("Retired"),
    Standing.REFUSED: N_("Not accepted"),
    Standing.JOINED: N_("Joined with another"),
}


class FormularyPage(QWidget):
    """Enter opens a product. Proposals have deeds of their own at the central; a clinic sees what became of its own."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._may = office.may(Permission.KEEP_CATALOGS)
        self.words = Edit(placeholder=_("Medicine, strength or form"), icon="search", height=32)
        self.words.setAccessibleName(_("Find in the list of medicines"))
        self.which = Select([(standing, _(words)) for standing, words in _FILTERS.items()])
        self.which.setAccessibleName(_("Which products"))
        self.which.setMinimumWidth(190)
        self.table = self._make_table()
        self.told = Text("", "small", color="quiet", wrap=True)
        self.control = Button(_("Controlled classes"), icon="shield-check")
        self.retire, self.back = Button(_("Retire"), icon="archive"), Button(_("Bring back"), icon="arrow-back-up")
        self.change = Button(_("Change"), icon="edit")
        self.refuse, self.join = Button(_("Not accept"), icon="x"), Button(_("Join with another"), icon="stack-2")
        self.accept_changed = Button(_("Change and accept"), icon="edit")
        self.accept = Button(_("Accept"), kind="primary", icon="check", tall=True)
        self.add = Button(_("Add a medicine"), kind="primary", icon="plus", tall=True)
        self.barcodes = Link("")
        self._lay_out()
        self._connect()
        office.follow(lists.TABLES | barcodes.TABLES, self, self.reload)
        self.reload()
        self.table.choose_at(0)

    def _lay_out(self) -> None:
        head = row((self.words, 1), self.which, self.barcodes, margins=(12, 8, 12, 4), gap=S3)
        listed = Card(head, (self.table, 1), margins=(1, 0, 1, 4), gap=0)
        self.told.setMinimumHeight(34)
        deeds = row(
            self.control, self.retire, self.back, self.refuse, self.join, None,
            self.change, self.accept_changed, self.accept, self.add, gap=S2,
        )  # fmt: skip
        stack(self, (listed, 1), self.told, deeds, margins=(S4, S3, S4, S3), gap=S2)

    def _connect(self) -> None:
        self.words.textChanged.connect(self.reload)
        self.which.activated.connect(self.reload)
        self.table.chosen.connect(self._show)
        self.table.opened.connect(self._change)
        self.add.clicked.connect(self._add)
        self.change.clicked.connect(self._change)
        self.control.clicked.connect(self._control)
        self.retire.clicked.connect(self._retire)
        self.back.clicked.connect(self._bring_back)
        self.accept.clicked.connect(self._accept)
        self.accept_changed.clicked.connect(self._accept_changed)
        self.join.clicked.connect(self._join)
        self.refuse.clicked.connect(self._refuse)
        self.barcodes.clicked.connect(lambda: BarcodesSheet(self._office, self).open())

    def _make_table(self) -> ListTable[FormularyRow]:
        columns = [
            Column[FormularyRow](_("Medicine"), _said, stretch=True),
            Column[FormularyRow](_("Box"), _pack, 130),
            Column[FormularyRow]("ATC", lambda r: cells.quiet(r.atc_code or "–"), 84),
            Column[FormularyRow](_("Controlled"), _control, 150, wide_only=True),
            Column[FormularyRow](_("State"), _state, 130),
        ]
        empty = EmptyState(
            _("Nothing here. «Add a medicine» puts in what is missing; it holds in this clinic at once.")
        )
        table = ListTable(columns, key=lambda r: r.presentation_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("List of medicines"))
        return table

    def take_focus(self) -> None:
        (self.table if self.table.count() else self.words).setFocus()

    def reload(self) -> None:
        """The list anew, and how many proposals wait."""
        waiting, at = len(self._office.ask(lists.proposals)), self.which.currentIndex()
        named = _("Proposals ({count})").format(count=waiting) if waiting else _("Proposals")
        self.which.setItemText(list(_FILTERS).index(Standing.PROPOSED), named)
        self.which.setCurrentIndex(at)
        codes = len(self._office.ask(barcodes.proposed)) if self._may else 0
        self.barcodes.setText(_("Barcodes ({count})").format(count=codes))
        self.barcodes.setAccessibleName(self.barcodes.text())
        self.barcodes.setVisible(bool(codes))
        self.table.show_rows(self._office.ask(lists.formulary, self.words.text(), self._standing()))
        self._show(self.table.row())

    def _standing(self) -> Standing:
        return Standing(self.which.value())

    def _show(self, chosen: FormularyRow | None) -> None:
        self.told.setText(self._tell(chosen) if chosen else "")
        standing = chosen.standing if chosen else None
        decides = standing is Standing.PROPOSED and chosen is not None and not chosen.keeper_elsewhere
        decides = decides and self._standing() is Standing.PROPOSED
        away = standing in (Standing.RETIRED, Standing.REFUSED, Standing.JOINED)
        shown = {
            **dict.fromkeys((self.accept, self.accept_changed, self.join, self.refuse), decides),
            **dict.fromkeys((self.control, self.change, self.retire), not decides and not away),
            self.back: away,
            self.add: not decides,
        }
        # Those that go first, or for a moment there would be more than the window is wide.
        for button, seen in sorted(shown.items(), key=lambda pair: pair[1]):
            button.setVisible(self._may and seen)
        for button in (self.control, self.change, self.retire):
            button.setEnabled(chosen is not None)

    def _tell(self, chosen: FormularyRow) -> str:
        """Everything that the list has no room for."""
        told = [chosen.said]
        if chosen.control is not None:
            control = chosen.control
            told.append(_("controlled: {title} ({source})").format(title=control.title, source=control.source))
        if chosen.alike:
            letters = _("letters after FDA and ISMP") if chosen.letters_source else _("letters of our own choice")
            told.append(_("looks like {names}: {letters}").format(names=", ".join(chosen.alike), letters=letters))
        if chosen.standing is Standing.PROPOSED:
            told.append(self._tell_proposal(chosen))
        reason = chosen.decision_text or chosen.retired_text
        if reason:
            told.append(_("reason: {reason}").format(reason=reason))
        if chosen.standing is Standing.JOINED and chosen.joined_id:
            told.append(_("use {product}").format(product=self._joined(chosen.joined_id)))
        return " · ".join(told)

    def _tell_proposal(self, chosen: FormularyRow) -> str:
        if chosen.keeper_elsewhere:
            return _("in force here, proposed to the central office")
        site = self._office.ask(lists.site_name, chosen.site_id)
        return _("proposed by {site}, in force there").format(site=site) if site else _("proposed by a clinic")

    def _joined(self, presentation_id: str) -> str:
        return self._office.ask(lists.formulary_row, presentation_id).said

    # deeds

    def _add(self) -> None:
        ProductSheet(self._office, None, _("New medicine"), _("Add"), self).open()

    def _change(self, _row: object = None) -> None:
        chosen = self.table.row()
        if chosen is not None and self._may:
            sheet = AcceptChangedSheet if self.accept.isVisible() else ChangeSheet
            sheet(self._office, chosen, self).open()

    def _control(self) -> None:
        if chosen := self.table.row():
            ControlSheet(self._office, chosen, self).open()

    def _retire(self) -> None:
        if chosen := self.table.row():
            told = _("Why is {product} not offered any more? What is left of it is still handed out and counted.")
            use_case = partial(formulary.retire, presentation_id=chosen.presentation_id)
            ask_text(
                told.format(product=chosen.said),
                self,
                lambda reason: self._office.do(partial(use_case, reason=reason), self),
                yes_text=_("Retire"),
            )

    def _bring_back(self) -> None:
        if chosen := self.table.row():
            self._office.do(partial(formulary.bring_back, presentation_id=chosen.presentation_id), self)

    def _accept(self) -> None:
        if chosen := self.table.row():
            self._office.do(partial(formulary.accept, presentation_id=chosen.presentation_id), self)

    def _accept_changed(self) -> None:
        if chosen := self.table.row():
            AcceptChangedSheet(self._office, chosen, self).open()

    def _join(self) -> None:
        if chosen := self.table.row():
            JoinSheet(self._office, chosen, self).open()

    def _refuse(self) -> None:
        if chosen := self.table.row():
            use_case = partial(formulary.refuse, presentation_id=chosen.presentation_id)
            ask_text(
                _("Why is {product} not accepted? The clinic reads the reason.").format(product=chosen.said),
                self,
                lambda reason: self._office.do(partial(use_case, reason=reason), self),
                yes_text=_("Not accept"),
            )


def _said(shown: FormularyRow) -> cells.Cell | str:
    alike = _("looks like {names}").format(names=", ".join(shown.alike)) if shown.alike else ""
    under = " · ".join(part for part in (shown.product, alike) if part)
    return cells.two_lines(semi(shown.shown_name), under=under)


def _pack(shown: FormularyRow) -> cells.Cell | str:
    if shown.content_tenths_ml is not None:
        return _("{content} ml").format(content=f"{shown.content_tenths_ml / 10:g}")
    if shown.pack_units is None:
        return cells.quiet("–")
    return f"{shown.pack_units:,} {unit_word(shown.unit, shown.pack_units)}"


def _control(shown: FormularyRow) -> cells.Cell | str:
    if shown.control is None:
        return cells.quiet("–")
    return cells.two_lines(semi(shown.control.title), under=shown.control.source)


def _state(shown: FormularyRow) -> cells.Cell | str:
    match shown.standing:
        case Standing.LISTED:
            return cells.chip(_("controlled"), "warning", "shield-check") if shown.control else ""
        case Standing.PROPOSED:
            return cells.chip(_("proposed"), "accent")
        case Standing.REFUSED:
            return cells.chip(_("not accepted"), "danger")
        case Standing.JOINED:
            return cells.chip(_("joined"), "neutral")
        case _:
            return cells.chip(_("retired"), "neutral")
