"""The paper with which a person takes home what is written of them: plain words, no codes alone, however much it is."""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.rights.queries.own_data import OwnData, Part
from clinic_desktop.features.rights.queries.own_data import own_data as gather
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Block,
    Column,
    Fact,
    Facts,
    Heading,
    Notice,
    Paper,
    Rows,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def own_data_paper(asker: Asker, patient_id: str, whole: bool = False) -> Paper:
    """`whole`: the person asked for it alone, with what was told in confidence."""
    asker.require(Permission.READ_CHART)
    known = gather(asker, patient_id, whole)
    return Paper(
        title=_("My data"),
        letterhead=neutral_letterhead(asker),
        size=paper_size(asker),
        subject=known.said,
        dateline=say_day(asker.today),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Notice(_("This is yours. Keep it where nobody else reads it.")),
            Facts(tuple(Fact(label, value) for label, value in known.facts)),
            *(block for part in known.parts for block in _part(part)),
            *_closing(known),
        ),
    )


def _part(part: Part) -> list[Block]:
    explained: list[Block] = [Words(part.explained)] if part.explained else []
    columns = (Column(_("Day"), 1.0), Column(_("What is written"), 4.0))
    return [Heading(part.title), *explained, Rows(columns, part.lines)]


def _closing(known: OwnData) -> list[Block]:
    told: list[Block] = []
    if not known.whole:
        told.append(
            Words(_("What somebody tells us in confidence is on no such paper. Who wants it asks for it alone."))
        )
    told.append(Words(_("If something is wrong, say so: it is put right, and what was written before stays readable.")))
    return told
