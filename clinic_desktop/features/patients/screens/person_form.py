"""The fields of a registration: what is typed, what was understood, and the details they make."""

from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.rules import identity
from clinic_desktop.features.patients.rules.ages import Birth, read_birth, say_birth, says_unknown
from clinic_desktop.features.patients.rules.naming import Typed
from clinic_desktop.features.patients.rules.patient import AllergyStatus, Details, say_allergies
from clinic_desktop.features.patients.rules.places import (
    UNDECLARED_LANGUAGE,
    languages,
)
from clinic_desktop.features.patients.rules.self_told import DIFFICULTIES, DOMAINS, identifications, ways_found
from clinic_desktop.features.patients.rules.sex import Sex, say_sex
from clinic_desktop.features.patients.screens.grouped_form import Cell, GroupedForm, heading
from clinic_desktop.features.patients.screens.home_fields import HomeFields
from clinic_desktop.features.patients.screens.person_fields import (
    filler_fault,
    minutes,
    minutes_fault,
    municipality_fault,
    sex_fault,
    told,
    written_birth,
)
from clinic_desktop.kernel.dates import PartialDate, age_on
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Choice, Select
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.office import Office

SEXES = (Sex.FEMALE, Sex.MALE, Sex.OTHER, Sex.UNKNOWN)
STATUSES = (AllergyStatus.NOT_RECORDED, AllergyStatus.NONE_KNOWN, AllergyStatus.UNAVAILABLE)
_LINES = (
    "family_name", "second_family_name", "given_names", "mother_name", "phone", "national_id", "known_as",
    "married_name", "contact_name", "contact_kinship", "contact_phone", "folder_number", "phone_note",
    "contact_hours", "cover_words", "contact_may_know", "guardian_name", "guardian_kinship", "guardian_phone",
    "guardian_proof", "found_by_text", "met_where",
)  # fmt: skip
_CODES = ("language_code", "self_identification_code", "found_by_code")
_TICKS = ("needs_interpreter", "do_not_call", "do_not_visit", "shared_phone")
_OWN_WAY = ("municipality", "community")
"""Kept in a draft by what was chosen and what was typed."""
_FULL_AGE = 18


