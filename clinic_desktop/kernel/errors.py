"""What may go wrong, told in one sentence. `str(error)` names the class only, so logs hold nothing of a patient."""

from typing import Any, ClassVar

from clinic_desktop.kernel.i18n import N_, _


class ClinicError(Exception):
    """Base of every error meant for a person. `text` is a msgid; the facts fill its {places}."""

    text: ClassVar[str] = N_("Something went wrong.")

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def sentence(self) -> str:
        """The translated sentence, with what to do. May hold names: for the screen only, never for a log."""
        return _(self.text).format(**self.facts)

    def __str__(self) -> str:
        return type(self).__name__


class Refused(ClinicError):
    """A rule says no; nothing was changed."""


class NeedsConfirmation(ClinicError):
    """May go on after a yes: the caller repeats the use case with `again` as additional arguments."""

    def __init__(self, *, again: dict[str, Any] | None = None, **facts: Any) -> None:
        super().__init__(**facts)
        self.again = again if again is not None else {"confirmed": True}


class NeedsWords(NeedsConfirmation):
    """May go on after somebody wrote why: the words are given to the use case as its argument `named`."""

    named: ClassVar[str] = "why"


class Trouble(ClinicError):
    """The machine failed: a full disk, a stick that left, a damaged vault. Nothing acknowledged is lost."""


class NotAllowed(Refused):
    text = N_("Your role does not allow this. Ask the coordinator.")


class NotHere(Refused):
    text = N_("This record is not on this computer any more.")
