"""Diagnoses of the person: those that stand, and new ones by three letters and Enter, or Down and the short list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import partial
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
    """Since when, as people tell it: 2019, 3/2024, 6m."""

    changed = Signal(object)

    def __init__(self, since: PartialDate | None, today: date) -> None:
        super().__init__(since.said() if since else "", _("since: 2019, 6m"))
        self._today, self._shown = today, self.text()
        self.setFixedWidth(112)
        self.setAccessibleName(_("Since when"))
        self.editingFinished.connect(self._read)

    def _read(self) -> None:
        typed = self.text().strip()
        if typed == self._shown:
            return
        try:
            found = read_past(typed, self._today) if typed else None
        except Refused as refused:
            self.set_wrong(True)
            self.setToolTip(refused.sentence())
            return
        self.set_wrong(False)
        self.changed.emit(found)


class DiagnosisPanel(Card):
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.field = DiagnosisField()
        self.field.setAccessibleName(_("Diagnosis"))
        self._list = QWidget()
        self._lines = stack(self._list, gap=4)
        self._standing: tuple[ConditionRow, ...] = ()
        self._today = date.min
        self._changes: list[ConditionChange] = []
        super().__init__(
            row(Text(_("Diagnosis"), "head", "semi"), (self.field, 1), KeyCap(cap("section_4")), gap=6),
            (scrolled(self._list), 1),
            margins=(S4, 8, S4, 8),
            gap=5,
            parent=parent,
        )
        self.field.picked.connect(self._picked)
        self._show()

    def show_standing(self, rows: Sequence[ConditionRow]) -> None:
        """What the chart says already."""
        self._standing = tuple(row for row in rows if row.is_active)
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
        same = [row for row in self._standing if (row.code, row.title) == (diagnosis.code, diagnosis.title)]
        if same:
            self._put(_change_of(same[0]))
        elif all(change.diagnosis != diagnosis for change in self._changes):
            self._put(ConditionChange(diagnosis))

    def _put(self, change: ConditionChange) -> None:
        """A change of a diagnosis takes the place of an earlier one of the same."""
        same = [at for at, known in enumerate(self._changes) if known.diagnosis == change.diagnosis]
        if same:
            self._changes[same[0]] = change
        else:
            self._changes.append(change)
        self._show()
        self.edited.emit()

    def _put_since(self, change: ConditionChange, since: PartialDate | None) -> None:
        self._put(replace(change, since=since))

    def _drop(self, change: ConditionChange) -> None:
        self._changes.remove(change)
        self._show()
        self.edited.emit()

    def _show(self) -> None:
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

    def _add_line(self, change: ConditionChange, standing: ConditionRow | None, *, is_changed: bool) -> None:
        official = change.diagnosis.official
        hurts = bool(official) and respectful(official) != official
        aside = [quiet(f"  {official}")] if hurts and official != change.diagnosis.title else []
        said = Phrase(semi(f"{change.diagnosis.code or ''}  "), change.diagnosis.title, *aside)
        said.setToolTip(change.diagnosis.aside)
        self._lines.addWidget(said)
        verification = Link(_(VERIFICATION_WORDS[change.verification_status]), small=True)
        verification.clicked.connect(partial(self._put, _other_verification(change)))
        status = Link(_(CLINICAL_WORDS[change.clinical_status]), small=True)
        status.clicked.connect(partial(self._put, _next_status(change)))
        since = "" if standing is None else _said_since(standing, is_changed)
        leave = Link(_("take out") if standing is None else _("as before"), small=True)
        leave.clicked.connect(partial(self._drop, change))
        leave.setVisible(is_changed)
        for link in (verification, status, leave):
            link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        told: list[Item] = []
        if is_changed:
            field = SinceField(change.since or (standing.since if standing else None), self._today)
            field.changed.connect(partial(self._put_since, change))
            told = [field]
        self._lines.addLayout(row(verification, status, *told, None, *([leave] if is_changed else []), gap=4))
        if since:
            self._lines.addWidget(Text(since, "small", color="quiet", wrap=True))

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
        return None


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


def _change_of(standing: ConditionRow) -> ConditionChange:
    diagnosis = Diagnosis(standing.code, standing.title, standing.official_title or standing.title)
    return ConditionChange(
        diagnosis, standing.clinical_status, standing.verification_status, condition_id=standing.condition_id
    )


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
