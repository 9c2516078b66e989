"""What came of merging many files: a line for each clinic, what was refused first, remembered for the session."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from clinic_desktop.exchange.outcomes import Merged, MergeReport
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.surfaces import Callout


@dataclass
class Session:
    """What was refused since the window was opened; a file that is taken in later is forgotten."""

    refused: dict[str, Merged] = field(default_factory=dict[str, Merged])

    def hear(self, files: Iterable[Merged]) -> None:
        for one in files:
            if one.error is None:
                self.refused.pop(one.path.name, None)
            else:
                self.refused[one.path.name] = one


def said_summary(files: Iterable[Merged], session: Session, report: MergeReport | None = None) -> list[Callout]:
    """One line a clinic: what is new, what was here, what was kept aside; before them each file that was refused."""
    told = [_said_refused(one) for one in session.refused.values()]
    by_site: dict[str, list[Merged]] = {}
    for one in files:
        if one.error is None and not one.ours:
            by_site.setdefault(one.site_name, []).append(one)
    lines = sorted(by_site.items(), key=lambda pair: (_weight(pair[1]), pair[0]))
    told += [_said_site(name, some) for name, some in lines]
    if not told and report is not None:
        told.append(Callout(_("There is nothing here for this office.")))
    return told + (_said_open(report) if report is not None else [])


def _weight(some: list[Merged]) -> int:
    if any(one.aside_segments or one.held_segments for one in some):
        return 0
    return 1 if any(one.new_segments for one in some) else 2


def _said_refused(one: Merged) -> Callout:
    return Callout(one.error or "", "danger", "alert-circle")


def _said_site(name: str, some: list[Merged]) -> Callout:
    rows = sum(one.rows for one in some)
    idle = [one for one in some if not (one.new_segments or one.aside_segments or one.held_segments)]
    here = sum(1 for one in idle if one.read_before or one.known_segments)
    parts: list[str] = []
    if rows:
        parts.append(ngettext("{count} new row", "{count} new rows", rows).format(count=f"{rows:,}"))
    if here:
        parts.append(ngettext("{count} bundle was here already", "{count} bundles were here already", here).format(
            count=here
        ))  # fmt: skip
    if len(idle) > here:
        parts.append(_("only receipts"))
    aside, held = sum(one.aside_segments for one in some), sum(one.held_segments for one in some)
    if aside:
        words = ngettext(
            "{count} part was kept aside: look at the findings",
            "{count} parts were kept aside: look at the findings",
            aside,
        )
        parts.append(words.format(count=aside))
    if held:
        parts.append(_("part of it waits for a newer program: update this computer"))
    if any(one.new_epoch for one in some):
        parts.append(_("this computer had been put back from a backup and counts anew; nothing was lost"))
    numbers = _said_numbers(sorted({one.number for one in some}))
    tone, icon = ("warning", "alert-triangle") if aside or held else ("well", "circle-check")
    if not (aside or held or rows):
        tone, icon = "neutral", "check"
    head = _("{site}, bundle {numbers}").format(site=name, numbers=numbers)
    return Callout(f"{head}: " + "; ".join(parts or [_("nothing new")]), tone, icon)


def _said_open(report: MergeReport) -> list[Callout]:
    told: list[Callout] = []
    missing = len(report.gaps)
    if missing:
        words = ngettext(
            "A bundle is missing in between. Ask for it; what came after it was taken in already.",
            "{count} bundles are missing in between. Ask for them; what came after was taken in already.",
            missing,
        )
        told.append(Callout(words.format(count=missing), "warning", "alert-triangle"))
    count = report.open_conflicts
    if count:
        words = ngettext("{count} conflict waits for a decision.", "{count} conflicts wait for a decision.", count)
        told.append(Callout(words.format(count=count), "warning", "alert-circle"))
    return told


def _said_numbers(numbers: list[int]) -> str:
    """ "0012", "0012–0014", "0012, 0014"."""
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]:04d}–{numbers[-1]:04d}"
    return ", ".join(f"{number:04d}" for number in numbers)
