"""One draft written in two windows: no word of either is lost."""

from collections.abc import Mapping
from typing import Any, cast

SECTIONS = "sections"
BETWEEN = "\n"


def merged_draft(
    seen: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What is kept of `mine` and of what another window kept since both had `seen`; and the sections that came in.

    Words of both stay, one's own first. Of anything else, what was changed here holds.
    """
    if theirs == seen:
        return dict(mine), ()
    found = {key: mine.get(key, value) for key, value in theirs.items() if key != SECTIONS} | dict(mine)
    for key, value in theirs.items():
        if key != SECTIONS and key in mine and mine[key] == seen.get(key):
            found[key] = value
    sections, changed = _merged_sections(_words(seen), _words(mine), _words(theirs))
    return found | {SECTIONS: sections}, changed


def _merged_sections(
    seen: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    found, changed = dict(mine), list[str]()
    for code in dict.fromkeys((*mine, *theirs)):
        before, here, there = (words.get(code, "") for words in (seen, mine, theirs))
        if there in (before, here):
            continue
        found[code] = both(before, here, there)
        changed.append(code)
    return found, tuple(changed)


def both(before: str, here: str, there: str) -> str:
    """Typed on in both: what the other added stands below one's own words."""
    if here == before:
        return there
    added = there.removeprefix(before) if before else there
    if not added.strip() or added in here:
        return here
    if there.startswith(here):
        return there
    return here + BETWEEN + added.lstrip("\n")


def _words(draft: Mapping[str, Any]) -> Mapping[str, str]:
    found = draft.get(SECTIONS)
    return cast("Mapping[str, str]", found) if isinstance(found, Mapping) else {}
