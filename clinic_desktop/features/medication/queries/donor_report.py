"""What became of what one donor gave: from the gift to its lots to the people, who stand here only as numbers."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clinic_desktop.features.medication.records.dispensing import DispenseJoin, MedicationDispense
from clinic_desktop.features.medication.records.formulary import Medicine, Presentation
from clinic_desktop.features.medication.records.partners import Donation, Partner
from clinic_desktop.features.medication.records.prescriptions import MedicationRequest
from clinic_desktop.features.medication.records.stock import StockDelivery, StockLot, StockMovement
from clinic_desktop.features.medication.rules.gifts import (
    DAYS_IN_A_MONTH,
    Fate,
    GiftLine,
    GiftReport,
    covered_days,
    share_out,
)
from clinic_desktop.features.medication.rules.kinds import say_product
from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.patients.rules.consents import ConsentPurpose
from clinic_desktop.features.patients.rules.sex import Sex, say_sex
from clinic_desktop.kernel.dates import age_on
from clinic_desktop.kernel.errors import NotHere
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.small_counts import tell
from clinic_desktop.storage.work import Asker

READERS = (Permission.KEEP_PARTNERS, Permission.SEE_REPORTS)
_AGES = ((0, 17), (18, 29), (30, 44), (45, 59), (60, 130))
_MANY = 500


def _no_groups(asker: Asker, patient_ids: Collection[str]) -> Mapping[str, int]:
    return {}


count_diagnoses: Callable[[Asker, Collection[str]], Mapping[str, int]] = _no_groups
"""How many of these people have a diagnosis of which group; filled from the room that knows them."""


def donor_report(asker: Asker, partner_id: str, until: date | None = None) -> GiftReport:
    """All gifts of one donor up to a day, today if none is said. The central sees all its clinics together."""
    asker.require(*READERS)
    donor = asker.value(sa.select(Partner.name).where(Partner.id == partner_id))
    if donor is None:
        raise NotHere()
    last = until or asker.today
    fates, products, came = _fates(asker, partner_id, last)
    handed = _handed(asker, StockLot.presentation_id, _given_by(partner_id), last)
    days = _shared_days(handed)
    lines = tuple(
        GiftLine(product_id, *products[product_id], fate, days[product_id], (last - came[product_id]).days + 1)
        for product_id, fate in fates.items()
    )
    people = {one.patient_id for one in handed.values()}
    counted = _counted(asker, people)
    return GiftReport(
        donor=donor,
        papers=_papers(asker, partner_id, last),
        lines=lines,
        people=tell(_by_age_and_sex(asker, counted, last)),
        diagnoses=tell(count_diagnoses(asker, counted)),
        days_unknown=any(one.days is None for one in handed.values()),
        left_out=len(counted) < len(people),
    )


def months_by_lot(asker: Asker, donation_id: str) -> dict[str, Fraction]:
    """Of one gift: the person-months of treatment that each of its lots covered."""
    asker.require(*READERS, Permission.RECEIVE_STOCK)
    days = _shared_days(_handed(asker, StockLot.id, StockLot.donation_id == donation_id, asker.today))
    return {lot_id: covered / DAYS_IN_A_MONTH for lot_id, covered in days.items()}


def _shared_days(handed: Mapping[str, "_Handed"]) -> dict[str, Fraction]:
    days: dict[str, Fraction] = defaultdict(Fraction)
    for one in handed.values():
        for part, share in share_out(one.days or Fraction(0), one.units.items()).items():
            days[part] += share
    return days


def _counted(asker: Asker, people: Collection[str]) -> frozenset[str]:
    """Those who may be counted for a donor. A reserved record is in no number, whoever asks: nobody could take the
    report of one who may open it from that of one who may not."""
    agreed = consents.allowing(asker, ConsentPurpose.DONOR_COUNTS, people)
    reserved = asker.all(sa.select(Patient.id).where(Patient.restricted.is_(True)))
    return agreed - {row[0] for row in reserved}


def _given_by(partner_id: str) -> sa.ColumnElement[bool]:
    """Of this donor: by the gift that it was received with, else by the lot's own origin. Never of two donors."""
    giver = sa.select(Donation.partner_id).where(Donation.id == StockLot.donation_id).correlate(StockLot)
    return sa.func.coalesce(giver.scalar_subquery(), StockLot.partner_id) == partner_id


def _here(asker: Asker) -> sa.ColumnElement[bool]:
    return sa.true() if asker.place.is_central else StockMovement.site_id == asker.site_id


