"""The bundles that left this clinic: confirmed, on their way or lost; and the receipt that is read aloud."""

from datetime import datetime, tzinfo
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.exchange.stick.route import Entry, RouteList
from clinic_desktop.features.bundles.queries import carried, waiting
from clinic_desktop.features.bundles.queries.carried import Carried, CarriedState
from clinic_desktop.features.bundles.service import losing, parcels
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet, ask_text, ask_yes_no
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.words import Text

_HIGH = 250


class SentSheet(Sheet):
    """One line for each bundle, the newest first."""

    copy_asked = Signal()
    """Another copy is to be made now."""

    def __init__(self, office: Office, parent: QWidget | None) -> None:
        self._office = office
        self._zone = office.ask(zone)
        columns = [
            Column[Carried](_("Bundle"), lambda one: cells.strong(said_number(one)), 130),
            Column[Carried](_("Written on"), self._said_written, stretch=True),
            Column[Carried](_("State"), _said_state, 160),
        ]
        empty = EmptyState(_("No stick has left this clinic yet."), None)
        self.table = ListTable(columns, key=lambda one: one.log_key, empty=empty)
        self.table.setAccessibleName(_("Sticks that left"))
        self.table.setMinimumHeight(_HIGH)
        words = Text(
            _("What is on its way waits for the receipt of the central office. It travels again with every new stick."),
            "small",
            color="quiet",
            wrap=True,
        )
        super().__init__(_("Sticks that left"), parent, words, self.table, width=640)
        self.add_deed(Button(_("Close"), "back", "quiet"))
        self.lost = self.add_deed(Button(_("This stick is lost…")), self._ask_lost)
        self.code = self.add_deed(Button(_("Type the receipt code…"), icon="key"), self._ask_code)
        self.table.chosen.connect(self._allow)
        office.follow(waiting.TABLES, self, self.reload)
        self.reload()
        self.table.setFocus()

    def reload(self) -> None:
        self.table.show_rows(self._office.ask(carried.carried))
        if self.table.row() is None and self.table.count():
            self.table.choose_at(0)
        self._allow()

    def _allow(self, _row: object = None) -> None:
        one = self.table.row()
        waits = one is not None and one.state in (CarriedState.ON_ITS_WAY, CarriedState.LOST)
        self.lost.setEnabled(waits and one is not None and one.lost_at is None)
        self.code.setEnabled(waits)

    def _said_written(self, one: Carried) -> str:
        return " · ".join(part for part in (say_instant(one.written_at, self._zone), one.stick) if part)

    def _ask_lost(self) -> None:
        one = self.table.row()
        if one is None:
            return
        question = _(
            "Is the stick with bundle {number} lost? Its changes are still on this computer, and nobody can read the "
            "stick. The central office will be told."
        )
        ask_yes_no(
            question.format(number=said_number(one)),
            self,
            partial(self._is_lost, one.log_key),
            yes_text=_("It is lost"),
        )

    def _is_lost(self, log_key: int) -> None:
        self._office.do(partial(losing.stick_is_lost, log_key=log_key), self, then=lambda _none: self._offer_copy())

    def _offer_copy(self) -> None:
        ask_yes_no(
            _("Nothing is lost. Make another copy now? Insert a stick first."),
            self,
            self._copy,
            yes_text=_("Make another copy"),
            no_text=_("Not now"),
            default_yes=True,
            tone="well",
        )

    def _copy(self) -> None:
        self.accept()
        self.copy_asked.emit()

    def _ask_code(self) -> None:
        one = self.table.row()
        if one is None:
            return
        question = _("The central office reads twelve signs for bundle {number}. Type them as you hear them.")
        ask_text(
            question.format(number=said_number(one)),
            self,
            partial(self._take_code, one.log_key),
            hint="ABCD-EFGH-JKMN",
            yes_text=_("Confirm"),
        )

    def _take_code(self, log_key: int, code: str) -> None:
        words = _("Confirmed: the central office has what this bundle carried.")
        deed = partial(parcels.take_code, log_key=log_key, code=code)
        self._office.do(deed, self, then=lambda _count: self._office.notice(words))


class RouteSheet(Sheet):
    """What the list on a stick says: who wrote what for whom, and who read it."""

    def __init__(self, office: Office, said: RouteList, parent: QWidget | None) -> None:
        self._zone = office.ask(zone)
        columns = [
            Column[Entry](_("Bundle"), self._said_bundle, stretch=True),
            Column[Entry](_("For"), lambda one: one.for_name or _("Central office"), 190),
            Column[Entry](_("Read"), self._said_reads, 170),
        ]
        empty = EmptyState(_("The list is empty."), None)
        self.table = ListTable(columns, key=lambda one: one.sha256, empty=empty, row_height=56)
        self.table.setAccessibleName(_("What lies on this stick"))
        self.table.setMinimumHeight(_HIGH)
        self.table.show_rows(tuple(reversed(said.entries)))
        words = Text(
            _("Only what its addressee confirmed is taken off the stick. Leave the bundles of other clinics on it."),
            "small",
            color="quiet",
            wrap=True,
        )
        super().__init__(_("What lies on this stick"), parent, words, self.table, width=640)
        self.add_deed(Button(_("Close"), "back", "primary")).setFocus()

    def _said_bundle(self, one: Entry) -> cells.Cell:
        number = f"{one.number:04d}" + (f" ({one.volume}/{one.volumes})" if one.volumes > 1 else "")
        return cells.two_lines(f"{one.site_name} · {number}", under=_said_moment(one.at, self._zone))

    def _said_reads(self, one: Entry) -> cells.Cell | str:
        if not one.reads:
            return cells.quiet(_("nobody yet"))
        last = one.reads[-1]
        return cells.two_lines(last.site_name, under=_said_moment(last.at, self._zone))


def zone(reading: Reading) -> tzinfo:
    return reading.place.zone


def said_number(one: Carried) -> str:
    """ "0412", or "0412 (2/3)" of a load in parts."""
    return f"{one.number:04d}" + (f" ({one.volume}/{one.volumes})" if one.volumes > 1 else "")


def _said_state(one: Carried) -> cells.Cell:
    match one.state:
        case CarriedState.CONFIRMED:
            return cells.chip(_("Confirmed"), "well", "circle-check")
        case CarriedState.LOST:
            return cells.chip(_("It was lost"), "warning", "alert-triangle")
        case CarriedState.ON_ITS_WAY:
            return cells.chip(_("Under way"), "neutral", "clock")
        case CarriedState.NOTHING:
            return cells.quiet(_("only receipts"))


def _said_moment(at: str, where: tzinfo) -> str:
    try:
        return say_instant(datetime.fromisoformat(at), where)
    except ValueError:
        return ""
