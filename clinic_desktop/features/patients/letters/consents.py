"""The paper on which a person says yes or no to each purpose, and the note that takes a yes back: large, plain words.

It may be filled in by the program, by hand, or half and half: what was not answered has empty boxes. It names the
clinic as its letterhead does and no kind of illness.
"""

from collections.abc import Mapping, Sequence

from clinic_desktop.features.patients.queries import consents as queries
from clinic_desktop.features.patients.queries import people, photos
from clinic_desktop.features.patients.rules.consents import (
    FREE_TO_REFUSE,
    MAY_CHANGE,
    PURPOSES,
    ConsentAnswer,
    ConsentPurpose,
    ConsentWay,
    NothingToWithdraw,
    PurposeRule,
    Said,
    Talk,
    say_purpose,
    say_way,
    text_version,
)
from clinic_desktop.features.patients.rules.places import language_name, municipality_name
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import (
    Block,
    Fact,
    Facts,
    Notice,
    Paper,
    Signature,
    Signer,
    Tick,
    Ticks,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def consent_paper(
    asker: Asker, patient_id: PatientId, answers: Sequence[Said] = (), talk: Talk | None = None, *, photo: bool = False
) -> Paper:
    """The paper of one talk. Without answers every box is empty, to be filled in by hand."""
    asker.require(Permission.SEE_PATIENTS)
    known = people.header(asker, patient_id)
    said: dict[ConsentPurpose, list[Said]] = {}
    for answer in answers:
        said.setdefault(answer.purpose, []).append(answer)
    photo = photo or photos.are_on(asker)
    shown = [rule for rule in PURPOSES if photo or rule.purpose is not ConsentPurpose.PHOTO or rule.purpose in said]
    return Paper(
        title=_("What I agree to"),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        subject=known.said,
        dateline=_dateline(asker, talk),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Facts((Fact(_("Name"), known.said), Fact(_("Record number"), known.number))),
            *_information(shown),
            Notice(_(FREE_TO_REFUSE)),
            *(block for rule in shown if rule.refusable for block in _purpose(rule, said)),
            Words(_(MAY_CHANGE), large=True),
            *_how(talk),
            Signature((Signer(known.said, thumbprint=True), *_guardian(asker, patient_id, talk))),
            Signature(_others(talk)),
            Facts((Fact(_("Version of these words"), talk.text_version if talk else text_version()),)),
        ),
    )


def paper_of_act(asker: Asker, patient_id: PatientId, act_id: str) -> Paper:
    """The paper of a talk that was kept, as it was answered then."""
    entries = [entry for entry in queries.of_patient(asker, patient_id) if entry.act_id == act_id]
    said = [
        Said(entry.purpose, entry.answer is ConsentAnswer.GIVEN, entry.about)
        for entry in entries
        if entry.answer is not ConsentAnswer.WITHDRAWN
    ]
    talk = Talk(
        decided_on=entries[0].decided_on,
        way=entries[0].way,
        language_code=entries[0].language_code,
        read_aloud=entries[0].read_aloud,
        said_back=entries[0].said_back,
        interpreter=entries[0].interpreter,
        witness=entries[0].witness,
        witness_is_of_clinic=entries[0].witness_is_of_clinic,
        text_version=entries[0].text_version,
        guardian=entries[0].guardian,
    )
    return consent_paper(asker, patient_id, said, talk)


