"""The one registry of keys of the whole program: no key has two meanings, every F key has a letter twin.

A button names its key (`Button(_("Arrived"), key="arrived")`) and binds it while it can be seen and pressed;
`bind` does the same for a deed without a button. Help, the printed strip and the key caps are made from here.
Letters of the registry are never given to labels as access keys (see forms).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_, _

Group = Literal["everywhere", "lists", "people", "consultation", "stock"]
GROUPS: dict[Group, str] = {
    "everywhere": N_("Everywhere"),
    "lists": N_("Lists and forms"),
    "people": N_("Reception"),
    "consultation": N_("Consultation"),
    "stock": N_("Medicines and USB stick"),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A meaning and its key strokes in Qt's portable words, the one to show first, its twin second.

    `by_hand`: the widget that has the focus acts on it (Enter, Esc, digits), so nothing binds it.
    """

    name: str
    strokes: tuple[str, ...]
    title: str
    group: Group
    by_hand: bool = False
    among_no_fields: bool = False
    """Bound only where no form with labels stands (the open consultation), so that labels may have its letter."""


KEYS: tuple[Key, ...] = (
    Key("help", ("F1", "Ctrl+H"), N_("Help and all keys"), "everywhere"),
    Key("search", ("F2", "Ctrl+F"), N_("Go to the search box"), "everywhere"),
    Key("cover", ("Ctrl+K",), N_("Cover the screen"), "everywhere"),
    Key("lock", ("Ctrl+L",), N_("Lock and leave"), "everywhere"),
    Key("back", ("Esc",), N_("Go back"), "everywhere", by_hand=True),
    Key("undo", ("Ctrl+U",), N_("Undo what was just done"), "everywhere"),
    *(Key(f"place_{n}", (f"Alt+{n}",), N_("Place {number} of the rail"), "everywhere") for n in range(1, 10)),
    *(Key(f"section_{n}", (f"Ctrl+{n}",), N_("Section {number} of the screen"), "everywhere") for n in range(1, 10)),
    Key("open", ("Return", "Enter"), N_("In a list: open. In a form: next field"), "lists", by_hand=True),
    Key("save", ("Ctrl+Return", "Ctrl+Enter"), N_("Save, sign or hand out"), "lists"),
    Key("save_only", ("Alt+G",), N_("Save and do nothing else"), "lists"),
    Key("print", ("Ctrl+P",), N_("Print"), "lists"),
    *(Key(f"pick_{n}", (f"{n}",), N_("Answer or person {number}"), "lists", by_hand=True) for n in range(10)),
    Key("keep_both", ("B",), N_("Of two values: both"), "lists", by_hand=True),
    Key("ask_clinic", ("P",), N_("Of two values or records: ask the clinic"), "lists", by_hand=True),
    Key("take_back", ("U",), N_("Of two values or records: undo the last decision"), "lists", by_hand=True),
    Key("new", ("Ctrl+N",), N_("New person"), "people"),
    Key("arrived", ("F5", "Ctrl+G"), N_("Arrived"), "people"),
    Key("appointment", ("Ctrl+T",), N_("New appointment"), "people"),
    Key("change_appointment", ("Alt+C",), N_("Change the appointment"), "people"),
    Key("same_first", ("Alt+Z",), N_("It is the same person (first)"), "people"),
    Key("same_second", ("Alt+X",), N_("It is the same person (second)"), "people"),
    Key("none_of_these", ("Alt+0",), N_("None of these"), "people"),
    Key("other_record", ("Alt+J",), N_("Go to the other record of the same person"), "people"),
    Key("has_none", ("Alt+N",), N_("Has none"), "people"),
    Key("call_first", ("Ctrl+I",), N_("Call first, or no longer"), "people"),
    Key("left_unseen", ("Alt+R",), N_("Left without being seen"), "people"),
    Key("other_queue", ("Alt+Q",), N_("Give to the next clinician"), "people"),
    Key("hide_names", ("F9", "Ctrl+J"), N_("Hide the names on the list, or show them"), "people"),
    Key("consent", ("Ctrl+M",), N_("Ask for consent"), "people"),
    Key("card", ("Ctrl+O",), N_("Card to take home"), "people"),
    Key("rights", ("Alt+H",), N_("Rights of the person"), "people"),
    Key("paper_day", ("Alt+W",), N_("Type a day kept on paper"), "people"),
    Key("allergies", ("F4", "Ctrl+E"), N_("Ask about allergies"), "consultation"),
    Key("vitals", ("Alt+V",), N_("Vital signs"), "consultation"),
    *(Key(f"note_{n}", (f"Ctrl+Shift+{n}",), N_("Part {number} of the note"), "consultation") for n in range(1, 10)),
    Key("next_part", ("Alt+Down",), N_("Next part of the note"), "consultation"),
    Key("previous_part", ("Alt+Up",), N_("Previous part of the note"), "consultation"),
    Key("last_text", ("Ctrl+B",), N_("Bring the last text"), "consultation"),
    Key(
        "mental_normal",
        ("Alt+M",),
        N_("Mental state: all normal, then what is not"),
        "consultation",
        among_no_fields=True,
    ),
    Key("phrases", ("Alt+F",), N_("My phrases"), "consultation", among_no_fields=True),
    Key("safety_plan", ("Alt+S",), N_("Safety plan"), "consultation", among_no_fields=True),
    Key("other_scale", ("Alt+E",), N_("Another scale"), "consultation", among_no_fields=True),
    Key("dose_grid", ("Alt+T",), N_("Dose in steps"), "consultation", among_no_fields=True),
    Key("stop_medicine", ("Alt+D",), N_("Stop a medicine"), "consultation", among_no_fields=True),
    Key("repeat", ("Ctrl+R",), N_("Repeat the prescription"), "consultation"),
    Key("return_note", ("Alt+B",), N_("Give a note back to its author"), "consultation", among_no_fields=True),
    Key("refer", ("Ctrl+D",), N_("Referral letter"), "consultation"),
    Key("hand_out", ("F7", "Ctrl+Q"), N_("Medicines of this person"), "stock"),
    Key("other_batch", ("Alt+L",), N_("Another batch"), "stock"),
    Key("voucher", ("Ctrl+W",), N_("Voucher for a pharmacy"), "stock"),
    Key("another_copy", ("Alt+O",), N_("Copy to another stick"), "stock"),
)
_BY_NAME = {key.name: key for key in KEYS}

