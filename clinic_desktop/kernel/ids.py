"""Identifiers. Every record is named by a UUIDv7 made on the device that wrote it, so no two clinics collide."""

from typing import NewType

StaffId = NewType("StaffId", str)
RoleId = NewType("RoleId", str)
SiteId = NewType("SiteId", str)
DeviceId = NewType("DeviceId", str)
PatientId = NewType("PatientId", str)
AppointmentId = NewType("AppointmentId", str)
EncounterId = NewType("EncounterId", str)
NoteId = NewType("NoteId", str)
ConditionId = NewType("ConditionId", str)
ResponseId = NewType("ResponseId", str)
MedicineId = NewType("MedicineId", str)
PresentationId = NewType("PresentationId", str)
PartnerId = NewType("PartnerId", str)
LotId = NewType("LotId", str)
MovementId = NewType("MovementId", str)
MedicationRequestId = NewType("MedicationRequestId", str)
DispenseId = NewType("DispenseId", str)
ServiceRequestId = NewType("ServiceRequestId", str)

SHIPPED = "6b1f5d0e-8a53-5c1e-9f0e-2d4a7c9b1e30"
"""Stands as site and author of rows that come with the program (first roles, names of medicines). Every installation
writes the very same ones by itself, so they never travel."""


def new_id(unix_ms: int | None = None) -> str:
    """A new UUIDv7 as 36 lower-case characters; `unix_ms` lets the injected clock set its time part."""
    from uuid_utils import uuid7

    if unix_ms is None:
        return str(uuid7())
    return str(uuid7(nanoseconds=unix_ms * 1_000_000))
