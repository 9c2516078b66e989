"""The banner of this room's pages: of the person as everywhere, with what only a clinician is told."""

from dataclasses import replace

from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.rules.vitals import PREGNANCY_WORDS, Pregnancy
from clinic_desktop.features.patients.rules.banner import banner_words
from clinic_desktop.features.patients.rules.rows import Mark
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.banner import person_banner
from clinic_desktop.uikit.surfaces import Banner

_SMALL = 3


def banner_of(chart: Chart, *, compact: bool) -> Banner:
    """In a small window the last fact is left out, so that the name and the allergy are never cut."""
    words = banner_words(chart.header)
    facts = words.facts[:_SMALL] if compact else words.facts
    return person_banner(replace(words, facts=facts, marks=(*_pregnancy(chart), *words.marks)), _("Ask"))


def _pregnancy(chart: Chart) -> tuple[Mark, ...]:
    """With its day: what was told nine months ago may be over. Nothing where it was not told."""
    told, on = chart.holding.pregnancy, chart.holding.pregnancy_on
    if told is None or on is None or told not in (Pregnancy.YES, Pregnancy.POSSIBLE):
        return ()
    return (Mark(f"{_(PREGNANCY_WORDS[told])} ({say_day(on)})", "warning", "info-circle"),)
