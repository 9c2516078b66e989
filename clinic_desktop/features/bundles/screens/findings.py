"""What the merge noticed, in plain words with what to do; and what no merge asks, when somebody looks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from itertools import groupby
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.exchange.rebuilding import Drill
from clinic_desktop.features.bundles.queries import findings as asked
from clinic_desktop.features.bundles.queries.findings import Found
from clinic_desktop.features.bundles.rules.findings import KEPT_ASIDE, ORDER, words_of
from clinic_desktop.features.bundles.rules.loads import said_table
from clinic_desktop.features.bundles.service import findings, rebuilding
from clinic_desktop.features.bundles.service.findings import Deeper
from clinic_desktop.features.patients.queries import people
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import clear, column, line_up, row, scrolled
from clinic_desktop.uikit.marks import Chip, ProgressBar
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text
from clinic_desktop.uikit.worker import LongJob

_DETAIL = 380


@dataclass(frozen=True, slots=True)
class Notice:
    """A line of the list: findings of one kind from one clinic stand together."""

    kind: str
    site_name: str
    when: datetime | None
    keys: tuple[int, ...]
    """The findings themselves; none for what heals by itself."""
    lines: tuple[str, ...]
    """What exactly, one line each."""
    count: int

    @property
    def key(self) -> tuple[str, str]:
        return (self.kind, self.site_name)


class FindingsPage(QWidget):
    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._zone = office.ask(_zone)
        self._deeper: Deeper | None = None
        empty = EmptyState(_("Everything that came fits together. There is nothing to look at."), None)
        self.table = ListTable(
            [
                Column[Notice](_("What"), lambda n: cells.strong(_(words_of(n.kind).title)), stretch=True),
                Column[Notice](_("Clinic"), lambda n: n.site_name, 130, wide_only=True),
                Column[Notice](_("How many"), lambda n: cells.number(str(n.count)), 90, right=True),
            ],
            key=lambda n: n.key,
            empty=empty,
        )
        self.table.setAccessibleName(_("Findings"))
        self.table.chosen.connect(self._choose)
        self.look = Button(_("Look through the records"), icon="search")
        self.look.clicked.connect(self._look_deeper)
        self.rehearse = Button(_("Rehearse losing this computer…"), icon="history", kind="quiet")
        self.rehearse.clicked.connect(self._ask_rehearsal)
        self.rehearse.setVisible(office.ask(_is_central) and office.may(Permission.MERGE_BUNDLES))
        self.bar = ProgressBar()
        self.stop = Button(_("Stop"), kind="quiet")
        self.stop.clicked.connect(self._stop)
        self._job: LongJob | None = None
        self._make_right()
        self._ended()
        busy = row((self.bar, 1), self.stop, gap=S2)
        under = column(busy, row(self.rehearse, None, self.look, gap=S2), gap=S2, margins=(12, 0, 12, 0))
        left = Card((self.table, 1), under, margins=(1, 1, 1, 12), gap=S2)
        line_up(self, (left, 1), self.right, margins=(16, 8, 16, 12), gap=S3)
        office.follow(asked.TABLES, self, self.reload)
        self.reload()
        if self.table.count():
            self.table.choose_at(0)

    def _make_right(self) -> None:
        self.said = column(gap=S2)
        inside = QWidget()
        inside.setLayout(column(self.said, None))
        self.devices = Button(_("Computers"), icon="device-usb")
        self.devices.clicked.connect(lambda: self._office.go("stick", tab="devices"))
        self.seen = Button(_("Noted"), "save", "primary", "check")
        self.seen.clicked.connect(self._settle)
        deeds = row(self.devices, None, self.seen, gap=S2)
        self.right = Card((scrolled(inside), 1), deeds, margins=(16, 12, 16, 12), gap=S2)
        self.right.setFixedWidth(_DETAIL)
        self._choose(None)

    @property
    def long_cover(self) -> bool:
        """A rehearsal may take an hour: the lock waits for it."""
        return self._job is not None

    def take_focus(self) -> None:
        self.table.setFocus()

    # what there is

    def reload(self) -> None:
        notices = [*self._found(), *self._asked_for(), *self._held()]
        order = {kind: at for at, kind in enumerate(ORDER)}
        self.table.show_rows(sorted(notices, key=lambda n: (order.get(n.kind, len(order)), n.site_name)))

    def _found(self) -> list[Notice]:
        found = sorted(self._office.ask(asked.findings), key=lambda f: (f.kind, f.site_name))
        names = self._names([f.row_id for f in found if f.table == "patient" and f.row_id])
        made: list[Notice] = []
        for (kind, site_name), some in groupby(found, key=lambda f: (f.kind, f.site_name)):
            listed = list(some)
            lines = tuple(self._said_one(one, names) for one in listed)
            keys = tuple(one.key for one in listed)
            made.append(Notice(kind, site_name, max(f.found_at for f in listed), keys, lines, len(listed)))
        return made

    def _said_one(self, one: Found, names: dict[PatientId, str]) -> str:
        when = say_instant(one.found_at, self._zone)
        if one.kind == "restored" and (made := _instant(one.detail)) is not None:
            words = _("told by a stick of {when}; no bundle lost anything")
            return words.format(when=say_instant(made, self._zone))
        if one.table == "patient" and one.row_id:
            return f"{when} · {names.get(PatientId(one.row_id), '')}"
        return f"{when} · {_(said_table(one.table))}" if one.table and one.table != "peer_device" else when

    def _asked_for(self) -> list[Notice]:
        if self._deeper is None:
            return []
        made: list[Notice] = []
        numbers = self._deeper.numbers
        if numbers:
            names = self._names([one for number in numbers for one in number.patient_ids])
            lines = tuple(
                f"{number.number}: " + " / ".join(names.get(PatientId(one), "") for one in number.patient_ids)
                for number in numbers
            )
            made.append(Notice("same-number", "", None, (), lines, len(numbers)))
        orphans = sorted(self._deeper.orphans, key=lambda o: o.site_name)
        for site_name, some in groupby(orphans, key=lambda o: o.site_name):
            listed = list(some)
            lines = tuple(
                _("{count} of “{what}” wait for “{parent}”").format(
                    count=one.count, what=_(said_table(one.table)), parent=_(said_table(one.parent))
                )
                for one in listed
            )
            made.append(Notice("orphans", site_name, None, (), lines, sum(one.count for one in listed)))
        return made

    def _held(self) -> list[Notice]:
        return [
            Notice("held", one.site_name, None, (), (), one.parts + one.changes) for one in self._office.ask(asked.held)
        ]

    def _names(self, patient_ids: list[str]) -> dict[PatientId, str]:
        if not patient_ids or not self._office.may(Permission.SEE_PATIENTS):
            return {}
        return self._office.ask(partial(people.said_names, ids={PatientId(one) for one in patient_ids}))

    # one of them

    def _choose(self, notice: Notice | None) -> None:
        clear(self.said)
        self.seen.setVisible(notice is not None and bool(notice.keys))
        can_let_in = notice is not None and notice.kind in KEPT_ASIDE
        self.devices.setVisible(can_let_in and self._office.may(Permission.KEEP_DEVICES))
        if notice is None:
            self.said.addWidget(Text(_("Choose a line at the left."), color="quiet", wrap=True))
            return
        words = words_of(notice.kind)
        self.said.addWidget(Text(_(words.title), "head", "semi", wrap=True))
        if notice.site_name:
            self.said.addLayout(row(Chip(notice.site_name), None))
        self.said.addWidget(Text(_(words.means), wrap=True))
        self.said.addWidget(Text(_("What to do"), "small", "semi", color="quiet"))
        self.said.addWidget(Text(_(words.to_do), wrap=True))
        for line in notice.lines[:50]:
            self.said.addWidget(Text(line, "small", color="quiet", wrap=True))
        if len(notice.lines) > 50:
            rest = len(notice.lines) - 50
            self.said.addWidget(
                Text(ngettext("and {count} more", "and {count} more", rest).format(count=rest), "small")
            )

    def _settle(self) -> None:
        notice = self.table.row()
        for key in notice.keys if notice is not None else ():
            self._office.do(partial(findings.settle_finding, key=key), self)

    def _look_deeper(self) -> None:
        self._run(findings.look_deeper, self._looked)

    def _ask_rehearsal(self) -> None:
        words = _(
            "Build everything again from what the clinics brought, in a second place, and compare? With many records it"
            " takes long. Nothing here is changed, and it can be stopped."
        )
        self._office.voice.confirm(words, self, lambda: self._run(rebuilding.drill, self._rehearsed))

    def _rehearsed(self, done: Drill) -> None:
        self._ended()
        clear(self.said)
        for callout in said_drill(done):
            self.said.addWidget(callout)

    def _run(self, job: Callable[[Any, Any], Any], then: Callable[[Any], None]) -> None:
        self._set_busy(True)
        self.bar.set_progress(0, 0, "")
        running = self._office.run_long(
            job, self, progress=self.bar.show_progress, then=then, failed=self._failed, cancelled=self._ended
        )
        self._job = running if self.bar.isVisibleTo(self) else None

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _looked(self, found: Deeper) -> None:
        self._ended()
        self._deeper = found
        self.reload()
        if not found.numbers and not found.orphans:
            self._office.notice(_("No number is on two people, and nothing waits for what it belongs to."))

    def _failed(self, error: ClinicError) -> None:
        self._ended()
        self._office.voice.say(error, self)

    def _ended(self) -> None:
        self._job = None
        self._set_busy(False)

    def _set_busy(self, busy: bool) -> None:
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        self.look.setEnabled(not busy)
        self.rehearse.setEnabled(not busy)


def said_drill(done: Drill) -> list[Callout]:
    """What a rehearsal showed, and what to do."""
    if done.equal:
        words = _("Everything was built again from {parts} parts with {rows} rows, and it is equal.")
        return [Callout(words.format(parts=f"{done.segments:,}", rows=f"{done.rows:,}"), "well", "circle-check")]
    if done.disturbed:
        return [Callout(_("Somebody saved meanwhile. Repeat it while nobody works."), "warning", "alert-triangle")]
    tables = sorted({_(said_table(one.table)) for one in done.differences})
    words = _("What was built again is not the same. Make a backup today and tell whoever looks after the program.")
    told = [Callout(words, "danger", "alert-circle")]
    if tables:
        told.append(Callout(_("Different: {what}.").format(what=", ".join(tables)), "neutral", "info-circle"))
    if done.not_taken:
        count = len(done.not_taken)
        words = ngettext("{count} part is not believed again.", "{count} parts are not believed again.", count)
        told.append(Callout(words.format(count=count), "neutral", "info-circle"))
    return told


def _instant(words: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(words or "")
    except ValueError:
        return None


def _zone(reading: Reading) -> tzinfo:
    return reading.place.zone


def _is_central(reading: Reading) -> bool:
    return reading.place.is_central
