"""Erasing what was written of a person, at the central; the stick carries it to every clinic that holds the record."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from clinic_desktop.exchange.erasure import erasing
from clinic_desktop.exchange.merge import applying
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import OnlyCentral
from clinic_desktop.features.bundles.queries.erasing import is_same_number
from clinic_desktop.features.bundles.records.likely import LikelyPair, LookedAt
from clinic_desktop.features.bundles.records.offices import Erasure
from clinic_desktop.features.bundles.service.travel import need, travel_folder
from clinic_desktop.features.patients.queries.restricted import must_open
from clinic_desktop.kernel.errors import NeedsWords, Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Asker, ReasonMissing, Work

CLEANING = N_("Cleaning the disk")
CLEANED = "erase.clean"
"""How the ledger names that the file was cleaned."""


class WhoAskedMissing(Refused):
    text = N_("Write who asked for it: the person, somebody who answers for them, a court. No name is needed.")


class SecondPersonMissing(Refused):
    text = N_("A second person must agree. Write the name of somebody else than you.")


class AskedLater(Refused):
    text = N_("The day on which it was asked for has not come yet.")


class TypeTheNumber(NeedsWords):
    """Nobody erases by a slip of the hand."""

    named = "typed_number"
    text = N_("This cannot be undone. To erase everything that was written, type the number of the record.")


class OtherNumber(Refused):
    text = N_("This is not the number of this record. Nothing was erased.")


def erase_person(
    work: Work,
    erasure_id: str,
    patient_id: str,
    reason: str,
    asked_by: str,
    asked_on: date,
    second_name: str,
    typed_number: str = "",
) -> int:
    """Erase everything that was written of one person, here and with the next sticks everywhere; how many rows.

    Records that were joined with this one are not erased. Pressed twice with one `erasure_id`, it is one erasure.
    """
    work.require(Permission.ERASE_RECORDS)
    if not work.place.is_central:
        raise OnlyCentral()
    if work.session.get(Erasure, erasure_id) is not None:
        return 0
    must_open(work, PatientId(patient_id))
    _check(work, reason, asked_by, asked_on, second_name)
    if not typed_number.strip():
        raise TypeTheNumber()
    if not is_same_number(work, patient_id, typed_number):
        raise OtherNumber()
    work.add(
        Erasure(
            id=erasure_id,
            patient_id=patient_id,
            reason=reason.strip(),
            asked_by=asked_by.strip(),
            asked_on=asked_on,
            decided_by_name=work.actor.name,
            second_name=second_name.strip(),
        )
    )
    work.about("erasure", erasure_id)
    rows = erasing.carry_out(work, erasure_id, patient_id)
    for told in applying.after_merge:
        told(work, {"patient": {patient_id}})
    return rows


def _check(work: Work, reason: str, asked_by: str, asked_on: date, second_name: str) -> None:
    if not reason.strip():
        raise ReasonMissing()
    if not asked_by.strip():
        raise WhoAskedMissing()
    if asked_on > work.today:
        raise AskedLater()
    if second_name.strip().casefold() in ("", work.actor.name.strip().casefold()):
        raise SecondPersonMissing()


def forget_pairs(work: Work, patient_ids: Collection[str]) -> None:
    """Nobody is asked any more whether an erased person is somebody else."""
    work.session.execute(
        sa.delete(LikelyPair).where(sa.or_(LikelyPair.first_id.in_(patient_ids), LikelyPair.second_id.in_(patient_ids)))
    )
    work.session.execute(sa.delete(LookedAt).where(LookedAt.patient_id.in_(patient_ids)))


def clean(vault: Vault, actor: Actor) -> Steps[None]:
    """After an erasure: nothing that was erased is left in the free places of the file, nor beside it.

    Stopped by a power cut it is still due (`is_cleaning_due`), and done at the next merge.
    """
    need(actor, Permission.ERASE_RECORDS, Permission.MERGE_BUNDLES, Permission.CARRY_BUNDLES)
    yield Progress(0, 2, _(CLEANING))
    travel_folder(vault)  # empties it
    yield Progress(1, 2, _(CLEANING))
    vault.compact()
    vault.do(_note_cleaned, actor)
    vault.settle()
    yield Progress(2, 2, _(CLEANING))


def _note_cleaned(work: Work) -> None:
    work.act = CLEANED


def is_cleaning_due(asker: Asker) -> bool:
    """Whether something was erased here since the file was last cleaned: the ledger says both."""
    if not asker.plain("SELECT 1 FROM erased_row LIMIT 1"):
        return False
    last = "SELECT act FROM ledger WHERE act IN (?, ?) ORDER BY seq DESC LIMIT 1"
    return asker.plain(last, (erasing.ACT, CLEANED)) == [(erasing.ACT,)]
