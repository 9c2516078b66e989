"""An adverse reaction on one page, for the health authority or the pharmacy.

It never says a name. Whom it is about is a record number, and only with the person's yes to letters to this receiver;
without it sex and an age in tens of years are enough to tell what a medicine did.
"""

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.consults.queries import reactions as queries
from clinic_desktop.features.consults.queries.reactions import ReactionRow
from clinic_desktop.features.consults.rules.reactions import OUTCOME_WORDS, SEVERITY_WORDS
from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.rules.ages import say_age_in_words
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.patients.rules.rows import Header
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.dates import age_on, say_day, say_instant
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.printing.paper import Fact, Facts, Paper, Signature, Signer, Words, printed_words
from clinic_desktop.storage.work import Asker

_BAND = 10


def reaction_page(asker: Asker, reaction_id: str, receiver: str = "") -> Paper:
    """For whoever is named as the receiver; a yes to another service is none to this one."""
    known = queries.reaction(asker, reaction_id)
    if known is None:
        raise NotHere()
    header = patients.header(asker, PatientId(known.patient_id))
    agreed = consents.allowed(asker, known.patient_id, ConsentPurpose.OTHER_SERVICE, receiver)
    return Paper(
        title=_("Adverse reaction to a medicine"),
        letterhead=neutral_letterhead(asker),
        size=paper_size(asker),
        dateline=say_day(known.noted_on),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Facts((Fact(_("To"), receiver.strip(), needed=False, wide=True), *_who(asker, header, agreed=agreed)), 3),
            Facts(_what(known), 2),
            Words(known.reaction.happened, head=_("What happened"), needed=True),
            Words(known.reaction.done, head=_("What was done"), needed=True),
            _signature(asker, known),
        ),
    )


def _who(asker: Asker, header: Header, *, agreed: bool) -> tuple[Fact, ...]:
    sex, birth = Fact(_("Sex"), say_sex(header.sex)), header.birth
    if agreed:
        age = say_age_in_words(birth, asker.today) if birth else None
        return sex, Fact(_("Age"), age), Fact(_("Record number"), header.number)
    if birth is None:
        return sex, Fact(_("Age"), None)
    lowest = age_on(birth.day, asker.today) // _BAND * _BAND
    return sex, Fact(_("Age"), _("{low} to {high} years").format(low=lowest, high=lowest + _BAND - 1))


def _what(known: ReactionRow) -> tuple[Fact, ...]:
    reaction = known.reaction
    return (
        Fact(_("Medicine"), reaction.medicine, wide=True),
        Fact(_("Batch"), reaction.lot),
        Fact(_("Began"), reaction.began_on.said() if reaction.began_on else None),
        Fact(_("Severity"), _(SEVERITY_WORDS[reaction.severity]) if reaction.severity else None),
        Fact(_("Outcome"), _(OUTCOME_WORDS[reaction.outcome]) if reaction.outcome else None),
    )


def _signature(asker: Asker, known: ReactionRow) -> Signature:
    """Whoever prints it signs; who noted it stands below."""
    member = staff.member(asker, asker.actor.staff_id)
    name = member.full_name if member else asker.actor.name
    lines = [_("Licence {number}").format(number=member.licence)] if member and member.licence else []
    if known.by_name and known.by_name != name:
        lines.append(_("Noted by {name}").format(name=known.by_name))
    return Signature((Signer(name, tuple(lines)),))
