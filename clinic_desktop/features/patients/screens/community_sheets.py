"""The small sheets of the list of communities: a new one, a change, and “it is the same as”."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import communities as queries
from clinic_desktop.features.patients.rules.communities import CommunityLine, read_minutes
from clinic_desktop.features.patients.rules.places import find_municipalities, municipality
from clinic_desktop.features.patients.service import communities as service
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class NewCommunity(Sheet):
    def __init__(self, office: Office, parent: QWidget, name: str, then: Callable[[str], object]) -> None:
        self._office, self._then = office, then
        self.name, self.minutes = Edit(name), Edit(placeholder=_("90 or 1:30"))
        self.municipality = Suggest(_find_municipality, placeholder=_("First letters"))
        self.form = Form()
        stack(
            self.form,
            self.form.add("name", _("Community"), self.name),
            self.form.add("municipality", _("Municipality"), self.municipality),
            self.form.add("minutes", _("Minutes on the road"), self.minutes, optional=True, check=minutes_fault),
            gap=S3,
        )
        title = _("Add a community")
        super().__init__(title, parent, Text(title, "head", "semi"), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Add"), "save", "primary"), self._add)
        here = office.ask(staff.site)
        if own := municipality(here.municipality_code if here else None):
            self.municipality.set_value(own.code, own.said())
        self.name.setFocus()

    def _add(self) -> None:
        self.municipality.take_best()
        if self.form.find_faults():
            return
        adding = partial(
            service.add_community,
            name=self.name.text(),
            municipality_code=self.municipality.value() or "",
            minutes=read_minutes(self.minutes.text()),
        )
        self._office.do(adding, self, then=self._added, failed=self._refused)

    def _added(self, community_id: str) -> None:
        name = self.name.text().strip()
        self.accept()
        self._office.notice(_("{name} is on the list").format(name=name))
        self._then(community_id)

    def _refused(self, error: ClinicError) -> None:
        at = "municipality" if isinstance(error, service.MunicipalityMissing) else "name"
        self.form.complain(at, error.sentence())


class ChangedCommunity(Sheet):
    def __init__(self, office: Office, parent: QWidget, line: CommunityLine) -> None:
        self._office, self._line = office, line
        known = "" if line.minutes_to_clinic is None else str(line.minutes_to_clinic)
        self.name, self.minutes = Edit(line.name), Edit(known, placeholder=_("90 or 1:30"))
        self.form = Form()
        stack(
            self.form,
            self.form.add("name", _("Community"), self.name),
            self.form.add("minutes", _("Minutes on the road"), self.minutes, optional=True, check=minutes_fault),
            gap=S3,
        )
        super().__init__(line.said, parent, Text(line.said, "head", "semi", wrap=True), self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Save"), "save", "primary"), self._save)
        self.name.setFocus()
        self.name.selectAll()

    def _save(self) -> None:
        if self.form.find_faults():
            return
        line = self._line
        changing = partial(
            service.change,
            community_id=line.community_id,
            name=self.name.text().strip(),
            minutes=read_minutes(self.minutes.text()),
            seen_name=line.name,
            seen_minutes=line.minutes_to_clinic,
        )
        self._office.do(changing, self, then=self._saved, failed=self._refused)

    def _saved(self, _done: None) -> None:
        self.accept()
        self._office.notice(_("{name}: changes saved").format(name=self.name.text().strip()))

    def _refused(self, error: ClinicError) -> None:
        at = "minutes" if isinstance(error, service.MinutesOutOfReach) else "name"
        self.form.complain(at, error.sentence())


class SameCommunity(Sheet):
    """Which place it is; the one that sounds alike is there already."""

    def __init__(self, office: Office, parent: QWidget, line: CommunityLine) -> None:
        self._office, self._line = office, line
        self.other = Suggest(self._find, placeholder=_("First letters"))
        self.form = Form()
        stack(self.form, self.form.add("other", _("It is the same place as"), self.other), gap=S3)
        who = ngettext("{count} person lives there.", "{count} people live there.", line.people)
        words = (
            who.format(count=line.people) + " " + _("They are found under the name that you choose. It can be undone.")
        )
        super().__init__(
            line.said, parent, Text(line.said, "head", "semi", wrap=True), Text(words, wrap=True), self.form
        )
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("It is the same place"), "save", "primary"), self._save)
        if line.like_id:
            self.other.set_value(line.like_id, line.like)
        self.other.setFocus()

    def _find(self, typed: str) -> Sequence[tuple[Any, str]]:
        found = self._office.ask(queries.find, typed, self._line.municipality_code)
        return [(one.community_id, one.said) for one in found if one.community_id != self._line.community_id]

    def _save(self) -> None:
        self.other.take_only()
        if self.other.value() is None:
            self.form.complain("other", _("Choose one of the list"))
            return
        joining = partial(service.say_same, community_id=self._line.community_id, as_id=self.other.value())
        self._office.do(joining, self, then=self._joined, failed=self._refused)

    def _joined(self, joined: service.Joined) -> None:
        said = _("{name} is the same place as {other}").format(name=self._line.name, other=self.other.text())
        back, office = partial(service.take_apart, joined=joined), self._office
        self.accept()
        office.notice(said, lambda: office.do(back, None))

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("other", error.sentence())


def ask_new(office: Office, screen: QWidget, name: str, then: Callable[[str], object]) -> NewCommunity:
    sheet = NewCommunity(office, screen, name, then)
    sheet.open()
    return sheet


def ask_to_change(office: Office, screen: QWidget, line: CommunityLine) -> ChangedCommunity:
    sheet = ChangedCommunity(office, screen, line)
    sheet.open()
    return sheet


def ask_same(office: Office, screen: QWidget, line: CommunityLine) -> SameCommunity:
    sheet = SameCommunity(office, screen, line)
    sheet.open()
    return sheet


def _find_municipality(typed: str) -> Sequence[tuple[Any, str]]:
    return [(found.code, found.said()) for found in find_municipalities(typed)]


def minutes_fault(typed: str) -> str | None:
    if typed.strip() and read_minutes(typed) is None:
        return _("Write the minutes, as in 90, or hours and minutes, as in 1:30.")
    return None
