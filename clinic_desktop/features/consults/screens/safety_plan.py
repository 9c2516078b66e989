"""The safety plan: five parts in the person's words, kept while one types, shown as the paper that goes along."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.features.consults.letters import safety_plan as letters
from clinic_desktop.features.consults.queries import safety_plans as queries
from clinic_desktop.features.consults.queries.safety_plans import PlanRow
from clinic_desktop.features.consults.rules.safety_plan import (
    PLAN_PARTS,
    NewPlan,
    PlanWords,
    read_words,
    write_words,
)
from clinic_desktop.features.consults.screens.autosave import Autosave
from clinic_desktop.features.consults.screens.danger import room_for
from clinic_desktop.features.consults.screens.parts import Here, kept_dict, kept_text
from clinic_desktop.features.consults.service import safety_plans as service
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.features.patients.rules.places import languages
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class PlanSheet(Sheet):
    """The newest plan is brought over and changed; the old one stays readable. `edited` after each change."""

    edited = Signal()
    keeps_words = True

    def __init__(self, office: Office, patient_id: str, words: PlanWords, parent: QWidget, keep_words: str) -> None:
        self._office, self.patient_id = office, patient_id
        self.plans = office.ask(queries.plans, patient_id)
        self.form = Form()
        self.areas = {part.name: TextArea() for part in PLAN_PARTS}
        self._lay_out()
        self.form.fill(write_words(words) | {"language_code": words.language_code or None})
        area = scrolled(self.form)
        area.setMaximumHeight(room_for(parent))
        self.old = Link(self._say_old(), small=True)
        self.old.clicked.connect(lambda: OldPlansSheet(self.plans, self).open())
        if not self.plans:
            self.old.hide()
        hint = Text(_("In the person's own words. Read it back before keeping it."), "small", color="quiet")
        super().__init__(_("Safety plan"), parent, row(hint, None, self.old), (area, 1), width=860)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.print = self.add_deed(Button(_("Print"), key="print", icon="printer"), self._print)
        self.print.setVisible(bool(self.plans) and office.may(Permission.READ_CHART))
        self.keep = self.add_deed(Button(keep_words, key="save", kind="primary", icon="check"), self.accept)
        self.form.edited.connect(self.edited.emit)
        self.areas["warning_signs"].setFocus()

    def _lay_out(self) -> None:
        grid = QGridLayout(self.form)
        grid.setContentsMargins(0, 0, S2, 0)
        grid.setHorizontalSpacing(S3)
        grid.setVerticalSpacing(S2)
        for at, part in enumerate(PLAN_PARTS):
            editor = self.areas[part.name]
            editor.setPlaceholderText(_(part.ask))
            editor.setMinimumHeight(62)
            grid.addWidget(self.form.add(part.name, _(part.title), editor, optional=True), at // 2, at % 2)
        spoken = [(None, _("not noted")), *languages()]
        named = [("", _("nobody")), *((name, name) for name in self._office.ask(queries.relatives, self.patient_id))]
        rest = QWidget()
        stack(
            rest,
            row(
                (self.form.add("language_code", _("Language"), Select(spoken)), 1),
                (self.form.add("interpreter_name", _("Interpreter"), Edit(), optional=True), 1), gap=S2,
            ),
            self.form.add("shared_with", _("Somebody who has it too, with the person's yes"), Select(named)),
            gap=4,
        )  # fmt: skip
        grid.addWidget(rest, 2, 1)

    def _say_old(self) -> str:
        if not self.plans:
            return ""
        return _("Earlier plans, the last of {day}").format(day=say_day(self.plans[0].made_on))

    def words(self) -> PlanWords:
        told = {name: value or "" for name, value in self.form.values().items()}
        return read_words(told)

    def _print(self) -> None:
        if self.plans:
            print_plan(self._office, self.plans[0], self)


class OldPlansSheet(Sheet):
    """Every plan as it was kept."""

    def __init__(self, plans: tuple[PlanRow, ...], parent: QWidget) -> None:
        inner = QWidget()
        lines: list[QWidget] = []
        for plan in plans:
            lines.append(Text(f"{say_day(plan.made_on)} · {plan.by_name}", weight="semi"))
            for part in PLAN_PARTS:
                said = plan.words.part(part.name).strip()
                if said:
                    lines.append(Text(_(part.title), "small", color="quiet"))
                    lines.append(Text(said, wrap=True))
        stack(inner, *lines, None, gap=4)
        area = scrolled(inner)
        area.setMinimumHeight(260)
        super().__init__(_("Safety plans"), parent, (area, 1), width=560)
        self.add_deed(Button(_("Back"), key="back", kind="primary")).setFocus()


def begun_with(plans: tuple[PlanRow, ...]) -> PlanWords:
    """What a new plan begins with: the newest one, but for who interpreted then."""
    return replace(plans[0].words, interpreter_name="", language_code="") if plans else PlanWords()


def is_new(words: PlanWords, plans: tuple[PlanRow, ...]) -> bool:
    """Something was changed in what the person says, or in who has it too."""
    before = plans[0].words if plans else PlanWords()
    names = (*(part.name for part in PLAN_PARTS), "shared_with")
    return not words.is_empty and any(getattr(words, n).strip() != getattr(before, n).strip() for n in names)


class SafetyPlanPart(QObject):
    """In the open consultation: kept in the note's draft, signed with the note."""

    edited = Signal()

    def __init__(self, screen: QWidget) -> None:
        super().__init__(screen)
        self._screen = screen
        self._here: Here | None = None
        self._plan_id = new_id()
        self._words: PlanWords | None = None

    def open(self) -> PlanSheet | None:
        """Closing the sheet in any way keeps what was typed: it is part of the note."""
        here = self._here
        if here is None:
            return None
        plans = here.office.ask(queries.plans, here.encounter.patient_id)
        words = self._words or self._as_spoken(begun_with(plans), here)
        sheet = PlanSheet(here.office, here.encounter.patient_id, words, self._screen, _("Into the note"))
        sheet.edited.connect(lambda: self._take(sheet.words()))
        sheet.accepted.connect(self._say_kept)
        sheet.open()
        return sheet

    def open_first(self) -> None:
        """After an answer about danger; what was begun in this note already is not asked for again."""
        if self._words is None or self._words.is_empty:
            self.open()

    def _say_kept(self) -> None:
        if self._here is not None and self._words is not None:
            self._here.office.notice(_("The safety plan is signed with the note"))

    def _as_spoken(self, words: PlanWords, here: Here) -> PlanWords:
        told = here.encounter
        return replace(words, language_code=told.language_code or "", interpreter_name=told.interpreter_name or "")

    def _take(self, words: PlanWords) -> None:
        self._words = words
        self.edited.emit()

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        found = kept_dict(draft, "safety_plan")
        self._plan_id = kept_text(found, "id", self._plan_id)
        self._words = read_words(kept_dict(found, "words")) if found else None

    def kept(self) -> Mapping[str, Any]:
        told = None if self._words is None else {"id": self._plan_id, "words": write_words(self._words)}
        return {"safety_plan": told}

    def show_here(self, here: Here) -> None:
        self._here = here

    def written(self, so_far: Written) -> Written:
        if self._words is None or self._here is None:
            return so_far
        plans = self._here.office.ask(queries.plans, self._here.encounter.patient_id)
        before = plans[0].plan_id if plans else None
        changed = is_new(self._words, plans)
        return replace(so_far, safety_plan=NewPlan(self._plan_id, self._words, before) if changed else None)

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return None


