"""What somebody else changed in a chart while a note of it was being written, in a sentence."""

from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _


def said_meanwhile(before: Chart, now: Chart, own_note_id: str) -> str:
    """Empty if nothing that matters to the writer. What is being typed is never touched."""
    said: list[str] = []
    known = {row.note_id for row in before.timeline} | {own_note_id, None}
    for row in now.timeline:
        if row.note_id not in known:
            author = row.author_name or _("somebody")
            said.append(_("a note of {author} of {day}").format(author=author, day=say_day(row.occurred_on)))
    if (before.risk is None) != (now.risk is None):
        said.append(_("a risk was opened") if now.risk is not None else _("the risk was closed"))
    if {m.request_id for m in before.medicines} != {m.request_id for m in now.medicines}:
        said.append(_("the medicines"))
    if not said:
        return ""
    return _("Changed meanwhile: {what}. What you typed stays.").format(what=", ".join(said))
