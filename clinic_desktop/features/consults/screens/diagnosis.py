"""Diagnoses of the person: those that stand, and new ones by three letters and Enter, or Down and the short list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import diagnoses
from clinic_desktop.features.consults.queries.diagnoses import ConditionRow
from clinic_desktop.features.consults.rules.diagnoses import (
    CLINICAL_WORDS,
    MOST_SHORT,
    VERIFICATION_WORDS,
    ClinicalStatus,
    ConditionChange,
    Diagnosis,
    VerificationStatus,
    is_same,
    respectful,
    search,
    short_list,
    usual_list,
)
from clinic_desktop.features.consults.rules.story import read_past
from clinic_desktop.features.consults.screens.parts import Here, kept_dict, kept_list, kept_text, known
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.kernel.dates import PartialDate, say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import Item, clear, row, scrolled, stack
from clinic_desktop.uikit.marks import KeyCap
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S4
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

LIST_WIDTH = 420
_NEXT_STATUS = {
    ClinicalStatus.ACTIVE: ClinicalStatus.REMISSION,
    ClinicalStatus.REMISSION: ClinicalStatus.RESOLVED,
    ClinicalStatus.RESOLVED: ClinicalStatus.ACTIVE,
}


class DiagnosisField(Suggest):
    """Three letters, Enter: the best suggestion is taken, and the field is empty for the next. Down: the short list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self._search, _("3 letters"), parent=parent)
        self.short: tuple[Diagnosis, ...] = ()
        self.setMinimumHeight(32)
        self._list.setMaxVisibleItems(MOST_SHORT)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The field is narrow; what is found needs its words.
        self._popup.setMinimumWidth(LIST_WIDTH)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.take_best()
        elif event.key() == Qt.Key.Key_Down and not self.text().strip():
            self.offer([(diagnosis, _say(diagnosis)) for diagnosis in self.short])
        else:
            super().keyPressEvent(event)

    def _search(self, words: str) -> list[tuple[Diagnosis, str]]:
        found = search(words, short=self.short) if len(words.strip()) >= 2 else ()
        return [(diagnosis, _say(diagnosis)) for diagnosis in found]


def _say(diagnosis: Diagnosis) -> str:
    said = f"{diagnosis.code or ''}  {diagnosis.title}".strip()
    return f"{said}  ·  {diagnosis.aside}" if diagnosis.aside and not diagnosis.is_short else said


class SinceField(Edit):
    """Since when, as people tell it: 2019, 3/2024, 6m. `changed` with each letter that makes it another day."""

    changed = Signal(object)

    def __init__(self, since: PartialDate | None, today: date) -> None:
        super().__init__(since.said() if since else "", _("since: 2019, 6m"))
        self._today, self._shown = today, self.text()
        self.setFixedWidth(112)
        self.setAccessibleName(_("Since when"))
        self.textEdited.connect(self._typed)
        self.editingFinished.connect(self.tell)

    def fault(self) -> str:
        """Why what was typed is no day; empty where it is one, or nothing new was typed."""
        try:
            self._read()
        except Refused as refused:
            return refused.sentence()
        return ""

    def tell(self) -> None:
        self.set_wrong(bool(self.fault()))
        self.setToolTip(self.fault())

    def _read(self) -> PartialDate | None:
        typed = self.text().strip()
        return read_past(typed, self._today) if typed and typed != self._shown else None

    def _typed(self, _words: str) -> None:
        # With each letter: Ctrl+Enter signs while the caret still stands here.
        fault = self.fault()
        if not fault:
            self.tell()
        if self.text().strip() != self._shown:
            self.changed.emit(None if fault else self._read())


