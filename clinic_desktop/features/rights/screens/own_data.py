"""Giving a person their own data, and writing down what an authority asked for."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.rights.letters.own_data import own_data_paper
from clinic_desktop.features.rights.rules.disclosures import (
    Given,
    GivenMissing,
    OrderMissing,
    ToldMissing,
    WhoMissing,
)
from clinic_desktop.features.rights.rules.kinds import DISCLOSURE_WORDS, DisclosureKind
from clinic_desktop.features.rights.screens.form_sheet import FormSheet
from clinic_desktop.features.rights.screens.papers import if_safe, show_paper
from clinic_desktop.features.rights.service import disclosures as service
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class OwnDataSheet(Sheet):
    """Asks one thing first: is the person alone, and wants also what was told in confidence?"""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._office, self._patient_id, self._over = office, patient_id, parent
        title = _("My data")
        words = _(
            "The paper says in plain words what is written of the person. What was told in confidence of others, of "
            "violence, or alone by an adolescent is left out, unless the person asks for it alone."
        )
        super().__init__(title, parent, Text(title, "head", "semi"), Text(words, wrap=True), width=560)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.all = self.add_deed(Button(_("All: asked for it alone")), lambda: self._show(whole=True))
        self.usual = self.add_deed(
            Button(_("Print my data"), "print", "primary", "printer"), lambda: self._show(whole=False)
        )
        self.usual.setFocus()

    def _show(self, *, whole: bool) -> None:
        office, over, patient_id = self._office, self._over, self._patient_id
        noting = partial(service.own_data_printed, disclosure_id=new_id(), patient_id=patient_id, whole=whole)

        def show() -> None:
            pdf = office.ask(own_data_paper, patient_id, whole).pdf()
            show_paper(office, over, pdf, _("My data"), noting)

        self.accept()
        if_safe(over, show)


_KINDS = (DisclosureKind.AUTHORITY, DisclosureKind.DUTY)
_PLACES = ((WhoMissing, "to_whom"), (OrderMissing, "order_seen"), (GivenMissing, "given"), (ToldMissing, "told"))


class DisclosureSheet(FormSheet):
    """A request of an authority, or a report that the law asks for: done by a person, written down here."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._disclosure_id = new_id()
        name = office.ask(patients.header, PatientId(patient_id)).said
        super().__init__(office, parent, _("Asked for by an authority"), name, patient_id=patient_id)
        self.kind = Choice([_(DISCLOSURE_WORDS[kind]) for kind in _KINDS], 0, moves_on=True)
        kind = self.form.add("kind", _("What it is"), self.kind)
        whom = self.line("to_whom", _("Who: office and name"), optional=False)
        order = self.words("order_seen", _("Order that was shown"), lines=1)
        given = self.words("given", _("What was given"), optional=False)
        told = self.choice("told", _("Was the coordinator told?"), [_("Yes"), _("No")])
        day = self.day("day", _("Day"))
        self.finish(kind, row((whom, 2), (day, 1), gap=S3), order, given, told, keep=_("Write it down"))
        self.form.fields["to_whom"].editor.setFocus()

    def use_case(self) -> Callable[..., Any]:
        told = self.at("told")
        given = Given(
            _KINDS[self.at("kind") or 0],
            self.typed_day("day"),
            to_whom=self.text("to_whom"),
            order_seen=self.text("order_seen"),
            given=self.text("given"),
            coordinator_told=None if told is None else told == 0,
        )
        return partial(
            service.record_disclosure, disclosure_id=self._disclosure_id, patient_id=self._patient_id, given=given
        )

    def fields_of(self, error: ClinicError) -> str:
        return next((name for kind, name in _PLACES if isinstance(error, kind)), "")
