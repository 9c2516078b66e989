"""Results beside the note: what the papers said, and one more."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import results as queries
from clinic_desktop.features.consults.queries.results import ResultRow
from clinic_desktop.features.consults.rules.results import LabTest, Result, find_tests, test_of
from clinic_desktop.features.consults.rules.vitals import read_taken_on
from clinic_desktop.features.consults.screens.beside import LinesSheet, Standing
from clinic_desktop.features.consults.service import results as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import quiet, semi


def ask_result(
    office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget, test_code: str | None = None
) -> "ResultsSheet":
    """Open the sheet; with `test_code` the test is chosen already."""
    sheet = ResultsSheet(office, patient_id, encounter_id, screen, test_code)
    sheet.open()
    sheet.take_focus()
    return sheet


class ResultsSheet(LinesSheet):
    def __init__(
        self,
        office: Office,
        patient_id: str,
        encounter_id: str | None,
        parent: QWidget | None,
        test_code: str | None = None,
    ) -> None:
        self._office, self._patient_id, self._encounter_id = office, patient_id, encounter_id
        self._result_id = new_id()
        self._amends: str | None = None
        self.test = Suggest(self._find, _("TGP, glucose…"))
        self.value_, self.unit, self.day = Edit(), Edit(), Edit(placeholder=_("today"))
        form = Form()
        fields = (
            (form.add("test", _("Test"), self.test), 4),
            (form.add("value", _("Value"), self.value_), 2),
            (form.add("unit", _("Unit"), self.unit, optional=True), 2),
            (form.add("day", _("Day"), self.day, check=self._day_fault), 2),
        )
        stack(form, row(*fields, gap=S2))
        super().__init__(
            _("Results"), parent, form, empty=_("No result is noted yet."), keep=_("Keep the result"), width=640
        )
        self.test.picked.connect(self._choose)
        if test_code is not None:
            self._show_test(test_of(test_code))
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        (self.value_ if self.test.text() else self.test).setFocus()

    def _find(self, words: str) -> list[tuple[Any, str]]:
        return [(test, f"{test.name} · {test.unit}" if test.unit else test.name) for test in find_tests(words)]

    def _choose(self, test: object) -> None:
        if isinstance(test, LabTest):
            self._show_test(test)

    def _show_test(self, test: LabTest | None) -> None:
        if test is not None:
            self.test.set_value(test, test.name)
            self.unit.setText(test.unit)

    def _day_fault(self, typed: object) -> str | None:
        try:
            read_taken_on(str(typed or ""), self._office.today())
        except Refused as refused:
            return refused.sentence()
        return None

    # what stands

    def reload(self) -> None:
        found = self._office.ask(queries.results, self._patient_id)
        self.show_lines([self._line(known) for known in found])

    def _line(self, known: ResultRow) -> Standing:
        value = f"  {known.value} {known.unit}".rstrip()
        said = (quiet(f"{say_day(known.taken_on)}  "), semi(known.test), value, quiet(f"  {known.by_name}"))
        if known.corrected:
            return Standing((quiet(f"{say_day(known.taken_on)}  {known.said}  ·  " + _("corrected later")),))
        deeds = ((_("Correct"), partial(self._correct, known)),) if self._office.may(*service.WRITERS) else ()
        return Standing(said, deeds)

    def _correct(self, known: ResultRow) -> None:
        self._amends, self._result_id = known.result_id, new_id()
        test = test_of(known.test_code)
        self.test.set_value(test, known.test)
        self.value_.setText(known.value)
        self.unit.setText(known.unit)
        self.day.setText(known.taken_on.strftime("%d/%m/%Y"))
        self.value_.setFocus()

    # keeping

    def keep_form(self) -> None:
        if self.form.find_faults():
            return
        test, words = self.test.value(), self.test.text()
        chosen = test if isinstance(test, LabTest) and test.name == words.strip() else None
        use_case = partial(
            service.keep_result,
            result_id=self._result_id,
            patient_id=self._patient_id,
            result=Result(
                chosen.code if chosen else None, "" if chosen else words, self.value_.text(), self.unit.text()
            ),
            taken_on=read_taken_on(self.day.text(), self._office.today()),
            encounter_id=self._encounter_id,
            amends_id=self._amends,
        )
        self._office.do(use_case, self, then=self._kept)

    def _kept(self, _result_id: str) -> None:
        """The sheet stays for the next line of the same paper; the day is kept."""
        self._office.notice(_("Result kept"))
        self._result_id, self._amends = new_id(), None
        self.test.set_value(None, "")
        for field in (self.value_, self.unit):
            field.setText("")
        self.test.setFocus()