def _fates(
    asker: Asker, partner_id: str, last: date
) -> tuple[dict[str, Fate], dict[str, tuple[str, str, Any]], dict[str, date]]:
    """By product: what became of it, what it is, and the day of its first movement."""
    whole = aliased(StockMovement)
    kind = sa.func.coalesce(whole.kind, StockMovement.kind)
    rows: Sequence[Any] = asker.all(
        sa.select(
            Presentation.id, Medicine.name, Presentation.form, Presentation.strength_text, Presentation.unit, kind,
            sa.func.sum(StockMovement.units), sa.func.min(StockMovement.occurred_on),
        )
        .select_from(StockMovement)
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .join(Presentation, Presentation.id == StockLot.presentation_id)
        .join(Medicine, Medicine.id == Presentation.medicine_id)
        .outerjoin(whole, whole.id == StockMovement.countered_id)
        .where(_given_by(partner_id), _here(asker), StockMovement.occurred_on <= last)
        .group_by(Presentation.id, kind)
        .order_by(Medicine.name, Presentation.strength_text, Presentation.id)
    )  # fmt: skip
    fates: dict[str, Fate] = {}
    products: dict[str, tuple[str, str, Any]] = {}
    came: dict[str, date] = {}
    for product_id, name, form, strength, unit, moved, units, first in rows:
        fates.setdefault(product_id, Fate()).add(moved, units)
        products[product_id] = (name or "", say_product(form, strength, None), unit)
        came[product_id] = min(first, came.get(product_id, first))
    return fates, products, came


class _Handed:
    """One handing out with its corrections: units of what was given by product or lot, and the days they cover."""

    def __init__(self, patient_id: str) -> None:
        self.patient_id = patient_id
        self.units: dict[str, int] = defaultdict(int)
        self.days: Fraction | None = None

    @property
    def kept(self) -> int:
        return sum(self.units.values())


def _handed(asker: Asker, part: Any, which: sa.ColumnElement[bool], last: date) -> dict[str, _Handed]:
    """By the first row of each handing out. One that was a mistake, or all of which came back, reached nobody."""
    root = sa.func.coalesce(MedicationDispense.amends_id, MedicationDispense.id)
    rows: Sequence[Any] = asker.all(
        sa.select(root, MedicationDispense.patient_id, part, sa.func.sum(-StockMovement.units))
        .select_from(StockMovement)
        .join(StockLot, StockLot.id == StockMovement.lot_id)
        .join(MedicationDispense, MedicationDispense.id == StockMovement.dispense_id)
        .where(which, _here(asker), StockMovement.occurred_on <= last)
        .group_by(root, part)
    )
    found: dict[str, _Handed] = {}
    for dispense_id, patient_id, of, units in rows:
        found.setdefault(dispense_id, _Handed(patient_id)).units[of] += units
    found = {one: handed for one, handed in found.items() if handed.kept > 0}
    for start in range(0, len(found), _MANY):
        _fill_days(asker, found, list(found)[start : start + _MANY])
    return found


def _fill_days(asker: Asker, found: dict[str, _Handed], ids: Sequence[str]) -> None:
    joined = (
        sa.select(DispenseJoin.request_id)
        .where(DispenseJoin.dispense_id == MedicationDispense.id)
        .limit(1)
        .scalar_subquery()
    )
    rows: Sequence[Any] = asker.all(
        sa.select(
            MedicationDispense.id, MedicationDispense.units, MedicationDispense.days, MedicationRequest.units,
            MedicationRequest.days,
        )
        .outerjoin(
            MedicationRequest, MedicationRequest.id == sa.func.coalesce(MedicationDispense.request_id, joined)
        )
        .where(MedicationDispense.id.in_(ids))
    )  # fmt: skip
    for dispense_id, units, paper_days, asked_units, asked_days in rows:
        kept = found[dispense_id].kept
        if paper_days and units:
            found[dispense_id].days = covered_days(kept, units, paper_days)
        else:
            found[dispense_id].days = covered_days(kept, asked_units, asked_days)


def _papers(asker: Asker, partner_id: str, last: date) -> tuple[str, ...]:
    gifts: Sequence[Any] = asker.all(
        sa.select(Donation.document_text, Donation.given_on)
        .where(Donation.partner_id == partner_id, Donation.voided_at.is_(None), Donation.given_on <= last)
        .order_by(Donation.given_on, Donation.id)
    )
    loose: Sequence[Any] = asker.all(
        sa.select(StockDelivery.document_text, StockDelivery.received_on)
        .where(StockDelivery.partner_id == partner_id, StockDelivery.donation_id.is_(None))
        .where(StockDelivery.received_on <= last)
        .order_by(StockDelivery.received_on, StockDelivery.id)
    )
    return tuple(dict.fromkeys(document for document, _day in (*gifts, *loose) if document))


def _by_age_and_sex(asker: Asker, patient_ids: Collection[str], last: date) -> dict[str, int]:
    wanted, found = list(patient_ids), dict[tuple[int, str], int]()
    for start in range(0, len(wanted), _MANY):
        select = sa.select(Patient.birth_date, Patient.sex).where(Patient.id.in_(wanted[start : start + _MANY]))
        rows: Sequence[Any] = asker.all(select)
        for born, sex in rows:
            age = None if born is None else age_on(born, last)
            band = next((at for at, (low, high) in enumerate(_AGES) if age is not None and low <= age <= high), 99)
            key = (band, say_sex(Sex(sex)) if sex else _("Sex not noted"))
            found[key] = found.get(key, 0) + 1
    return {f"{_band(band)}, {sex}": count for (band, sex), count in sorted(found.items())}


def _band(at: int) -> str:
    if at >= len(_AGES):
        return _("Age not noted")
    low, high = _AGES[at]
    return _("{low} years or more").format(low=low) if high > 120 else f"{low}–{high}"
