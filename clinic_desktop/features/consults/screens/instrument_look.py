"""A questionnaire before it is imported: what is in it, which scale it is and in which order, may it be printed."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.rules.questionnaires import Wording, read_questionnaire
from clinic_desktop.features.consults.rules.scoring import find_scale, scales
from clinic_desktop.features.consults.service import instruments as service
from clinic_desktop.features.consults.service.instruments import Imported
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Check, Choice, Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Pair:
    """A question of the file beside our word for it."""

    number: int
    label: str
    text: str


class LookSheet(Sheet):
    def __init__(self, office: Office, data: bytes, wording: Wording, parent: QWidget) -> None:
        self._office, self._data, self._wording = office, data, wording
        forms: list[tuple[Any, str]] = [(None, _("none: a form that is not added up"))]
        self.which = Select([*forms, *((scale.code, scale.title) for scale in scales().values())])
        self.which.setAccessibleName(_("Which scale it is"))
        self.which.set_value(wording.scale_code)
        self.which.setEnabled(not wording.is_said_by_file)
        columns = [
            Column[Pair](_("No."), lambda pair: cells.number(str(pair.number)), 44),
            Column[Pair](_("Our word"), lambda pair: cells.strong(pair.label), 150),
            Column[Pair](_("Question in the file"), lambda pair: pair.text, stretch=True),
        ]
        self.table = ListTable(columns, key=lambda pair: pair.number)
        self.table.setAccessibleName(_("Questions"))
        self.table.setMinimumHeight(112)
        self.order = Check(_("Each question stands beside the word that fits it"))
        self.printing = Choice([_("No"), _("Yes")], height=30)
        self.printing.setAccessibleName(_("Does the copyright let blank forms be printed?"))
        self.fault = Text("", "small", "semi", "danger", wrap=True)
        self.fault.hide()
        lowest = " / ".join(f"“{words}”" for words in wording.lowest_words[:3])
        version = " · ".join(part for part in (wording.version, wording.language) if part) or "—"
        count = ngettext("{count} scored question", "{count} scored questions", len(wording.items))
        super().__init__(
            _("Import a questionnaire"),
            parent,
            Text(_short(wording.title), "head", "semi", wrap=True),
            Phrase(
                quiet(_("Version and language") + "  "), version, quiet("   "), count.format(count=len(wording.items))
            ),
            Phrase(quiet(_("Lowest answer") + "  "), semi(_short(lowest)), quiet("  " + _("must mean “not at all”"))),
            Phrase(quiet(_("Copyright") + "  "), _short(wording.copyright or _("The file says no copyright."))),
            row(Text(_("Which scale it is")), (self.which, 1), gap=S2),
            (self.table, 1),
            self.order,
            row(Text(_("Does the copyright let blank forms be printed?")), None, self.printing, gap=S3),
            self.fault,
            width=640,
        )
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Import"), key="save", kind="primary", icon="check"), self._keep)
        self.which.currentIndexChanged.connect(self._compare)
        self._compare()

    def _compare(self, _at: int = 0) -> None:
        """The file beside the chosen scale; why it is not that one is said at once."""
        scale = find_scale(self.which.value())
        fault = ""
        try:
            read_questionnaire(self._data, self._as_scale())
        except Refused as refused:
            fault = refused.sentence()
        labels = [str(item.label) for item in scale.all_items] if scale is not None else []
        pairs = [
            Pair(number, labels[number - 1] if number <= len(labels) else "", item.text)
            for number, item in enumerate(self._wording.items, 1)
        ]
        self.table.show_rows(pairs)
        self.order.setVisible(self._as_scale() is not None and not fault)
        self.order.setChecked(False)
        self._complain(fault)
        self.keep.setEnabled(not fault)

    def _as_scale(self) -> str | None:
        """Only where somebody says it and the file does not."""
        return None if self._wording.is_said_by_file else self.which.value()

    def _complain(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))

    def _keep(self) -> None:
        if self._as_scale() is not None and not self.order.isChecked():
            self._complain(_("Look at each question and its word first, then confirm the order."))
            self.order.setFocus()
            return
        at = self.printing.at()
        take = partial(
            service.import_instrument, data=self._data, as_scale=self._as_scale(),
            may_print=None if at is None else at == 1,
        )  # fmt: skip
        self._office.do(take, self, then=self._kept, failed=lambda error: self._complain(error.sentence()))

    def _kept(self, imported: Imported) -> None:
        said = _("This wording was here already.") if imported.again else _("The wording is imported.")
        self._office.notice(said)
        self.accept()


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
