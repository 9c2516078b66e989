"""Two hands and two eyes for a day that nobody watches: keys, clicks and pictures on the real window."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QMessageBox, QWidget

from clinic_desktop.app.demo.report import PICTURES, Summary
from clinic_desktop.app.demo.team import PASSWORD
from clinic_desktop.app.program import CLIENT, Program
from clinic_desktop.app.run import make_application, speak
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.printing.preview import Preview
from clinic_desktop.shell.people import PersonCard
from clinic_desktop.shell.sign_in import SignIn
from clinic_desktop.shell.slowly import run_at_once
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.tabbed import TabbedScreen

Wanted = TypeVar("Wanted", bound=QWidget)
NARROW = (911, 442)
"""The same laptop at 150 %."""
_KEYS = {
    "Enter": Qt.Key.Key_Return,
    "Tab": Qt.Key.Key_Tab,
    "Esc": Qt.Key.Key_Escape,
    "Down": Qt.Key.Key_Down,
    **{f"F{n}": getattr(Qt.Key, f"Key_F{n}") for n in range(1, 13)},
}
_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
}


class Hands:
    """One computer with its window, its clock and whoever sits in front of it."""

    def __init__(self, folder: Path, clock: StillClock, summary: Summary) -> None:
        self.folder, self.clock, self.summary = folder, clock, summary
        if QApplication.instance() is None:
            make_application([])
        speak("es")
        self.program = Program(folder, clock, speak, run=run_at_once)
        self.window = self.program.window
        self.window.resize(*CLIENT)
        self.window.show()
        self.come_to_front()

    # who

    def sign_in(self, name: str) -> None:
        """As somebody does who sees the window: pick the card, type the password, Enter."""
        page = self.find(SignIn)
        card = next(c for c in page.findChildren(PersonCard) if c.person.name == name)
        self.click(card)
        self.write(PASSWORD, page.password)
        self.press("Enter", page.password)
        home = self.program.home
        self.summary.check(f"{name}: entra con su contraseña", home is not None)
        if home is not None:
            # The hint about the PIN is gone after ten seconds; nobody waits here.
            home.page.bar.hide()

    @property
    def office(self) -> Office:
        home = self.program.home
        assert home is not None, "nobody has signed in"
        return home.office

    def leave(self) -> None:
        """Lock: the sign-in is there again."""
        self.program.lock()
        self.settle()

    def close(self) -> None:
        self.window.close()
        self.settle()

    # doing

    def come_to_front(self) -> None:
        """Keys go to the active window only; being shown is not yet being active."""
        for _again in range(40):
            self.settle()
            if QApplication.activeWindow() is not None:
                return
            self.window.activateWindow()
            QTest.qWait(25)

    def settle(self) -> None:
        """Let the window do what it has put off."""
        for _again in range(4):
            QApplication.processEvents()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def wait(self, milliseconds: int) -> None:
        QTest.qWait(milliseconds)

    def press(self, stroke: str, widget: QWidget | None = None) -> None:
        """ "Ctrl+Enter", "F5", "3": to `widget`, or to whatever has the focus."""
        self.come_to_front()
        *held, last = stroke.split("+")
        modifiers = Qt.KeyboardModifier.NoModifier
        for name in held:
            modifiers |= _MODIFIERS[name]
        target = widget or QApplication.focusWidget() or self.window
        QTest.keyClick(target, _KEYS.get(last) or Qt.Key(ord(last.upper())), modifiers)
        self.clock.advance(seconds=2)
        self.settle()

    def write(self, text: str, widget: QWidget | None = None) -> None:
        """Letter by letter, into `widget` or where the focus is."""
        self.come_to_front()
        if widget is not None:
            widget.setFocus()
            self.settle()
        for letter in text:
            target = QApplication.focusWidget() or self.window
            key = Qt.Key(ord(letter.upper())) if letter.isascii() and letter.isalnum() else Qt.Key.Key_unknown
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter))
        self.clock.advance(seconds=1)
        self.settle()

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.settle()

    # seeing

    def find(self, kind: type[Wanted], *, within: QWidget | None = None) -> Wanted:
        """The one widget of this class that can be seen."""
        around = within or self.window
        seen = [w for w in [around, *around.findChildren(kind)] if isinstance(w, kind) and w.isVisible()]
        self.summary.check(f"se ve: {kind.__name__}", seen)
        return seen[0]

    def button(self, kind: Callable[[str], bool], within: QWidget | None = None) -> QAbstractButton:
        """The button whose words `kind` accepts."""
        found = [b for b in (within or self.window).findChildren(QAbstractButton) if b.isVisible() and kind(b.text())]
        self.summary.check("se ve el botón", found)
        return found[0]

    def front(self) -> QDialog:
        """The dialog that is open."""
        found = dialogs.front() or QApplication.activeModalWidget()
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        dialog = found if isinstance(found, QDialog) else (shown[-1] if shown else None)
        assert dialog is not None, "no dialog is open"
        return dialog

    def picture(self, name: str, *, of: QWidget | None = None) -> None:
        """Numbered, as large as the window of the oldest laptop."""
        self.settle()
        number = len(self.summary.pictures) + 1
        file = f"{number:02}-{name}.png"
        shown = of if of is not None else self.window
        image = shown.grab()
        self.summary.check(f"imagen {file}", image.save(str(self.summary.output / PICTURES / file)))
        self.summary.pictures.append(file)

    def look_at_tabs(self, screen: TabbedScreen, name: str) -> None:
        """Each page of a place, with what is on it."""
        for code in screen.codes():
            screen.open_tab(code)
            self.settle()
            self.picture(f"{name}-{code}")
            self.narrow_picture(f"{name}-{code}")

    def narrow_picture(self, name: str) -> None:
        """The same page on the same laptop at 150 %."""
        self.window.resize(*NARROW)
        self.picture(f"{name}-150")
        self.window.resize(*CLIENT)
        self.settle()

    # paper

    def save_paper(self, preview: Preview, to: Path) -> None:
        """Alt+G, the warning answered, the file named."""
        preview.save_button.click()
        self.settle()
        question = next(w for w in preview.findChildren(QMessageBox) if w.isVisible())
        for button in question.buttons():
            if question.buttonRole(button) == QMessageBox.ButtonRole.AcceptRole:
                button.click()
        self.settle()
        chooser = next(w for w in preview.findChildren(QFileDialog) if w.isVisible())
        chooser.setDirectory(str(to.parent))
        chooser.selectFile(str(to))
        chooser.fileSelected.emit(str(to))
        chooser.close()
        self.settle()
        self.summary.check(f"{to.name} es un PDF", to.exists() and to.read_bytes().startswith(b"%PDF-"))

    def preview(self) -> Preview:
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, Preview) and w.isVisible()]
        self.summary.check("la vista previa está abierta", found)
        return found[-1]
