"""Sheets of the list of medicines: a product, its controlled classes, and what it is joined with."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import formulary as lists
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.formulary import FormularyRow, Listing, MedicineName
from clinic_desktop.features.medication.rules.courses import read_content
from clinic_desktop.features.medication.rules.kinds import FORM_WORDS, ROUTE_WORDS, Route, Unit
from clinic_desktop.features.medication.rules.kinds import Form as Shape
from clinic_desktop.features.medication.rules.refusals import (
    AtcUnclear,
    ClassMissing,
    CountryUnclear,
    ListedAlready,
    NameMissing,
    OtherLetters,
)
from clinic_desktop.features.medication.rules.shelf import read_units
from clinic_desktop.features.medication.service import formulary
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select, Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text

UNITS: dict[Shape, Unit] = {
    Shape.TABLET: Unit.TABLET,
    Shape.CAPSULE: Unit.CAPSULE,
    Shape.AMPOULE: Unit.AMPOULE,
    Shape.VIAL: Unit.VIAL,
    Shape.SOLUTION: Unit.BOTTLE,
    Shape.SUSPENSION: Unit.BOTTLE,
    Shape.SYRUP: Unit.BOTTLE,
    Shape.DROPS: Unit.BOTTLE,
    Shape.OTHER: Unit.PIECE,
}
_TWO_LINES = 46
Keep = Callable[[NewPresentation, str], object]


class ProductSheet(Sheet):
    """A product, new or as it stands. What is done with it is said by who opens the sheet."""

    def __init__(self, office: Office, known: FormularyRow | None, title: str, deed: str, parent: QWidget) -> None:
        self._office, self._known = office, known
        self.new_id = new_id()
        self.name = Suggest(self._find, _("three letters"))
        self.tall, self.atc = Edit(known.shown_name if known else ""), Edit(placeholder="N06AB03")
        self.strength = Edit(placeholder="20 mg")
        self.shape = Select([(shape, _(FORM_WORDS[shape]) or _("other")) for shape in UNITS])
        self.route = Select([(route, _(ROUTE_WORDS[route])) for route in Route])
        self.pack, self.content = Edit(placeholder="20"), Edit(placeholder="60")
        self.form = Form()
        add = self.form.add
        named = (add("name", _("Generic name"), self.name), 3) if known is None else (self._letters(add), 3)
        stack(
            self.form,
            row(named, (add("atc", _("ATC code"), self.atc, optional=True), 2), gap=S3),
            row(
                (add("strength", _("Strength"), self.strength), 1),
                (add("shape", _("Form"), self.shape), 1),
                (add("route", _("Way"), self.route), 1),
                gap=S3,
            ),
            row(
                (add("pack", _("Units in a box"), self.pack, optional=True), 1),
                (add("content", _("Millilitres in a bottle"), self.content, optional=True), 1),
                gap=S3,
            ),
            gap=S3,
        )
        super().__init__(title, parent, Text(title, "head", "semi"), self.form, width=560)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(deed, "save", "primary"), self._save)
        self.name.picked.connect(self._take_medicine)
        self._fill()

    def _letters(self, add: Callable[..., QWidget]) -> QWidget:
        known = self._known
        field = add("tall", _("Name, with capitals where it looks like another"), self.tall)
        if known is not None and (known.alike or known.shown_name != known.name):
            listed = known.letters_source
            said = _("Letters after: {source}").format(source="FDA, ISMP") if listed else _("Letters of our own choice")
            self.form.fields["tall"].say(said, "neutral")
        return field

    def _fill(self) -> None:
        known = self._known
        if known is None:
            return
        self.name.set_value(known.medicine_id, known.name)
        self.atc.setText(known.atc_code or "")
        self.strength.setText(known.strength_text or "")
        self.shape.set_value(known.form)
        self.route.set_value(known.route)
        self.pack.setText("" if known.pack_units is None else str(known.pack_units))
        tenths = known.content_tenths_ml
        self.content.setText("" if tenths is None else f"{tenths / 10:g}")

    def _find(self, words: str) -> list[tuple[Any, str]]:
        found = self._office.ask(lists.medicine_names, words)
        return [(medicine, medicine.name) for medicine in found]

    def _take_medicine(self, medicine: MedicineName) -> None:
        self.atc.setText(medicine.atc_code or "")

    def typed(self) -> NewPresentation | None:
        """What was typed; None if something of it cannot be, which is then said beside it."""
        try:
            pack = read_units(self.pack.text()) if self.pack.text().strip() else None
        except Refused as refused:
            self.form.complain("pack", refused.sentence())
            return None
        try:
            content = read_content(self.content.text()) if self.content.text().strip() else None
        except Refused as refused:
            self.form.complain("content", refused.sentence())
            return None
        shape, route = Shape(self.shape.value() or Shape.TABLET), Route(self.route.value() or Route.ORAL)
        known = self._known
        unit = known.unit if known is not None and known.form is shape and known.unit else UNITS[shape]
        name = known.name if known is not None else self.name.text()
        return NewPresentation(name, shape, self.strength.text(), unit, pack, route, self.atc.text(), content)

    def _save(self) -> None:
        new = self.typed()
        if new is not None:
            self.keep(new)

    def keep(self, new: NewPresentation) -> None:
        """Put it into the list as a new product; a sheet for something else says so."""
        use_case = partial(formulary.add_presentation, new=new, presentation_id=self.new_id)
        self.do(use_case)

    def do(self, use_case: Callable[..., Any]) -> None:
        self._office.do(use_case, self, then=lambda _id: self.accept(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        field = "strength"
        if isinstance(error, AtcUnclear):
            field = "atc"
        elif isinstance(error, (NameMissing, OtherLetters)):
            field = "name" if "name" in self.form.fields else "tall"
        self.form.complain(field, error.sentence())


class ChangeSheet(ProductSheet):
    """A product of the list as it should be."""

    def __init__(self, office: Office, known: FormularyRow, parent: QWidget) -> None:
        super().__init__(office, known, _("Change {product}").format(product=known.said), _("Keep"), parent)
        self._row = known

    def keep(self, new: NewPresentation) -> None:
        known = self._row
        names = ("form", "strength_text", "route", "unit", "pack_units", "content_tenths_ml", "atc_code", "tall_name")
        self.do(
            partial(
                formulary.change_product,
                presentation_id=known.presentation_id,
                to=new,
                tall_name=self.tall.text(),
                seen={name: getattr(known, name) for name in names},
                new_id=self.new_id,
            )
        )


class AcceptChangedSheet(ProductSheet):
    """A proposal as the central writes it."""

    def __init__(self, office: Office, known: FormularyRow, parent: QWidget) -> None:
        super().__init__(
            office, known, _("Change and accept {product}").format(product=known.said), _("Accept"), parent
        )
        self._row = known
        self.tall.setReadOnly(True)

    def keep(self, new: NewPresentation) -> None:
        proposed = self._row.presentation_id
        self.do(partial(formulary.accept_changed, presentation_id=proposed, to=new, new_id=self.new_id))


class JoinSheet(Sheet):
    """Which product of the list a proposal is."""

    def __init__(self, office: Office, known: FormularyRow, parent: QWidget) -> None:
        self._office, self._row = office, known
        self.other, self.note = Suggest(self._find, _("three letters")), Edit()
        self.form = Form()
        stack(
            self.form,
            self.form.add("other", _("It is this product of the list"), self.other),
            self.form.add("note", _("Note for the clinic"), self.note, optional=True),
            gap=S3,
        )
        title = _("Join {product}").format(product=known.said)
        told = _(
            "Its lots stay under it and are used up first; nothing leaves the shelf. Then only the other is offered."
        )
        super().__init__(title, parent, Text(title, "head", "semi", wrap=True), Text(told, wrap=True), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Join"), "save", "primary"), self._join)
        self.other.setFocus()

    def _find(self, words: str) -> list[tuple[Any, str]]:
        own = self._row.presentation_id
        found = [one for one in self._office.ask(shelf.find_presentation, words) if one.presentation_id != own]
        return [(one.presentation_id, say_with_pack(one.said, one.pack_units)) for one in found]

    def _join(self) -> None:
        with_id = self.other.value()
        if not isinstance(with_id, str):
            self.form.complain("other", _("Choose from the list."))
            return
        use_case = partial(formulary.join, presentation_id=self._row.presentation_id, with_id=with_id)
        self._office.do(
            partial(use_case, note=self.note.text()),
            self,
            then=lambda _none: self.accept(),
            failed=lambda error: self.form.complain("other", error.sentence()),
        )


class ControlSheet(Sheet):
    """Under which classes one product is controlled, each with where that stands."""

    def __init__(self, office: Office, known: FormularyRow, parent: QWidget) -> None:
        self._office, self._row = office, known
        self._listing_id = new_id()
        columns = [
            Column[Listing](_("Country"), lambda one: one.country, 90),
            Column[Listing](_("Class and source"), _listed, stretch=True),
        ]
        taken_over = None if office.ask(lists.listings, known.presentation_id) else known.control
        empty = EmptyState(
            _("{code} as {source} has it. No class of a country's law is written down yet.").format(
                code=taken_over.class_code, source=taken_over.source
            )
            if taken_over
            else _("No class is written down. Without a source nothing is called controlled.")
        )
        self.table = ListTable(columns, key=lambda one: one.listing_id, empty=empty, row_height=_TWO_LINES)
        self.table.setAccessibleName(_("Class and source"))
        self.table.setFixedHeight(30 + 2 * _TWO_LINES + 4)
        self.country, self.class_code = Edit(office.ask(lists.country)), Edit()
        self.source = Edit(placeholder=_("Law and article, or who said it and when"))
        self.country.setFixedWidth(64)
        self.form = Form()
        add = self.form.add
        stack(
            self.form,
            row(
                add("country", _("Country"), self.country),
                (add("class_code", _("Class, as the law calls it"), self.class_code), 1),
                gap=S3,
            ),
            add("source", _("Source"), self.source),
            gap=S3,
        )
        self.form.setVisible(not known.keeper_elsewhere)
        title = _("Controlled classes of {product}").format(product=known.said)
        super().__init__(title, parent, Text(title, "head", "semi", wrap=True), self.table, self.form, width=560)
        self.add_deed(Button(_("Close"), "back", "quiet"))
        self.end = self.add_deed(Button(_("No longer holds")), self._end)
        self.save = self.add_deed(Button(_("Write it down"), "save", "primary"), self._add)
        for button in (self.end, self.save):
            button.setVisible(not known.keeper_elsewhere)
        self.reload()

    def reload(self) -> None:
        self.table.show_rows(self._office.ask(lists.listings, self._row.presentation_id))
        self.table.choose_at(0)
        self.end.setEnabled(self.table.row() is not None)

    def _add(self) -> None:
        use_case = partial(
            formulary.add_listing,
            listing_id=self._listing_id,
            presentation_id=self._row.presentation_id,
            country=self.country.text(),
            class_code=self.class_code.text(),
            source=self.source.text(),
        )
        self._office.do(use_case, self, then=lambda _id: self._added(), failed=self._failed)

    def _added(self) -> None:
        self._listing_id = new_id()
        self.class_code.clear()
        self.source.clear()
        self.reload()

    def _end(self) -> None:
        chosen = self.table.row()
        if chosen is not None:
            use_case = partial(formulary.end_listing, listing_id=chosen.listing_id)
            self._office.do(use_case, self, then=lambda _none: self.reload())

    def _failed(self, error: ClinicError) -> None:
        field = "source"
        if isinstance(error, (CountryUnclear, ListedAlready)):
            field = "country"
        elif isinstance(error, ClassMissing):
            field = "class_code"
        self.form.complain(field, error.sentence())


def say_with_pack(said: str, pack_units: int | None) -> str:
    if not pack_units or pack_units == 1:
        return said
    return _("{product}, box of {units}").format(product=said, units=pack_units)


def _listed(one: Listing) -> cells.Cell | str:
    return cells.two_lines(one.class_code, under=one.source)
