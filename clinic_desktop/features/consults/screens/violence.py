"""Violence at home: asked alone, one key each. There is no field for who did it, and nobody asks for a story."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import violence as queries
from clinic_desktop.features.consults.queries.violence import ViolenceRow
from clinic_desktop.features.consults.rules.violence import VIOLENCE_WORDS, NotAlone, ViolenceSaid, ViolenceTold
from clinic_desktop.features.consults.screens.beside import LinesSheet, Standing
from clinic_desktop.features.consults.service import violence as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text, quiet, semi

_ANSWERS = tuple(ViolenceSaid)


def say_answer(answer: str) -> str:
    """In words; one that this program does not know is said as it is."""
    return _(VIOLENCE_WORDS[ViolenceSaid(answer)]) if answer in _ANSWERS else answer


class ViolenceSheet(LinesSheet):
    """Not asked is no row. What was written wrongly is corrected by a new answer."""

    def __init__(self, office: Office, patient_id: str, encounter_id: str | None, parent: QWidget) -> None:
        self._office, self._patient_id, self._encounter_id = office, patient_id, encounter_id
        self._answer_id = new_id()
        self._amends: ViolenceRow | None = None
        yes_no = [_("Yes"), _("No")]
        self.alone = Choice(yes_no, tick=False, moves_on=True)
        self.answer = Choice([_(VIOLENCE_WORDS[one]) for one in _ANSWERS], tick=False, moves_on=True)
        self.helps = Choice(yes_no, tick=False, moves_on=True)
        form, needed = Form(), _("Choose one.")
        alone = form.add("alone", _("Asked alone, and nobody hears"), self.alone)
        helps = form.add("helps", _("Wants help with it"), self.helps, optional=True)
        answer = form.add(
            "answer", _("Does somebody at home hurt or frighten the person?"), self.answer,
            check=lambda at: needed if at is None else None,
        )  # fmt: skip
        words = _("Never who did it. In no letter, and in the person's data only if they ask for it alone.")
        apart = Text(words, "small", color="quiet", wrap=True)
        stack(form, row(alone, helps, None, gap=S3), answer, apart, gap=S2)
        super().__init__(
            _("Violence at home"), parent, form, empty=_("Nobody asked yet. Not asked is not no."),
            keep=_("Keep the answer"),
        )  # fmt: skip
        office.follow(queries.TABLES, self, self.reload)
        self.reload()
        self.alone.setFocus()

    def reload(self) -> None:
        rows = self._office.ask(queries.violence_answers, self._patient_id)
        self.show_lines([self._line(one) for one in rows])

    def _line(self, one: ViolenceRow) -> Standing:
        helps = "" if one.wants_help is None else _("wants help") if one.wants_help else _("wants no help now")
        said = (semi(say_day(one.asked_on)), f"  {say_answer(one.answer)}", quiet(f"  {helps}"))
        return Standing(said, ((_("Correct"), partial(self._correct, one)),))

    def _correct(self, one: ViolenceRow) -> None:
        self._amends = one
        self.alone.set_at(0)
        self.answer.set_at(next((at for at, said in enumerate(_ANSWERS) if said == one.answer), None))
        self.helps.set_at(None if one.wants_help is None else int(not one.wants_help))
        self.answer.setFocus()

    def keep_form(self) -> None:
        at = self.answer.at()
        if self.form.find_faults() or at is None:
            return
        alone, helps = self.alone.at(), self.helps.at()
        told = ViolenceTold(
            _ANSWERS[at], None if alone is None else alone == 0, None if helps is None else helps == 0
        )  # fmt: skip
        keep = partial(
            service.keep_violence_answer, told=told, answer_id=self._answer_id, patient_id=self._patient_id,
            encounter_id=self._encounter_id, amends_id=self._amends.answer_id if self._amends else None,
        )  # fmt: skip
        self._office.do(keep, self, then=self._kept, failed=self._refused)

    def _kept(self, _none: None) -> None:
        self._answer_id, self._amends = new_id(), None
        for choice in (self.alone, self.answer, self.helps):
            choice.set_at(None)
        self._office.notice(_("It is kept"))

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("alone" if isinstance(error, NotAlone) else "answer", error.sentence())


def ask_violence(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    ViolenceSheet(office, patient_id, encounter_id, screen).open()
