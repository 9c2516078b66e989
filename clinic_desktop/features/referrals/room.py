"""The room of letters to other services."""

from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.room import Place, Room


def _referral(office: Office, *, patient_id: str, encounter_id: str | None = None, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.referrals.screens.referral import ReferralScreen

    return ReferralScreen(office, patient_id, encounter_id)


def _referrals(office: Office, **_arguments: Any) -> QWidget:
    from clinic_desktop.features.referrals.screens.open_referrals import OpenReferralsScreen

    return OpenReferralsScreen(office)


_WRITERS = frozenset({Permission.WRITE_LETTERS})

ROOM = Room(
    "referrals",
    places=(
        Place("referrals", N_("Letters"), "mail", _WRITERS, _referrals, order=50),
        Place("referral", N_("Referral letter"), "mail", _WRITERS, _referral, rail=False, under="referrals"),
    ),
)
