"""What the first windows ask of whoever keeps the keys: names, ways in, a new clinic. The app answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

SiteRole = Literal["clinic", "central"]


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who can sign in here. `under` is a quiet second line; nothing about a person is known before sign-in."""

    slot_id: str
    name: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """All that may be known before anybody has signed in."""

    site_name: str
    people: tuple[Known, ...]
    names_shown: bool = True
    """Else the name has to be typed."""
    last_slot_id: str = ""
    last_backup_at: datetime | None = None
    """Of the last backup that was read back and found whole."""
    today_said: str = ""
    version: str = ""
    demo: bool = False
    demo_words: str = ""
    """For a demonstration: what anybody may know, such as the password that all have."""


@dataclass(frozen=True, slots=True)
class NewClinicAnswers:
    """What the new-clinic wizard asked."""

    site_name: str
    site_code: str
    role: SiteRole
    municipality_code: str
    coordinator_name: str
    password: str = field(repr=False)
    language: str = "es"
    site_id: str = ""
    """The clinic that this computer is one more of; empty for a new one."""
    person_id: str = ""
    """The coordinator, if already known there."""
    beginning: Any = None
    """What an invitation told besides; the shell never looks into it."""
    joins_central: bool = False
    """The next step after the first sign-in is to ask the central office to take this clinic in."""


@dataclass(frozen=True, slots=True)
class Municipality:
    code: str
    name: str
    department: str
    country: str


@dataclass(frozen=True, slots=True)
class Invited:
    """What the first computer of a clinic says to the second."""

    site_id: str
    site_name: str
    site_code: str
    person_id: str = ""
    person_name: str = ""
    """Who invites; the same person on both computers."""
    place: Municipality | None = None
    beginning: Any = None
    """For `NewClinicAnswers`."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A way in that opened something. `session` is what the app keeps; the shell never looks into it.

    `new_code` is a recovery code that must be shown once and typed back before going on.
    """

    session: Any
    new_code: str = ""
    leads_to: str = ""
    """A tab of the stick that is the next step."""


class Doors(Protocol):
    """What opens, founds and restores is slow: it is called on a thread of its own, and may raise ClinicError."""

    def threshold(self) -> Threshold: ...

    def open(self, slot_id: str, password: str) -> Entered: ...

    def open_by_name(self, name: str, password: str) -> Entered:
        """For a typed name; takes as long for a name that nobody has."""
        ...

    def recover(self, code: str, name_or_slot: str, password: str) -> Entered:
        """The recovery code gives one person a new password. The code is spent; the next one is in the answer."""
        ...

    def found(self, answers: NewClinicAnswers) -> Entered:
        """Make the encrypted vault of a new clinic with its first person."""
        ...

    def invitation(self, file: Path) -> Invited:
        """Which clinic the file of its first computer invites to."""
        ...

    def check_new_password(self, password: str, names: Sequence[str]) -> None:
        """Raise WeakPassword when it would fall to the first guesses."""
        ...

    def restore(self, file: Path, name: str, secret: str, *, replaces: bool) -> None:
        """Bring a backup (its folder) back as this computer's data.

        With a `name`, `secret` is that person's password at the time of the backup; without, the recovery code.
        `replaces`: the computer that wrote it will not be used again.
        """
        ...

    def municipalities(self, words: str) -> Sequence[Municipality]:
        """The places whose name fits `words`, best first, a handful."""
        ...
