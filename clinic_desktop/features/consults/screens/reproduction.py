"""Pregnancy, lactation and contraception: asked where it matters or is wished. What is not asked stays "not asked"."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import reproduction as queries
from clinic_desktop.features.consults.rules.reproduction import (
    CONTRACEPTION_WORDS,
    Contraception,
    Reproduction,
    Told,
    standing_pregnancy,
)
from clinic_desktop.features.consults.rules.vitals import PREGNANCY_WORDS, Pregnancy
from clinic_desktop.features.consults.service import reproduction as service
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text

_ANSWERS = (Pregnancy.YES, Pregnancy.NO, Pregnancy.POSSIBLE)
_YES_NO = (True, False)


def ask_reproduction(
    office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget
) -> "ReproductionSheet":
    sheet = ReproductionSheet(office, patient_id, encounter_id, screen)
    sheet.open()
    sheet.take_focus()
    return sheet


class ReproductionSheet(Sheet):
    """Nothing is chosen beforehand: what was told before stands in words above, and is not said again by itself."""

    def __init__(self, office: Office, patient_id: str, encounter_id: str | None, parent: QWidget | None) -> None:
        self._office, self._patient_id, self._encounter_id = office, patient_id, encounter_id
        self._status_id = new_id()
        self.pregnancy = Choice([_(PREGNANCY_WORDS[p]) for p in _ANSWERS], moves_on=True)
        self.lactating = Choice([_("Yes"), _("No")], moves_on=True)
        self.contraception = Select(
            [(None, _("Not asked")), *((kind, _(words)) for kind, words in CONTRACEPTION_WORDS.items())]
        )
        self.plan = Choice([_("Yes"), _("No")], moves_on=True)
        self.form = Form()
        pregnancy = self.form.add("pregnancy", _("Pregnancy"), self.pregnancy, optional=True)
        lactating = self.form.add("lactating", _("Breastfeeding"), self.lactating, optional=True)
        contraception = self.form.add("contraception", _("Contraception"), self.contraception, optional=True)
        plan = self.form.add("plan", _("Contraception plan signed"), self.plan, optional=True)
        stack(self.form, row(pregnancy, None), row((contraception, 1), lactating, plan, gap=S3), gap=S3)
        told = office.ask(queries.told, patient_id)
        self.before = Text(_say_told(told, office), color="quiet", wrap=True)
        hint = Text(
            _("Ask alone and only what matters now. What is not chosen stays as not asked."), "small", color="quiet",
            wrap=True,
        )  # fmt: skip
        super().__init__(_("Pregnancy, lactation, contraception"), parent, self.before, self.form, hint, width=660)
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep"), key="save", kind="primary", icon="check"), self._keep)
        office.follow(restricted.TABLES, self, self._may_stay)

    def _may_stay(self) -> None:
        self._office.ask(restricted.must_open, self._patient_id)

    def take_focus(self) -> None:
        self.pregnancy.setFocus()

    def told(self) -> Told:
        pregnancy, lactating, plan = self.pregnancy.at(), self.lactating.at(), self.plan.at()
        chosen = self.contraception.value()
        return Told(
            pregnancy=None if pregnancy is None else _ANSWERS[pregnancy],
            lactating=None if lactating is None else _YES_NO[lactating],
            # Qt gives a plain text back.
            contraception=Contraception(chosen) if chosen else None,
            plan_signed=None if plan is None else _YES_NO[plan],
        )

    def _keep(self) -> None:
        use_case = partial(
            service.keep_told,
            status_id=self._status_id,
            patient_id=self._patient_id,
            told=self.told(),
            encounter_id=self._encounter_id,
        )
        self._office.do(use_case, self, then=self._kept)

    def _kept(self, _status_id: str) -> None:
        self._office.notice(_("Kept"))
        self.accept()


def _say_told(told: Reproduction, office: Office) -> str:
    """What was told last of each; what nobody asked is said as not asked."""
    pregnancy = standing_pregnancy(told, office.today())
    not_asked = _("not asked")
    said = [
        f"{_('Pregnancy')}: {_(PREGNANCY_WORDS[pregnancy]).lower() if pregnancy else not_asked}",
        f"{_('Breastfeeding')}: {not_asked if told.lactating is None else _yes_no(told.lactating)}",
        f"{_('Contraception')}: {_(CONTRACEPTION_WORDS[told.contraception]) if told.contraception else not_asked}",
        f"{_('Contraception plan signed')}: {not_asked if told.plan_signed is None else _yes_no(told.plan_signed)}",
    ]
    day = f" ({say_day(told.told_on)})" if told.told_on else ""
    return _("Told before:") + " " + " · ".join(said) + day


def _yes_no(value: bool) -> str:
    return _("yes") if value else _("no")