class ChartPlanSheet(PlanSheet):
    """From the chart: its own draft, kept on every pause; kept at once and for good by the main deed."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._plan_id = new_id()
        draft = office.ask(queries.plan_draft, patient_id)
        plans = office.ask(queries.plans, patient_id)
        kept = kept_dict(draft.fields, "words") if draft else {}
        super().__init__(
            office, patient_id, read_words(kept) if kept else begun_with(plans), parent, _("Keep the plan")
        )
        self.keep.clicked.disconnect()
        self.keep.clicked.connect(self._keep)
        self._autosave = Autosave(self._keep_draft, self)
        self.edited.connect(self._autosave.touch)
        self.finished.connect(self._flush)

    def _flush(self, _how: int) -> None:
        self._autosave.flush(at_once=True)

    def _keep_draft(self, done: Callable[[datetime | None], None]) -> None:
        fields = {"words": write_words(self.words())}
        keep = partial(service.keep_plan_draft, patient_id=self.patient_id, fields=fields, caret={})
        self._office.do(keep, self, then=lambda _none: done(self._office.now()), failed=lambda _error: done(None))

    def _keep(self) -> None:
        words = self.words()
        if not words.is_empty and not is_new(words, self.plans):
            self._autosave.stop()
            self.accept()
            return
        before = self.plans[0].plan_id if self.plans else None
        keep = partial(service.keep_plan, plan=NewPlan(self._plan_id, words, before), patient_id=self.patient_id)
        self._office.do(keep, self, then=self._kept, failed=self._refused)

    def _kept(self, _none: None) -> None:
        """The paper is offered at once: the person is still here."""
        self._autosave.stop()
        self.accept()
        plan = self._office.ask(queries.newest, self.patient_id)
        if plan is not None and self._office.may(Permission.READ_CHART):
            print_plan(self._office, plan, self.parentWidget())

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("warning_signs", error.sentence())


def open_plan(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    """Alt+S: in the open consultation as a part of its note, elsewhere by itself."""
    part = getattr(screen, "safety_plan", None)
    if encounter_id is not None and isinstance(part, SafetyPlanPart):
        part.open()
    else:
        ChartPlanSheet(office, patient_id, screen).open()


# -- the paper


def wanted(office: Office, note_id: str) -> bool:
    """Whether a plan was signed with this note."""
    return office.may(Permission.READ_CHART) and office.ask(queries.plan_of_note, note_id) is not None


def open_paper(office: Office, note_id: str, screen: QWidget) -> None:
    """From the papers of a signature, where it was asked already whether it can be carried home."""
    plan = office.ask(queries.plan_of_note, note_id)
    if plan is not None:
        _for_whom(office, plan, screen)


def print_plan(office: Office, plan: PlanRow, screen: QWidget | None) -> None:
    """Never carried home without being asked: what stands in it is nobody else's."""
    dialogs.ask_yes_no(
        _("Ask the person: can this paper be carried home without danger?"),
        screen,
        partial(_for_whom, office, plan, screen),
        yes_text=_("Yes, print it"),
        no_text=_("No, no paper"),
    )


