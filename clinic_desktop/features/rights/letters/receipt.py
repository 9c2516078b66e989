"""The receipt of a complaint: its folio, its day, and by when it is answered. Nothing of why the person comes here."""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.rights.queries import complaints as queries
from clinic_desktop.features.rights.rules.kinds import say_complaint
from clinic_desktop.kernel.dates import say_day, say_instant, say_weekday
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Fact, Facts, Notice, Paper, PaperSize, Signature, Signer, Words, printed_words
from clinic_desktop.storage.work import Asker


def receipt(asker: Asker, complaint_id: str) -> Paper:
    """For whoever complained. Without a name: the folio is enough to ask after it."""
    asker.require(Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS)
    taken = queries.taken(asker, complaint_id)
    due = f"{say_weekday(taken.due_on)} {say_day(taken.due_on)}"
    return Paper(
        title=_("Receipt of a complaint"),
        letterhead=neutral_letterhead(asker),
        size=PaperSize.HALF_LETTER,
        folio=taken.folio,
        code=taken.folio,
        dateline=say_day(taken.received_on),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Facts(
                (
                    Fact(_("About"), say_complaint(taken.kind_code), wide=True),
                    Fact(_("Answer by"), due, wide=True),
                )
            ),
            Words(taken.words, head=_("As it was told")),
            Notice(_("Ask with this number. Nobody treats you worse for complaining.")),
            Signature((Signer(taken.received_by, (_("Who took it down"),)),)),
        ),
    )
