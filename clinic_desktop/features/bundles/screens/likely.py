"""Two records that may be one person's, line by line, with what speaks for and against it. One key decides."""

from collections.abc import Callable, Sequence
from datetime import tzinfo
from functools import partial
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import likely
from clinic_desktop.features.bundles.queries.likely import LikelyTwo, Record
from clinic_desktop.features.bundles.screens.conflicts import say_answer, say_asked
from clinic_desktop.features.bundles.screens.deciding import Deciding
from clinic_desktop.features.bundles.service import asking_two
from clinic_desktop.features.bundles.service.likely import look
from clinic_desktop.features.patients.queries.comparison import Comparison
from clinic_desktop.features.patients.service import linking
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import clear, column, row
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.side_by_side import SideBySide
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, is_compact
from clinic_desktop.uikit.words import Facts, Text
from clinic_desktop.uikit.worker import LongJob, Progress

Pair = tuple[str, str]
_LABELS = 144
"""What the lines need at the left for their labels and marks."""


class SamePage(Deciding):
    """The likeliest first. Looking for more goes on beside it, and stops when the page is closed."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        self._office = office
        self._job: LongJob | None = None
        self._zone = office.ask(_zone)
        self.in_front: LikelyTwo | None = None
        self._decided: LikelyTwo | None = None
        table: ListTable[LikelyTwo] = ListTable(
            [Column[LikelyTwo](_("Two records"), _heading, stretch=True)],
            key=lambda two: two.key,
            empty=EmptyState(_("No two records look like one person. Nothing to decide."), None),
            row_height=56,
        )
        table.setAccessibleName(_("Records that may be one person's"))
        super().__init__(table, parent)
        self.said = Text("", "small", color="quiet", wrap=True)
        self.look_again = Button(_("Look now"))
        self.look_again.clicked.connect(self._look)
        self.top.addWidget(self.said, 1)
        self.top.addWidget(self.look_again)
        self._make_deeds()
        table.chosen.connect(self._show)
        office.follow(likely.TABLES, self, self.reload)
        self.reload()
        if office.ask(likely.count_not_looked_at):
            self._look()

    def _make_deeds(self) -> None:
        self.undo = self._deed(_("Undo"), "take_back", self._undo)
        self.ask = self._deed(_("Ask the clinics"), "pick_3", self._ask)
        self.different = self._deed(_("Two people"), "pick_2", self._say_different)
        self.same = self._deed(_("The same person"), "pick_1", self._say_same)
        for item in (self.undo, self.ask, self.different, self.same):
            self.foot.addWidget(item)
        self.foot.insertStretch(1)

    def _deed(self, words: str, key: str, act: Callable[[], object]) -> Button:
        button = Button(words, key, "primary" if key == "pick_1" else "secondary")
        button.clicked.connect(partial(self._clicked, act))
        return button

    def _clicked(self, act: Callable[[], object], _checked: bool = False) -> None:
        self.act(act)

    def reload(self) -> None:
        self.table.show_ids(self._office.ask(likely.pairs), self._load)
        if self.table.row() is None:
            self.table.choose_at(0)
        self._say_waiting()

    def _load(self, keys: Sequence[Pair]) -> list[LikelyTwo]:
        return self._office.ask(likely.page, keys)

    # looking for more

    def _say_waiting(self) -> None:
        count = self._office.ask(likely.count_not_looked_at)
        words = ngettext("{count} record is still to be compared.", "{count} records are still to be compared.", count)
        self.look_again.setVisible(count > 0 and self._job is None)
        if self._job is None:
            self.said.setText(words.format(count=count) if count else _("All records were compared."))

    def _look(self, _checked: bool = False) -> None:
        if self._job is not None:
            return
        self.look_again.hide()
        self._job = self._office.run_long(
            look, self, progress=self._told, then=self._looked, failed=self._stopped, cancelled=self._stopped
        )

    def _told(self, step: Progress) -> None:
        if step.total:
            self.said.setText(_("Comparing: {done} of {total}").format(done=step.done, total=step.total))

    def _looked(self, _result: Any) -> None:
        self._job = None
        self.reload()

    def _stopped(self, *_error: Any) -> None:
        self._job = None
        self._say_waiting()

    # showing

    def _show(self, two: LikelyTwo | None) -> None:
        clear(self.shown)
        self.in_front = two
        if two is not None:
            told = self._office.ask(likely.compared, two.first.patient_id, two.second.patient_id)
            self._fill(two, told)
        self.look_first(two.key if two is not None else None)
        self._allow()

    def _fill(self, two: LikelyTwo, told: Comparison) -> None:
        head = row((Text(_("Is it one person?"), "head", "semi", wrap=True), 1), gap=S2)
        head.addWidget(
            Chip(_("Very similar"), "warning", "alert-triangle") if two.strong else Chip(_("Somewhat similar"))
        )
        self.shown.addLayout(head)
        facts = [(_("Equal"), ", ".join(told.equal)), (_("Different"), ", ".join(told.different))]
        self.shown.addWidget(Facts([fact for fact in facts if fact[1]], 84))
        for asked in two.asked:
            self.shown.addWidget(say_answer(asked, self._zone))
        self.shown.addLayout(row(_LABELS, (self._record(two.first), 1), (self._record(two.second), 1), gap=S3))
        self.shown.addWidget(SideBySide(told.lines))

    def _record(self, record: Record) -> QWidget:
        visit = _("Last visit {day}").format(day=record.last_visit) if record.last_visit else _("No visit yet")
        told = QWidget()
        lines = column(
            Text(record.said, weight="semi", wrap=True),
            Text(" · ".join(part for part in (record.site_name, visit) if part), "small", color="quiet", wrap=True),
            gap=0,
        )
        told.setLayout(lines)
        return told

    def _allow(self) -> None:
        two = self.in_front
        may = two is not None and self._office.may(Permission.REGISTER_PATIENTS)
        for button in (self.same, self.different):
            button.setEnabled(may)
        self.ask.setEnabled(two is not None and (not two.asked or any(one.answer for one in two.asked)))
        may_undo = self._office.may(Permission.REGISTER_PATIENTS)
        self.undo.setEnabled(may_undo and self._office.ask(likely.last_said) is not None)
        deeds = {"1": (self.same, self._say_same), "2": (self.different, self._say_different)}
        deeds |= {"3": (self.ask, self._ask), "u": (self.undo, self._undo)}
        self.keys = {key: act for key, (button, act) in deeds.items() if button.isEnabled()}

    # doing

    def _say_same(self) -> None:
        self._say(linking.say_same, _("Linked. Both numbers stay, and it can be undone."))

    def _say_different(self) -> None:
        self._say(linking.say_different, _("Kept: they are two people. Nobody is asked again."))

    def _say(self, use_case: Callable[..., str], words: str) -> None:
        two = self.in_front
        if two is None or two is self._decided:
            return
        self._decided = two
        said = partial(
            use_case,
            first=two.first.patient_id,
            second=two.second.patient_id,
            reason=_("Compared at the central office"),
        )
        self._office.do(said, self, then=partial(self._noticed, words, two.key), failed=self._refused)

    def _refused(self, error: ClinicError) -> None:
        self.reload()
        self._office.voice.say(error, self)

    def _noticed(self, words: str, pair: Pair, link_id: str) -> None:
        self._office.notice(words, partial(self._take_back, link_id, pair))

    def _undo(self) -> None:
        last = self._office.ask(likely.last_said)
        if last is not None:
            link_id, *pair = last
            self._take_back(link_id, (min(pair), max(pair)))

    def _take_back(self, link_id: str, pair: Pair) -> None:
        use_case = partial(linking.undo_link, link_id=link_id, reason=_("Undone at once"))
        self._office.do(use_case, self, then=lambda _id: self._taken_back(pair), failed=self._refused)

    def _taken_back(self, pair: Pair) -> None:
        self.bring_in_front(pair)
        self._office.notice(_("Undone: the two records are asked about again."))

    def _ask(self) -> None:
        two = self.in_front
        if two is None:
            return
        use_case = partial(
            asking_two.ask_the_clinics,
            message_ids=(new_id(), new_id()),
            first=two.first.patient_id,
            second=two.second.patient_id,
        )
        words = _("Asked. The question goes with the next stick.")
        self._office.do(use_case, self, then=lambda _done: self._office.notice(words), failed=self._refused)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.ask.setText(_("Ask") if is_compact(self.window().width()) else _("Ask the clinics"))
        self.ask.setAccessibleName(_("Ask the clinics"))


def _heading(two: LikelyTwo) -> cells.Cell:
    asked = say_asked(next((one for one in two.asked if one.answer), two.asked[0])) if two.asked else ""
    same = two.first.said == two.second.said
    names = two.first.said if same else f"{two.first.said} / {two.second.said}"
    numbers = f"{two.first.number} · {two.second.number}"
    return cells.two_lines(names, under=" · ".join(part for part in (asked, numbers) if part), ink="strong")


def _zone(reading: Reading) -> tzinfo:
    return reading.place.zone
