"""One generated consultation: the note, the scale, the diagnosis, the prescription, and what the pharmacy hands out."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from clinic_desktop.app.demo.besides import with_note, write_besides
from clinic_desktop.app.demo.illness import LAST_ITEM_OF_PHQ9, Burden, Course, answer
from clinic_desktop.app.demo.people import words
from clinic_desktop.app.demo.shelf import Shelf
from clinic_desktop.app.demo.supplies import Supplies
from clinic_desktop.app.demo.team import Team
from clinic_desktop.features.consults.queries import diagnoses, risks
from clinic_desktop.features.consults.rules.diagnoses import (
    ClinicalStatus,
    ConditionChange,
    Diagnosis,
    VerificationStatus,
    find,
)
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import GivenScale, HowGiven
from clinic_desktop.features.consults.rules.sections import EncounterKind, template_for
from clinic_desktop.features.consults.service import encounters, risk, signing
from clinic_desktop.features.medication.rules.courses import units_of
from clinic_desktop.features.medication.rules.doses import read_dose
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import NotEnough
from clinic_desktop.features.medication.service import dispensing, prescribing
from clinic_desktop.features.referrals import service as referrals
from clinic_desktop.features.referrals.rules import Reply, ReplyKind, Urgency
from clinic_desktop.features.referrals.rules import Written as Letter
from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.work import Work

DAYS = 30
RECEIVER = "Centro de Salud demostración"
SEEN_BY_RESIDENT = 0.25
REFERRED = 0.04
ANSWERED, ANSWERED_AFTER = 0.6, timedelta(days=25)


@dataclass(frozen=True, slots=True)
class Visit:
    """What a consultation is about."""

    patient_id: PatientId
    course: Course
    burden: Burden
    number: int
    """0 for the first."""
    appointment_id: str
    again: date | None
    pace: timedelta
    """From one arrival to the next; times of one visit stay within it."""


class Consultation:
    """Holds consultations in the name of the team."""

    def __init__(self, rng: Random, team: Team, stock: Shelf, supplies: Supplies) -> None:
        self._rng, self._team, self._stock, self._supplies = rng, team, stock, supplies
        self._besides = Random(rng.getstate()[1][1])
        self._to_be_answered: list[tuple[date, str]] = []

    def hold(self, work: Work, visit: Visit) -> Counter[str]:
        """Open, write, sign, hand out. Returns what was written, to be counted."""
        done: Counter[str] = Counter(consultations=1)
        by_resident = visit.number > 0 and self._rng.random() < SEEN_BY_RESIDENT
        work.actor = self._team.resident if by_resident else self._team.psychiatrist
        work.now += visit.pace * 0.4
        kind = EncounterKind.FOLLOW_UP if visit.number else EncounterKind.FIRST
        encounter_id = encounters.open_encounter(
            work, encounter_id=_new(work), patient_id=visit.patient_id, appointment_id=visit.appointment_id, kind=kind
        )
        visit.burden.step(self._rng)
        scales = self._scales(visit)
        written = signing.Written(
            template_for(kind).code,
            self._sections(visit, kind),
            scales=scales,
            conditions=self._conditions(work, visit),
            prescription=self._prescription(visit),
            risk=self._risk(work, visit, scales),
            next_visit=signing.NextVisit(_new(work), visit.again) if visit.again else None,
        )
        written = with_note(work, self._besides, visit.patient_id, written)
        signed = signing.sign_note(work, encounter_id=encounter_id, note_id=_new(work), written=written, confirmed=True)
        signed_too = by_resident and self._rng.random() < 0.9
        if signed_too:
            work.actor = self._team.psychiatrist
            signing.cosign_note(work, signed.note_id)
        done.update(scales=len(scales), prescriptions=1 if signed.prescription_folio else 0)
        self._follow_risk(work, visit, scales)
        done.update(besides=write_besides(work, self._besides, visit.patient_id, first=visit.number == 0))
        done.update(referrals=self._refer(work, visit.patient_id, encounter_id))
        # What nobody signed yet stays where it is: the pharmacy would refuse it.
        may_go = not by_resident or signed_too
        done.update(dispensings=self._hand_out(work, visit, written.prescription) if may_go else 0)
        return done

    def _refer(self, work: Work, patient_id: PatientId, encounter_id: str) -> int:
        """Now and then a letter goes to another service."""
        if self._rng.random() >= REFERRED:
            return 0
        work.actor = self._team.psychiatrist
        letter = Letter(RECEIVER, Urgency.ROUTINE, self._rng.choice(words()["referral_reasons"]))
        folio = referrals.write_referral(
            work, request_id=_new(work), patient_id=patient_id, written=letter, encounter_id=encounter_id
        )
        if self._rng.random() < ANSWERED:
            self._to_be_answered.append((work.today + ANSWERED_AFTER, folio))
        return 1

    def take_replies(self, work: Work) -> int:
        """Slips that came back since are typed in; returns how many."""
        due = [entry for entry in self._to_be_answered if entry[0] <= work.today]
        self._to_be_answered = [entry for entry in self._to_be_answered if entry[0] > work.today]
        work.actor = self._team.nurse
        for day, folio in due:
            told = self._rng.choice(words()["referral_replies"])
            reply = Reply(ReplyKind.ANSWER, seen_on=day - timedelta(days=5), by_text=RECEIVER, advice_text=told)
            referrals.record_reply(work, reply_id=_new(work), folio=folio, reply=reply)
        return len(due)

    def _sections(self, visit: Visit, kind: EncounterKind) -> dict[str, str]:
        """Words for some sections; nobody fills all of them."""
        told = words()["first" if kind is EncounterKind.FIRST else "follow"]
        codes = template_for(kind).codes
        sections = {code: self._rng.choice(told[code]) for code in codes if code in told and self._rng.random() < 0.8}
        if kind is not EncounterKind.FIRST:
            sections["how-are-you"] = self._rng.choice(told[visit.burden.stage])
        sections["plan"] = self._rng.choice(told["plan"])
        return sections

    def _scales(self, visit: Visit) -> tuple[GivenScale, ...]:
        scale = visit.course.scale
        if scale is None or (visit.number and self._rng.random() < 0.2):
            return ()
        answers = answer(self._rng, scale, visit.burden)
        how = HowGiven.READ_ALOUD if self._rng.random() < 0.4 else HowGiven.PAPER
        return (GivenScale(new_id(), scale, answers, how_given=how),)

    def _conditions(self, work: Work, visit: Visit) -> tuple[ConditionChange, ...]:
        """Presumed at first, confirmed later, in remission when it has become light."""
        if visit.number > 2 and visit.burden.now > 4:
            return ()
        known = {c.code: c.condition_id for c in diagnoses.conditions(work, visit.patient_id)}
        clinical = ClinicalStatus.REMISSION if visit.number > 2 else ClinicalStatus.ACTIVE
        sure = VerificationStatus.CONFIRMED if visit.number else VerificationStatus.PRESUMPTIVE
        return (ConditionChange(_diagnosis(visit.course.code), clinical, sure, known.get(visit.course.code)),)

    def _prescription(self, visit: Visit) -> tuple[prescribing.PrescriptionLine, ...]:
        course = visit.course
        if course.atc is None or (visit.number > 3 and visit.burden.now < 4 and course.scale):
            return ()
        product = self._stock.find(course.atc, course.strength)
        return (prescribing.PrescriptionLine(new_id(), product.presentation_id, None, read_dose(course.dose), DAYS),)

    def _risk(self, work: Work, visit: Visit, scales: tuple[GivenScale, ...]) -> RiskAnswer | None:
        asked = any(g.scale_code == "phq9" and g.answers.get(LAST_ITEM_OF_PHQ9, 0) for g in scales)
        if not asked:
            return None
        told = words()
        holder = self._rng.choice(told["holders"])
        return RiskAnswer(opens=True, holder_name=holder.capitalize(), words=told["risk"]["open"])

    def _follow_risk(self, work: Work, visit: Visit, scales: tuple[GivenScale, ...]) -> None:
        """An open risk is closed when the answers have become light."""
        if not visit.burden.troubled or visit.burden.now >= 9:
            return
        work.actor = self._team.psychiatrist
        if risks.risk_of(work, visit.patient_id) is not None:
            risk.close_risk(work, visit.patient_id, words()["risk"]["closed"])

    def _hand_out(self, work: Work, visit: Visit, lines: tuple[prescribing.PrescriptionLine, ...]) -> int:
        """What was just prescribed, if the shelf still holds all of it."""
        work.actor = self._team.pharmacy
        work.now += visit.pace * 0.3
        given = 0
        for line in lines:
            units = units_of(line.course, Unit.TABLET) if line.course else 0
            handout = dispensing.Handout(_new(work), line.request_id, units)
            work.actor = self._team.pharmacy
            try:
                dispensing.dispense(work, visit.patient_id, [handout], accept_early=True, accept_short=True)
                given += 1
            except NotEnough:
                self._supplies.send_to_pharmacy(work, visit.patient_id, line.request_id)
        return given


def _diagnosis(code: str) -> Diagnosis:
    found = find(code)
    assert found is not None, "the stories use the short list"
    return found


def _new(work: Work) -> str:
    return new_id(unix_ms(work.now))
