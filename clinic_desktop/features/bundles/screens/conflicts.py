"""What was written apart: the values side by side, who wrote them, where, and what each had seen. One key decides."""

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from clinic_desktop.exchange.merge.conflicts import Key
from clinic_desktop.features.bundles.queries import worklist
from clinic_desktop.features.bundles.queries.asked import Asked
from clinic_desktop.features.bundles.queries.worklist import InFront, Line, SaidSide
from clinic_desktop.features.bundles.rules.said import said_unit
from clinic_desktop.features.bundles.rules.settling import who_settles
from clinic_desktop.features.bundles.screens.deciding import Deciding
from clinic_desktop.features.bundles.service import settling
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Select
from clinic_desktop.uikit.layouts import clear, column, row
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, is_compact
from clinic_desktop.uikit.words import Text

NOT_YOURS = N_("Who works with this record at the clinic decides this.")
MOST_SIDES = 9


class Conflicts(Deciding):
    """`ids` brings the keys of those in the list: all of the central's, or those of one person."""

    def __init__(
        self, office: Office, ids: Callable[[Reading], Sequence[Key]], empty: str, parent: QWidget | None = None
    ) -> None:
        self._office, self._ids = office, ids
        self._zone = office.ask(_zone)
        self.in_front: InFront | None = None
        self._decided: InFront | None = None
        table: ListTable[Line] = ListTable(
            [Column[Line](_("Person and field"), _heading, stretch=True)],
            key=lambda line: line.key,
            empty=EmptyState(empty, None),
            row_height=56,
        )
        table.setAccessibleName(_("What differs between clinics"))
        super().__init__(table, parent)
        self.both = self._deed(_("Both"), "keep_both", self._settle_both)
        self.ask = self._deed(_("Ask the clinic"), "ask_clinic", self._ask)
        self.undo = self._deed(_("Undo"), "take_back", self._undo)
        for item in (self.undo, self.ask, self.both):
            self.foot.addWidget(item)
        self.foot.insertStretch(1)
        self.sides: list[Button] = []
        table.chosen.connect(self._show)
        office.follow(worklist.TABLES, self, self.reload)

    def _deed(self, words: str, key: str, act: Callable[[], object]) -> Button:
        button = Button(words, key)
        button.clicked.connect(partial(self._clicked, act))
        return button

    def _clicked(self, act: Callable[[], object], _checked: bool = False) -> None:
        self.act(act)

    def reload(self) -> None:
        self.table.show_ids(self._office.ask(self._ids), self._load)
        if self.table.row() is None:
            self.table.choose_at(0)

    def _load(self, keys: Sequence[Key]) -> list[Line]:
        return self._office.ask(worklist.page, keys)

    # showing

    def _show(self, line: Line | None) -> None:
        clear(self.shown)
        self.sides = []
        self.in_front = self._office.ask(worklist.in_front, line.key) if line is not None else None
        if self.in_front is not None:
            self._fill(self.in_front)
        one = self.in_front
        self.look_first((one.conflict.key, one.conflict.sides) if one is not None else None)
        self._allow()

    def _fill(self, one: InFront) -> None:
        field = _(said_unit(one.conflict.table, one.conflict.unit))
        head = row(Text(field, "head", "semi"), (Text(one.line.whose, color="quiet", wrap=True), 1), gap=S2)
        if one.conflict.blocking:
            head.addWidget(Chip(_("Safety"), "danger", "alert-triangle"))
        self.shown.addLayout(head)
        for word in self._words(one):
            self.shown.addWidget(word)
        for at, side in enumerate(one.sides[:MOST_SIDES]):
            self.shown.addWidget(self._side(at, side, one))
        if one.both_words:
            words = _("Both: {words}").format(words=one.both_words)
            self.shown.addWidget(Text(words, "small", color="quiet", wrap=True))

    def _words(self, one: InFront) -> list[QWidget]:
        told: list[QWidget] = []
        if one.conflict.waiting:
            words = _("It may clear up by itself when the missing bundle arrives.")
            waits = _("Waits for bundle {which}").format(which=one.line.waits_for)
            told.append(Callout(words, "neutral", "clock", waits if one.line.waits_for else ""))
        elif not one.may:
            prescribers = who_settles(one.conflict.table, one.conflict.unit) == (Permission.PRESCRIBE,)
            words = _("Only a prescriber decides this. Ask the clinic.") if prescribers else _(NOT_YOURS)
            told.append(Callout(words, "neutral", "lock"))
        asked = one.line.asked
        if asked is not None:
            told.append(say_answer(asked, self._zone))
        return told

    def _side(self, at: int, side: SaidSide, one: InFront) -> Card:
        button = Button(_("This one holds"), f"pick_{at + 1}")
        button.setEnabled(one.may)
        button.setAccessibleName(_("This one holds: {words}").format(words=side.words))
        button.clicked.connect(partial(self._clicked, partial(self._settle, side.values)))
        self.sides.append(button)
        shown = _("Shown for now") if at == 0 else ""
        who = " · ".join(part for part in (side.who, side.site_name, self._when(side.at), shown) if part)
        lines = column(Text(side.words, "head", "semi", wrap=True), Text(who, "small", color="quiet", wrap=True), gap=2)
        seen = self._seen(side, one)
        if seen:
            lines.addWidget(Text(seen, "small", color="quiet", wrap=True))
        inside = row((lines, 1), button, gap=S2)
        return Card(inside, bar="accent" if at == 0 else None, margins=(S3, S2, S3, S2), gap=S2)

    def _seen(self, side: SaidSide, one: InFront) -> str:
        """What the writer had before their eyes; that neither knew of the other is why both stand here."""
        if side.put_back_of:
            words = _("Put back because a decision was undone. Written first by {who}, {when}.")
            return words.format(who=side.put_back_of, when=self._when(side.put_back_at))
        if side.had_seen:
            return _("Had seen: {words}. Did not know of the other.").format(words=", ".join(side.had_seen))
        if side.missing:
            return _("What it replaced has not arrived yet.")
        if side.first:
            return _("Written with the record; did not know of the other.")
        return _("Did not know of the other.") if one.sides[0].values else ""

    def _when(self, at: datetime | None) -> str:
        return say_instant(at, self._zone) if at else ""

    def _allow(self) -> None:
        one = self.in_front
        may = one is not None and one.may
        self.both.setVisible(one is not None and one.both is not None)
        self.both.setEnabled(may)
        self.ask.setEnabled(one is not None and not one.conflict.waiting and not _waits_for_answer(one))
        self.undo.setEnabled(self._office.ask(worklist.last_settled) is not None)
        keys: dict[str, Callable[[], object]] = {}
        if one is not None and may:
            keys |= {str(at + 1): partial(self._settle, side.values) for at, side in enumerate(one.sides[:MOST_SIDES])}
            if one.both is not None:
                keys["b"] = self._settle_both
        if self.ask.isEnabled():
            keys["p"] = self._ask
        if self.undo.isEnabled():
            keys["u"] = self._undo
        self.keys = keys

    # doing

    def _settle(self, values: Sequence[object]) -> None:
        one = self.in_front
        if one is None or one is self._decided:
            return
        self._decided = one
        conflict = one.conflict
        use_case = partial(
            settling.settle_conflict,
            table=conflict.table,
            row_id=conflict.row_id,
            unit=conflict.unit,
            values=values,
            seen=conflict.sides,
        )
        self._office.do(use_case, self, then=self._settled, failed=self._refused)

    def _settle_both(self) -> None:
        if self.in_front is not None and self.in_front.both is not None:
            self._settle(self.in_front.both)

    def _refused(self, error: ClinicError) -> None:
        """What stands in front is shown as it is now: somebody changed it meanwhile."""
        self.reload()
        self._office.voice.say(error, self)

    def _settled(self, key: int) -> None:
        self._office.notice(_("Settled."), partial(self._take_back, key) if key else None)

    def _undo(self) -> None:
        key = self._office.ask(worklist.last_settled)
        if key is not None:
            self._take_back(key)

    def _take_back(self, key: int) -> None:
        self._office.do(
            partial(settling.undo_settling, key=key),
            self,
            then=self._taken_back,
            failed=self._refused,
        )

    def _taken_back(self, key: Key) -> None:
        self.bring_in_front(key)
        self._office.notice(_("Undone: the values stand side by side again."))

    def _ask(self) -> None:
        one = self.in_front
        if one is None:
            return
        conflict = one.conflict
        use_case = partial(
            settling.ask_the_clinic,
            message_id=new_id(),
            table=conflict.table,
            row_id=conflict.row_id,
            unit=conflict.unit,
        )
        words = _("Asked. The question goes with the next stick.")
        self._office.do(use_case, self, then=lambda _id: self._office.notice(words), failed=self._refused)


