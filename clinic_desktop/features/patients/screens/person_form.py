"""The fields of a registration: what is typed, what was understood, and the details they make."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.rules import identity
from clinic_desktop.features.patients.rules.ages import Birth, read_birth, say_birth, says_unknown
from clinic_desktop.features.patients.rules.naming import Typed
from clinic_desktop.features.patients.rules.patient import AllergyStatus, Details, say_allergies
from clinic_desktop.features.patients.rules.places import find_municipalities, languages, municipality
from clinic_desktop.features.patients.rules.sex import Sex, say_sex
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Choice, Select, Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Field, Form
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S4

SEXES = (Sex.FEMALE, Sex.MALE, Sex.OTHER, Sex.UNKNOWN)
STATUSES = (AllergyStatus.NOT_RECORDED, AllergyStatus.NONE_KNOWN, AllergyStatus.UNAVAILABLE)
_LINES = (
    "family_name", "second_family_name", "given_names", "mother_name", "phone", "national_id", "known_as",
    "married_name", "contact_name", "contact_kinship", "contact_phone", "folder_number", "phone_note",
)  # fmt: skip


class PersonForm(Form):
    """Three fields in a row, two in a narrow window; Enter goes through them in reading order."""

    def __init__(self, office: Office, *, registering: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._today = office.today()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, S2, 0)
        self._grid.setHorizontalSpacing(S4)
        self._grid.setVerticalSpacing(10)
        self._columns = 0
        self._cells = [*self._who(), *self._where(), *self._reached(), *self._more(registering)]
        self.lay_out(3)

    def _who(self) -> list[tuple[Field, int]]:
        self.sex = Choice([say_sex(sex) for sex in SEXES], moves_on=True)
        self.sex.chosen.connect(self.say_birth)
        birth = Edit(placeholder=_("45, 8m, 1/3/84, 1984 or ?"))
        birth.textEdited.connect(self.say_birth)
        return [
            (self.add("family_name", _("First family name"), Edit(), check=self._some_name), 1),
            (self.add("second_family_name", _("Second family name"), Edit(), optional=True), 1),
            (self.add("given_names", _("Given names"), Edit()), 1),
            (self.add("birth", _("Birth or age"), birth, check=self._birth_fault), 1),
            (self.add("sex", _("Sex"), self.sex, check=_sex_fault), 2),
        ]

    def _where(self) -> list[tuple[Field, int]]:
        self.municipality = Suggest(self._find_municipality, placeholder=_("First letters"))
        self.community = Suggest(self._find_community)
        self.language = Select([("", _("Not known")), *languages()])
        return [
            (self.add("municipality", _("Municipality"), self.municipality, check=_municipality_fault), 1),
            (self.add("community", _("Community"), self.community), 1),
            (self.add("language_code", _("Language of the talk"), self.language, optional=True), 1),
        ]

    def _reached(self) -> list[tuple[Field, int]]:
        phone, national_id = Edit(), Edit(placeholder=_("CUI, CURP or DUI"))
        phone.textEdited.connect(self._say_phone)
        national_id.textEdited.connect(self._say_id)
        calling = Edit(placeholder=_("When, whom, what not to say"))
        kinship = Edit(placeholder=_("Mother, son, neighbour"))
        self.no_id = Button(_("Has none"), key="has_none")
        self.no_id.clicked.connect(self._has_no_id)
        return [
            (self.add("phone", _("Telephone"), phone, optional=True), 1),
            (self.add("phone_note", _("About calling"), calling, optional=True), 2),
            (self.add("national_id", _("CUI (DPI)"), national_id, optional=True, beside=[self.no_id]), 2),
            (self.add("mother_name", _("Mother's name"), Edit(), optional=True), 1),
            (self.add("contact_name", _("Trusted person"), Edit(), optional=True), 1),
            (self.add("contact_kinship", _("Who that is"), kinship, optional=True), 1),
            (self.add("contact_phone", _("Telephone of that person"), Edit(), optional=True), 1),
        ]

    def _more(self, registering: bool) -> list[tuple[Field, int]]:
        self.interpreter = Check(_("Needs an interpreter"))
        cells = [
            (self.add("needs_interpreter", _("Interpreter"), self.interpreter, optional=True), 1),
            (self.add("known_as", _("Known as"), Edit(), optional=True), 1),
            (self.add("married_name", _("Married name"), Edit(), optional=True), 1),
            (self.add("folder_number", _("Number of the paper chart"), Edit(), optional=True), 1),
        ]
        if registering:
            self.allergies = Select([(status, say_allergies(status)) for status in STATUSES])
            cells.append((self.add("allergies", _("Allergies"), self.allergies), 1))
        return cells

    def lay_out(self, columns: int) -> None:
        """Place the fields anew when the window became wider or narrower."""
        if columns == self._columns:
            return
        self._columns = columns
        row = column = 0
        for field, wide in self._cells:
            span = min(wide, columns)
            if column + span > columns:
                row, column = row + 1, 0
            self._grid.addWidget(field, row, column, 1, span)
            column += span
        for at in range(3):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        fields = [field.editor for field, _wide in self._cells]
        for one, following in pairwise(fields):
            QWidget.setTabOrder(one, following)

    # what is said back

    def say_birth(self, *_typed: object) -> None:
        """Under the field, what was understood, as one types."""
        text = self.value("birth")
        field = self.fields["birth"]
        try:
            birth = None if says_unknown(text) else read_birth(text, self._today)
        except Refused:
            # Half a date is not wrong yet; leaving the field asks.
            field.say("")
            return
        if birth is not None:
            field.say(say_birth(birth, self._sex(), self._today))
        else:
            field.say(_("The birth stays unknown") if text else "", "neutral")

    def _say_phone(self, text: str) -> None:
        self.fields["phone"].say(identity.phone_doubt(text, self._country()) or "", "warning")

    def _say_id(self, text: str) -> None:
        """A doubt warns; it never stops anybody."""
        kind = identity.kind_of(text) or identity.CUI
        wrong = identity.doubt(kind, text)
        field = self.fields["national_id"]
        if wrong:
            field.say(wrong, "warning")
        else:
            field.say(_("{kind}: well written").format(kind=_(kind.title)) if text.strip() else "")

    def _has_no_id(self) -> None:
        self.fill({"national_id": ""})
        self.fields["national_id"].say(_("Has no card"), "neutral")
        self.fields["mother_name"].editor.setFocus()

    # faults

    def _some_name(self, _value: object) -> str | None:
        named = any(self.value(name) for name in ("family_name", "given_names", "known_as"))
        return None if named else _("Write at least one name")

    def _birth_fault(self, text: str) -> str | None:
        if not text:
            return _("Write an age or a date; ? if nobody knows")
        try:
            self._read_birth(text)
        except Refused as refused:
            return refused.sentence()
        return None

    def _read_birth(self, text: str) -> Birth | None:
        return None if says_unknown(text) else read_birth(text, self._today)

    def _sex(self) -> Sex:
        at = self.sex.at()
        return Sex.UNKNOWN if at is None else SEXES[at]

    # places

    def _country(self) -> str:
        here = municipality(self.municipality.value())
        return here.country if here else "GT"

    def _find_municipality(self, typed: str) -> Sequence[tuple[Any, str]]:
        return [(found.code, found.said()) for found in find_municipalities(typed)]

    def _find_community(self, typed: str) -> Sequence[tuple[Any, str]]:
        known = self._office.ask(finding.communities, self.municipality.value() or "", typed)
        return [(name, name) for name in known]

    # to and from details

    def show_details(self, details: Details) -> None:
        self.fill({name: getattr(details, name) for name in _LINES})
        self.fill({"birth": written_birth(details.birth), "language_code": details.language_code})
        self.sex.set_at(SEXES.index(details.sex))
        self.interpreter.setChecked(bool(details.needs_interpreter))
        here = municipality(details.municipality_code)
        self.municipality.set_value(details.municipality_code or None, here.said() if here else "")
        self.community.set_value(None, details.community)
        self.say_birth()

    def show_typed(self, typed: Typed) -> None:
        """Words from the search box, to be mended."""
        self.fill(
            {
                "family_name": typed.family,
                "second_family_name": typed.second_family,
                "given_names": typed.given,
                "birth": typed.birth,
            }
        )
        self.say_birth()

    def details(self, before: Details | None = None) -> Details:
        """What the fields hold now. An unreadable birth counts as unknown: the check says so before saving."""
        lines = {name: self.value(name) or "" for name in _LINES}
        kind = identity.kind_of(lines["national_id"])
        # Not ticked is not "needs none": it stays unknown unless it was known before.
        unticked = False if before and before.needs_interpreter is not None else None
        return replace(
            before or Details(),
            **lines,
            sex=self._sex(),
            birth=self._birth(before.birth if before else None),
            municipality_code=self.municipality.value() or "",
            community=self.community.text().strip(),
            language_code=self.language.value() or "",
            needs_interpreter=True if self.interpreter.isChecked() else unticked,
            national_id_kind=kind.code if kind else "",
        )

    def _birth(self, before: Birth | None) -> Birth | None:
        text = self.value("birth")
        # An untouched estimate keeps the day it was made.
        if before is not None and text == written_birth(before):
            return before
        try:
            return self._read_birth(text)
        except Refused:
            return None

    def allergy_status(self) -> AllergyStatus:
        return self.allergies.value()

    # a draft

    def kept(self) -> dict[str, Any]:
        """All that was typed, as it was typed."""
        values = {name: value for name, value in self.values().items() if name not in ("municipality", "community")}
        where = {"municipality_code": self.municipality.value(), "municipality_words": self.municipality.text()}
        return values | where | {"community_words": self.community.text()}

    def bring_back(self, kept: dict[str, Any]) -> None:
        self.fill({name: value for name, value in kept.items() if name in self.fields})
        self.municipality.set_value(kept.get("municipality_code"), kept.get("municipality_words") or "")
        self.community.set_value(None, kept.get("community_words") or "")
        self.say_birth()

    def is_empty(self) -> bool:
        return not any(self.value(name) for name in (*_LINES, "birth"))


def written_birth(birth: Birth | None) -> str:
    """A birth as one would type it."""
    if birth is None:
        return ""
    parts = [part for part in (birth.day.day, birth.day.month, birth.day.year) if part is not None]
    return ("~" if birth.estimated else "") + "/".join(str(part) for part in parts)


def _sex_fault(at: int | None) -> str | None:
    return _("Choose one") if at is None else None


def _municipality_fault(value: str | None) -> str | None:
    if value and municipality(value) is None:
        return _("Choose one of the list")
    return None
