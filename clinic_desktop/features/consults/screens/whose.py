"""The banner of this room's pages."""

from dataclasses import replace

from clinic_desktop.features.patients.rules.banner import banner_words
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.uikit.banner import person_banner
from clinic_desktop.uikit.surfaces import Banner

_SMALL = 3


def banner_of(header: Header, *, compact: bool) -> Banner:
    """In a small window the last fact is left out, so that the name and the allergy are never cut."""
    words = banner_words(header)
    return person_banner(replace(words, facts=words.facts[:_SMALL]) if compact else words)
