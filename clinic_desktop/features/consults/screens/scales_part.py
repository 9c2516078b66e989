"""The scales of a consultation: one is shown, others are one key away; all of them are kept and signed together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from clinic_desktop.features.consults.queries import scales
from clinic_desktop.features.consults.queries.scales import DueScale, InstrumentRow
from clinic_desktop.features.consults.rules.change import change_with
from clinic_desktop.features.consults.rules.scoring import (
    CHECKED_IN,
    CriticalAnswer,
    GivenScale,
    HowGiven,
    NoSuchScale,
    Scale,
    Score,
    is_checked_in,
    is_for_others,
    say_cutoff,
    say_total,
    scale_of,
)
from clinic_desktop.features.consults.screens.parts import Here, kept_dict, kept_text, known
from clinic_desktop.features.consults.screens.scale import ScaleGrid
from clinic_desktop.features.consults.screens.scale_picker import ask_scale
from clinic_desktop.features.consults.screens.scale_source import SourceSheet
from clinic_desktop.features.consults.screens.scale_total import TotalEntry
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.features.patients.rules.places import language_name
from clinic_desktop.features.settings.queries import setting
from clinic_desktop.kernel.dates import age_on
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import clear, line_up, row, stack
from clinic_desktop.uikit.marks import Chip, KeyCap
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S4
from clinic_desktop.uikit.words import Text

FIRST = "phq9"
HOW_WORDS = {
    HowGiven.PAPER: N_("from paper"),
    HowGiven.READ_ALOUD: N_("read aloud"),
    HowGiven.INTERPRETER: N_("through an interpreter"),
    HowGiven.CLINICIAN: N_("rated by the clinician"),
}
_ASKED = (HowGiven.PAPER, HowGiven.READ_ALOUD, HowGiven.INTERPRETER)
_LONGEST_TITLE = 16
_MOST_OTHERS = 3
"""Beside the one that is shown; all of them stand in the list."""


@dataclass
class Entry:
    """One scale that was opened in this consultation."""

    widget: ScaleGrid | TotalEntry
    how: HowGiven
    read_by: str = ""
    # Drawn once and kept, so that signing twice, also after a crash, signs once.
    response_id: str = field(default_factory=new_id)
    wording: InstrumentRow | None = None

    @property
    def scale(self) -> Scale:
        return self.widget.scale


class ScalePart(Card):
    """`edited` after each answer, and where another scale is shown. `needed`: it must come into sight."""

    edited = Signal()
    needed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self._here: Here | None = None
        self._entries: dict[str, Entry] = {}
        self._newer: dict[str, Any] = {}
        """Of a draft: scales that only a newer program knows. They are kept as they are."""
        self._due: tuple[DueScale, ...] = ()
        self._spoken: str | None = None
        self.title = Text("", "head", "semi")
        self.other = Link(_("other"), key="other_scale", small=True)
        self.other.setAccessibleName(_("Another scale"))
        self.how_link = Link("", small=True)
        self.read_by = Edit(placeholder=_("who read it aloud"), height=28)
        self.state = Chip("", "neutral")
        self.source = Link(_("Source"), small=True)
        self._remark = Text("", "small", color="quiet", wrap=True)
        self._place = QWidget()
        self._body: QVBoxLayout = stack(self._place)
        others = QWidget()
        self._others = line_up(others, gap=6)
        super().__init__(
            row(self.title, self.other, None, KeyCap(cap("section_3")), gap=6),
            row(self.how_link, (self.read_by, 1), gap=6),
            (self._place, 1),
            row(self.state, None, self.source, gap=6),
            self._remark,
            others,
            margins=(S4, 8, S4, 8),
            gap=4,
            parent=parent,
        )
        self.other.clicked.connect(self.pick)
        self.how_link.clicked.connect(self._next_how)
        self.how_link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.source.clicked.connect(self._show_source)
        self.read_by.textEdited.connect(self._read_by_typed)
        self._shown = self._entry_of(FIRST)
        self._show()

    # one scale of several

    @property
    def scale(self) -> Scale:
        """The one that is shown."""
        return self._shown.scale

    @property
    def choices(self) -> Mapping[int, Choice]:
        return self._shown.widget.choices

    def answers(self) -> dict[int, int]:
        return self._shown.widget.answers()

    def score(self) -> Score:
        return self._shown.widget.score()

    def show_scale(self, code: str) -> None:
        """Show this scale; what was answered in the others stays."""
        self._shown = self._entry_of(code)
        self._show()
        self.edited.emit()

    def _entry_of(self, code: str) -> Entry:
        known_entry = self._entries.get(code)
        if known_entry is not None:
            return known_entry
        scale = self._here.office.ask(scales.scale_here, code) if self._here is not None else scale_of(code)
        widget = TotalEntry(scale) if scale.is_total_only else ScaleGrid(scale)
        before = self.__dict__.get("_shown")
        entry = Entry(widget, HowGiven.PAPER)
        if scale.rated_by_clinician:
            entry.how = HowGiven.CLINICIAN
        elif before is not None and before.how is not HowGiven.CLINICIAN:
            entry.how, entry.read_by = before.how, before.read_by
        widget.edited.connect(partial(self._answered, entry))
        if isinstance(widget, ScaleGrid):
            widget.answering.connect(self._follow_eyes)
        widget.hide()
        self._body.addWidget(widget)
        self._entries[code] = entry
        self._find_wording(entry)
        return entry

    def _find_wording(self, entry: Entry) -> None:
        if self._here is None or entry.scale.is_total_only:
            return
        found = self._here.office.ask(scales.wording, entry.scale.code, self._spoken)
        entry.wording = found[0] if found else None
        entry.widget.show_wording(found[1] if found else ())

    def pick(self) -> None:
        """Which scale comes next: those that are due stand first."""
        if self._here is not None:
            ask_scale(self._here.office, self._here.encounter.patient_id, self, self._picked)

    def _picked(self, code: str) -> None:
        self.show_scale(code)
        self.take_focus()

    def take_focus(self) -> None:
        self._shown.widget.take_focus()

    def _answered(self, entry: Entry) -> None:
        if entry is self._shown:
            self._tell()
        self.edited.emit()

    # where there is little room

    def heightForWidth(self, width: int) -> int:
        """In a low window the items scroll by themselves, so that the question and what adds up stay beside them."""
        inside = self.layout()
        if self._area() is None or inside is None:
            return super().heightForWidth(width)
        return inside.minimumHeightForWidth(width)

    def _area(self) -> QScrollArea | None:
        above = self.parentWidget()
        area = above.parentWidget() if above is not None else None
        return area if isinstance(area, QScrollArea) and area.widget() is self else None

    def _follow_eyes(self) -> None:
        # Once the page has scrolled to the item by itself.
        QTimer.singleShot(0, self, self._show_result)

    def _show_result(self) -> None:
        """What the answers add up to is seen while they are typed."""
        area = self._area()
        if area is not None:
            area.ensureWidgetVisible(self.state, 0, 4)
            area.ensureWidgetVisible(self.focusWidget(), 0, 0)

    # how it was asked

    def set_how(self, how: HowGiven) -> None:
        self._shown.how = how
        self._show_how()
        self._tell()

    def _next_how(self) -> None:
        if self._shown.how in _ASKED:
            self.set_how(_ASKED[(_ASKED.index(self._shown.how) + 1) % len(_ASKED)])
            self.edited.emit()

    def _read_by_typed(self, _words: str) -> None:
        self._shown.read_by = self.read_by.text()
        self.edited.emit()

    def _show_how(self) -> None:
        how = self._shown.how
        self.how_link.setText(_(HOW_WORDS[how]))
        self.how_link.setAccessibleName(self.how_link.text())
        self.how_link.setEnabled(how in _ASKED)
        self.how_link.updateGeometry()
        self.read_by.setVisible(how in (HowGiven.READ_ALOUD, HowGiven.INTERPRETER))
        if self.read_by.text() != self._shown.read_by:
            self.read_by.setText(self._shown.read_by)

    # showing

    def _show(self) -> None:
        for entry in self._entries.values():
            entry.widget.setVisible(entry is self._shown)
        title = self._shown.scale.title
        self.title.setText(title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…")
        self.title.setToolTip(title)
        self._show_how()
        self._tell()

    def _tell(self) -> None:
        result, scale, fault = self.score(), self.scale, self._shown.widget.fault()
        if fault:
            self.state.set_state(_("no total"), "warning", "alert-circle")
        elif result.total is not None:
            self.state.set_state(say_total(scale, result.total, result.band), "neutral")
        elif scale.is_form and result.answered:
            self.state.set_state(_("{count} answered · not added up").format(count=result.answered), "neutral")
        elif result.answered:
            words = _("{count} of {all} · no total").format(count=result.answered, all=result.needed)
            self.state.set_state(words, "warning", "alert-circle")
        else:
            self.state.set_state(_("not asked today"), "neutral")
        told = [fault, self._cutoff_words(scale, result), self._change_words(scale, result), *self._remarks(scale)]
        self._remark.setText(" · ".join(words for words in told if words))
        self._remark.setVisible(bool(self._remark.text()))
        self._show_others()

    def _cutoff_words(self, scale: Scale, result: Score) -> str:
        if result.total is None or self._here is None:
            return ""
        own = self._here.office.ask(setting, scale.cutoff_setting) if scale.cutoff_setting else None
        return say_cutoff(scale, result.total, own or None)

    def _change_words(self, scale: Scale, result: Score) -> str:
        if result.total is None or self._here is None:
            return ""
        on = self._here.encounter.occurred_on
        change = change_with(self._here.chart.scores, scale.code, on, result.total)
        return change.said() if change is not None else ""

    def _remarks(self, scale: Scale) -> list[str]:
        """What must be read beside a number."""
        told = [_("higher is better")] if scale.is_higher_better else []
        named = self._here.encounter.interpreter_name if self._here is not None else None
        if self._shown.how is HowGiven.INTERPRETER or named:
            told.append(_("read through an interpreter"))
        if not is_checked_in(self._spoken) and not scale.rated_by_clinician:
            language = language_name(self._spoken).lower()
            told.append(_("not validated in {language}").format(language=language))
        elif self._spoken is None and self._speaks_another():
            told.append(_("language not noted"))
        if is_for_others(scale, self._age()):
            told.append(_("made for adults"))
        return told

    def _speaks_another(self) -> bool:
        """Whether the person's own language is one in which the scales were not validated."""
        own = self._here.chart.header.language if self._here is not None else ""
        return own not in ("", *(language_name(code) for code in CHECKED_IN))

    def _age(self) -> int | None:
        birth = self._here.chart.header.birth if self._here is not None else None
        return age_on(birth.day, self._here.today) if birth is not None and self._here is not None else None

    def _show_others(self) -> None:
        """Scales that were answered today beside the one that is shown, and those that are due."""
        clear(self._others)
        for code, entry in self._entries.items():
            result = entry.widget.score()
            if entry.widget.is_given() and entry is not self._shown:
                said = (
                    result.total
                    if result.total is not None
                    else "—"
                    if entry.scale.is_total_only
                    else f"{result.answered}/{result.needed}"
                )
                self._add_other(code, f"{entry.scale.title} {said}")
        asked = {code for code, entry in self._entries.items() if entry.widget.is_given()} | {self.scale.code}
        waiting = [one.scale_code for one in self._due if one.scale_code not in asked]
        if waiting:
            self._add_other(waiting[0], _("due again: {scale}").format(scale=scale_of(waiting[0]).title))
        self._others.addStretch(1)

    def _add_other(self, code: str, words: str) -> None:
        if self._others.count() >= _MOST_OTHERS:
            return
        link = Link(words, small=True)
        link.clicked.connect(partial(self._picked, code))
        self._others.addWidget(link)

    def _show_source(self) -> None:
        office = self._here.office if self._here is not None else None
        SourceSheet(office, self.scale, self._shown.wording, self).open()

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        kept = kept_dict(draft, "scales")
        if not kept and kept_dict(draft, "answers"):
            # So drafts looked when there was one scale.
            kept = {FIRST: {key: draft[key] for key in ("response_id", "answers", "how") if key in draft}}
        for code in kept:
            try:
                self._fill_one(self._entry_of(code), kept_dict(kept, code))
            except NoSuchScale:
                self._newer[code] = kept[code]
        shown = kept_text(draft, "scale", FIRST)
        self._shown = self._entries.get(shown) or self._entries[FIRST]
        self._show()

    def _fill_one(self, entry: Entry, kept: Mapping[str, Any]) -> None:
        entry.response_id = kept_text(kept, "response_id", entry.response_id)
        entry.how = known(HowGiven, kept.get("how"), entry.how)
        entry.read_by = kept_text(kept, "read_by")
        if isinstance(entry.widget, TotalEntry):
            flagged = kept.get("flagged")
            entry.widget.set_given(kept_text(kept, "total"), flagged if isinstance(flagged, bool) else None)
        else:
            answers = kept_dict(kept, "answers")
            entry.widget.set_answers({int(item): value for item, value in answers.items() if item.isdigit()})

    def kept(self) -> Mapping[str, Any]:
        opened = {code: _kept(e) for code, e in self._entries.items() if e.widget.is_given() or e is self._shown}
        return {"scales": {**self._newer, **opened}, "scale": self.scale.code}

    def show_here(self, here: Here) -> None:
        first = self._here is None
        self._here = here
        if first or here.encounter.language_code != self._spoken:
            self._spoken = here.encounter.language_code
            for entry in self._entries.values():
                self._find_wording(entry)
        self._due = here.chart.due
        self._tell()

    def written(self, so_far: Written) -> Written:
        given = tuple(self._given(entry) for entry in self._entries.values() if entry.widget.is_given())
        return replace(so_far, scales=(*so_far.scales, *given))

    def _given(self, entry: Entry) -> GivenScale:
        here = self._here.encounter if self._here else None
        total, flagged = None, None
        if isinstance(entry.widget, TotalEntry):
            total, flagged = entry.widget.total(), entry.widget.flagged()
        with_reader = entry.how in (HowGiven.READ_ALOUD, HowGiven.INTERPRETER)
        return GivenScale(
            entry.response_id, entry.scale.code, entry.widget.answers(), entry.how,
            here.language_code if here else None,
            here.interpreter_name if here else None,
            read_by=(entry.read_by.strip() or None) if with_reader else None,
            instrument_id=entry.wording.instrument_id if entry.wording else None,
            wording_version=entry.wording.version if entry.wording else None,
            total=total,
            flagged=flagged,
        )  # fmt: skip

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        """A total that its scale does not have must be looked at again."""
        wrong = next((code for code, entry in self._entries.items() if entry.widget.fault()), None)
        return None if wrong is None else partial(self._look_again, wrong)

    def _look_again(self, code: str) -> None:
        self.show_scale(code)
        self.needed.emit()
        self.take_focus()

    def critical(self) -> tuple[CriticalAnswer, ...]:
        """Today's answers of all scales that ask to be looked at."""
        return tuple(answer for entry in self._entries.values() for answer in entry.widget.critical())

    def remark(self) -> str:
        """What is still missing, which does not keep anybody from signing."""
        for entry in self._entries.values():
            result = entry.widget.score()
            if result.answered and result.answered < result.needed and not entry.scale.is_form:
                missing = result.needed - result.answered
                return _("{scale} lacks {count}: it can be signed so").format(scale=entry.scale.title, count=missing)
        return ""


def _kept(entry: Entry) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "response_id": entry.response_id, "how": str(entry.how), "read_by": entry.read_by,
        "answers": {str(item): value for item, value in entry.widget.answers().items()},
    }  # fmt: skip
    if isinstance(entry.widget, TotalEntry):
        kept |= {"total": entry.widget.typed(), "flagged": entry.widget.flagged()}
    return kept
