"""The talks of a supervisor and somebody in training, for both to sign. It names nobody who is cared for."""

from datetime import date

from clinic_desktop.features.consults.queries.supervision import sessions
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.letters.letterhead import letterhead, whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.paper import (
    Align,
    Column,
    Fact,
    Facts,
    Paper,
    Rows,
    Signature,
    Signer,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def supervision_record(asker: Asker, trainee_id: str, first: date, last: date) -> Paper:
    rows = [row for row in sessions(asker, first, last) if row.trainee_id == trainee_id][::-1]
    trainee = staff.member(asker, trainee_id)
    name = trainee.full_name if trainee else staff.name_of(asker, trainee_id)
    by = "; ".join(dict.fromkeys(row.supervisor_name for row in rows if row.supervisor_name))
    return Paper(
        title=_("Record of supervision"),
        letterhead=letterhead(asker),
        size=whole_size(asker),
        subject=name,
        dateline=say_day(asker.today),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Facts(
                (
                    Fact(_("In training"), name),
                    Fact(_("Supervisor"), by),
                    Fact(_("First day"), say_day(first)),
                    Fact(_("Last day"), say_day(last)),
                    Fact(_("Talks"), str(len(rows))),
                    Fact(_("Minutes in all"), str(sum(row.minutes or 0 for row in rows))),
                )
            ),
            Rows(
                (
                    Column(_("Day"), 1.4),
                    Column(_("Minutes"), 1, Align.RIGHT),
                    Column(_("About"), 3),
                    Column(_("Feedback"), 4),
                ),
                tuple((say_day(r.held_on), str(r.minutes or ""), r.topic, r.feedback) for r in rows),
                if_none=_("No talk was written down in these days."),
            ),
            Signature((Signer(name), Signer(by, (_("Supervisor"),)))),
        ),
    )