def _for_whom(office: Office, plan: PlanRow, screen: QWidget | None) -> None:
    with_whom = plan.words.shared_with.strip()
    if not with_whom or not office.ask(queries.may_share, plan.patient_id, with_whom):
        _show(office, plan, screen, for_relative=False)
        return
    said = Text(_("For whom is the paper?"), wrap=True)
    sheet = Sheet(_("Safety plan"), screen, said, width=460)
    copy = Button(_("A copy for {name}").format(name=with_whom))

    def choose(for_relative: bool) -> None:
        sheet.accept()
        _show(office, plan, screen, for_relative=for_relative)

    sheet.add_deed(Button(_("Back"), key="back", kind="quiet"))
    sheet.add_deed(copy, lambda: choose(True))
    sheet.add_deed(Button(_("For the person"), kind="primary"), lambda: choose(False)).setFocus()
    sheet.open()


def _show(office: Office, plan: PlanRow, screen: QWidget | None, *, for_relative: bool) -> None:
    from clinic_desktop.printing.preview import Leaving, Preview

    letter = letters.relative_copy if for_relative else letters.plan_paper
    pdf = office.ask(letter, plan.plan_id).pdf()

    def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
        noted: Callable[..., Any] = partial(
            service.note_plan_printed, plan_id=plan.plan_id, for_relative=for_relative, way=leaving.way,
            copies=leaving.copies,
        )  # fmt: skip
        office.do(noted, screen, then=lambda _done: proceed())

    Preview(pdf, _("My plan for hard days"), parent=screen, record=record, suggested="plan.pdf").open()
