"""A person's own record, gathered for the person: what was agreed, found, prescribed, measured, sent and looked at.

What was told apart (of others, of violence, in an adolescent's private time) is there only if asked for alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.agenda.queries import day as agenda
from clinic_desktop.features.agenda.rules.day import STATUS_WORDS
from clinic_desktop.features.consults.queries import diagnoses, goals, outside, safety_plans, scales
from clinic_desktop.features.consults.queries.standing_rows import is_not_taken_back
from clinic_desktop.features.consults.records.encounters import ConsultNote, Encounter
from clinic_desktop.features.consults.records.findings import AdverseReaction, ViolenceAnswer
from clinic_desktop.features.consults.rules.diagnoses import CLINICAL_WORDS, VERIFICATION_WORDS
from clinic_desktop.features.consults.rules.goals import STANDING_WORDS
from clinic_desktop.features.consults.rules.plan_items import say_plan_item
from clinic_desktop.features.consults.rules.reactions import OUTCOME_WORDS
from clinic_desktop.features.consults.rules.score_words import say_direction, say_doubts
from clinic_desktop.features.consults.rules.scoring import find_scale, say_band
from clinic_desktop.features.consults.rules.sections import is_restricted, section_title
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.patients.queries import consents, people, restricted
from clinic_desktop.features.patients.rules.ages import say_age_in_words
from clinic_desktop.features.patients.rules.consents import say_answer, say_purpose
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.features.referrals import queries as referrals
from clinic_desktop.features.rights.queries import disclosures, wishes
from clinic_desktop.features.rights.rules.kinds import DisclosureKind, joined, say_disclosure
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_APPOINTMENTS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, a sentence that explains its words, and lines of day and words; kept short for who reads little."""

    title: str
    explained: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OwnData:
    said: str
    number: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    whole: bool
    """With what is kept apart. Whether there is anything of it, the other paper must not tell who reads it at home."""


def own_data(asker: Asker, patient_id: str, whole: bool = False) -> OwnData:
    """`whole`: the person asked for it alone, with the parts that are kept apart."""
    asker.require(Permission.READ_CHART)
    restricted.must_open(asker, patient_id)
    known = people.details(asker, PatientId(patient_id))
    header = people.header(asker, PatientId(patient_id))
    notes = _notes(asker, patient_id)
    parts = (
        _plans(notes),
        _goals(asker, patient_id),
        _diagnoses(asker, patient_id),
        _medicines(asker, patient_id),
        _elsewhere(asker, patient_id),
        _scores(asker, patient_id),
        _safety(asker, patient_id),
        _wishes(asker, patient_id),
        _reactions(asker, patient_id),
        _consents(asker, patient_id),
        _letters(asker, patient_id),
        _appointments(asker, patient_id),
        _given(asker, patient_id, whole=whole),
        _looked(asker, patient_id),
    )
    more = (Part(_("Told in confidence"), "", (*_apart(notes), *_violence(asker, patient_id))),) if whole else ()
    details = known.details
    facts = (
        (_("Name"), header.said),
        (_("Called"), header.known_as if header.known_as != header.said else ""),
        (_("Record number"), header.number),
        (_("Born"), header.birth.day.said() if header.birth else ""),
        (_("Age"), say_age_in_words(header.birth, asker.today) if header.birth else ""),
        (_("Sex"), say_sex(header.sex)),
        (_("Community"), header.place),
        (_("Language"), header.language),
        (_("Document"), details.national_id),
        (_("Telephone"), details.phone),
        (_("Trusted person"), joined((details.contact_name, details.contact_kinship), ", ")),
        (_("What the body does not bear"), ", ".join(header.allergies)),
    )
    return OwnData(
        said=header.said,
        number=header.number,
        facts=tuple((label, value) for label, value in facts if value),
        parts=tuple(part for part in (*parts, *more) if part.lines),
        whole=whole,
    )


def _notes(asker: Asker, patient_id: str) -> Sequence[Any]:
    """Day, sections, what was agreed and taught, author of each note that holds, newest first."""
    newer = aliased(ConsultNote)
    return asker.all(
        sa.select(ConsultNote.occurred_on, ConsultNote.sections, ConsultNote.plan_items, ConsultNote.author_name)
        .join(Encounter, Encounter.id == ConsultNote.encounter_id)
        .where(ConsultNote.patient_id == patient_id, Encounter.voided_at.is_(None))
        .where(~sa.exists().where(newer.amends_id == ConsultNote.id))
        .order_by(ConsultNote.occurred_on.desc(), ConsultNote.id.desc())
    )


