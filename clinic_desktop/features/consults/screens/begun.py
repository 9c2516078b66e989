"""Notes that were begun and never signed, also a month ago: found, dated and offered, never dropped."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.notes import BegunNote
from clinic_desktop.features.consults.rules.sections import kind_words
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.surfaces import Card
from clinic_desktop.uikit.theme import S2, S4, is_compact
from clinic_desktop.uikit.words import Text


class BegunStrip(Card):
    """Over the page, while there is such a note; the oldest first. `named` says whose it is."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="warning_soft", bar="warning", margins=(S4, 2, S2, 2), parent=parent)
        self._note: BegunNote | None = None
        self._put_off_now = False
        self._first: QWidget | None = None
        self.words = Text("", weight="semi", color="warning", wrap=True)
        self.button, self.later = Button(_("Go on with it")), Button(_("Later"), kind="quiet")
        self.button.clicked.connect(self._open)
        self.later.clicked.connect(self._put_off)
        self.body.addLayout(row(Icon("edit", "warning", 20), (self.words, 1), self.later, self.button, gap=S2))
        self.hide()

    def show_notes(self, begun: Sequence[BegunNote], named: str = "") -> None:
        self._note = begun[0] if begun else None
        self.fit()
        if self._note is not None:
            told = (
                _("What was typed in the note of {day} ({kind}) stayed behind when it was taken back.")
                if self._note.voided
                else _("A note of {day} ({kind}) was begun and not signed.")
            ).format(day=say_day(self._note.occurred_on), kind=kind_words(self._note.kind))
            told = f"{named}: {told}" if named else told
            more = len(begun) - 1
            if more:
                told += " " + ngettext("{count} more after it.", "{count} more after it.", more).format(count=more)
            self.words.setText(told)

    def give_way_to(self, other: QWidget) -> None:
        """In a small window there is no room for both: this waits while `other` has something to say."""
        self._first = other

    def fit(self) -> None:
        """Again, where the window or what goes first changed."""
        waits = self._first is not None and not self._first.isHidden() and is_compact(self.window().width())
        self.setVisible(self._note is not None and not self._put_off_now and not waits)

    def _put_off(self) -> None:
        """Until this page is opened again; the note stays begun."""
        self._put_off_now = True
        self.hide()

    def _open(self) -> None:
        if self._note is not None:
            self.opened.emit(self._note.encounter_id)