def withdrawal_paper(asker: Asker, consent_id: str) -> Paper:
    """That a yes was taken back, for the person and for the folder. `consent_id` is the row that took it back."""
    asker.require(Permission.SEE_PATIENTS)
    patient_id, entry = queries.entry_of(asker, consent_id)
    if entry.answer is not ConsentAnswer.WITHDRAWN:
        raise NothingToWithdraw()
    known = people.header(asker, PatientId(patient_id))
    return Paper(
        title=_("I take back my yes"),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        subject=known.said,
        dateline=_place_and(asker, say_day(entry.decided_on)),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Facts((Fact(_("Name"), known.said), Fact(_("Record number"), known.number))),
            Words(say_purpose(entry.purpose, entry.about), head=_("What I take back"), large=True, strong=True),
            Words(
                _(
                    "From {day} on this holds for every list, letter and copy that is made. What left before that day "
                    "cannot be called back. It costs me nothing: I am cared for just the same."
                ).format(day=say_day(entry.decided_on)),
                large=True,
            ),
            Words(entry.note, head=_("In my own words")),
            Signature((Signer(known.said, thumbprint=True),)),
            Signature(
                (
                    Signer(entry.witness, (_("Witness"),)),
                    Signer(entry.recorded_by, (_("Who took it down"),)),
                )
            ),
        ),
    )


# -- parts


def _information(shown: Sequence[PurposeRule]) -> list[Block]:
    """What goes together with coming here: nothing is asked, so nothing has a box."""
    words = [_(rule.yes) for rule in shown if not rule.refusable]
    return [Words("\n".join(words), large=True)] if words else []


def _purpose(rule: PurposeRule, said: Mapping[ConsentPurpose, Sequence[Said]]) -> list[Block]:
    """One purpose; once for each person or thing that was named."""
    blocks: list[Block] = []
    for answer in said.get(rule.purpose, ()) or (None,):
        boxes = (
            Tick(f"{_('Yes')}. {_(rule.yes)}", answer is not None and answer.yes),
            Tick(f"{_('No')}. {_(rule.no)}", answer is not None and not answer.yes),
        )
        blocks.append(Ticks(boxes, head=_(rule.title), large=True))
        if rule.about and (answer is None or answer.yes or answer.about):
            named = answer.about if answer is not None else None
            blocks.append(Facts((Fact(_(rule.about), named, to_write=True, wide=True),)))
    return blocks


def _how(talk: Talk | None) -> list[Block]:
    if talk is None:
        return [
            Facts(
                (
                    Fact(_("Language we spoke"), None, to_write=True),
                    Fact(_("Interpreter (name, relation)"), None, to_write=True),
                )
            ),
            Ticks(
                (
                    Tick(_("It was read to me aloud")),
                    Tick(_("I said it back in my own words")),
                    *(Tick(say_way(way)) for way in ConsentWay),
                )
            ),
        ]
    done = [
        (_("It was read to me aloud"), talk.read_aloud),
        (_("I said it back in my own words"), talk.said_back),
    ]
    return [
        Facts(
            (
                Fact(_("Language we spoke"), language_name(talk.language_code), to_write=True),
                Fact(_("Interpreter (name, relation)"), talk.interpreter, to_write=True),
                Fact(_("How I say it"), say_way(talk.way) if talk.way else None, to_write=True),
            )
        ),
        Ticks(tuple(Tick(words, ticked=yes is True) for words, yes in done)),
    ]


def _guardian(asker: Asker, patient_id: PatientId, talk: Talk | None) -> tuple[Signer, ...]:
    about = queries.about_person(asker, patient_id)
    name = talk.guardian if talk else about.guardian
    return (Signer(name, (_("Who decides with or for the person"),)),) if name or about.is_minor else ()


def _others(talk: Talk | None) -> tuple[Signer, ...]:
    said = {True: _("Witness, of the clinic"), False: _("Witness, not of the clinic"), None: _("Witness")}
    witness = said[talk.witness_is_of_clinic if talk else None]
    return (
        Signer(talk.witness if talk else "", (witness,)),
        Signer(talk.interpreter if talk else "", (_("Interpreter"),)),
    )


def _dateline(asker: Asker, talk: Talk | None) -> str:
    """Left open where it is filled in by hand on another day."""
    return _place_and(asker, say_day(talk.decided_on) if talk else "____ / ____ / ________")


def _place_and(asker: Asker, day: str) -> str:
    site = staff.site(asker)
    place = municipality_name(site.municipality_code) if site else ""
    return ", ".join(part for part in (place or asker.place.site_name, day) if part)