def _plans(notes: Iterable[Any]) -> Part:
    lines: list[tuple[str, str]] = []
    for day, sections, items, author in notes:
        agreed = ", ".join(say_plan_item(code) for code in items or ())
        # "plan" is the one section that says what was agreed; a clinic's own template may keep it apart.
        plan = "" if is_restricted("plan") else sections.get("plan", "")
        words = joined((plan.strip(), agreed), "\n")
        if words:
            lines.append((say_day(day), joined((words, author), "\n— ")))
    return Part(_("What we agreed"), "", tuple(lines))


def _apart(notes: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (say_day(day), f"{section_title(code)}: {text.strip()}")
        for day, sections, _items, _author in notes
        for code, text in sections.items()
        if is_restricted(code) and text.strip()
    )


def _violence(asker: Asker, patient_id: str) -> tuple[tuple[str, str], ...]:
    later = aliased(ViolenceAnswer)
    found = asker.all(
        sa.select(ViolenceAnswer.asked_on, ViolenceAnswer.answer)
        .where(ViolenceAnswer.patient_id == patient_id, ViolenceAnswer.voided_at.is_(None))
        .where(is_not_taken_back(ViolenceAnswer.encounter_id))
        .where(~sa.exists().where(later.amends_id == ViolenceAnswer.id))
        .order_by(ViolenceAnswer.asked_on.desc(), ViolenceAnswer.id.desc())
    )
    said = {"yes": _("You told of violence at home."), "no": _("You were asked about violence at home: no.")}
    return tuple((say_day(day), words) for day, answer in found if (words := said.get(answer, "")))


def _goals(asker: Asker, patient_id: str) -> Part:
    lines = [
        (say_day(goal.set_on), joined((goal.words, _(STANDING_WORDS[goal.standing]) if goal.standing else ""), ": "))
        for goal in goals.goals(asker, patient_id)
    ]
    return Part(_("What you want to reach"), "", tuple(lines))


def _diagnoses(asker: Asker, patient_id: str) -> Part:
    lines = [
        (
            row.since.said() if row.since else (say_day(row.confirmed_on) if row.confirmed_on else ""),
            joined(
                (row.title, _(VERIFICATION_WORDS[row.verification_status]), _(CLINICAL_WORDS[row.clinical_status])),
                ", ",
            ),
        )
        for row in diagnoses.conditions(asker, patient_id)
    ]
    explained = _("The name that was given to what you feel. Presumptive means: it is not certain yet.")
    return Part(_("What was found"), explained, tuple(lines))


def _medicines(asker: Asker, patient_id: str) -> Part:
    lines = [
        (
            say_day(line.signed_on),
            joined((f"{line.name} {line.product}".strip(), line.dose_said, line.instructions_text), "\n"),
        )
        for line in prescriptions.current_medicines(asker, patient_id)
    ]
    explained = _("Do not stop a medicine alone: ask first. If it does you harm, come or call.")
    return Part(_("Your medicines"), explained, tuple(lines))


def _elsewhere(asker: Asker, patient_id: str) -> Part:
    lines = [
        (say_day(row.told_on) if row.told_on else "", joined((row.name, row.dose_text, row.from_whom)))
        for row in outside.outside_medicines(asker, patient_id)
        if row.ended is None
    ]
    return Part(_("What you take from elsewhere"), "", tuple(lines))


def _scores(asker: Asker, patient_id: str) -> Part:
    lines: list[tuple[str, str]] = []
    for row in reversed(scales.scores(asker, patient_id)):
        scale = find_scale(row.scale_code)
        name = scale.title if scale else row.scale_code
        if scale is not None and scale.is_form:
            lines.append((say_day(row.occurred_on), f"{name}: {_('answered; it has no points')}"))
        elif row.total is None:
            lines.append((say_day(row.occurred_on), f"{name}: {_('not all questions were answered')}"))
        else:
            said = (f"{name}: {row.total}", say_band(row.scale_code, row.band), say_direction(row), say_doubts(row))
            lines.append((say_day(row.occurred_on), joined(said)))
    explained = _(
        "Questions with numbers. They help to see how you are from one visit to the next; they decide nothing."
    )
    return Part(_("Questions with points"), explained, tuple(lines))


