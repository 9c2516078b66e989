"""A sheet with a form that scrolls where the window is low; Ctrl+Enter keeps it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.rights.screens.days import read_day
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import Item, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text

_AROUND = 170
"""What a sheet needs beside its form: margins, head, deeds."""


class FormSheet(Sheet):
    """Subclasses add fields, call `finish`, and say in `_do` what keeping does."""

    def __init__(
        self, office: Office, parent: QWidget, title: str, intro: str = "", *, width: int = 620, patient_id: str = ""
    ) -> None:
        head: list[Item] = [Text(title, "head", "semi", wrap=True)]
        if intro:
            head.append(Text(intro, color="quiet", wrap=True))
        # The window's own title may be read outside it, and says no name.
        super().__init__(_("Rights"), parent, *head, width=width)
        self.setAccessibleName(title)
        self._office, self._over, self._patient_id = office, parent, patient_id
        self._today = office.today()
        self.form = Form()
        if patient_id:
            office.follow(restricted.TABLES, self, self._may_stay)

    def _may_stay(self) -> None:
        """Refused once the record was reserved: the office then closes the sheet."""
        self._office.ask(restricted.must_open, self._patient_id)

    # fields

    def words(self, name: str, label: str, *, optional: bool = True, lines: int = 2) -> QWidget:
        area = TextArea()
        area.setFixedHeight(22 * lines + 18)
        return self.form.add(name, label, area, optional=optional)

    def line(self, name: str, label: str, text: str = "", *, optional: bool = True, hint: str = "") -> QWidget:
        return self.form.add(name, label, Edit(text, hint), optional=optional)

    def day(self, name: str, label: str) -> QWidget:
        """A day that is not still to come; today unless another is typed."""
        return self.form.add(name, label, Edit(say_day(self._today)), check=self._complain_of_day)

    def choice(self, name: str, label: str, options: list[str], *, moves_on: bool = True) -> QWidget:
        return self.form.add(name, label, Choice(options, moves_on=moves_on))

    def _complain_of_day(self, typed: str) -> str | None:
        return None if read_day(typed, self._today) else _("Write a day that is not still to come, like 5/12/2026.")

    def finish(self, *items: Item, keep: str, icon: str = "check") -> None:
        """Lay the fields out and put the deeds under them."""
        stack(self.form, *items, gap=S3)
        self.form.setContentsMargins(0, 0, S2, 0)
        area = scrolled(self.form)
        room = self._over.window().height() - _AROUND
        self.setMaximumHeight(max(300, self._over.window().height() - 8))
        area.setMinimumHeight(max(120, min(self.form.sizeHint().height() + 4, room)))
        self.body.addWidget(area, 1)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.keep = self.add_deed(Button(keep, "save", "primary", icon), self._save)

    # values

    def text(self, name: str) -> str:
        return str(self.form.value(name) or "").strip()

    def typed_day(self, name: str) -> date:
        return read_day(self.text(name), self._today) or self._today

    def at(self, name: str) -> int | None:
        value = self.form.value(name)
        return value if isinstance(value, int) and value >= 0 else None

    # keeping

    def use_case(self) -> Callable[..., Any] | None:
        """What is done with the form; None when something is still to be put right."""
        raise NotImplementedError

    def said(self, _result: Any) -> str:
        """The quiet word after it was done."""
        return _("Kept")

    def after(self, _result: Any) -> None:
        """What follows, once the sheet is closed."""

    def fields_of(self, _error: ClinicError) -> str:
        """Beside which field a refusal is said; "" where it is about the whole."""
        return ""

    def _save(self) -> None:
        if self.form.find_faults():
            return
        use_case = self.use_case()
        if use_case is not None:
            self._office.do(use_case, self, then=self._saved, failed=self._refused)

    def _saved(self, result: Any) -> None:
        self._office.notice(self.said(result))
        self.accept()
        self.after(result)

    def _refused(self, error: ClinicError) -> None:
        name = self.fields_of(error)
        if name in self.form.fields:
            self.form.complain(name, error.sentence())
        else:
            self._office.voice.say(error, self)