class DiagnosisPanel(Card):
    """`needed`: it must come into sight."""

    edited = Signal()
    needed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.field = DiagnosisField()
        self.field.setAccessibleName(_("Diagnosis"))
        self._list = QWidget()
        self._lines = stack(self._list, gap=4)
        self._area = scrolled(self._list)
        # The words wrap; a bar below would take the room of a line.
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._standing: tuple[ConditionRow, ...] = ()
        self._today = date.min
        self._changes: list[ConditionChange] = []
        self._controls: dict[tuple[object, str], QWidget] = {}
        """What can be done with each line, by the diagnosis and what it does."""
        super().__init__(
            row(Text(_("Diagnosis"), "head", "semi"), (self.field, 1), KeyCap(cap("section_4")), gap=6),
            (self._area, 1),
            margins=(S4, 8, S4, 8),
            gap=5,
            parent=parent,
        )
        self.field.picked.connect(self._picked)
        self._show()

    def show_standing(self, rows: Sequence[ConditionRow]) -> None:
        """What the chart says already."""
        standing = tuple(row for row in rows if row.is_active)
        if standing != self._standing:
            self._standing = standing
            self._show()

    def changes(self) -> tuple[ConditionChange, ...]:
        return tuple(self._changes)

    def set_changes(self, changes: Sequence[ConditionChange]) -> None:
        self._changes = list(changes)
        self._show()

    def take_focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _picked(self, diagnosis: Diagnosis) -> None:
        self.field.set_value(None, "")
        if any(is_same(change.diagnosis, diagnosis) for change in self._changes):
            return
        standing = next((row for row in self._standing if is_same(_diagnosis_of(row), diagnosis)), None)
        self._put(ConditionChange(diagnosis) if standing is None else _change_of(standing))

    def _put(self, change: ConditionChange) -> None:
        """A change of a diagnosis takes the place of an earlier one of the same."""
        self._keep(change)
        self._show()
        self.edited.emit()

    def _keep(self, change: ConditionChange) -> None:
        same = [at for at, known in enumerate(self._changes) if _key(known) == _key(change)]
        if same:
            self._changes[same[0]] = change
        else:
            self._changes.append(change)

    def _now(self, key: object) -> ConditionChange:
        """What the line says at this moment."""
        found = next((change for change in self._changes if _key(change) == key), None)
        return found or next(_change_of(row) for row in self._standing if row.condition_id == key)

    def _turn(self, key: object, turn: Callable[[ConditionChange], ConditionChange]) -> None:
        self._put(turn(self._now(key)))

    def _put_since(self, key: object, since: PartialDate | None) -> None:
        # The line is not drawn anew: its field is being typed in.
        self._keep(replace(self._now(key), since=since))
        self.edited.emit()

    def _drop(self, key: object) -> None:
        self._changes.remove(self._now(key))
        self._show()
        self.edited.emit()

    def _show(self) -> None:
        here = next((name for name, control in self._controls.items() if control.hasFocus()), None)
        self._controls = {}
        clear(self._lines)
        for standing in self._standing:
            changed = next((c for c in self._changes if c.condition_id == standing.condition_id), None)
            self._add_line(changed or _change_of(standing), standing, is_changed=changed is not None)
        for change in self._changes:
            if change.condition_id is None:
                self._add_line(change, None, is_changed=True)
        if not self._standing and not self._changes:
            self._lines.addWidget(Text(_("None written yet."), "small", color="quiet"))
        self._lines.addStretch(1)
        # What is made later would come last of the whole page.
        for before, after in pairwise((self.field, *self._controls.values())):
            QWidget.setTabOrder(before, after)
        if here is not None:
            self._stay_at(here)

    def _stay_at(self, name: tuple[object, str]) -> None:
        """The keys go on where they were, though the line was drawn anew."""
        same = self._controls.get(name) or self._controls.get((name[0], "status"))
        if same is not None:
            # Before it is laid out it counts as hidden, and would refuse the keys.
            same.show()
            self._lines.activate()
            self._area.ensureWidgetVisible(same)
        (same or self.field).setFocus(Qt.FocusReason.OtherFocusReason)

    def _add_line(self, change: ConditionChange, standing: ConditionRow | None, *, is_changed: bool) -> None:
        official, title, key = change.diagnosis.official, change.diagnosis.title, _key(change)
        hurts = bool(official) and respectful(official) != official
        aside = [quiet(f"  {official}")] if hurts and official != title else []
        said = Phrase(semi(f"{change.diagnosis.code or ''}  "), title, *aside)
        said.setToolTip(change.diagnosis.aside)
        self._lines.addWidget(said)
        verification = self._link(key, "verification", _(VERIFICATION_WORDS[change.verification_status]), title)
        verification.clicked.connect(lambda: self._turn(key, _other_verification))
        status = self._link(key, "status", _(CLINICAL_WORDS[change.clinical_status]), title)
        status.clicked.connect(lambda: self._turn(key, _next_status))
        told: list[Item] = [verification, status, None]
        below: list[Item] = []
        if is_changed:
            field = SinceField(change.since or (standing.since if standing else None), self._today)
            field.changed.connect(partial(self._put_since, key))
            self._controls[key, "since"] = field
            leave = self._link(key, "leave", _("take out") if standing is None else _("as before"), title)
            leave.clicked.connect(lambda: self._drop(key))
            told.append(leave)
            below = [field, None]
        self._lines.addLayout(row(*told, gap=4))
        if below:
            self._lines.addLayout(row(*below))
        since = "" if standing is None else _said_since(standing, is_changed)
        if since:
            self._lines.addWidget(Text(since, "small", color="quiet", wrap=True))

    def _link(self, key: object, does: str, words: str, title: str) -> Link:
        link = Link(words, small=True)
        link.setAccessibleName(f"{title}: {words}")
        link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._controls[key, does] = link
        return link

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        self.set_changes([_read_change(kept) for kept in kept_list(draft, "conditions")])

    def kept(self) -> Mapping[str, Any]:
        return {"conditions": [_write_change(change) for change in self._changes]}

    def show_here(self, here: Here) -> None:
        self._today = here.today
        own = here.office.ask(diagnoses.own_list)
        self.field.short = short_list(own) if own else usual_list()
        self.show_standing(here.chart.conditions)

    def written(self, so_far: Written) -> Written:
        return replace(so_far, conditions=self.changes())

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        """A day that is none would be signed as if nothing had been said."""
        fields = [one for one in self._controls.values() if isinstance(one, SinceField)]
        wrong = next((field for field in fields if field.fault()), None)
        return None if wrong is None else partial(self._look_again, wrong)

    def _look_again(self, field: SinceField) -> None:
        field.tell()
        self.needed.emit()
        field.setFocus(Qt.FocusReason.OtherFocusReason)


