"""The referral letter with its slip to tear off. Its outside names a clinic and a folio, never a kind of illness."""

from dataclasses import dataclass
from datetime import date, datetime

from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.rules.ages import say_age_in_words
from clinic_desktop.features.patients.rules.places import municipality_name
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.features.referrals import queries
from clinic_desktop.features.referrals.queries import Kept
from clinic_desktop.features.referrals.rules import (
    PARTS,
    Part,
    Urgency,
    Written,
    check,
    must_have_reason,
    part_title,
    say_consent,
    say_urgency,
)
from clinic_desktop.features.referrals.service import draw_folio
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Blank,
    Block,
    Column,
    Fact,
    Facts,
    Letterhead,
    Notice,
    Paper,
    PaperSize,
    Rows,
    Signature,
    Signer,
    Slip,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker, Work

_IN_FACTS = (Part.NATIONAL_ID, Part.CONTACT)
_TEXTS = tuple(rule.part for rule in PARTS if rule.part not in (*_IN_FACTS, Part.MEDICINES))


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the letter is about, as the paper says it."""

    name: str
    age: str
    sex: str
    number: str
    community: str
    language: str


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    licence: str | None
    supervisor: str | None


@dataclass(frozen=True, slots=True)
class ReferralLetter:
    """Everything that stands on the paper."""

    head: Letterhead
    size: str
    place: str
    written: str
    folio: str
    person: Person
    content: Written
    author: Author
    printed_by: str
    printed_at: str


def lay_out(letter: ReferralLetter) -> Paper:
    """The paper: who, why, what is asked and what is known, who signs, and the slip that comes back."""
    content = letter.content
    return Paper(
        title=_("Referral letter"),
        letterhead=letter.head,
        size=PaperSize.HALF_LETTER if content.half_page else letter.size,
        subject=letter.person.name,
        folio=letter.folio,
        code=letter.folio,
        dateline=", ".join(part for part in (letter.place, letter.written) if part),
        footer=printed_words(by=letter.printed_by, at=letter.printed_at),
        blocks=(
            Facts(_facts(letter), 4),
            Notice(content.allergies or _("Allergies not recorded")),
            Words(content.reason_text, head=_("Why we refer"), needed=True, strong=True),
            Words(content.asked_text, head=_("What we ask for")),
            Words(content.summary_text, head=_("Summary")),
            *_parts(content),
            Words(content.follow_text, head=_("What we go on doing, and who follows")),
            Words(say_consent(content.consent)),
            _signature(letter.author),
            _slip(letter),
        ),
    )


def _facts(letter: ReferralLetter) -> tuple[Fact, ...]:
    person, content = letter.person, letter.content
    return (
        Fact(_("To"), content.receiver_text, wide=True),
        Fact(_("Name"), person.name, wide=True),
        Fact(_("Age"), person.age),
        Fact(_("Sex"), person.sex),
        Fact(_("Record number"), person.number),
        Fact(_("Urgency"), say_urgency(content.urgency)),
        Fact(_("Community"), person.community),
        Fact(_("Language"), person.language),
        Fact(_("Identity card"), content.parts.get(Part.NATIONAL_ID), needed=False),
        Fact(_("Goes with"), None, to_write=content.urgency != Urgency.ROUTINE, needed=False),
        Fact(_("Telephone and contact"), content.parts.get(Part.CONTACT), needed=False, wide=True),
    )


def _parts(content: Written) -> list[Block]:
    blocks: list[Block] = []
    for part in _TEXTS:
        blocks.append(Words(content.parts.get(part), head=part_title(part)))
        if part is Part.DIAGNOSES and content.medicines:
            columns = (Column(_("Medicine"), 2.4, strong=True), Column(_("How it is taken"), 2.6), Column(_("Since")))
            rows = tuple((m.name, m.how, m.since) for m in content.medicines)
            blocks.append(Rows(columns, rows, head=part_title(Part.MEDICINES)))
    return blocks


def _signature(author: Author) -> Signature:
    lines = (_("Licence {number}").format(number=author.licence),) if author.licence else ()
    signers = [Signer(author.name, lines)]
    if author.supervisor:
        signers.append(Signer(author.supervisor, (_("Supervisor"),)))
    return Signature(tuple(signers))


def _slip(letter: ReferralLetter) -> Slip:
    """It travels back alone and may lie open on a desk: a folio, no name."""
    head = letter.head
    phone = _("Tel. {phone}").format(phone=head.phone) if head.phone else ""
    return Slip(
        title=_("Answer to the referral"),
        folio=letter.folio,
        return_to=tuple(line for line in (head.name, *head.lines, letter.place, phone) if line),
        blocks=(
            Facts((Fact(_("Seen on"), None, to_write=True), Fact(_("Next visit"), None, to_write=True))),
            *_to_answer(half_page=letter.content.half_page),
            # A line and not a block of its own: most letters then leave room for the slip on their one sheet.
            Facts((Fact(_("Name, signature and stamp"), None, to_write=True),), 1),
        ),
    )


def _to_answer(*, half_page: bool) -> tuple[Blank, ...]:
    if half_page:
        return (Blank(2, _("Diagnosis, treatment, what we should do")),)
    return (Blank(1, _("Diagnosis")), Blank(1, _("Treatment")), Blank(1, _("What we should do")))


# -- from the chart


def new_letter(asker: Asker, patient_id: str, content: Written, folio: str) -> ReferralLetter:
    """A letter that is being written, by the person who is asking."""
    asker.require(Permission.WRITE_LETTERS)
    author = staff.member(asker, asker.actor.staff_id)
    supervisor = author.supervisor_id if author else None
    signing = Author(
        author.full_name if author else asker.actor.name,
        author.licence if author else None,
        staff.name_of(asker, supervisor) if supervisor else None,
    )
    return _letter(asker, patient_id, content, folio, asker.now, signing)


def kept_letter(asker: Asker, request_id: str) -> ReferralLetter:
    """A letter that was written, with the words it had then; only who prints it, and when, is new."""
    kept: Kept = queries.kept(asker, request_id)
    signing = Author(kept.author_name, kept.author_licence, kept.supervisor_name)
    return _letter(asker, kept.patient_id, kept.written, kept.folio, kept.written_at, signing)


def _letter(
    asker: Asker, patient_id: str, content: Written, folio: str, written_at: datetime, author: Author
) -> ReferralLetter:
    site, zone = staff.site(asker), asker.place.zone
    return ReferralLetter(
        head=letterhead(asker),
        size=paper_size(asker),
        place=municipality_name(site.municipality_code) if site else "",
        written=say_instant(written_at, zone),
        folio=folio,
        person=_about(asker, patient_id, written_at.astimezone(zone).date()),
        content=content,
        author=author,
        printed_by=asker.actor.name,
        printed_at=say_instant(asker.now, zone),
    )


def _about(asker: Asker, patient_id: str, on: date) -> Person:
    header = patients.header(asker, PatientId(patient_id))
    age = say_age_in_words(header.birth, on) if header.birth else ""
    if header.birth and header.birth.estimated:
        age = _("{age} (estimated)").format(age=age)
    language = header.language
    if header.needs_interpreter:
        language = _("{language}, needs an interpreter").format(language=language or _("other than Spanish"))
    return Person(header.said, age, say_sex(header.sex), header.number, header.place, language)


def prepare(
    work: Work, patient_id: str, content: Written, folio: str | None, despite: str = ""
) -> tuple[str, bytes, str]:
    """The paper to be looked at, with the folio it will leave under: a new one unless it has its own already.

    Refused, or asked for an emergency, where the person did not agree: nobody prints first and asks afterwards.
    """
    check(content)
    must_have_reason(queries.unagreed(work, patient_id, content), content.urgency, despite)
    number = folio or draw_folio(work)
    return number, lay_out(new_letter(work, patient_id, content, number)).pdf(), despite


def again(asker: Asker, request_id: str, despite: str = "") -> bytes:
    """The paper of a letter that was written, if the person has not taken the yes back since."""
    kept = queries.kept(asker, request_id)
    must_have_reason(queries.unagreed(asker, kept.patient_id, kept.written), kept.written.urgency, despite)
    return lay_out(kept_letter(asker, request_id)).pdf()
