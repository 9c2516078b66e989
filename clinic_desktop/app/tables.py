"""Imports every table of the program, so that capture, migrations and the merge see all of them.

Importing this costs SQLAlchemy: it is done when a vault is opened, not before the sign-in window.
"""

from clinic_desktop.exchange import records as exchange
from clinic_desktop.exchange.carrying import relay_records
from clinic_desktop.exchange.erasure import records as erasure_records
from clinic_desktop.exchange.trust import records as trust_records
from clinic_desktop.features.agenda import records as agenda
from clinic_desktop.features.bundles.records import likely, offices
from clinic_desktop.features.consults.records import conditions, encounters, findings, risk, scales, story
from clinic_desktop.features.medication.records import (
    counts,
    dispensing,
    formulary,
    orders,
    partners,
    prescriptions,
    recalls,
    register,
    stock,
    vouchers,
)
from clinic_desktop.features.patients import records as patients
from clinic_desktop.features.referrals import records as referrals
from clinic_desktop.features.rights import records as rights
from clinic_desktop.features.settings import records as settings
from clinic_desktop.features.staff import records as staff
from clinic_desktop.storage import device

CONSULTS = (encounters, conditions, scales, risk, findings, story)
MEDICATION = (
    formulary, partners, stock, counts, prescriptions, dispensing, vouchers, orders, register, recalls,
)  # fmt: skip
EXCHANGE = (exchange, trust_records, relay_records, erasure_records, likely)
TABLE_MODULES = (
    device, settings, staff, patients, agenda, *MEDICATION, *CONSULTS, referrals, rights, offices, *EXCHANGE,
)  # fmt: skip
