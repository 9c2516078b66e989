"""What the pages of the stick have in common."""

from collections.abc import Iterable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.exchange.carrying.outgoing import Load
from clinic_desktop.exchange.outcomes import Merged, MergeReport
from clinic_desktop.features.bundles.rules.loads import grouped
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.layouts import column, row
from clinic_desktop.uikit.marks import Icon
from clinic_desktop.uikit.surfaces import Callout, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text

Group = tuple[str, int, int]


class LoadTable(ListTable[Group]):
    """New and changed, in the words of the clinic."""

    def __init__(self) -> None:
        super().__init__(
            [
                Column[Group](_("What"), lambda g: _(g[0]), stretch=True),
                Column[Group](_("New"), partial(_count, at=1), 80, right=True),
                Column[Group](_("Changed"), partial(_count, at=2), 90, right=True),
            ],
            key=lambda g: g[0],
            empty=EmptyState(_("Nothing waits to be carried."), None),
        )

    def show_loads(self, loads: Iterable[Load]) -> None:
        self.show_rows(grouped((load.table, load.new, load.changed) for load in loads))
        if self.count():
            self.fit_height()


def _count(group: Group, at: int) -> cells.Cell:
    return cells.number(str(group[at]) if group[at] else "–", ink="strong" if group[at] else "quiet")


def checked(head: str, under: str) -> QWidget:
    """A line of what was verified."""
    line = QWidget()
    words = column(Text(head, weight="semi"), Text(under, "small", color="quiet", wrap=True), gap=0)
    line.setLayout(row(Icon("circle-check", "well"), (words, 1), gap=S2))
    return line


def said_report(report: MergeReport) -> list[Callout]:
    """What came of a merge, a line for each file and one for what is missing."""
    told = [_said_file(one) for one in sorted(report.files, key=_weight) if not one.ours]
    if report.gaps:
        count = len(report.gaps)
        words = ngettext(
            "A bundle is missing in between. Ask for it; what came after it was taken in already.",
            "{count} bundles are missing in between. Ask for them; what came after was taken in already.",
            count,
        )
        told.append(Callout(words.format(count=count), "warning", "alert-triangle"))
    if report.open_conflicts:
        words = ngettext(
            "{count} conflict waits for a decision.", "{count} conflicts wait for a decision.", report.open_conflicts
        )
        told.append(Callout(words.format(count=report.open_conflicts), "warning", "alert-circle"))
    return told


def _weight(one: Merged) -> int:
    """What a person must see first."""
    if one.error is not None or one.aside_segments:
        return 0
    return 1 if one.new_segments else 2


def _said_file(one: Merged) -> Callout:
    if one.error is not None:
        return Callout(one.error, "danger", "alert-circle")
    name = _("{site}, bundle {number:04d}").format(site=one.site_name, number=one.number)
    if one.aside_segments:
        words = _("Part of it was kept aside and not taken in; look at the findings.")
        return Callout(f"{name}: {words}", "warning", "alert-triangle")
    if one.new_segments:
        words = ngettext("{count} new or changed row", "{count} new or changed rows", one.rows).format(count=one.rows)
        return Callout(f"{name}: {words}", "well", "circle-check")
    return Callout(f"{name}: " + _("nothing that was not here already"), "neutral", "check")
