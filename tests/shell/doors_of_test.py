"""Doors over nothing: answers what the first windows ask, and remembers what they said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from clinic_desktop.kernel.errors import Refused
from clinic_desktop.shell.doors import Entered, Invited, Known, Municipality, NewClinicAnswers, Threshold
from clinic_desktop.storage.words import check_password

CODE = "7K2M-4XQ9-ABCD-EFGH-JKMN-PQRS-TVW1"
PEOPLE = (Known("s1", "Ana"), Known("s2", "Dr. Pu"), Known("s3", "Rosa"), Known("s4", "Mateo"))
PLACES = (Municipality("1413", "Nebaj", "Quiché", "GT"), Municipality("1405", "Chajul", "Quiché", "GT"))
THRESHOLD = Threshold(
    "Clínica San Juan", PEOPLE, last_slot_id="s1", last_backup_at=datetime(2026, 11, 22, 22, 40, tzinfo=UTC),
    today_said="lunes 23-nov-2026", version="0.1.0",
)  # fmt: skip


class Wrong(Refused):
    text = "The password does not open these data."


@dataclass
class PlainDoors:
    """Opens to the password "arbol luna"."""

    seen: Threshold = THRESHOLD
    asked: list[tuple[str, ...]] = field(default_factory=list)
    answers: NewClinicAnswers | None = None

    def threshold(self) -> Threshold:
        return self.seen

    def open(self, slot_id: str, password: str) -> Entered:
        self.asked.append(("open", slot_id, password))
        if password != "arbol luna":
            raise Wrong()
        return Entered(f"session of {slot_id}")

    def open_by_name(self, name: str, password: str) -> Entered:
        self.asked.append(("open_by_name", name, password))
        if password != "arbol luna":
            raise Wrong()
        return Entered(f"session of {name}")

    def recover(self, code: str, name_or_slot: str, password: str) -> Entered:
        self.asked.append(("recover", code, name_or_slot, password))
        if code != CODE:
            raise Wrong()
        return Entered("recovered", CODE)

    def found(self, answers: NewClinicAnswers) -> Entered:
        self.answers = answers
        return Entered("founded", CODE)

    def invitation(self, file: Path) -> Invited:
        if file.name != "SJU-invitacion.txt":
            raise Wrong()
        return Invited("0193a000-0000-7000-8000-0000000000aa", "Clínica San Juan", "SJU")

    def check_new_password(self, password: str, names: Sequence[str]) -> None:
        check_password(password, names=names)

    def restore(self, file: Path, name: str, secret: str, *, replaces: bool) -> None:
        self.asked.append(("restore", file.name, name, secret, str(replaces)))
        if secret != CODE:
            raise Wrong()

    def municipalities(self, words: str) -> Sequence[Municipality]:
        return [place for place in PLACES if place.name.casefold().startswith(words.casefold())]
