"""How the program speaks to the person: one sentence, a question, a quiet word of success, a crash.

The window gives the office its own voice (a bar in the frame); without one, dialogs speak.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.kernel.errors import ClinicError, Trouble
from clinic_desktop.kernel.i18n import N_


class Voice(Protocol):
    def say(self, error: ClinicError, near: QWidget | None) -> None:
        """Tell what could not be done, in the error's one sentence."""
        ...

    def confirm(self, question: str, near: QWidget | None, yes: Callable[[], None]) -> None:
        """Ask; `yes` is called only after a yes."""
        ...

    def ask_words(self, question: str, near: QWidget | None, then: Callable[[str], None]) -> None:
        """Ask for a line of words; `then` is called only with some."""
        ...

    def notice(self, text: str, undo: Callable[[], None] | None) -> None:
        """A quiet word of success, with its undo where there is one."""
        ...

    def crash(self, error: BaseException, near: QWidget | None) -> None:
        """A bug: say that it was noted, show no value."""
        ...


class DialogVoice:
    """Speaks by dialogs that do not stop the event loop."""

    def say(self, error: ClinicError, near: QWidget | None) -> None:
        from clinic_desktop.uikit import dialogs

        dialogs.say(error.sentence(), near or QApplication.activeWindow())

    def confirm(self, question: str, near: QWidget | None, yes: Callable[[], None]) -> None:
        from clinic_desktop.uikit import dialogs

        dialogs.ask_yes_no(question, near or QApplication.activeWindow(), yes)

    def ask_words(self, question: str, near: QWidget | None, then: Callable[[str], None]) -> None:
        from clinic_desktop.uikit import dialogs

        dialogs.ask_text(question, near or QApplication.activeWindow(), then)

    def notice(self, text: str, undo: Callable[[], None] | None) -> None:
        """Without a window's bar there is no quiet place to say it."""

    def crash(self, error: BaseException, near: QWidget | None) -> None:
        from clinic_desktop.uikit import dialogs

        dialogs.say(crash_sentence(error), near or QApplication.activeWindow(), tone="danger")


class ProgramFault(Trouble):
    """A bug, as far as a person is told of it: the kind only; its message may quote what a person typed."""

    text = N_("The program made a mistake ({kind}). It was noted in the log; nothing you saved is lost.")


def crash_sentence(error: BaseException) -> str:
    return ProgramFault(kind=type(error).__name__).sentence()


@dataclass
class RememberingVoice:
    """Says nothing aloud and remembers everything: for walks without a person, and for tests.

    `answer` is what it replies to questions, `words` what it writes where words are asked for.
    """

    answer: bool = True
    words: str = "-"
    said: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])
    notices: list[str] = field(default_factory=list[str])
    undo: Callable[[], None] | None = None

    def say(self, error: ClinicError, near: QWidget | None) -> None:
        self.said.append(error.sentence())

    def confirm(self, question: str, near: QWidget | None, yes: Callable[[], None]) -> None:
        self.asked.append(question)
        if self.answer:
            yes()

    def ask_words(self, question: str, near: QWidget | None, then: Callable[[str], None]) -> None:
        self.asked.append(question)
        if self.answer:
            then(self.words)

    def notice(self, text: str, undo: Callable[[], None] | None) -> None:
        self.notices.append(text)
        self.undo = undo

    def crash(self, error: BaseException, near: QWidget | None) -> None:
        """Nobody is there to read it, so the walk or the test stops."""
        raise error
