"""Where a scale's judgements come from: each band and cut-off with its source, and the wording that is in use."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.scales import InstrumentRow
from clinic_desktop.features.consults.rules.scoring import Scale
from clinic_desktop.features.consults.screens.blank_form import open_blank_form
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi


class SourceSheet(Sheet):
    def __init__(self, office: Office | None, scale: Scale, wording: InstrumentRow | None, parent: QWidget) -> None:
        body = QWidget()
        lines = [Phrase(quiet(f"{label}  "), semi(said)) for label, said in facts(scale, wording) if said]
        stack(body, *lines, None, gap=4)
        area = scrolled(body)
        area.setMinimumHeight(220)
        hint = Text(_("A number never decides. It is read together with the person."), "small", color="quiet")
        super().__init__(scale.title, parent, Text(scale.title, "head", "semi"), area, hint, width=560)
        self.body.setSpacing(S2)
        if office is not None and wording is not None and wording.may_print:
            show = partial(open_blank_form, office, wording.instrument_id, self)
            self.add_deed(Button(_("Print a blank form"), key="print", icon="printer"), show)
        back = self.add_deed(Button(_("Go back"), key="back", kind="primary"))
        back.setFocus()


def facts(scale: Scale, wording: InstrumentRow | None) -> list[tuple[str, str]]:
    """Label and words, in the order in which they are read."""
    found = [(_("Measures"), str(scale.measures))]
    if not scale.is_form:
        found.append((_("Total"), _("{low} to {high}").format(low=scale.lowest, high=scale.highest)))
    if scale.further:
        first, last = scale.further[0].number, scale.further[-1].number
        found.append((_("Do not count"), _("questions {first} to {last}").format(first=first, last=last)))
    found += [(f"{band.low}-{band.high}", str(band.words)) for band in scale.bands]
    if scale.is_total_only:
        found.append((_("Bands and cut-offs"), _("none: they were not verified")))
    elif not scale.bands and not scale.is_form:
        found.append((_("Bands"), _("none is shown")))
    found.append((_("Source"), scale.source))
    for cutoff in scale.cutoffs:
        words = _("{limit} or more") if cutoff.at_least is not None else _("{limit} or less")
        limit = cutoff.at_least if cutoff.at_least is not None else cutoff.at_most
        found.append((_("Published cut-off"), f"{words.format(limit=limit)} ({cutoff.source})"))
    if scale.change is not None:
        words = _("{count} points").format(count=scale.change.smallest)
        found.append((_("Smallest change"), f"{words} ({scale.change.smallest_source})"))
        words = _("half or less of the first; remission below {limit}").format(limit=scale.change.remission_below)
        found.append((_("Response"), f"{words} ({scale.change.source})"))
    found.append((_("Terms of use"), scale.licence))
    if wording is not None:
        said = " · ".join(part for part in (wording.title, wording.version, wording.language_code) if part)
        found += [(_("Wording"), said), (_("Copyright"), wording.copyright or _("the file says none"))]
    return found
