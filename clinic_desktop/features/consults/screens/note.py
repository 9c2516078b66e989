"""The note: one field a section, each with a key, and last time's words beside the one that is being written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QAbstractButton, QWidget

from clinic_desktop.features.consults.queries.notes import SaidLast, last_words
from clinic_desktop.features.consults.queries.phrases import PhraseRow, my_phrases
from clinic_desktop.features.consults.rules import mental_state
from clinic_desktop.features.consults.rules.sections import Section, Template, section_of, template_named
from clinic_desktop.features.consults.screens.last_words import LastWords
from clinic_desktop.features.consults.screens.parts import Here, kept_dict
from clinic_desktop.features.consults.screens.section_field import SectionField
from clinic_desktop.features.consults.service.signing import Written
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.keys import bind, cap
from clinic_desktop.uikit.layouts import Item, clear, row, scrolled, stack
from clinic_desktop.uikit.marks import Icon, KeyCap
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text

_LOW = 190


class NoteEditor(Card):
    """All sections of one template. What is written in a section that another template lacks is kept and shown.

    `above_risk` and `below` stand among the sections: the person's goals, and what was agreed.
    """

    edited = Signal()

    def __init__(
        self,
        *beside: Item,
        above_risk: QWidget | None = None,
        below: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        self._saved_icon = Icon("circle-check", "well", 16)
        self._saved = Text("", "small", color="quiet")
        self._title = Text(_("Note"), "head", "semi")
        head = row(self._title, KeyCap(cap("section_2")), *beside, None, self._saved_icon, self._saved, gap=6)
        self._body = QWidget()
        self._sections = stack(self._body, gap=4)
        self.area = scrolled(self._body)
        self.last = LastWords()
        super().__init__(head, (self.area, 1), self.last, margins=(S4, 10, S3, S2), gap=4, parent=parent)
        self._guests = {"above": [above_risk] if above_risk else [], "below": list(below)}
        self._phrases: dict[str, str] = {}
        self._added: list[str] = []
        self.fields: dict[str, SectionField] = {}
        self.template: Template | None = None
        self._saved_icon.hide()
        self._is_said_saved = True
        self.last.moved.connect(self._show_focused)
        self.area.verticalScrollBar().rangeChanged.connect(self._show_focused)
        bind(self, "last_text", self.bring_last)
        # Elsewhere in the page Alt and Down open a list of choices.
        for name, step in (("next_part", 1), ("previous_part", -1)):
            for shortcut in bind(self, name, partial(self.go_on, step)):
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        for number in range(1, 10):
            bind(self, f"note_{number}", partial(self.go_to_section, number))

    # its sections

    def set_template(self, template: Template) -> None:
        """Ask for other sections; every word that is written stays."""
        if template != self.template:
            self.template = template
            self._lay_out(self.values())

    def add_section(self, code: str) -> None:
        """A section that the template does not ask for, as one that is kept apart."""
        if code not in self.fields:
            self._added.append(code)
            self._lay_out(self.values())
        self._focus(self.fields[code])

    def _lay_out(self, kept: Mapping[str, str]) -> None:
        where, last = self.caret(), {code: (f.last, f.last_on) for code, f in self.fields.items()}
        self._put_aside()
        clear(self._sections)
        self.fields = {}
        half: list[QWidget] = []
        placed: list[QWidget] = []
        for number, section in enumerate(self._asked(kept), 1):
            if section.code == "risk":
                self._place(self._guests["above"])
                placed += self._guests["above"]
            holder = self._make(section, number)
            placed.append(holder)
            if section.half:
                half.append(holder)
            if len(half) == 2 or (half and not section.half):
                self._sections.addLayout(row(*((one, 1) for one in half), gap=S2))
                half = []
            if not section.half:
                self._sections.addWidget(holder)
        if half:
            self._sections.addLayout(row(*((one, 1) for one in half), gap=S2))
        self._place(self._guests["below"])
        self._sections.addStretch(1)
        self.set_values(kept)
        for code, (words, on) in last.items():
            if code in self.fields and on is not None:
                self.fields[code].set_last(words, on)
        self._watch()
        self._tab_as_seen([*placed, *self._guests["below"]])
        self.set_caret(where)

    def _tab_as_seen(self, places: Sequence[QWidget]) -> None:
        """Tab goes from top to bottom, also to what stands among the sections."""
        stops: list[QWidget] = []
        for place in places:
            stops += place.findChildren(SectionField)
            stops += place.findChildren(QAbstractButton)
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _asked(self, kept: Mapping[str, str]) -> list[Section]:
        """The template's sections, and whatever else was added or holds words: nothing written is out of sight."""
        assert self.template is not None
        codes = [code for code, text in kept.items() if text.strip()] + self._added
        others = dict.fromkeys(code for code in codes if code not in self.template.codes)
        return [*self.template.sections, *(replace(section_of(code), lines=2) for code in others)]

    def _put_aside(self) -> None:
        """What stands among the sections outlives them."""
        for guest in (*self._guests["above"], *self._guests["below"]):
            guest.setParent(self)
            guest.hide()
        self.last.forget()

    def _place(self, guests: Sequence[QWidget]) -> None:
        for guest in guests:
            self._sections.addWidget(guest)
            guest.show()

    def _make(self, section: Section, number: int) -> QWidget:
        field = SectionField(section, self._phrases)
        self.fields[section.code] = field
        holder = QWidget()
        label = Text(section.title, weight="semi")
        label.setBuddy(field)
        head: list[Item] = [label]
        if number <= 9:
            # The cap has room for the digit alone.
            digit = KeyCap(str(number))
            digit.setToolTip(cap(f"note_{number}"))
            head.append(digit)
            field.setAccessibleDescription(cap(f"note_{number}"))
        if section.restricted:
            head += [Icon("lock", "quiet", 14), Text(_("in no letter"), "small", color="quiet")]
        stack(holder, row(*head, None, gap=6), field, None, gap=1)
        return holder

    def _watch(self) -> None:
        for field in self.fields.values():
            field.textChanged.connect(self.edited.emit)
            field.cursorPositionChanged.connect(self._show_focused)
            field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(watched, SectionField) and event.type() == QEvent.Type.FocusIn:
            self.last.show_of(watched)
            self._show_focused()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.last.give_room(event.size().height() >= _LOW)
        self._show_focused()

    def _show_focused(self, *_range: int) -> None:
        """Once everything has found its room."""
        QTimer.singleShot(0, self, self._scroll_to_focused)

    def _scroll_to_focused(self) -> None:
        focused = self.focused()
        if focused is not None:
            field = self.fields[focused]
            self.area.ensureWidgetVisible(field, 0, S2)
            # Of a section that is higher than the card its line that is being written.
            field.ensureCursorVisible()
            caret = field.cursorRect()
            at = field.viewport().mapTo(self._body, caret.center())
            self.area.ensureVisible(0, at.y(), 0, caret.height() // 2 + S2)

    # its words

    def values(self) -> dict[str, str]:
        return {code: field.text() for code, field in self.fields.items()}

    def set_values(self, sections: Mapping[str, str]) -> None:
        for code, field in self.fields.items():
            if field.text() != sections.get(code, ""):
                field.setText(sections.get(code, ""))

    def take_in(self, sections: Mapping[str, str]) -> None:
        """Words that were kept elsewhere meanwhile; where nothing changed the caret stays."""
        if any(text.strip() and code not in self.fields for code, text in sections.items()):
            self._lay_out({**self.values(), **sections})
            return
        for code, text in sections.items():
            field = self.fields.get(code)
            if field is not None and field.text() != text:
                at = field.textCursor().position()
                field.replace_all(text)
                cursor = field.textCursor()
                cursor.setPosition(min(at, field.document().characterCount() - 1))
                field.setTextCursor(cursor)

    def show_last(self, said: Mapping[str, SaidLast]) -> None:
        for code, field in self.fields.items():
            last = said.get(code)
            field.set_last(last.words if last else "", last.on if last else None)
        self.last.again()

    def bring_last(self) -> None:
        focused = self.focused()
        if focused is not None:
            self.fields[focused].bring_last()

    def write_mental_state(self) -> bool:
        """All as normal, in one step, where nothing is written yet; else nothing."""
        field = self.fields.get(mental_state.SECTION)
        if field is None or field.text().strip():
            return False
        field.replace_all(mental_state.as_text(mental_state.all_normal()))
        self._focus(field)
        return True

    def set_phrases(self, phrases: Sequence[PhraseRow]) -> None:
        self._phrases.clear()
        self._phrases.update({row.short.casefold(): row.words for row in phrases})

    # going about in it

    def go_to_section(self, number: int) -> None:
        fields = list(self.fields.values())
        if number <= len(fields):
            self._focus(fields[number - 1])

    def go_on(self, step: int) -> None:
        """To the next or the previous part; at either end one stays."""
        codes, focused = list(self.fields), self.focused()
        if codes and focused is not None:
            at = codes.index(focused) + step
            if 0 <= at < len(codes):
                self._focus(self.fields[codes[at]])
        else:
            self.take_focus()

    def _focus(self, field: SectionField) -> None:
        field.moveCursor(QTextCursor.MoveOperation.End)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        at = caret.get("at", 0)
        # The document counts its end mark too.
        cursor.setPosition(max(0, min(at if isinstance(at, int) else 0, field.document().characterCount() - 1)))
        field.setTextCursor(cursor)
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def take_focus(self) -> None:
        """The first section that is still empty, else the end of the last."""
        if not self.fields:
            return
        empty = next((field for field in self.fields.values() if not field.text().strip()), None)
        self._focus(empty or list(self.fields.values())[-1])

    # being kept

    def say_saved(self, when: datetime) -> None:
        self._is_said_saved = True
        self._saved_icon.show()
        self._saved.setText(_("Saved {time}").format(time=f"{when:%H:%M:%S}"))

    def say_not_saved(self) -> None:
        if self._is_said_saved:
            self._is_said_saved = False
            self._saved_icon.hide()
            self._saved.setText(_("Not saved yet"))

    # as a part of the consultation

    def fill(self, draft: Mapping[str, Any]) -> None:
        words = {code: str(text) for code, text in kept_dict(draft, "sections").items()}
        if self.template is not None and any(t.strip() and c not in self.fields for c, t in words.items()):
            self._lay_out(words)
        self.set_values(words)

    def kept(self) -> Mapping[str, Any]:
        return {"sections": {code: text for code, text in self.values().items() if text}}

    def show_here(self, here: Here) -> None:
        self.set_template(template_named(here.encounter.template, here.encounter.kind))
        self.set_phrases(here.office.ask(my_phrases))
        self.show_last(here.office.ask(last_words, here.encounter.patient_id))

    def written(self, so_far: Written) -> Written:
        return replace(so_far, sections=self.values())

    def obstacle(self, so_far: Written) -> Callable[[], None] | None:
        return None
