"""Reception: communities, consent by purpose, consultation days by place, calls, vital signs, imports."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def _stamps() -> list[sa.Column[str]]:
    """What every synced table ends with."""
    return [
        sa.Column("origin_site_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("voided_at", sa.Text(), nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "community",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("minutes_to_clinic", sa.Integer(), nullable=True),
        sa.Column("same_as_id", sa.Text(), nullable=True),
        sa.Column("retired", sa.Integer(), nullable=True),
        *_stamps(),
        sa.ForeignKeyConstraint(["same_as_id"], ["community.id"], name=op.f("fk_community_same_as_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_community_municipality_code"), "community", ["municipality_code"], unique=False)
    op.create_table(
        "import_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("language_code", sa.Text(), nullable=True),
        sa.Column("read_aloud", sa.Integer(), nullable=True),
        sa.Column("said_back", sa.Integer(), nullable=True),
        sa.Column("interpreter", sa.Text(), nullable=True),
        sa.Column("witness", sa.Text(), nullable=True),
        sa.Column("witness_is_of_clinic", sa.Integer(), nullable=True),
        sa.Column("text_version", sa.Text(), nullable=True),
        sa.Column("guardian", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("act_id", sa.Text(), nullable=True),
        *_stamps(),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_consent_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_consent_act_id"), "consent", ["act_id"], unique=False)
    op.create_index(op.f("ix_consent_patient_id"), "consent", ["patient_id"], unique=False)
    op.create_table(
        "patient_photo",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("jpeg", sa.Text(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        *_stamps(),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_patient_photo_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_photo")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_patient_photo_patient_id"), "patient_photo", ["patient_id"], unique=False)
    op.create_table(
        "consultation_place",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("retired", sa.Integer(), nullable=True),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_place")),
        sqlite_strict=True,
    )
    op.create_table(
        "consultation_day",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=True),
        sa.Column("place_id", sa.Text(), nullable=True),
        sa.Column("clinician_id", sa.Text(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("begins_text", sa.Text(), nullable=True),
        *_stamps(),
        sa.ForeignKeyConstraint(["place_id"], ["consultation_place.id"], name=op.f("fk_consultation_day_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_day")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_consultation_day_day"), "consultation_day", ["day"], unique=False)
    op.create_table(
        "call_attempt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("appointment_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("undoes_id", sa.Text(), nullable=True),
        *_stamps(),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_call_attempt_patient_id")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_call_attempt_appointment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempt")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_call_attempt_appointment_id"), "call_attempt", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_call_attempt_patient_id"), "call_attempt", ["patient_id"], unique=False)
    op.create_table(
        "kept_apart",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("first_id", sa.Text(), nullable=False),
        sa.Column("second_id", sa.Text(), nullable=False),
        *_stamps(),
        sa.ForeignKeyConstraint(["first_id"], ["patient.id"], name=op.f("fk_kept_apart_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["patient.id"], name=op.f("fk_kept_apart_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_kept_apart_first_id"), "kept_apart", ["first_id"], unique=False)
    op.create_index(op.f("ix_kept_apart_second_id"), "kept_apart", ["second_id"], unique=False)
    op.create_table(
        "vital_signs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("appointment_id", sa.Text(), nullable=True),
        sa.Column("taken_on", sa.Text(), nullable=False),
        sa.Column("weight_grams", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("systolic_mmhg", sa.Integer(), nullable=True),
        sa.Column("diastolic_mmhg", sa.Integer(), nullable=True),
        sa.Column("pulse_per_minute", sa.Integer(), nullable=True),
        sa.Column("temperature_tenths", sa.Integer(), nullable=True),
        sa.Column("pregnancy", sa.Text(), nullable=True),
        sa.Column("pregnancy_weeks", sa.Integer(), nullable=True),
        sa.Column("amends_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        *_stamps(),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_vital_signs_patient_id")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_vital_signs_appointment_id")),
        sa.ForeignKeyConstraint(["amends_id"], ["vital_signs.id"], name=op.f("fk_vital_signs_amends_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vital_signs")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_vital_signs_amends_id"), "vital_signs", ["amends_id"], unique=False)
    op.create_index(op.f("ix_vital_signs_patient_id"), "vital_signs", ["patient_id"], unique=False)
    op.execute(
        "ALTER TABLE patient ADD COLUMN community_id TEXT CONSTRAINT fk_patient_community_id REFERENCES community (id)"
    )
    op.create_index(op.f("ix_patient_community_id"), "patient", ["community_id"], unique=False)
    op.add_column("patient", sa.Column("has_no_family_name", sa.Integer(), nullable=True))
    op.add_column("patient", sa.Column("self_identification_code", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("functioning", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("functioning_asked_on", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("found_by_code", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("found_by_text", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("do_not_call", sa.Integer(), nullable=True))
    op.add_column("patient", sa.Column("do_not_visit", sa.Integer(), nullable=True))
    op.add_column("patient", sa.Column("shared_phone", sa.Integer(), nullable=True))
    op.add_column("patient", sa.Column("contact_hours", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("cover_words", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("contact_may_know", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("guardian_name", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("guardian_kinship", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("guardian_phone", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("guardian_proof", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("unidentified", sa.Integer(), nullable=True))
    op.add_column("patient", sa.Column("met_where", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("met_on", sa.Text(), nullable=True))
    op.add_column("patient", sa.Column("restricted", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_patient_restricted"), "patient", ["restricted"], unique=False)
    op.add_column("patient", sa.Column("restricted_as", sa.Text(), nullable=True))
    op.execute(
        "ALTER TABLE patient ADD COLUMN import_run_id TEXT"
        " CONSTRAINT fk_patient_import_run_id REFERENCES import_run (id)"
    )
    op.create_index(op.f("ix_patient_import_run_id"), "patient", ["import_run_id"], unique=False)
    op.add_column("patient", sa.Column("minutes_to_clinic", sa.Integer(), nullable=True))
    op.execute(
        "ALTER TABLE appointment ADD COLUMN place_id TEXT"
        " CONSTRAINT fk_appointment_place_id REFERENCES consultation_place (id)"
    )
    op.add_column("appointment", sa.Column("from_paper", sa.Integer(), nullable=True))
    op.add_column("appointment_event", sa.Column("clinician_id", sa.Text(), nullable=True))
    op.create_table(
        "patient_filing",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_patient_filing")),
        sqlite_strict=True,
    )
    # A chart of many years asked the whole table for each answer whether it was corrected.
    op.create_index(op.f("ix_instrument_response_amends_id"), "instrument_response", ["amends_id"], unique=False)
    op.drop_index(op.f("ix_appointment_patient_id"), "appointment")
    op.create_index("ix_appointment_person", "appointment", ["patient_id", "day", "id"], unique=False)
    op.create_index(
        "ix_appointment_event_ended",
        "appointment_event",
        ["at", "appointment_id"],
        unique=False,
        sqlite_where=sa.text("kind IN ('cancelled', 'moved')"),
    )
    op.create_index(
        "ix_patient_gone",
        "patient",
        ["died_on", "voided_at", "id"],
        unique=False,
        sqlite_where=sa.text("died_on IS NOT NULL OR voided_at IS NOT NULL"),
    )
    op.create_index(
        "ix_consent_no", "consent", ["purpose", "patient_id"], unique=False, sqlite_where=sa.text("answer <> 'given'")
    )
