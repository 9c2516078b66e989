"""The directory: pharmacies, donors, health posts, leaders, schools, radios, and what was agreed with each."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters.directory import directory_paper, say_may_receive
from clinic_desktop.features.medication.queries import agreements as agreed
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries.agreements import AgreementRow
from clinic_desktop.features.medication.queries.partners import DirectoryRow
from clinic_desktop.features.medication.rules.kinds import GIFT_WORDS, PARTNER_WORDS
from clinic_desktop.features.medication.screens.agreements import AgreementsSheet, say_standing
from clinic_desktop.features.medication.screens.partner_sheet import PartnerCardSheet
from clinic_desktop.features.medication.service import partners
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import ask_yes_no
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46


class PartnersPage(QWidget):
    """Enter opens somebody. Ctrl+P prints those who are shown."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._today = office, office.today()
        self._agreements: dict[str, AgreementRow] = {}
        self.words = Edit(placeholder=_("Name, place, contact or telephone"), icon="search", height=32)
        self.words.setAccessibleName(_("Find in the directory"))
        everybody = [(None, _("All kinds"))]
        self.kind = Select([*everybody, *((kind, _(words)) for kind, words in PARTNER_WORDS.items())])
        self.kind.setAccessibleName(_("Kind"))
        self.kind.setMinimumWidth(170)
        self.retired = Select([(False, _("In the directory")), (True, _("Retired"))])
        self.retired.setAccessibleName(_("Which partners"))
        self.retired.setMinimumWidth(150)
        self.table = self._make_table()
        self.told = Text("", "small", color="quiet", wrap=True)
        self.print = Button(_("Print list"), "print", icon="printer")
        self.retire, self.back = Button(_("Retire"), icon="archive"), Button(_("Bring back"), icon="arrow-back-up")
        self.agreements = Button(_("Agreements"), icon="file-text")
        self.change = Button(_("Open"), icon="edit")
        self.add = Button(_("Add a partner"), kind="primary", icon="plus", tall=True)
        self._lay_out()
        self._connect()
        office.follow(directory.TABLES, self, self.reload)
        self.reload()
        self.table.choose_at(0)

    def _lay_out(self) -> None:
        head = row((self.words, 1), self.kind, self.retired, margins=(12, 8, 12, 4), gap=S3)
        listed = Card(head, (self.table, 1), margins=(1, 0, 1, 4), gap=0)
        self.told.setMinimumHeight(34)
        deeds = row(self.print, self.retire, self.back, None, self.agreements, self.change, self.add, gap=S2)
        stack(self, (listed, 1), self.told, deeds, margins=(S4, S3, S4, S3), gap=S2)

    def _connect(self) -> None:
        self.words.textChanged.connect(self.reload)
        self.kind.activated.connect(self.reload)
        self.retired.activated.connect(self.reload)
        self.table.chosen.connect(self._show)
        self.table.opened.connect(self._change)
        self.print.clicked.connect(self._print)
        self.add.clicked.connect(lambda: PartnerCardSheet(self._office, None, self).open())
        self.change.clicked.connect(self._change)
        self.agreements.clicked.connect(self._open_agreements)
        self.retire.clicked.connect(self._retire)
        self.back.clicked.connect(self._bring_back)

    def _make_table(self) -> ListTable[DirectoryRow]:
        columns = [
            Column[DirectoryRow](_("Name"), _said, stretch=True),
            Column[DirectoryRow](_("Telephone"), _reached, 190),
            Column[DirectoryRow](_("May receive"), lambda r: cells.quiet(say_may_receive(r)), 230, wide_only=True),
            Column[DirectoryRow](_("Agreement"), self._agreement, 220),
        ]
        empty = EmptyState(_("Nobody here. «Add a partner» writes down a pharmacy, a donor, a health post, a leader."))
        table = ListTable(columns, key=lambda r: r.partner_id, empty=empty, row_height=_TWO_LINES)
        table.setAccessibleName(_("Directory of partners"))
        return table

    def _agreement(self, shown: DirectoryRow) -> cells.Cell | str:
        found = self._agreements.get(shown.partner_id)
        return cells.quiet("–") if found is None else say_standing(found, self._today)

    def take_focus(self) -> None:
        (self.table if self.table.count() else self.words).setFocus()

    def reload(self) -> None:
        """The directory anew; of each the agreement that counts today, else the one that ends last."""
        self._agreements = {}
        for found in reversed(self._office.ask(agreed.agreements)):
            known = self._agreements.get(found.partner_id)
            if known is None or found.holds_on(self._today) or not known.holds_on(self._today):
                self._agreements[found.partner_id] = found
        rows = self._office.ask(
            directory.directory, self.words.text(), self.kind.value(), retired=bool(self.retired.value())
        )
        self.table.show_rows(rows)
        self._show(self.table.row())

    def _show(self, chosen: DirectoryRow | None) -> None:
        self.told.setText(_tell(chosen) if chosen else "")
        away = chosen is not None and chosen.retired_at is not None
        self.back.setVisible(away)
        for button in (self.retire, self.agreements, self.change):
            button.setVisible(not away)
            button.setEnabled(chosen is not None)

    # deeds

    def _change(self, _row: object = None) -> None:
        if chosen := self.table.row():
            PartnerCardSheet(self._office, chosen, self).open()

    def _open_agreements(self) -> None:
        if chosen := self.table.row():
            AgreementsSheet(self._office, chosen.partner_id, chosen.said, self).open()

    def _retire(self) -> None:
        if chosen := self.table.row():
            question = _("Take {partner} out of the directory? What came from it stays as it is.")
            use_case = partial(partners.retire_partner, partner_id=chosen.partner_id)
            ask_yes_no(
                question.format(partner=chosen.said),
                self,
                lambda: self._office.do(use_case, self),
                yes_text=_("Retire"),
            )

    def _bring_back(self) -> None:
        if chosen := self.table.row():
            self._office.do(partial(partners.bring_back_partner, partner_id=chosen.partner_id), self)

    def _print(self) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        rows = self._office.ask(
            directory.directory, self.words.text(), self.kind.value(), retired=bool(self.retired.value())
        )
        pdf = self._office.ask(directory_paper, rows).pdf()

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            noting: Callable[..., Any] = partial(
                partners.note_directory_printed, way=leaving.way, copies=leaving.copies
            )
            self._office.do(noting, self, then=lambda _done: proceed())

        Preview(pdf, _("Directory of partners"), parent=self, record=record, suggested="directorio.pdf").open()


def _said(shown: DirectoryRow) -> cells.Cell | str:
    under = " · ".join(part for part in (_(PARTNER_WORDS[shown.kind]), shown.place_text) if part)
    return cells.two_lines(semi(shown.name), under=under)


def _reached(shown: DirectoryRow) -> cells.Cell | str:
    return cells.two_lines(shown.phone or _("No telephone"), under=shown.contact_text or "")


def _tell(chosen: DirectoryRow) -> str:
    told = [
        _("may receive: {things}").format(things=say_may_receive(chosen)),
        _("gives: {gifts}").format(gifts=", ".join(_(GIFT_WORDS[gift]) for gift in chosen.gives))
        if chosen.gives
        else "",
        chosen.email or "",
        chosen.note_text or "",
    ]
    return " · ".join(part for part in told if part)
