"""The answers to one scale on a sheet of its own: given outside a consultation, or corrected after they were signed."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import risks, scales
from clinic_desktop.features.consults.queries.scales import ScoreRow
from clinic_desktop.features.consults.rules.asking_danger import Assessment
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import GivenScale, HowGiven, is_checked_in, say_total
from clinic_desktop.features.consults.rules.vitals import read_taken_on
from clinic_desktop.features.consults.screens.danger import AnswerSheet, room_for
from clinic_desktop.features.consults.screens.safety_plan import open_plan
from clinic_desktop.features.consults.screens.scale import ScaleGrid
from clinic_desktop.features.consults.screens.scale_picker import ask_scale
from clinic_desktop.features.consults.screens.scale_total import TotalEntry
from clinic_desktop.features.consults.service import instruments
from clinic_desktop.features.consults.service.risk import RiskNotAnswered
from clinic_desktop.features.patients.rules.places import language_name, languages
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import Item, row
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text

_ASKED = (HowGiven.PAPER, HowGiven.READ_ALOUD, HowGiven.INTERPRETER)
_HEAD = 96
"""What stands beside the items of this sheet and not in others."""


class AnswersSheet(Sheet):
    """The subclass says what stands above the items, and what is done with them."""

    def __init__(
        self, office: Office, patient_id: str, scale_code: str, parent: QWidget, title: str, deed: str, *above: Item
    ) -> None:
        self._office, self._patient_id = office, patient_id
        self.scale = office.ask(scales.scale_here, scale_code)
        self.response_id = new_id()
        self._answer: RiskAnswer | None = None
        self._assessment: Assessment | None = None
        self.grid = TotalEntry(self.scale) if self.scale.is_total_only else ScaleGrid(self.scale)
        self.grid.setMaximumHeight(max(120, room_for(parent) - _HEAD))
        self.state = Chip("", "neutral")
        self.remark = Text("", "small", color="quiet")
        self.fault = Text("", "small", "semi", "danger", wrap=True)
        self.fault.hide()
        super().__init__(
            title, parent, Text(self.scale.title, "head", "semi"), *above, (self.grid, 1),
            row(self.state, self.remark, None, gap=S2), self.fault, width=620,
        )  # fmt: skip
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(deed, key="save", kind="primary", icon="check"), self.keep_answers)
        self.grid.edited.connect(self._tell)
        self._tell()
        self._before = self._typed_answers()

    def show_wording(self, language_code: str | None) -> None:
        found = self._office.ask(scales.wording, self.scale.code, language_code)
        self.wording = found[0] if found else None
        self.grid.show_wording(found[1] if found else ())
        doubt = "" if is_checked_in(language_code) else _("not validated in {language}")
        self.remark.setText(doubt.format(language=language_name(language_code).lower()))

    def _tell(self) -> None:
        result, fault = self.grid.score(), self.grid.fault()
        if fault:
            self.state.set_state(_("no total"), "warning", "alert-circle")
        elif result.total is not None:
            self.state.set_state(say_total(self.scale, result.total, result.band), "neutral")
        elif self.scale.is_form:
            self.state.set_state(_("{count} answered · not added up").format(count=result.answered), "neutral")
        else:
            words = _("{count} of {all} · no total").format(count=result.answered, all=result.needed)
            self.state.set_state(words, "warning", "alert-circle")
        self.complain(fault)

    def complain(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    def _typed_answers(self) -> tuple[dict[int, int], str, bool | None]:
        entry = self.grid if isinstance(self.grid, TotalEntry) else None
        return self.grid.answers(), entry.typed() if entry else "", entry.flagged() if entry else None

    def would_lose(self) -> bool:
        return self._typed_answers() != self._before or super().would_lose()

    def given(self, how: HowGiven, language_code: str | None, reader: str, **more: Any) -> GivenScale:
        entry = self.grid if isinstance(self.grid, TotalEntry) else None
        return GivenScale(
            self.response_id, self.scale.code, self.grid.answers(), how, language_code,
            interpreter_name=(reader or None) if how is HowGiven.INTERPRETER else None, read_by=reader or None,
            total=entry.total() if entry else None, flagged=entry.flagged() if entry else None, **more,
        )  # fmt: skip

    def keep_answers(self) -> None:
        if self.grid.fault():
            self.grid.take_focus()
            return
        use_case = self.use_case()
        if use_case is not None:
            told = partial(use_case, answer=self._answer, assessment=self._assessment)
            self._office.do(told, self, then=self._kept, failed=self._refused)

    def use_case(self) -> Callable[..., object] | None:
        """What keeps the answers; None where something is missing, which was said."""
        raise NotImplementedError

    def _kept(self, _none: object) -> None:
        self.accept()
        above = self.parentWidget()
        if self._answer is not None and self._answer.opens and above is not None:
            open_plan(self._office, PatientId(self._patient_id), None, above)

    def _refused(self, error: ClinicError) -> None:
        if not isinstance(error, RiskNotAnswered):
            self.complain(error.sentence())
            return
        AnswerSheet(
            self, self._office.today(), self._answered, questions=self._office.ask(risks.questions),
            asked=self._asked,
        ).open()  # fmt: skip

    def _asked(self, assessment: Assessment) -> None:
        self._assessment = assessment

    def _answered(self, answer: RiskAnswer) -> None:
        self._answer = answer
        self.keep_answers()


class GivenElsewhereSheet(AnswersSheet):
    """A scale that was asked outside a consultation, by a nurse or at home."""

    def __init__(self, office: Office, patient_id: str, scale_code: str, parent: QWidget) -> None:
        self.day = Edit(placeholder=_("today"))
        self.day.setAccessibleName(_("Day"))
        self.day.setFixedWidth(110)
        self.how = Choice([_("from paper"), _("read aloud"), _("interpreter")], 0, height=32)
        self.how.setAccessibleName(_("How it was asked"))
        self.language = Select([(None, _("not noted")), *languages()])
        self.language.setAccessibleName(_("Language that was really spoken"))
        self.reader = Edit(placeholder=_("who read it aloud"))
        super().__init__(
            office, patient_id, scale_code, parent, _("A scale outside a consultation"), _("Keep the answers"),
            row(self.how, (self.reader, 1), gap=S2), row(Text(_("Day")), self.day, (self.language, 1), gap=S2),
        )  # fmt: skip
        self.how.chosen.connect(self._shape)
        self.language.currentIndexChanged.connect(self._other_language)
        if self.scale.rated_by_clinician:
            self.how.hide()
        self._shape()
        self.show_wording(None)
        self.grid.take_focus()

    def _other_language(self, _at: int) -> None:
        self.show_wording(self.language.value())

    def _shape(self, _at: int = 0) -> None:
        self.reader.setVisible(self.how.at() in (1, 2) and not self.scale.rated_by_clinician)

    def use_case(self) -> Callable[..., object] | None:
        try:
            day = read_taken_on(self.day.text(), self._office.today())
        except Refused as refused:
            self.complain(refused.sentence())
            self.day.setFocus()
            return None
        how = HowGiven.CLINICIAN if self.scale.rated_by_clinician else _ASKED[max(self.how.at() or 0, 0)]
        reader = self.reader.text().strip() if not self.reader.isHidden() else ""
        of_wording = {
            "instrument_id": self.wording.instrument_id if self.wording else None,
            "wording_version": self.wording.version if self.wording else None,
        }
        given = self.given(how, self.language.value(), reader, **of_wording)
        return partial(instruments.record_response, patient_id=self._patient_id, given=given, occurred_on=day)


class CorrectAnswersSheet(AnswersSheet):
    """Other answers in the place of signed ones, and why; those before stay readable."""

    def __init__(self, office: Office, patient_id: str, known: ScoreRow, parent: QWidget, then: Callable[[], object]):
        self._known, self._then = known, then
        self.reason = Edit(placeholder=_("Why they are corrected"))
        super().__init__(
            office, patient_id, known.scale_code, parent, _("Correct the answers"), _("Keep the correction"),
            self.reason,
        )  # fmt: skip
        self.show_wording(known.language_code)
        if isinstance(self.grid, TotalEntry):
            self.grid.set_given("" if known.total is None else str(known.total), known.flagged)
        else:
            self.grid.set_answers(known.answers)
        self._tell()
        self._before = self._typed_answers()
        self.reason.setFocus()

    def use_case(self) -> Callable[..., object] | None:
        if not self.reason.text().strip():
            self.reason.set_wrong(True)
            self.reason.setFocus()
            return None
        given = self.given(self._known.how_given, self._known.language_code, "")
        return partial(
            instruments.correct_response, response_id=self._known.response_id, given=given, reason=self.reason.text()
        )

    def _kept(self, _none: object) -> None:
        then = self._then
        super()._kept(_none)
        then()

    def done(self, how: int) -> None:
        super().done(how)
        # Qt deletes a closed sheet later: till then it must not be what the screen behind it lives by.
        self._then = _nothing


def _nothing() -> None:
    """A closed sheet tells nobody."""


def give_scale(office: Office, patient_id: str, screen: QWidget) -> None:
    """Which one, then its answers."""
    ask_scale(office, patient_id, screen, lambda code: GivenElsewhereSheet(office, patient_id, code, screen).open())
