"""Everything a clinic may change, generated from the one table. Nothing is in force before it is saved."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.settings import queries, service
from clinic_desktop.features.settings.rules import SETTINGS, Kind, Setting, WrongSetting, checked, names_an_illness
from clinic_desktop.features.settings.screens import slots
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Check, Choice
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Field, Form
from clinic_desktop.uikit.layouts import Item, column, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S3, S4, S6
from clinic_desktop.uikit.words import Text

_OUTSIDE = ("letterhead_name", "letterhead_address")


class SettingsScreen(QWidget):
    """One field per setting, in two columns; one button."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._seen: dict[str, Any] = {}
        self.form = Form()
        fields = [self._field(setting) for setting in SETTINGS]
        half = -(-len(fields) // 2)
        columns = [column(*some, None, gap=S4) for some in (fields[:half], fields[half:])]
        stack(self.form, row((columns[0], 1), (columns[1], 1), gap=S6), None)
        self.changes = Text("", "small", color="quiet")
        self.save = Button(_("Save the settings"), "save", "primary", "check", tall=True)
        title = Text(_("What this clinic may change"), "head", "semi")
        stack(
            self,
            title,
            *self._own_lists(),
            (Card(scrolled(self.form), margins=(S4, S4, S3, S3)), 1),
            row(self.changes, None, self.save, gap=S3),
            margins=(S4, S3, S4, S3),
            gap=S3,
        )
        self.save.clicked.connect(self._save)
        self.form.edited.connect(self._weigh)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def _own_lists(self) -> list[Item]:
        """Lists of other rooms that the clinic shapes for itself, each with a screen of its own."""
        links: list[Item] = []
        for one in slots.lists_for(self._office):
            link = Link(_(one.title))
            link.clicked.connect(partial(self._office.go, one.place))
            links.append(link)
        return [row(Text(_("Lists of the clinic:"), color="quiet"), *links, None, gap=S4)] if links else []

    def take_focus(self) -> None:
        self.form.fields[SETTINGS[0].key].editor.setFocus()

    def reload(self) -> None:
        """What is in force; fields that somebody is changing keep what was typed."""
        values = self._office.ask(queries.all_settings)
        changed = self.changed()
        self._seen = values
        shown = {s.key: _shown(s, values[s.key]) for s in SETTINGS if s.key not in changed}
        self.form.fill(shown)
        self._weigh()

    def changed(self) -> dict[str, Any]:
        """What the form holds and the clinic does not yet."""
        if not self._seen:
            return {}
        held = {s.key: _held(s, self.form.value(s.key)) for s in SETTINGS}
        return {key: value for key, value in held.items() if value != self._seen[key]}

    def _field(self, setting: Setting) -> Field:
        field = self.form.add(setting.key, _(setting.title), _editor(setting), check=partial(_complain, setting))
        if setting.hint:
            field.say(_(setting.hint), "neutral")
        return field

    def _weigh(self) -> None:
        count = len(self.changed())
        self.save.setEnabled(count > 0)
        words = ngettext("{count} change not saved yet", "{count} changes not saved yet", count).format(count=count)
        self.changes.setText(words if count else "")
        for key in _OUTSIDE:
            if names_an_illness(self.form.value(key)):
                self.form.fields[key].say(
                    _("This tells strangers why people come here. A neutral name is safer."), "warning"
                )

    def _save(self) -> None:
        if self.form.find_faults():
            return
        changes = self.changed()
        self._office.do(
            partial(service.choose_several, values=changes), self, then=lambda _done: self._saved("language" in changes)
        )

    def _saved(self, language: bool) -> None:
        self.reload()
        said = _("Saved. The other language comes with the next sign-in.") if language else _("The settings are saved.")
        self._office.notice(said)


def _editor(setting: Setting) -> QWidget:
    if setting.kind is Kind.CHOICE:
        return Choice([_(words) for _value, words in setting.choices])
    if setting.kind is Kind.YES_NO:
        return Check(_(setting.title))
    edit = Edit()
    if setting.kind is Kind.NUMBER:
        edit.setMaximumWidth(110)
    return edit


def _shown(setting: Setting, value: Any) -> Any:
    """As the editor shows it."""
    if setting.kind is Kind.CHOICE:
        return next((at for at, (choice, _words) in enumerate(setting.choices) if choice == value), None)
    return str(value) if setting.kind is Kind.NUMBER else value


def _held(setting: Setting, shown: str | int | bool | None) -> object:
    """As it is kept; a number that is none stays as it was typed, for `checked` to refuse."""
    if setting.kind is Kind.CHOICE:
        return setting.choices[shown][0] if isinstance(shown, int) else None
    if isinstance(shown, str) and setting.kind is Kind.NUMBER and shown.isascii() and shown.isdigit():
        return int(shown)
    return shown


def _complain(setting: Setting, shown: Any) -> str | None:
    try:
        checked(setting, _held(setting, shown))
    except WrongSetting as error:
        return error.sentence()
    return None
