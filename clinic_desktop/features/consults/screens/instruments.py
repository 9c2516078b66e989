"""The wordings of scales that were imported: which are in use, may they be printed, and a new one from a file."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.features.consults.queries import scales as queries
from clinic_desktop.features.consults.queries.scales import InstrumentRow
from clinic_desktop.features.consults.rules.questionnaires import read_questionnaire
from clinic_desktop.features.consults.rules.scoring import find_scale
from clinic_desktop.features.consults.screens.blank_form import open_blank_form
from clinic_desktop.features.consults.screens.instrument_look import LookSheet
from clinic_desktop.features.consults.service import instruments as service
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells, dialogs
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.cells import Cell
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text


class InstrumentsScreen(QWidget):
    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        columns = [
            Column[InstrumentRow](_("Title"), lambda one: cells.strong(one.title), stretch=True),
            Column[InstrumentRow](_("Scale"), _say_scale, 150),
            Column[InstrumentRow](_("Language"), lambda one: one.language_code or "—", 90),
            Column[InstrumentRow](_("Version"), lambda one: one.version or "—", 90, wide_only=True),
            Column[InstrumentRow](_("May be printed"), _say_printing, 130),
            Column[InstrumentRow]("", _say_state, 110),
        ]
        empty = EmptyState(
            _("No wording was imported yet. Scales are typed by number from paper; a file adds the questions.")
        )
        self.table = ListTable(columns, key=lambda one: one.instrument_id, empty=empty)
        self.table.setAccessibleName(_("Wordings of scales"))
        self.copyright = Text("", "small", color="quiet", wrap=True)
        self.back = Button(_("Go back"), "back", "quiet")
        self.retire = Button(_("Retire"), icon="archive")
        self.printing = Button(_("Whether it may be printed…"))
        self.blank = Button(_("Print a blank form"), "print", icon="printer")
        self.add = Button(_("Import a file…"), kind="primary", icon="upload", tall=True)
        deeds = row(self.back, None, self.retire, self.printing, self.blank, self.add, gap=S2)
        hint = Text(_("FHIR questionnaires, version R4"), "small", color="quiet")
        listed = Card((self.table, 1), margins=(1, 1, 1, 1), gap=0)
        head = row(Text(_("Wordings of scales"), "title", "semi"), None, hint)
        stack(self, head, (listed, 1), self.copyright, deeds, margins=(S4, S3, S4, S3), gap=S2)
        self.back.clicked.connect(office.back)
        self.retire.clicked.connect(self._retire)
        self.printing.clicked.connect(self._ask_printing)
        self.blank.clicked.connect(self._print)
        self.add.clicked.connect(self._choose)
        self.table.chosen.connect(self._allow)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        if self.table.count():
            self.table.setFocus()
            if self.table.row() is None:
                self.table.choose_at(0)
        else:
            self.add.setFocus()

    def reload(self) -> None:
        self.table.show_rows(self._office.ask(queries.instruments))
        self._allow()

    def _allow(self, _row: object = None) -> None:
        one = self.table.row()
        for button in (self.retire, self.printing):
            button.setEnabled(one is not None)
        self.blank.setEnabled(one is not None and bool(one.may_print))
        self.retire.setText(_("Use again") if one is not None and one.retired else _("Retire"))
        said = ""
        if one is not None:
            by = _("{name} said which scale it is").format(name=one.confirmed_by) if one.confirmed_by else ""
            said = " · ".join(part for part in (one.copyright or _("The file says no copyright."), by) if part)
        self.copyright.setText(said)

    # deeds

    def _retire(self) -> None:
        one = self.table.row()
        if one is not None:
            act = service.bring_back_instrument if one.retired else service.retire_instrument
            self._office.do(partial(act, instrument_id=one.instrument_id), self)

    def _ask_printing(self) -> None:
        one = self.table.row()
        if one is None:
            return

        def say(may_print: bool) -> None:
            allow = partial(service.allow_printing, instrument_id=one.instrument_id, may_print=may_print)
            self._office.do(allow, self)

        dialogs.ask_yes_no(
            f"{one.copyright or _('The file says no copyright.')}\n\n{_('Does this let blank forms be printed?')}",
            self,
            lambda: say(True),
            lambda: say(False),
            yes_text=_("Yes, it may be printed"),
            no_text=_("No"),
            tone="neutral",
        )

    def _print(self) -> None:
        one = self.table.row()
        if one is not None:
            open_blank_form(self._office, one.instrument_id, self)

    def _choose(self) -> None:
        kinds = f"{_('Questionnaires')} (*.json)"
        name, _kind = QFileDialog.getOpenFileName(self, _("Import a file…"), "", kinds)
        if name:
            self.look_at(Path(name))

    def look_at(self, path: Path) -> "LookSheet | None":
        """Nothing is kept before somebody has seen what is in the file."""
        try:
            data = service.content_of(path)
            wording = read_questionnaire(data)
        except ClinicError as error:
            self._office.voice.say(error, self)
            return None
        sheet = LookSheet(self._office, data, wording, self)
        sheet.open()
        return sheet


def _say_scale(one: InstrumentRow) -> Cell | str:
    scale = find_scale(one.scale_code)
    return scale.title if scale is not None else cells.quiet(_("form, not added up"))


def _say_printing(one: InstrumentRow) -> Cell | str:
    if one.may_print is None:
        return cells.quiet(_("not said"))
    return _("Yes") if one.may_print else _("No")


def _say_state(one: InstrumentRow) -> Cell | str:
    return cells.chip(_("Retired")) if one.retired else ""
