"""The wizard of a new clinic: its name and place, its first person, the recovery code."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, language
from clinic_desktop.kernel.names import fold
from clinic_desktop.shell.doors import Doors, Entered, Invited, Municipality, NewClinicAnswers, SiteRole
from clinic_desktop.shell.new_password import NewPassword
from clinic_desktop.shell.recovery_code import CodeShown
from clinic_desktop.shell.slowly import Run, sentence_of
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.marks import Steps
from clinic_desktop.uikit.surfaces import Callout, Card
from clinic_desktop.uikit.theme import S3, S4
from clinic_desktop.uikit.words import Text

ROLES: tuple[SiteRole, ...] = ("clinic", "central")
# Words that say what it is rather than which one: no letters of a code are taken from them.
_COMMON = {"clinica", "clinic", "centro", "center", "de", "del", "la", "las", "los", "el", "san", "santa", "the", "of"}


def propose_code(site_name: str) -> str:
    """Three letters of the name's own words: "Clínica San Juan" is JUA."""
    words = [word for word in fold(site_name).split() if word.isalpha()]
    own = [word for word in words if word not in _COMMON] or words
    if len(own) >= 3:
        return "".join(word[0] for word in own[:3]).upper()
    return "".join(own)[:3].upper() if len("".join(own)) >= 3 else ""