def _safety(asker: Asker, patient_id: str) -> Part:
    kept = safety_plans.newest(asker, patient_id)
    heads = (
        _("How I notice it begins"),
        _("What I can do"),
        _("With whom, where"),
        _("Whom I call"),
        _("To make it safe"),
    )
    if kept is None:
        return Part("", "", ())
    told = kept.words
    parts = (told.warning_signs, told.what_i_can_do, told.people_and_places, told.whom_to_call, told.making_it_safe)
    said = "\n".join(f"{head}: {words}" for head, words in zip(heads, parts, strict=True) if words)
    return Part(_("Your plan for bad days"), "", ((say_day(kept.made_on), said),) if said else ())


def _wishes(asker: Asker, patient_id: str) -> Part:
    kept = wishes.newest(asker, patient_id)
    lines = [(say_day(kept.said_on), f"{head}: {words}") for head, words in kept.wishes.said] if kept else []
    for made in wishes.decisions(asker, patient_id):
        helped = _("with the help of {name}").format(name=made.decision.supporter_name)
        lines.append((say_day(made.decided_on), joined((made.decision.about, made.decision.decision, helped))))
    return Part(_("What you want in a crisis, and what you decided"), "", tuple(lines))


def _reactions(asker: Asker, patient_id: str) -> Part:
    later = aliased(AdverseReaction)
    found: Sequence[Any] = asker.all(
        sa.select(
            AdverseReaction.began_on, AdverseReaction.medicine_text, AdverseReaction.reaction_text,
            AdverseReaction.outcome,
        )
        .where(AdverseReaction.patient_id == patient_id, AdverseReaction.voided_at.is_(None))
        .where(is_not_taken_back(AdverseReaction.encounter_id))
        .where(~sa.exists().where(later.amends_id == AdverseReaction.id))
        .order_by(AdverseReaction.id.desc())
    )  # fmt: skip
    lines = [
        (day.said() if day else "", joined((medicine, reaction, _(OUTCOME_WORDS[outcome]) if outcome else ""), ": "))
        for day, medicine, reaction, outcome in found
    ]
    return Part(_("What a medicine did that it should not"), "", tuple(lines))


def _consents(asker: Asker, patient_id: str) -> Part:
    lines = [
        (say_day(entry.decided_on), f"{say_purpose(entry.purpose, entry.about)}: {say_answer(entry.answer)}")
        for entry in consents.of_patient(asker, patient_id)
    ]
    explained = _("You may change it on any day. It costs you nothing.")
    return Part(_("What you said yes and no to"), explained, tuple(lines))


def _letters(asker: Asker, patient_id: str) -> Part:
    lines = [(say_day(row.written_on), row.receiver_text) for row in referrals.of_patient(asker, patient_id)]
    return Part(_("Letters written about you"), "", tuple(lines))


def _appointments(asker: Asker, patient_id: str) -> Part:
    told = agenda.of_patient(asker, patient_id, _APPOINTMENTS)
    return Part(_("Your appointments"), "", tuple((say_day(one.day), _(STATUS_WORDS[one.status])) for one in told))


def _given(asker: Asker, patient_id: str, *, whole: bool) -> Part:
    """A report that the law asks for tells of violence more often than not: it stands with what is kept apart."""
    told = disclosures.disclosures(asker, patient_id)
    shown = told if whole else [one for one in told if one.kind_code != DisclosureKind.DUTY]
    lines = [
        (
            say_day(one.happened_on),
            # That a paper with everything was made would tell that there is more.
            say_disclosure(one.kind_code)
            if one.kind_code == DisclosureKind.OWN_DATA
            else joined((say_disclosure(one.kind_code), one.to_whom, one.given)),
        )
        for one in shown
    ]
    return Part(_("What was given to others, and to you"), "", tuple(lines))


def _looked(asker: Asker, patient_id: str) -> Part:
    lines = [(_span(one.first, one.last), _who(one)) for one in disclosures.who_looked(asker, patient_id)]
    return Part(_("Who opened your record on this computer"), "", tuple(lines))


def _who(one: disclosures.Looked) -> str:
    on_days = ngettext("on {count} day", "on {count} days", one.days).format(count=one.days)
    return f"{one.name or _('Somebody of another clinic')}, {on_days}"


def _span(first: date, last: date) -> str:
    return say_day(last) if first == last else f"{say_day(first)} – {say_day(last)}"
