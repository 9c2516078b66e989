"""Adding a person on the spot, and changing what is known of one."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.staff import queries, service
from clinic_desktop.features.staff.queries import Member, RoleRow
from clinic_desktop.features.staff.rules import needs_supervisor, read_last_day
from clinic_desktop.features.staff.screens.password import PasswordShown, complain_of
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.words import suggest_password
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, PasswordEdit
from clinic_desktop.uikit.forms import Field, Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3, S4

_FIRST_CHOICE = "receptionist"


class MemberSheet(Sheet):
    """Names, role, last day; a supervisor for who needs one."""

    def __init__(self, office: Office, parent: QWidget, title: str, known: Member | None) -> None:
        super().__init__(title, parent, width=560)
        self._office, self._known = office, known
        # Asked once: fields are checked as they lose the focus, also while the program locks and the vault is closed.
        self._today = office.today()
        self._roles: dict[str, RoleRow] = {r.code: r for r in office.ask(queries.roles)}
        self.form = Form()
        self.full_name = Edit(known.full_name if known else "")
        self.display_name = Edit(known.display_name if known else "")
        self.role = Select([(r.code, _(r.title)) for r in self._roles.values()])
        self.role.set_value(known.role_code if known else _FIRST_CHOICE)
        self.licence = Edit(known.licence or "" if known else "")
        self.last_day = Edit(placeholder=_("6m, 30d, 5/12"))
        if known and known.valid_until:
            self.last_day.setText(f"{known.valid_until:%d/%m/%y}")
        self.supervisor = Select(self._supervisors())
        self.supervisor.set_value(known.supervisor_id if known else None)
        self._lay_out(self._more_fields())
        self.role.currentIndexChanged.connect(self._role_chosen)
        self.last_day.textEdited.connect(self._say_back)
        self._role_chosen()
        self._say_back()
        self.full_name.setFocus()

    def _more_fields(self) -> Sequence[Field]:
        return ()

    def _lay_out(self, more: Sequence[Field]) -> None:
        form = self.form
        full = form.add("full_name", _("Full name, as on papers"), self.full_name, check=_needed)
        shown = form.add("display_name", _("Name at the sign-in"), self.display_name, check=_needed)
        role = form.add("role", _("Role"), self.role)
        licence = form.add("licence", _("Licence number"), self.licence, optional=True)
        self._last = form.add("last_day", _("Last day"), self.last_day, optional=True, check=self._complain_of_day)
        self._by = form.add("supervisor", _("Supervised by"), self.supervisor, check=self._complain_of_supervisor)
        pairs = (row((shown, 1), (role, 1), gap=S4), row((licence, 1), (self._last, 1), gap=S4))
        stack(form, full, *pairs, self._by, *more, gap=S3)
        area = scrolled(form)
        area.setMinimumHeight(min(form.sizeHint().height() + 8, 420))
        self.body.addWidget(area)

    def _supervisors(self) -> list[tuple[Any, str]]:
        signing = {r.code for r in self._roles.values() if Permission.SIGN_NOTES in r.permissions}
        people = [m for m in self._office.ask(queries.members) if m.active and m.role_code in signing]
        return [(None, _("Choose")), *((m.staff_id, m.full_name) for m in people)]

    def _role_chosen(self, _at: int = 0) -> None:
        self._by.setVisible(needs_supervisor(self.role.value()))

    def day(self) -> date | None:
        return read_last_day(self.last_day.text(), self._today)

    def _say_back(self, _typed: str = "") -> None:
        day = self.day()
        nothing = _("Empty: without an end. For somebody who comes for some months write it now.")
        self._last.say(f"{say_weekday(day)} {say_day(day)}" if day else nothing, "accent" if day else "neutral")

    def _complain_of_day(self, typed: str) -> str | None:
        day = self.day()
        if typed and day is None:
            return _("Write the day like 6m (in six months), 30d or 5/12.")
        return None

    def _complain_of_supervisor(self, value: object) -> str | None:
        missing = needs_supervisor(self.role.value()) and value is None
        return service.SupervisorMissing().sentence() if missing else None

    def supervisor_id(self) -> str | None:
        return self.supervisor.value() if needs_supervisor(self.role.value()) else None


class AddMember(MemberSheet):
    """A new person with the way in; its password is proposed, or typed and then not shown again either."""

    def __init__(self, office: Office, parent: QWidget) -> None:
        super().__init__(office, parent, _("Add a person"), None)
        self._screen, self._drawn = parent, new_id()
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add = self.add_deed(Button(_("Add to the team"), "save", "primary", "user-plus"), self._add)
        self.full_name.editingFinished.connect(self._propose_name)

    def _more_fields(self) -> Sequence[Field]:
        self.password = PasswordEdit()
        field = self.form.add("password", _("Password"), self.password, optional=True, check=self._complain_of_password)
        field.say(_("Empty: the program proposes four words and shows them once."), "neutral")
        return (field,)

    def _propose_name(self) -> None:
        words = self.full_name.text().split()
        if words and not self.display_name.text():
            self.display_name.setText(" ".join(words[:2]) if words[0].endswith(".") else words[0])

    def _complain_of_password(self, typed: str) -> str | None:
        return complain_of(typed, (self.display_name.text(), self.full_name.text())) if typed else None

    def _add(self) -> None:
        if self.form.find_faults():
            return
        password = self.password.text() or suggest_password()
        new = service.NewMember(
            staff_id=self._drawn,
            display_name=self.display_name.text(),
            full_name=self.full_name.text(),
            role_code=self.role.value(),
            licence=self.licence.text().strip() or None,
            supervisor_id=self.supervisor_id(),
            valid_until=self.day(),
        )
        self.add.setEnabled(False)
        job = partial(service.enroll, new=new, password=password)
        self._office.run_long(job, self, then=lambda _done: self._added(new, password), failed=self._refused)

    def _added(self, new: service.NewMember, password: str) -> None:
        self.accept()
        PasswordShown(new.display_name, password, self._screen).open()

    def _refused(self, error: ClinicError) -> None:
        self.add.setEnabled(True)
        named = isinstance(error, service.NameTaken | service.NameMissing)
        where = "last_day" if isinstance(error, service.EndsInThePast) else "display_name" if named else "full_name"
        self.form.complain(where, error.sentence())


class ChangeMember(MemberSheet):
    """What is known of a person. The name at the sign-in belongs to the key and stays."""

    def __init__(self, office: Office, parent: QWidget, known: Member, then: Callable[[], object]) -> None:
        super().__init__(office, parent, _("Change {name}").format(name=known.display_name), known)
        self._then = then
        self.display_name.setEnabled(False)
        self._member = known
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Save the changes"), "save", "primary", "check"), self._save)

    def _save(self) -> None:
        if self.form.find_faults():
            return
        known = self._member
        seen = {
            "full_name": known.full_name,
            "role_id": self._roles[known.role_code].role_id,
            "licence": known.licence,
            "supervisor_id": known.supervisor_id,
            "valid_until": known.valid_until,
        }
        to = {
            "full_name": self.full_name.text().strip(),
            "role_id": self._roles[self.role.value()].role_id,
            "licence": self.licence.text().strip() or None,
            "supervisor_id": self.supervisor_id(),
            "valid_until": self.day(),
        }
        changing = partial(service.change_member, staff_id=known.staff_id, seen=seen, to=to)
        self._office.do(changing, self, then=self._saved, failed=self._refused)

    def _saved(self, _done: object) -> None:
        self.accept()
        self._then()

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("role", error.sentence())


def _needed(value: object) -> str | None:
    return None if value else _("This is needed.")
