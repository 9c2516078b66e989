"""What this country asks of controlled medicines, class by class, each with who says so."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import book as books
from clinic_desktop.features.medication.queries import formulary
from clinic_desktop.features.medication.rules.control import ControlTerms
from clinic_desktop.features.medication.rules.controlled import (
    ControlTyped,
    NumberUnclear,
    read_number,
    say_handing,
    say_terms,
)
from clinic_desktop.features.medication.service import book as keeping
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet, ask_yes_no
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text, semi

_TWO_LINES = 46
_FORM_HEIGHT = 250


class RulesSheet(Sheet):
    def __init__(self, office: Office, parent: QWidget) -> None:
        self._office = office
        columns = [
            Column[ControlTerms](_("Class"), _said, 190),
            Column[ControlTerms](_("What it asks"), _asked, stretch=True),
        ]
        empty = EmptyState(
            _("No rule is written yet. Ask the pharmacist in charge what the law asks, and write it with its source.")
        )
        self.table = ListTable(columns, key=lambda rule: rule.rule_id, empty=empty, row_height=_TWO_LINES)
        self.table.setMinimumHeight(30 + 3 * _TWO_LINES)
        title = _("Rules of controlled medicines")
        super().__init__(title, parent, Text(title, "head", "semi"), self.table, width=620)
        self.add_deed(Button(_("Close"), "back", "quiet"))
        self.retire = self.add_deed(Button(_("No longer holds")), self._retire)
        self.change = self.add_deed(Button(_("Change")), self._change)
        self.add_deed(Button(_("Write a rule"), kind="primary"), lambda: RuleSheet(office, None, self).open())
        self.table.chosen.connect(self._weigh)
        self.table.opened.connect(self._change)
        office.follow(books.TABLES, self, self.reload)
        self.reload()
        self.table.choose_at(0)

    def reload(self) -> None:
        self.table.show_rows(self._office.ask(formulary.control_rules))
        self._weigh(self.table.row())

    def _weigh(self, rule: ControlTerms | None) -> None:
        self.retire.setEnabled(rule is not None)
        self.change.setEnabled(rule is not None)

    def _change(self, _rule: object = None) -> None:
        rule = self.table.row()
        if rule is not None:
            RuleSheet(self._office, rule, self).open()

    def _retire(self) -> None:
        rule = self.table.row()
        if rule is None:
            return
        question = _("Does the rule of «{title}» no longer hold? What was done under it stays.").format(
            title=rule.title
        )
        use_case = partial(keeping.retire_rule, rule_id=rule.rule_id)
        ask_yes_no(question, self, lambda: self._office.do(use_case, self), yes_text=_("No longer holds"))


class RuleSheet(Sheet):
    """One rule. An empty field is what the source does not say, and nothing is asked of it."""

    def __init__(self, office: Office, rule: ControlTerms | None, parent: QWidget) -> None:
        self._office, self._rule = office, rule
        self._rule_id = new_id()
        self.form = Form()
        self.numbers: dict[str, Edit] = {}
        self.choices: dict[str, Select] = {}
        self.country = Edit(rule.country if rule else office.ask(formulary.country))
        self.class_code = Edit(rule.class_code if rule else "")
        self.title = Edit(rule.title if rule and rule.title != rule.class_code else "")
        self.source = Edit(rule.source if rule else "", placeholder=_("Law and article, or who said it and when"))
        self.country.setFixedWidth(64)
        add = self.form.add
        inside = QWidget()
        stack(
            inside,
            row(
                add("country", _("Country"), self.country),
                (add("class_code", _("Class, as the law calls it"), self.class_code), 1),
                (add("title", _("In plain words"), self.title, optional=True), 1),
                gap=S3,
            ),
            add("source", _("Source"), self.source),
            row(
                self._number("most_packs", _("Most boxes")),
                self._number("valid_days", _("Days it is valid")),
                self._number("most_fillings", _("Most times")),
                self._number("keep_years", _("Years kept")),
                gap=S3,
            ),
            row(
                (self._yes_no("is_retained", _("Prescription stays here")), 1),
                (self._yes_no("in_register", _("In the book")), 1),
                (self._yes_no("witness_wanted", _("With a witness")), 1),
                gap=S3,
            ),
            gap=S3,
        )
        stack(self.form, (scrolled(inside), 1))
        self.form.setMinimumHeight(_FORM_HEIGHT)
        title = _("Rule of a controlled class")
        empty = Text(_("Leave empty what the source does not say."), "small", color="quiet")
        super().__init__(title, parent, Text(title, "head", "semi"), empty, self.form, width=600)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.add_deed(Button(_("Keep the rule"), "save", "primary"), self._keep)
        (self.class_code if rule is None else self.source).setFocus()

    def _number(self, name: str, label: str) -> QWidget:
        known = getattr(self._rule, name) if self._rule else None
        self.numbers[name] = Edit("" if known is None else str(known))
        return self.form.add(name, label, self.numbers[name])

    def _yes_no(self, name: str, label: str) -> QWidget:
        self.choices[name] = Select([(None, _("Does not say")), (True, _("Yes")), (False, _("No"))])
        self.choices[name].set_value(getattr(self._rule, name) if self._rule else None)
        return self.form.add(name, label, self.choices[name])

    def _keep(self) -> None:
        numbers: dict[str, int | None] = {}
        for name, edit in self.numbers.items():
            try:
                numbers[name] = read_number(edit.text(), name)
            except NumberUnclear as unclear:
                self.form.complain(name, unclear.sentence())
                return
        answers = {name: select.value() for name, select in self.choices.items()}
        typed = ControlTyped(
            self.country.text(), self.class_code.text(), self.title.text(), self.source.text(), **numbers, **answers
        )
        instead_of = self._rule.rule_id if self._rule else None
        use_case = partial(keeping.keep_rule, rule_id=self._rule_id, typed=typed, instead_of=instead_of)
        self._office.do(use_case, self, then=lambda _none: self.accept(), failed=self._failed)

    def _failed(self, error: ClinicError) -> None:
        code, source = self.class_code.text().strip(), self.source.text().strip()
        self.form.complain("class_code" if not code else "country" if source else "source", error.sentence())


def _said(rule: ControlTerms) -> cells.Cell | str:
    return cells.two_lines(semi(rule.title), under=f"{rule.country} · {rule.class_code}")


def _asked(rule: ControlTerms) -> cells.Cell | str:
    said = ", ".join((*say_terms(rule), *say_handing(rule))) or _("Nothing is asked")
    if rule.in_register is False:
        said = f"{said}, {_('not in the book')}"
    return cells.two_lines(said, under=_("Source: {source}").format(source=rule.source))
