"""A person's wishes for a crisis, small enough to carry: their own words, their name, and nothing of an illness."""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.patients.queries import people
from clinic_desktop.features.patients.rules.places import language_name
from clinic_desktop.features.rights.queries import wishes as queries
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Fact, Facts, Notice, Paper, PaperSize, Signature, Signer, Words
from clinic_desktop.storage.work import Asker


def wishes_paper(asker: Asker, patient_id: str) -> Paper:
    asker.require(Permission.READ_CHART, Permission.WRITE_NOTES)
    kept = queries.newest(asker, patient_id)
    if kept is None:
        raise NotHere()
    known = people.header(asker, PatientId(patient_id))
    said = kept.wishes
    return Paper(
        title=_("If I am not well"),
        letterhead=neutral_letterhead(asker),
        size=PaperSize.HALF_LETTER,
        subject=known.said,
        dateline=say_day(kept.said_on),
        blocks=(
            Facts((Fact(_("Name"), known.said, wide=True),)),
            *(Words(words, head=head, large=True) for head, words in said.said),
            Notice(_("I may change this on any day. The newest one holds.")),
            Facts(
                (
                    Fact(_("Language we spoke"), language_name(said.language_code), needed=False),
                    Fact(_("Witness"), said.witness, needed=False),
                )
            ),
            Signature((Signer(known.said, thumbprint=True),)),
        ),
    )
