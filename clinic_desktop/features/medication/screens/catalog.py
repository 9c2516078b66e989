"""Small sheets for what a delivery brings for the first time: a partner, a product."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.rules.courses import read_content
from clinic_desktop.features.medication.rules.kinds import FORM_WORDS, PARTNER_WORDS, PartnerKind, Route, Unit
from clinic_desktop.features.medication.rules.kinds import Form as Shape
from clinic_desktop.features.medication.rules.shelf import read_units
from clinic_desktop.features.medication.service import formulary, partners
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text

_UNITS: dict[Shape, Unit] = {
    Shape.TABLET: Unit.TABLET,
    Shape.CAPSULE: Unit.CAPSULE,
    Shape.AMPOULE: Unit.AMPOULE,
    Shape.VIAL: Unit.VIAL,
    Shape.SOLUTION: Unit.BOTTLE,
    Shape.SUSPENSION: Unit.BOTTLE,
    Shape.SYRUP: Unit.BOTTLE,
    Shape.DROPS: Unit.BOTTLE,
}
_INJECTED = (Shape.AMPOULE, Shape.VIAL)


class PartnerSheet(Sheet):
    def __init__(self, office: Office, name: str, then: Callable[[str, str], object], parent: QWidget) -> None:
        self._office, self._then = office, then
        self.name = Edit(name)
        self.kind = Select([(kind, _(words)) for kind, words in PARTNER_WORDS.items()])
        self.phone = Edit()
        self.form = Form()
        stack(
            self.form,
            self.form.add("name", _("Name"), self.name),
            row((self.form.add("kind", _("Kind"), self.kind), 1), gap=S3),
            self.form.add("phone", _("Phone"), self.phone, optional=True),
            gap=S3,
        )
        super().__init__(
            _("New pharmacy or donor"), parent, Text(_("New pharmacy or donor"), "head", "semi"), self.form
        )
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Add"), "save", "primary"), self._add)

    def _add(self) -> None:
        name = self.name.text().strip()
        use_case = partial(
            partners.add_partner,
            kind=PartnerKind(self.kind.value() or PartnerKind.OTHER),
            name=name,
            phone=self.phone.text() or None,
        )
        self._office.do(use_case, self, then=partial(self._added, name), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("name", error.sentence())

    def _added(self, name: str, partner_id: str) -> None:
        self._then(partner_id, name)
        self.accept()


class PresentationSheet(Sheet):
    """A product that is not in the formulary. It is in force here and proposed to the central office."""

    def __init__(self, office: Office, name: str, then: Callable[[str], object], parent: QWidget) -> None:
        self._office, self._then = office, then
        self._presentation_id = new_id()
        self.name, self.strength = Edit(name), Edit(placeholder="20 mg")
        self.shape = Select([(shape, _(FORM_WORDS[shape])) for shape in _UNITS])
        self.pack = Edit(placeholder="20")
        self.content = Edit(placeholder="60")
        self.form = Form()
        stack(
            self.form,
            self.form.add("name", _("Generic name"), self.name),
            row(
                (self.form.add("strength", _("Strength"), self.strength), 1),
                (self.form.add("shape", _("Form"), self.shape), 1),
                gap=S3,
            ),
            row(
                (self.form.add("pack", _("Units in a box"), self.pack, optional=True), 1),
                (self.form.add("content", _("Millilitres in a bottle"), self.content, optional=True), 1),
                gap=S3,
            ),
            gap=S3,
        )
        title = _("New medicine")
        super().__init__(title, parent, Text(title, "head", "semi"), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Add"), "save", "primary"), self._add)

    def _add(self) -> None:
        shape = self.shape.value() or Shape.TABLET
        try:
            pack = read_units(self.pack.text()) if self.pack.text().strip() else None
        except Refused as refused:
            self.form.complain("pack", refused.sentence())
            return
        try:
            content = read_content(self.content.text()) if self.content.text().strip() else None
        except Refused as refused:
            self.form.complain("content", refused.sentence())
            return
        route = Route.INJECTED if shape in _INJECTED else Route.ORAL
        new = formulary.NewPresentation(
            self.name.text(), shape, self.strength.text(), _UNITS[shape], pack, route, None, content
        )
        use_case = partial(formulary.add_presentation, new=new, presentation_id=self._presentation_id)
        self._office.do(use_case, self, then=self._added, failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        self.form.complain("name", error.sentence())

    def _added(self, presentation_id: str) -> None:
        self._then(presentation_id)
        self.accept()