class ConflictsPage(Conflicts):
    """The central's worklist, by clinic; those that a missing bundle may explain apart."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        self._site_id, self._waiting = "", False
        empty = _("Nobody wrote two different things. There is nothing to decide.")
        super().__init__(office, self._keys, empty, parent)
        self.clinic = Select()
        self.clinic.setAccessibleName(_("Clinic"))
        self.clinic.currentIndexChanged.connect(self._filter)
        self.kind = Choice([_("To decide"), _("Waiting")], 0)
        self.kind.setAccessibleName(_("To decide, or waiting for a bundle"))
        self.kind.chosen.connect(self._turn)
        self.top.addWidget(self.kind)
        self.top.addWidget(self.clinic, 1)
        self.reload()

    def reload(self) -> None:
        self._fill_clinics()
        super().reload()
        waits = self._waiting or bool(self._office.ask(worklist.worklist, waiting=True))
        self.kind.setVisible(waits)

    def _keys(self, reading: Reading) -> Sequence[Key]:
        return worklist.worklist(reading, self._site_id, waiting=self._waiting)

    def _fill_clinics(self) -> None:
        found = self._office.ask(worklist.clinics_with_conflicts)
        before = self.clinic.blockSignals(True)
        self.clinic.set_options([("", _("All clinics")), *found])
        self.clinic.blockSignals(before)
        self._site_id = self.clinic.value() or ""

    def _filter(self, _at: int) -> None:
        self._site_id = self.clinic.value() or ""
        self.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = is_compact(self.window().width())
        self.top.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def _turn(self, at: int) -> None:
        self._waiting = at == 1
        self.reload()
        self.table.setFocus()


def _waits_for_answer(one: InFront) -> bool:
    return one.line.asked is not None and not one.line.asked.answer


def _heading(line: Line) -> cells.Cell:
    field = _(said_unit(line.conflict.table, line.conflict.unit))
    safety = _("Safety") if line.conflict.blocking else ""
    what = field if line.whose else " / ".join(line.said)
    under = " · ".join(part for part in (safety, say_asked(line.asked), what) if part)
    return cells.two_lines(line.whose or field, under=under, ink="strong")


def say_asked(asked: Asked | None) -> str:
    """For a line of a list."""
    if asked is None:
        return ""
    return _("The clinic answered") if asked.answer else _("The clinic was asked")


def say_answer(asked: Asked, zone: tzinfo) -> Callout:
    """For what stands in front: when a clinic was asked, and what it said."""
    when = _("Asked {when}").format(when=say_instant(asked.at, zone))
    if not asked.answer:
        return Callout(_("Not answered yet."), "neutral", "clock", when)
    words = _("{who} answered: {answer}").format(who=asked.answered_by, answer=asked.answer)
    return Callout(words, "accent", "mail", when)


def _zone(reading: Reading) -> tzinfo:
    return reading.place.zone
