"""The banner of a person from its words: what stands where, and how an allergy is made to be seen."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QWidget

from clinic_desktop.uikit.keys import cap
from clinic_desktop.uikit.layouts import column, line_up, row
from clinic_desktop.uikit.marks import Chip, KeyCap
from clinic_desktop.uikit.surfaces import Banner, Callout
from clinic_desktop.uikit.theme import TONES, Tone
from clinic_desktop.uikit.words import Text


class BannerMark(Protocol):
    """What must not be missed, in words and with an icon."""

    @property
    def text(self) -> str: ...
    @property
    def tone(self) -> str: ...
    @property
    def icon(self) -> str: ...


class BannerFacts(Protocol):
    """What the banner says; whoever knows the person gives the words."""

    @property
    def name(self) -> str: ...
    @property
    def under(self) -> str: ...
    @property
    def facts(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def allergies(self) -> str: ...
    @property
    def substances(self) -> str: ...
    @property
    def ask_allergies(self) -> bool: ...
    @property
    def marks(self) -> Sequence[BannerMark]: ...


def person_banner(words: BannerFacts, ask: str = "", parent: QWidget | None = None) -> Banner:
    """`ask` is said beside the key where nobody recorded allergies yet ("Ask"); empty where one cannot."""
    marks = [Chip(mark.text, _tone(mark.tone), mark.icon) for mark in words.marks]
    return Banner(words.name, words.under, words.facts, _allergies(words, ask), marks, parent)


def _tone(name: str) -> Tone:
    return name if name in TONES else "neutral"


def _allergies(words: BannerFacts, ask: str) -> QWidget:
    if words.substances:
        return Callout(words.substances, "danger", "alert-triangle", head=words.allergies)
    box = QWidget()
    lines = column(Text(words.allergies, color="quiet"), gap=1)
    if words.ask_allergies and ask:
        lines.addLayout(row(Text(ask, "small", color="accent"), KeyCap(cap("allergies")), None, gap=6))
    line_up(box, lines)
    return box
