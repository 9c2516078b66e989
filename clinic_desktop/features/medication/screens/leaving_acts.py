"""What leaves for good: everything that expired in two keys, and the act before two people."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.letters.disposal import act_paper
from clinic_desktop.features.medication.queries import counting, disposals
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries.transfers import LeftLine
from clinic_desktop.features.medication.rules.leaving import (
    ActIncomplete,
    Leaving,
    WitnessIsFirst,
    WitnessMissing,
)
from clinic_desktop.features.medication.rules.refusals import NotYet
from clinic_desktop.features.medication.rules.shelf import NotEnough, read_units, say_packs
from clinic_desktop.features.medication.rules.vouchers import read_day
from clinic_desktop.features.medication.screens.leaving_papers import show_paper
from clinic_desktop.features.medication.service import disposals as service
from clinic_desktop.features.medication.service.disposals import NewAct
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import ReasonMissing
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, is_compact
from clinic_desktop.uikit.words import Text, semi

TWO_LINES = 46


def lots_table(lines: Sequence[LeftLine]) -> ListTable[LeftLine]:
    columns = [
        Column[LeftLine](_("Medicine"), lambda x: cells.two_lines(semi(x.shown_name), under=x.product), stretch=True),
        Column[LeftLine](_("Lot"), lambda x: x.lot_number or _("without number"), 150),
        Column[LeftLine](_("Expires"), lambda x: say_day(x.expires_on), 110),
        Column[LeftLine](
            _("Units"), lambda x: cells.number(say_packs(x.units, x.pack_units, x.unit)), 200, right=True
        ),
    ]  # fmt: skip
    table = ListTable(columns, key=lambda x: x.lot_id, row_height=TWO_LINES, flush=True)
    table.show_rows(lines)
    table.setAccessibleName(_("What leaves the shelf"))
    return table


class ExpiredSheet(Sheet):
    """All lots that expired; Enter takes them off the balance at once."""

    def __init__(self, office: Office, lines: Sequence[LeftLine], parent: QWidget) -> None:
        self._office, self._screen, self._lines = office, parent, tuple(lines)
        self._leaving = [Leaving(new_id(), line.lot_id, line.units) for line in lines]
        self.table = lots_table(lines)
        self.table.setMinimumHeight(30 + 2 * TWO_LINES)
        title = _("What expired")
        hint = _("Put these boxes apart. They leave the balance now; the act is written when they are destroyed.")
        head = Text(title, "head", "semi")
        super().__init__(title, parent, head, Text(hint, color="quiet", wrap=True), (self.table, 1), width=700)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Destroy or give back"), icon="file-text"), self._write_act)
        count = len(self._lines)
        said = ngettext("Take off {count} lot", "Take off {count} lots", count).format(count=count)
        self.take_off = self.add_deed(Button(said, "save", "primary", "check"), self._take_off)
        self.take_off.setFocus()

    def _take_off(self) -> None:
        use_case = partial(service.take_off_expired, lines=self._leaving)
        self._office.do(use_case, self, then=self._done)

    def _done(self, count: int) -> None:
        said = ngettext("{count} lot taken off.", "{count} lots taken off.", count)
        self._office.notice(said.format(count=count))
        self.accept()

    def _write_act(self) -> None:
        self.accept()
        ActSheet(self._office, self._lines, self._screen).open()


class ActSheet(Sheet):
    """Destroyed, or given back to whoever gave it: what, when, where, how, why, and who else was there."""

    def __init__(self, office: Office, lines: Sequence[LeftLine], parent: QWidget, *, were_apart: bool = False) -> None:
        self._office, self._screen, self._lines = office, parent, tuple(lines)
        self._disposal_id, self._were_apart = new_id(), were_apart
        self._movements = [new_id() for _line in lines]
        self.kind = Choice((_("Destroyed"), _("Given back")), 0)
        self.units = Edit(f"{lines[0].units}" if len(lines) == 1 else "")
        self.donor = Suggest(self._find_partner, _("three letters"))
        self.day = Edit(placeholder=_("today"))
        self.second = Suggest(partial(office.ask, counting.others), _("name, or choose from the list"))
        self.where, self.how, self.reason = Edit(), Edit(), Edit()
        self.form = Form()
        self._lay_out_fields()
        title = _("Act: destroy or give back")
        super().__init__(title, parent, Text(title, "head", "semi"), *self._told(), self.form, width=720)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Write the act"), "save", "primary", "check"), self._keep)
        self.kind.chosen.connect(self._fit)
        self._fit()
        self.kind.setFocus()

    def _lay_out_fields(self) -> None:
        add = self.form.add
        kind = add("kind", _("What happened"), self.kind)
        self._units = add("units", _("Units"), self.units)
        self._donor = add("donor", _("To whom"), self.donor)
        day = add("day", _("Day"), self.day, optional=True, check=self._check_day)
        second = add("second", _("Who else was there"), self.second)
        where, how = add("where", _("Where"), self.where), add("how", _("How"), self.how)
        stack(
            self.form,
            row((kind, 3), (self._donor, 3), (self._units, 1), gap=S3),
            row((second, 3), (day, 1), gap=S3),
            row((where, 1), (how, 1), (add("reason", _("Reason"), self.reason), 1), gap=S3),
            gap=S2,
        )
        self._units.setVisible(len(self._lines) == 1)

    def _told(self) -> list[Any]:
        if len(self._lines) == 1:
            line = self._lines[0]
            there = say_packs(line.units, line.pack_units, line.unit)
            said = _("{medicine}, lot {lot}: there are {units}").format(
                medicine=f"{line.shown_name} {line.product}", lot=line.lot_number or _("without number"), units=there
            )
            return [Text(said, color="quiet", wrap=True)]
        table = lots_table(self._lines)
        most = 1 if is_compact(self._screen.window().width()) else 3
        table.setFixedHeight(31 + min(len(self._lines), most) * TWO_LINES)
        return [table]

    def _fit(self, *_at: object) -> None:
        self._donor.setVisible(self.kind.at() == 1)

    def _find_partner(self, words: str) -> list[tuple[Any, str]]:
        return [(one.partner_id, one.name) for one in self._office.ask(directory.partners, words, 8)]

    def _check_day(self, typed: str) -> str | None:
        try:
            if typed:
                self.form.fields["day"].say(say_day(read_day(typed, self._office.today())))
        except Refused:
            return _("Write a day that is over, for example 5/12.")
        return None

    def _keep(self) -> None:
        given_back = self.kind.at() == 1
        if given_back and not self.donor.value():
            self.form.complain("donor", _("Choose from the list."))
            return
        if self.form.find_faults():
            return
        lines = self._leaving()
        if lines is None:
            return
        second, today, typed = self.second.value(), self._office.today(), self.day.text().strip()
        act = NewAct(
            self._disposal_id,
            read_day(typed, today) if typed else today,
            "" if second else self.second.text(),
            self.where.text(),
            self.how.text(),
            self.reason.text(),
            second,
            self.donor.value() if given_back else None,
        )
        self._office.do(partial(service.dispose, act=act, lines=lines), self, then=self._kept, failed=self._failed)

    def _leaving(self) -> list[Leaving] | None:
        units = [line.units for line in self._lines]
        if len(units) == 1:
            try:
                units = [read_units(self.units.text(), self._lines[0].pack_units)]
            except Refused as refused:
                self.form.complain("units", refused.sentence())
                return None
        drawn = zip(self._movements, self._lines, units, strict=True)
        return [Leaving(movement_id, line.lot_id, count, self._were_apart) for movement_id, line, count in drawn]

    def _kept(self, number: str) -> None:
        office, screen, disposal_id = self._office, self._screen, self._disposal_id
        office.notice(_("Act {number} is written.").format(number=number))
        self.accept()
        show_act(office, screen, disposal_id)

    def _failed(self, error: ClinicError) -> None:
        if isinstance(error, WitnessMissing | WitnessIsFirst):
            name = "second"
        elif isinstance(error, ActIncomplete):
            name = "how" if self.where.text().strip() else "where"
        elif isinstance(error, NotYet):
            name = "day"
        elif isinstance(error, ReasonMissing):
            name = "reason"
        else:
            name = "units" if isinstance(error, NotEnough) and len(self._lines) == 1 else "reason"
        self.form.complain(name, error.sentence())


def open_act(office: Office, lot_ids: list[str], screen: QWidget) -> None:
    """The act for these lots, with all that is left of them."""
    lines = office.ask(disposals.lots_here, lot_ids)
    if lines:
        ActSheet(office, lines, screen).open()


def show_act(office: Office, screen: QWidget, disposal_id: str) -> None:
    pdf = office.ask(act_paper, disposal_id).pdf()
    noting = partial(service.note_act_printed, disposal_id=disposal_id)
    show_paper(office, screen, pdf, _("Act"), noting, "acta.pdf")
