"""What helps in writing a note: the mental state by one key, one's own phrases, a part that is kept apart."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.phrases import my_phrases
from clinic_desktop.features.consults.rules import mental_state
from clinic_desktop.features.consults.screens.apart import add_apart
from clinic_desktop.features.consults.screens.mental_state import MentalStateSheet
from clinic_desktop.features.consults.screens.note import NoteEditor
from clinic_desktop.features.consults.screens.phrases import PhrasesSheet
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Link
from clinic_desktop.uikit.layouts import line_up
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3


class WritingDeeds(QWidget):
    """Stands under the last section of a note; `serve` says of which."""

    def __init__(self, office: Office, screen: QWidget) -> None:
        super().__init__()
        self._office, self._screen = office, screen
        self._note: NoteEditor | None = None
        self.mental = Link(_("Mental state"), key="mental_normal", small=True)
        self.phrases = Link(_("My phrases"), key="phrases", small=True)
        self.apart = Link(_("A part kept apart"), small=True)
        self.mental.clicked.connect(self._tell_mental_state)
        self.phrases.clicked.connect(self._open_phrases)
        self.apart.clicked.connect(self._add_apart)
        line_up(self, self.mental, self.phrases, self.apart, None, gap=S3)

    def serve(self, note: NoteEditor) -> None:
        self._note = note

    def _tell_mental_state(self) -> None:
        """The first time all as normal; then what is not."""
        if self._note is None or self._note.write_mental_state():
            return
        field = self._note.fields.get(mental_state.SECTION)
        if field is not None:
            MentalStateSheet(self._screen, field.text(), field.replace_all).open()

    def _open_phrases(self) -> None:
        PhrasesSheet(self._office, self._screen, self._read_phrases).open()

    def _read_phrases(self) -> None:
        if self._note is not None:
            self._note.set_phrases(self._office.ask(my_phrases))

    def _add_apart(self) -> None:
        if self._note is not None:
            add_apart(self._screen, self._note.add_section)