class PersonForm(GroupedForm):
    """What is needed first and together; the rest below, in quiet groups. Enter goes on in reading order."""

    def __init__(self, office: Office, *, registering: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._registering = registering
        self._today = office.today()
        self.home = HomeFields(office)
        self.municipality, self.community = self.home.municipality, self.home.community
        self._no_family = self._unidentified = self._minor = False
        needed, guardian = self._needed(), self._guardian()
        self.cells = [
            *needed,
            replace(heading(_("Who came with the child? It may stay open.")), only="minor"),
            *(replace(cell, only="minor") for cell in guardian),
            *self._reached(),
            *self._answers(),
            *(replace(cell, only="grown") for cell in guardian),
            *self._more(registering),
        ]
        self.fill({"met_on": self._today.strftime("%d/%m/%Y")})
        if registering:
            self.home.begin_at_the_clinic()
        self.lay_out(3)

    def _cell(
        self, name: str, label: str, editor: QWidget, wide: int = 2, narrow: int = 3, only: str = "", **more: Any
    ) -> Cell:
        return Cell(self.add(name, label, editor, **more), wide, narrow, only)

    def _needed(self) -> list[Cell]:
        self.no_family = Button(_("Has none"), key="has_none")
        self.no_family.setCheckable(True)
        self.no_family.setAccessibleName(_("Has no family name"))
        self.no_family.clicked.connect(self._say_no_family)
        self.sex = Choice([say_sex(sex) for sex in SEXES], moves_on=True)
        self.sex.chosen.connect(self.say_birth)
        birth = Edit(placeholder=_("45, 8m, 1/3/84, 1984 or ?"))
        birth.textEdited.connect(self.say_birth)
        self.language = Select([("", _("Not known")), *languages(), (UNDECLARED_LANGUAGE, _("Prefers not to say"))])
        self.interpreter = Check(_("Needs an interpreter"))
        first = Edit()
        first.textEdited.connect(self._has_family_after_all)
        met = Edit(placeholder=_("Market, street, who brought the person"))
        return [
            self._cell("met_where", _("Where the person was met"), met, 4, 6, "unidentified", check=self._met_fault),
            self._cell("met_on", _("On which day"), Edit(), 2, 6, "unidentified", check=self._met_on_fault),
            self._cell(
                "family_name", _("First family name"), first, 3, 6, check=self._family_fault, beside=[self.no_family]
            ),
            self._cell("second_family_name", _("Second family name"), Edit(), 3, optional=True, check=filler_fault),
            self._cell("given_names", _("Given names"), Edit(), 3, check=self._given_fault),
            self._cell("birth", _("Birth or age"), birth, 3, 6, check=self._birth_fault),
            self._cell("sex", _("Sex"), self.sex, 4, 6, check=sex_fault),
            self._cell("community", _("Community"), self.community, check=self._community_fault),
            self._cell("municipality", _("Municipality"), self.municipality, check=municipality_fault),
            self._cell("language_code", _("Language of the talk"), self.language, optional=True),
            self._cell("needs_interpreter", _("Interpreter"), self.interpreter, optional=True),
        ]

    def _guardian(self) -> list[Cell]:
        kinship = Edit(placeholder=_("Mother, father, grandmother"))
        proof = Edit(placeholder=_("Birth certificate, their word"))
        return [
            self._cell("guardian_name", _("Who answers for the person"), Edit(), optional=True),
            self._cell("guardian_kinship", _("Relation to the person"), kinship, optional=True),
            self._cell("guardian_phone", _("Telephone of who answers"), Edit(), optional=True),
            self._cell("guardian_proof", _("What was seen to prove it"), proof, optional=True),
        ]

    def _reached(self) -> list[Cell]:
        phone = Edit()
        phone.textEdited.connect(self._say_phone)
        calling = Edit(placeholder=_("When, whom, what not to say"))
        hours = Edit(placeholder=_("In the afternoon, on Sundays"))
        cover = Edit(placeholder=_("I call for the weaving group"))
        self.do_not_call, self.do_not_visit = Check(_("Do not call")), Check(_("Do not visit at home"))
        self.shared_phone = Check(_("Others use this telephone"))
        return [
            heading(_("How to reach the person")),
            self._cell("phone", _("Telephone"), phone, optional=True),
            self._cell("phone_note", _("About calling"), calling, 4, 6, optional=True),
            self._cell("do_not_call", _("Calls"), self.do_not_call, optional=True),
            self._cell("do_not_visit", _("Visits"), self.do_not_visit, optional=True),
            self._cell("shared_phone", _("Whose telephone"), self.shared_phone, optional=True),
            self._cell("contact_hours", _("When to call"), hours, optional=True),
            self._cell("cover_words", _("What to say when somebody else answers"), cover, 4, 6, optional=True),
        ]

    def _answers(self) -> list[Cell]:
        kinship = Edit(placeholder=_("Mother, son, neighbour"))
        may_know = Edit(placeholder=_("Only that somebody called"))
        return [
            heading(_("Who is near the person")),
            self._cell("contact_name", _("Trusted person"), Edit(), optional=True),
            self._cell("contact_kinship", _("Who that is"), kinship, optional=True),
            self._cell("contact_phone", _("Telephone of that person"), Edit(), optional=True),
            self._cell("contact_may_know", _("What may be said to that person"), may_know, 4, 6, optional=True),
            self._cell("mother_name", _("Mother's name"), Edit(), optional=True),
        ]

    def _more(self, registering: bool) -> list[Cell]:
        national_id = Edit(placeholder=_("CUI, CURP or DUI"))
        national_id.textEdited.connect(self._say_id)
        self.no_id = Button(_("Has none"))
        self.no_id.setAccessibleName(_("Has no card"))
        self.no_id.clicked.connect(self._has_no_id)
        not_asked = ("", _("Not asked"))
        identity_told = Select([not_asked, *identifications()])
        found = Select([not_asked, *ways_found()])
        cells = [
            heading(_("More about the person")),
            self._cell("national_id", _("CUI (DPI)"), national_id, 4, 6, optional=True, beside=[self.no_id]),
            self._cell("known_as", _("Known as"), Edit(), optional=True),
            self._cell("married_name", _("Married name"), Edit(), optional=True),
            self._cell("folder_number", _("Number of the paper chart"), Edit(), optional=True),
            self._cell("minutes_to_clinic", _("Minutes on the way here"), Edit(), optional=True, check=minutes_fault),
            self._cell("self_identification_code", _("How the person identifies"), identity_told, optional=True),
            self._cell("found_by_code", _("How the person found the clinic"), found, optional=True),
            self._cell("found_by_text", _("Which radio, which school"), Edit(), optional=True),
        ]
        if registering:
            self.allergies = Select([(status, say_allergies(status)) for status in STATUSES])
            cells.append(self._cell("allergies", _("Allergies"), self.allergies))
        cells.append(heading(_("How hard everyday things are, as the person says; it may stay open")))
        answers = [(None, _("Not asked")), *((value, _(words)) for value, words in DIFFICULTIES.items())]
        for domain, title in DOMAINS.items():
            cells.append(self._cell(domain, _(title), Select(answers), optional=True))
        return cells

    def holds(self, what: str) -> bool:
        if what == "unidentified":
            return self._unidentified
        return self._minor == (what == "minor")

    def _is_minor(self) -> bool:
        birth = self._birth(None)
        return birth is not None and age_on(birth.day, self._today) < _FULL_AGE

    def _regroup(self) -> None:
        minor = self._is_minor()
        if minor != self._minor:
            self._minor = minor
            self.place()

    # no family name, no name at all

    def _say_no_family(self, *_clicked: object) -> None:
        self.set_no_family(not self._no_family)
        self.edited.emit()
        if self._no_family:
            self.fields["given_names"].editor.setFocus()

    def set_no_family(self, none: bool) -> None:
        self._no_family = none
        self.no_family.setChecked(none)
        if none:
            self.fill({"family_name": "", "second_family_name": ""})
        self.fields["family_name"].say(_("Has no family name") if none else "", "neutral")

    def _has_family_after_all(self, *_typed: object) -> None:
        if self._no_family:
            self.set_no_family(False)

    def set_unidentified(self, unidentified: bool) -> None:
        """Nobody knows the name: where and when the person was met is asked instead."""
        self._unidentified = unidentified
        self.place()
        if unidentified:
            for name in ("family_name", "given_names"):
                self.fields[name].say("")

    def is_unidentified(self) -> bool:
        return self._unidentified

    # what is said back

    def say_birth(self, *_typed: object) -> None:
        """Under the field, what was understood, as one types."""
        text = self.value("birth")
        field = self.fields["birth"]
        self._regroup()
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
        self.fields["phone"].say(identity.phone_doubt(text, self.home.country()) or "", "warning")

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
        self.fields["known_as"].editor.setFocus()

    # faults

    def _named_otherwise(self) -> bool:
        return self._unidentified or not self._registering or bool(self.value("known_as"))

    def _family_fault(self, text: str) -> str | None:
        if not text and not self._no_family and not self._named_otherwise():
            return _("Write it; Alt+N if the person has none, ? if nobody knows")
        return filler_fault(text)

    def _given_fault(self, text: str) -> str | None:
        if not text and not self._named_otherwise():
            return _("Write the names; ? if nobody knows them")
        return filler_fault(text) or self._no_name_fault(text)

    def _no_name_fault(self, text: str) -> str | None:
        named = told(text) or told(self.value("family_name")) or self.value("known_as") or self._unidentified
        return None if named else _("Write at least one name")

    def _community_fault(self, text: str | None) -> str | None:
        if text or not self._registering or self._unidentified:
            return None
        return _("Write the community; ? if nobody knows")

    def _met_fault(self, text: str) -> str | None:
        return _("Write where the person was met") if self._unidentified and not text else None

    def _met_on_fault(self, text: str) -> str | None:
        if not self._unidentified:
            return None
        try:
            return None if self._met_on() else _("Write the day, as in 28/11/2026")
        except Refused as refused:
            return refused.sentence()

    def _met_on(self) -> date | None:
        text = self.value("met_on")
        day = read_birth(text, self._today).day if text else PartialDate(0)
        return date(day.year, day.month, day.day) if day.month and day.day else None

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

    # to and from details

    def show_details(self, details: Details) -> None:
        self.fill({name: getattr(details, name) for name in (*_LINES, *_CODES, *_TICKS)})
        self.fill({"birth": written_birth(details.birth)})
        self.fill({"minutes_to_clinic": "" if details.minutes_to_clinic is None else str(details.minutes_to_clinic)})
        self.fill({domain: details.functioning.get(domain) for domain in DOMAINS})
        if details.met_on is not None:
            self.fill({"met_on": details.met_on.strftime("%d/%m/%Y")})
        self.sex.set_at(SEXES.index(details.sex))
        self.home.show_details(details)
        if details.has_no_family_name:
            self.set_no_family(True)
        if details.unidentified:
            self.set_unidentified(True)
        self.say_birth()

    def show_typed(self, typed: Typed) -> None:
        """Words from the search box, to be mended."""
        self.fill(
            {
                "family_name": typed.family,
                "second_family_name": typed.second_family,
                "given_names": typed.given,
                "birth": typed.birth,
                "phone": typed.phone,
            }
        )
        self.say_birth()

    def details(self, before: Details | None = None) -> Details:
        """What the fields hold now. An unreadable birth counts as unknown: the check says so before saving."""
        lines = {name: told(self.value(name) or "") for name in _LINES}
        kind = identity.kind_of(lines["national_id"])
        known = before or Details()
        functioning = {domain: self.value(domain) for domain in DOMAINS if self.value(domain) is not None}
        asked_again = functioning != dict(known.functioning)
        return replace(
            known,
            **lines,
            **{name: self.value(name) or "" for name in _CODES},
            **{name: self._ticked(name, known) for name in _TICKS},
            sex=self._sex(),
            birth=self._birth(before.birth if before else None),
            municipality_code=self.municipality.value() or "",
            community=told(self.community.text().strip()),
            community_id=self.home.chosen(before),
            national_id_kind=kind.code if kind else "",
            has_no_family_name=True if self._no_family else (False if known.has_no_family_name is not None else None),
            unidentified=True if self._unidentified else known.unidentified,
            met_on=self._met_day(known),
            minutes_to_clinic=minutes(self.value("minutes_to_clinic")),
            functioning=functioning,
            functioning_asked_on=None if asked_again else known.functioning_asked_on,
        )

    def _ticked(self, name: str, known: Details) -> bool | None:
        # Not ticked is not "no": it stays unknown unless it was known before.
        return True if self.value(name) else (False if getattr(known, name) is not None else None)

    def _met_day(self, known: Details) -> date | None:
        if not self._unidentified:
            return known.met_on
        try:
            return self._met_on()
        except Refused:
            return known.met_on

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
        values = {name: value for name, value in self.values().items() if name not in _OWN_WAY}
        values |= {"no_family": self._no_family, "unidentified": self._unidentified}
        return values | self.home.kept()

    def bring_back(self, kept: dict[str, Any]) -> None:
        self.fill({name: value for name, value in kept.items() if name in self.fields})
        self.home.bring_back(kept)
        if kept.get("no_family"):
            self.set_no_family(True)
        if kept.get("unidentified"):
            self.set_unidentified(True)
        self.say_birth()

    def is_empty(self) -> bool:
        return not any(self.value(name) for name in (*_LINES, "birth")) and not self._no_family

    def first_open(self) -> str:
        """The first needed field that holds nothing yet; after words of the search box that is often the birth."""
        if self._unidentified and not self.value("met_where"):
            return "met_where"
        needed = ("family_name", "given_names", "birth", "sex", "community")
        unsaid = {name for name in needed if self.value(name) in (None, "")}
        if self._no_family or self._unidentified:
            unsaid -= {"family_name", "given_names"} if self._unidentified else {"family_name"}
        return next((name for name in needed if name in unsaid), "family_name")
