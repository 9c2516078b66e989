"""What a person may do. Roles are sets of these, kept as data, so that a clinic can shape its own."""

from enum import StrEnum


class Permission(StrEnum):
    SEE_PATIENTS = "see-patients"
    REGISTER_PATIENTS = "register-patients"
    RECEPTION = "reception"
    SEE_DAY = "see-day"
    READ_CHART = "read-chart"
    WRITE_NOTES = "write-notes"
    SIGN_NOTES = "sign-notes"
    PRESCRIBE = "prescribe"
    TRANSCRIBE = "transcribe"
    SEE_STOCK = "see-stock"
    DISPENSE = "dispense"
    RECEIVE_STOCK = "receive-stock"
    CORRECT_STOCK = "correct-stock"
    WRITE_LETTERS = "write-letters"
    CARRY_BUNDLES = "carry-bundles"
    MERGE_BUNDLES = "merge-bundles"
    KEEP_BACKUPS = "keep-backups"
    KEEP_STAFF = "keep-staff"
    KEEP_SETTINGS = "keep-settings"
    KEEP_CATALOGS = "keep-catalogs"
    SEE_LEDGER = "see-ledger"
    SEE_REPORTS = "see-reports"
