"""The note: one field a section, growing with its words, with last time's words in it until something is written."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinic_desktop.features.consults.rules.sections import Section, Template, section_title, template_for
from clinic_desktop.features.consults.screens.parts import Here, kept_dict
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.fields import TextArea
from clinic_desktop.uikit.keys import bind, cap
from clinic_desktop.uikit.layouts import Item, clear, row, scrolled, stack
from clinic_desktop.uikit.marks import Icon, KeyCap
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S1, S2, S3, S4, metrics
from clinic_desktop.uikit.words import Text

MOST_LINES = 12
"""A longer section scrolls inside itself, so that the next one stays near."""
_LAST_SHOWN = 300


class SectionField(TextArea):
    """As high as its words, between the section's own lines and twelve."""

    def __init__(self, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.section = section
        self._last, self._told = "", ""
        self.setMinimumSize(80, 34)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(section_title(section.code))
        self.document().documentLayout().documentSizeChanged.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        lines = max(self.section.lines, min(self._lines(), MOST_LINES))
        wanted = lines * metrics().lineSpacing() + 17
        long = self._lines() > MOST_LINES
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded if long else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if wanted != self.height() or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)

    def _lines(self) -> int:
        return round(self.document().documentLayout().documentSize().height())

    def sizeHint(self) -> QSize:
        return QSize(160, self.height())

    def set_last(self, text: str, on: date) -> None:
        """Show last time's words, in quiet and dated, while nothing is written."""
        self._last = text
        told = " ".join(text[:_LAST_SHOWN].split())
        self._told = _("{day}: {words}").format(day=say_day(on).rpartition("-")[0], words=told) if told else ""
        self._show_last()

    def _show_last(self) -> None:
        # A hint that was cut in the middle of a line would look like writing.
        room = (self.width() - 24) * self.section.lines - (40 if self.section.lines > 1 else 0)
        self.setPlaceholderText(metrics().elidedText(self._told, Qt.TextElideMode.ElideRight, max(room, 0)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_last()

    def bring_last(self) -> bool:
        """Last time's words, at the caret, as one step that Ctrl+Z takes back."""
        if not self._last:
            return False
        self.textCursor().insertText(self._last)
        return True


class NoteEditor(Card):
    """All sections of one template. What is written in a section that another template lacks is kept and shown."""

    edited = Signal()

    def __init__(self, *beside: Item, parent: QWidget | None = None) -> None:
        self._saved_icon = Icon("circle-check", "well", 16)
        self._saved = Text("", "small", color="quiet")
        self._title = Text(_("Note"), "head", "semi")
        self._brings = row(KeyCap(cap("last_text")), Text(_("brings the last text"), "small", color="quiet"), gap=S1)
        self._hint = QWidget()
        stack(self._hint, self._brings)
        head = row(
            self._title, KeyCap(cap("section_2")), *beside, self._hint, None, self._saved_icon, self._saved, gap=6
        )
        self._body = QWidget()
        self._sections = stack(self._body, gap=4)
        self._area = scrolled(self._body)
        super().__init__(head, (self._area, 1), margins=(S4, 10, S3, S3), gap=S2, parent=parent)
        self.fields: dict[str, SectionField] = {}
        self.template: Template | None = None
        self._hint.hide()
        self._saved_icon.hide()
        bind(self, "last_text", self.bring_last)

    def set_template(self, template: Template) -> None:
        """Ask for other sections; every word that is written stays."""
        if template == self.template:
            return
        self.template = template
        kept, where = self.values(), self.caret()
        clear(self._sections)
        self.fields = {}
        extra = tuple(Section(code, code) for code, text in kept.items() if code not in template.codes and text.strip())
        half: list[QWidget] = []
        for section in (*template.sections, *extra):
            holder = self._make(section)
            if section.half:
                half.append(holder)
            if len(half) == 2 or (half and not section.half):
                self._sections.addLayout(row(*((one, 1) for one in half), gap=S2))
                half = []
            if not section.half:
                self._sections.addWidget(holder)
        self._sections.addStretch(1)
        self._watch()
        self.set_values(kept)
        self.set_caret(where)

    def _make(self, section: Section) -> QWidget:
        field = SectionField(section)
        self.fields[section.code] = field
        holder = QWidget()
        label = Text(section_title(section.code), weight="semi")
        label.setBuddy(field)
        stack(holder, label, field, None, gap=1)
        return holder

    def _watch(self) -> None:
        for code, field in self.fields.items():
            field.textChanged.connect(partial(self._changed, code))
            field.installEventFilter(self)

    def _changed(self, code: str) -> None:
        self._show_hint(self.fields[code])
        self.edited.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, SectionField):
            if event.type() == QEvent.Type.FocusIn:
                self._show_hint(watched)
                self._area.ensureWidgetVisible(watched, 0, S3)
            elif event.type() == QEvent.Type.FocusOut:
                self._hint.hide()
        return super().eventFilter(watched, event)

    def _show_hint(self, field: SectionField) -> None:
        self._hint.setVisible(field.hasFocus() and bool(field.placeholderText()) and not field.text())

    def values(self) -> dict[str, str]:
        return {code: field.text() for code, field in self.fields.items()}

    def set_values(self, sections: Mapping[str, str]) -> None:
        for code, field in self.fields.items():
            if field.text() != sections.get(code, ""):
                field.setText(sections.get(code, ""))

    def show_last(self, sections: Mapping[str, str], on: date) -> None:
        for code, field in self.fields.items():
            field.set_last(sections.get(code, ""), on)

    def bring_last(self) -> None:
        focused = self.focused()
        if focused is not None:
            self.fields[focused].bring_last()

    def focused(self) -> str | None:
        return next((code for code, field in self.fields.items() if field.hasFocus()), None)

    def caret(self) -> dict[str, int | str]:
        """Where the words are being written."""
        code = self.focused()
        return {} if code is None else {"section": code, "at": self.fields[code].textCursor().position()}

    def set_caret(self, caret: Mapping[str, int | str]) -> bool:
        field = self.fields.get(str(caret.get("section", "")))
        if field is None:
            return False
        cursor = field.textCursor()
        # The document counts its end mark too.
        cursor.setPosition(min(int(caret.get("at", 0)), field.document().characterCount() - 1))
        field.setTextCursor(cursor)
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def take_focus(self) -> None:
        """The first section that is still empty, else the end of the last."""
        if not self.fields:
            return
        empty = next((field for field in self.fields.values() if not field.text().strip()), None)
        field = empty or list(self.fields.values())[-1]
        field.moveCursor(QTextCursor.MoveOperation.End)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def say_saved(self, when: datetime) -> None:
        self._saved_icon.show()
        self._saved.setText(_("Saved {time}").format(time=f"{when:%H:%M:%S}"))

    def say_not_saved(self) -> None:
        self._saved_icon.hide()
        self._saved.setText(_("Not saved yet"))

    def set_read_only(self, yes: bool) -> None:
        for field in self.fields.values():
            field.setReadOnly(yes)

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        self.set_values({code: str(text) for code, text in kept_dict(draft, "sections").items()})

    def kept(self) -> Mapping[str, Any]:
        return {"sections": {code: text for code, text in self.values().items() if text}}

    def show_here(self, here: Here) -> None:
        self.set_template(template_for(here.encounter.kind))
        last = here.chart.last_note
        if last is not None:
            self.show_last(last.sections, last.occurred_on)

    def written(self, so_far: Written) -> Written:
        return replace(so_far, sections=self.values())

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return None