class NewClinicWizard(Card):
    """`entered` is told after the recovery code was typed back; `left` before anything was made."""

    entered = Signal(object)
    left = Signal()

    def __init__(self, doors: Doors, run: Run, *, joins_central: bool, invited: Invited | None = None) -> None:
        super().__init__(margins=(32, 24, 32, 24), gap=S3)
        self._doors, self._run, self._joins, self._invited = doors, run, joins_central, invited
        self._code_typed = False
        self.steps = Steps([_("Clinic"), _("First person"), _("Recovery code")])
        self.pages = QStackedWidget()
        self.trouble = Callout("", "danger", "alert-circle")
        self.trouble.hide()
        self.back = Button(_("Go back"), key="back", kind="quiet")
        self.go_on = Button(_("Go on"), key="save", kind="primary", tall=True)
        self._make_site()
        self._make_person()
        self._deeds = QWidget()
        stack(self._deeds, row(self.back, None, self.go_on))
        title = _("A clinic that joins a central office") if joins_central else _("A new clinic")
        if invited is not None:
            title = _("Another computer of a clinic")
            self.name.setText(invited.site_name)
            self.code.setText(invited.site_code)
            self.first.setText(invited.person_name)
            if invited.place is not None:
                self.place.set_value(invited.place.code, _said_place(invited.place))
            for told in (self.name, self.code, self.role, *([self.place] if invited.place else ())):
                told.setEnabled(False)
        for item in (Text(title, "title", "semi"), self.steps, self.pages, self.trouble, self._deeds):
            self.body.addWidget(item)
        self.back.clicked.connect(self.step_back)
        self.go_on.clicked.connect(self.step_on)

    def _make_site(self) -> None:
        self.site = Form()
        self.name, self.code = Edit("", "Clínica San Juan"), Edit("", "SJU")
        self.code.setMaxLength(3)
        self.code.setMaximumWidth(110)
        self.place = Suggest(self._find_places, _("Begin to write its name"), "map-pin")
        self.role = Choice([_("A clinic"), _("The central office")], 0)
        name = self.site.add("name", _("Name of the clinic"), self.name, check=_needed)
        code = self.site.add("code", _("Three letters for its printed numbers"), self.code, check=_is_code)
        place = self.site.add("place", _("Municipality"), self.place, check=self._is_place)
        role = self.site.add("role", _("This computer is for"), self.role)
        role.setVisible(not self._joins)
        stack(self.site, row((name, 1), code, gap=S4), row((place, 1), role, gap=S4), None, gap=S3)
        self.name.textEdited.connect(self._propose_code)
        self.code.textEdited.connect(self._code_was_typed)
        self.place.picked.connect(self._place_was_picked)
        self.pages.addWidget(self.site)

    def _make_person(self) -> None:
        self.person = Form()
        self.first = Edit("", "Juana Brito")
        self.new = NewPassword(self.person, self._check_password)
        first = self.person.add(
            "first", _("Name of the coordinator, as the others call them"), self.first, check=_needed
        )
        hint = _("The coordinator adds everybody else later. Whoever signs in first can do everything in this clinic.")
        stack(self.person, Text(hint, color="quiet", wrap=True), first, self.new, None, gap=S3)
        self.pages.addWidget(self.person)

    def take_focus(self) -> None:
        asked = [edit for edit in (self.name, self.place) if edit.isEnabled()]
        (asked[0] if asked else self.go_on).setFocus()

    # what is asked

    def answers(self) -> NewClinicAnswers:
        return NewClinicAnswers(
            site_name=self.name.text().strip(),
            site_code=self.code.text().strip().upper(),
            role="clinic" if self._joins else ROLES[self.role.at() or 0],
            municipality_code=str(self.place.value() or ""),
            coordinator_name=self.first.text().strip(),
            password=self.new.password(),
            language=language(),
            site_id=self._invited.site_id if self._invited else "",
            person_id=self._person_id(),
            beginning=self._invited.beginning if self._invited else None,
            joins_central=self._joins,
        )

    def _person_id(self) -> str:
        """Of who invited, unless somebody else sets this computer up."""
        invited = self._invited
        return invited.person_id if invited and self.first.text().strip() == invited.person_name else ""

    def _find_places(self, words: str) -> list[tuple[str, str]]:
        found = self._doors.municipalities(words)
        return [(place.code, _said_place(place)) for place in found]

    def _propose_code(self, name: str) -> None:
        if not self._code_typed:
            self.code.setText(propose_code(name))

    def _code_was_typed(self, typed: str) -> None:
        self._code_typed = bool(typed)
        at = self.code.cursorPosition()
        self.code.setText(typed.upper())
        self.code.setCursorPosition(at)

    def _is_place(self, _value: object) -> str | None:
        return None if self.place.value() is not None else _("Choose one from the list.")

    def _place_was_picked(self) -> None:
        self.site.fields["place"].complain(None)

    def _check_password(self, password: str) -> str | None:
        try:
            self._doors.check_new_password(password, [self.first.text(), self.name.text()])
        except ClinicError as error:
            return error.sentence()
        return None

    # moving

    def step_back(self) -> None:
        at = self.pages.currentIndex()
        if at == 0:
            self.left.emit()
        elif at == 1:
            self._show(0)

    def step_on(self) -> None:
        at = self.pages.currentIndex()
        form = (self.site, self.person)[at]
        if form.find_faults():
            return
        if at == 0:
            self._show(1)
            self.first.setFocus()
        else:
            answers = self.answers()
            self._wait(True)
            self._run(lambda: self._doors.found(answers), self._founded, self._refused)

    def _show(self, at: int) -> None:
        self.trouble.hide()
        self.pages.setCurrentIndex(at)
        self.steps.set_at(at)
        self.go_on.setText(_("Make the clinic") if at == 1 else _("Go on"))

    def _founded(self, entered: Entered) -> None:
        shown = CodeShown(entered.new_code, _("I have it on paper; begin"))
        shown.kept.connect(lambda: self.entered.emit(entered))
        self.pages.addWidget(shown)
        self._wait(False)
        self._show(2)
        self._deeds.hide()
        self.new.first.clear()
        self.new.second.clear()
        shown.take_focus()

    def _refused(self, error: BaseException) -> None:
        self._wait(False)
        self.trouble.words.setText(sentence_of(error))
        self.trouble.show()

    def _wait(self, waiting: bool) -> None:
        self.trouble.hide()
        self.go_on.setText(_("Making the encrypted data…") if waiting else _("Make the clinic"))
        for widget in (self.person, self.go_on, self.back):
            widget.setEnabled(not waiting)


def _said_place(place: Municipality) -> str:
    return f"{place.name}, {place.department}"


def _needed(value: object) -> str | None:
    return None if value else _("This is needed.")


def _is_code(value: str) -> str | None:
    good = len(value) == 3 and value.isascii() and value.isalpha()
    return None if good else _("Three letters from A to Z, without ñ.")