def _write_change(change: ConditionChange) -> dict[str, Any]:
    return {
        "diagnosis": asdict(change.diagnosis),
        "clinical_status": str(change.clinical_status),
        "verification_status": str(change.verification_status),
        "condition_id": change.condition_id,
        "since": None if change.since is None else str(change.since),
    }


def _read_change(kept: Mapping[str, Any]) -> ConditionChange:
    return ConditionChange(
        Diagnosis(**kept_dict(kept, "diagnosis")),
        known(ClinicalStatus, kept.get("clinical_status"), ClinicalStatus.ACTIVE),
        known(VerificationStatus, kept.get("verification_status"), VerificationStatus.PRESUMPTIVE),
        kept.get("condition_id"),
        PartialDate.parse(kept_text(kept, "since")) if kept_text(kept, "since") else None,
    )


def _key(change: ConditionChange) -> object:
    """Which line a change is about."""
    return change.condition_id or (change.diagnosis.code, change.diagnosis.title)


def _diagnosis_of(standing: ConditionRow) -> Diagnosis:
    return Diagnosis(standing.code, standing.title, standing.official_title or standing.title)


def _change_of(standing: ConditionRow) -> ConditionChange:
    return ConditionChange(
        _diagnosis_of(standing), standing.clinical_status, standing.verification_status,
        condition_id=standing.condition_id,
    )  # fmt: skip


def _said_since(standing: ConditionRow, is_changed: bool) -> str:
    if is_changed:
        return ""
    since = _("since {day}").format(day=standing.since.said()) if standing.since else ""
    held = _("as on {day}").format(day=say_day(standing.confirmed_on)) if standing.confirmed_on else ""
    return " · ".join(words for words in (since, held) if words)


def _other_verification(change: ConditionChange) -> ConditionChange:
    confirmed = change.verification_status is VerificationStatus.CONFIRMED
    return replace(
        change, verification_status=VerificationStatus.PRESUMPTIVE if confirmed else VerificationStatus.CONFIRMED
    )


def _next_status(change: ConditionChange) -> ConditionChange:
    return replace(change, clinical_status=_NEXT_STATUS[change.clinical_status])
