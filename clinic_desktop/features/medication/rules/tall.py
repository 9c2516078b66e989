"""Names that are taken for each other, written so that the letters that tell them apart stand out: FLUoxetina."""

from typing import NamedTuple

from clinic_desktop.features.medication.rules.refusals import OtherLetters
from clinic_desktop.kernel.names import fold

LISTED = "FDA and ISMP Lists of Look-Alike Drug Names with Recommended Tall Man Letters"
"""The letters are those of this list for the English name, where the Spanish one has the same letters there."""


class Tall(NamedTuple):
    shown: str
    source: str
    """Empty: the letters are our own choice."""


# Only the letters that differ are in capitals. Ours: the list writes carBAMazepine and clonazePAM.
_TALL = (
    Tall("FLUoxetina", LISTED),
    Tall("PARoxetina", LISTED),
    Tall("DULoxetina", LISTED),
    Tall("OXcarbazepina", LISTED),
    Tall("CARBAMazepina", ""),
    Tall("LORazepam", LISTED),
    Tall("cloNAZepam", ""),
    Tall("ALPRAZolam", LISTED),
    Tall("buPROPión", LISTED),
    Tall("busPIRona", LISTED),
)
_BY_NAME = {fold(tall.shown): tall for tall in _TALL}


def shown_name(name: str, tall_name: str | None = None) -> str:
    """How a name is shown where the medicine is chosen or handed out; searches and papers have the plain one."""
    if tall_name:
        return tall_name
    known = _BY_NAME.get(fold(name))
    return known.shown if known else name


def source_of(name: str, tall_name: str | None = None) -> str:
    """Where the letters in capitals come from; empty if they are the clinic's own choice, or if there are none."""
    known = _BY_NAME.get(fold(name))
    return known.source if known and tall_name in (None, "", known.shown) else ""


def check_tall(name: str, typed: str) -> str | None:
    """What is kept of a name as typed: the same letters, some of them capitals; None if it says nothing of its own."""
    tall = " ".join(typed.split())
    if not tall or tall in (name, shown_name(name)):
        return None
    if tall.casefold() != name.casefold():
        raise OtherLetters(name=name)
    return tall
