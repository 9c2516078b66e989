"""What people say of themselves when asked, and may leave unsaid: identity, difficulties, how they found the clinic."""

from collections.abc import Mapping
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.i18n import N_, _

UNDECLARED = "unknown"
"""The row of `identifications` for who was asked and preferred not to say."""


@cache
def _identifications() -> tuple[tuple[str, str], ...]:
    return tuple((row["code"], row["name"]) for row in read_catalog("identifications"))


def identifications() -> tuple[tuple[str, str], ...]:
    """Code and words; the one for not saying last."""
    said = [(code, name) for code, name in _identifications() if code != UNDECLARED]
    return (*said, (UNDECLARED, _("Prefers not to say")))


def identification_name(code: str) -> str:
    return dict(identifications()).get(code, code)


@cache
def ways_found() -> tuple[tuple[str, str], ...]:
    """How somebody may have come to know of the clinic: code and words."""
    return tuple((row["code"], row["name"]) for row in read_catalog("found_by"))


def way_found(code: str, words: str = "") -> str:
    named = dict(ways_found()).get(code, code)
    return f"{named}: {words}" if named and words else named or words


# The six domains of the Washington Group's short set. The labels are ours; nothing is summed up, nothing is a verdict.
DOMAINS = {
    "seeing": N_("Seeing, even with glasses"),
    "hearing": N_("Hearing, even with an aid"),
    "walking": N_("Walking and stairs"),
    "remembering": N_("Memory and attention"),
    "self_care": N_("Washing, dressing"),
    "communicating": N_("Talking with others"),
}
DIFFICULTIES = {
    1: N_("It is not hard"),
    2: N_("A little hard"),
    3: N_("Very hard"),
    4: N_("Not possible"),
    0: N_("Prefers not to say"),
}


def say_functioning(answers: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """What was said of each domain, in their fixed order."""
    return tuple((_(title), _(DIFFICULTIES[answers[name]])) for name, title in DOMAINS.items() if name in answers)


def tidy_functioning(answers: Mapping[str, int]) -> dict[str, int]:
    """Without what no question of these gives."""
    return {name: answer for name, answer in answers.items() if name in DOMAINS and answer in DIFFICULTIES}