# How a stroke is written on a cap. Qt would say "Return" and "Up".
_CAPS = {
    "Return": N_("Enter"), "Enter": N_("Enter"), "Ctrl": N_("Ctrl"), "Alt": N_("Alt"), "Shift": N_("Shift"),
    "Esc": N_("Esc"),
    "Up": N_("Up"), "Down": N_("Down"),
}  # fmt: skip


def key(name: str) -> Key:
    """The registered key; a name that is not registered is a bug of the caller."""
    return _BY_NAME[name]


def cap(name: str) -> str:
    """What the cap of a button shows: the first stroke, in the spoken language."""
    return say_stroke(_BY_NAME[name].strokes[0]) if name else ""


def say_stroke(stroke: str) -> str:
    return "+".join(_(_CAPS[part]) if part in _CAPS else part for part in stroke.split("+"))


def bind(widget: QWidget, name: str, act: Callable[[], object]) -> list[QShortcut]:
    """Let the key `name` do `act` while `widget` is visible and enabled in the active window."""
    known = _BY_NAME[name]
    if known.by_hand:
        return []
    bound: list[QShortcut] = []
    for stroke in known.strokes:
        shortcut = QShortcut(QKeySequence(stroke), widget)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(act)
        # Two visible deeds on one key: the nearer one is meant, and nothing is worse than silence.
        shortcut.activatedAmbiguously.connect(act)
        bound.append(shortcut)
    return bound


@cache
def _bound_strokes() -> frozenset[str]:
    return frozenset(QKeySequence(stroke).toString() for known in KEYS if not known.by_hand for stroke in known.strokes)


def is_registered(event: QKeyEvent) -> bool:
    """Whether a field must let this stroke pass: Ctrl+K covers, though some systems delete a line with it."""
    return QKeySequence(event.keyCombination()).toString() in _bound_strokes()


class LetKeysPass(QObject):
    """An event filter for text fields: a registered key is never swallowed by a text box's own habits."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and is_registered(event):
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def taken_letters() -> frozenset[str]:
    """Letters that Alt already means something with: no label may have them as its access key."""
    strokes = (stroke for known in KEYS if not known.among_no_fields for stroke in known.strokes)
    return frozenset(stroke[-1].upper() for stroke in strokes if stroke.startswith("Alt+") and len(stroke) == 5)


@dataclass(frozen=True, slots=True)
class HelpLine:
    """A line of the help: the caps, and what they do."""

    caps: tuple[str, ...]
    title: str


def help_lines() -> list[tuple[str, list[HelpLine]]]:
    """The whole table in the spoken language, by group; numbered keys are told once."""
    told: list[tuple[str, list[HelpLine]]] = []
    for group, title in GROUPS.items():
        lines = [_help_line(known) for known in KEYS if known.group == group and not _is_repeat(known)]
        told.append((_(title), lines))
    return told


def _is_repeat(known: Key) -> bool:
    stem, _underscore, number = known.name.rpartition("_")
    return stem in ("place", "section", "pick", "note") and number != "1"


def _help_line(known: Key) -> HelpLine:
    if "{number}" in known.title:
        first = known.strokes[0]
        words = _(known.title).format(number="1-9")
        return HelpLine((say_stroke(first) + "-9",), words)
    seen = dict.fromkeys(say_stroke(stroke) for stroke in known.strokes)
    return HelpLine(tuple(seen), _(known.title))
