"""The consultation: goals, phrases, safety plans, results, reactions, outside papers, doses in steps, rights."""

import sqlalchemy as sa
from alembic import op

from clinic_desktop.storage.migrations.synced import create_synced_table

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    create_synced_table(
        "phrase",
        needed=("staff_id",),
        words=("short", "words"),
        indexed=("staff_id",),
    )
    create_synced_table(
        "prescription_signature",
        words=("folio", "note_id", "signed_at", "supervisor_id", "supervisor_text"),
        indexed=("folio",),
    )
    create_synced_table(
        "risk_question",
        words=("words",),
        numbers=("place", "retired"),
    )
    create_synced_table(
        "short_diagnosis",
        words=("code", "label"),
        numbers=("place", "retired"),
    )
    create_synced_table(
        "supervision_session",
        needed=("trainee_id", "supervisor_id", "held_on"),
        words=("trainee_name", "supervisor_name", "topic", "feedback", "amends_id"),
        numbers=("minutes",),
        indexed=("trainee_id", "amends_id"),
    )
    create_synced_table(
        "advance_preference",
        needed=("patient_id", "said_on", "by_id"),
        words=(
            "wants",
            "does_not_want",
            "tell_whom",
            "do_not_tell",
            "witness",
            "language_code",
            "amends_id",
            "by_name",
        ),
        numbers=("withdrawn",),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "amends_id"),
    )
    create_synced_table(
        "adverse_reaction",
        needed=("patient_id", "by_id"),
        words=(
            "encounter_id",
            "presentation_id",
            "medicine_text",
            "lot_text",
            "reaction_text",
            "began_on",
            "severity",
            "outcome",
            "done_text",
            "amends_id",
            "by_name",
        ),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "amends_id"),
    )
    create_synced_table(
        "coercion_event",
        needed=("patient_id", "kind", "began_on", "written_by_id"),
        words=(
            "encounter_id",
            "began_at",
            "where_text",
            "legal_basis",
            "decided_by",
            "less_tried",
            "own_words",
            "written_by_name",
        ),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "complaint",
        needed=("folio", "received_on", "answer_due_on", "received_by_id"),
        words=("patient_id", "kind_code", "words", "from_whom", "received_by_name", "about_id", "about_name"),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "folio"),
    )
    create_synced_table(
        "disclosure",
        needed=("patient_id", "kind_code", "happened_on", "by_id"),
        words=("to_whom", "order_seen", "given_text", "by_name"),
        numbers=("coordinator_told",),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "episode_event",
        needed=("patient_id", "step", "happened_on", "by_id"),
        words=("reason", "to_whom", "encounter_id", "by_name"),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "goal",
        needed=("patient_id", "words", "set_on"),
        words=("encounter_id",),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "lab_result",
        needed=("patient_id", "taken_on", "by_id"),
        words=("encounter_id", "test_code", "test_text", "value_text", "unit_text", "amends_id", "by_name"),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "amends_id"),
    )
    create_synced_table(
        "life_event",
        needed=("patient_id", "kind", "happened_on", "by_id"),
        words=("encounter_id", "words", "amends_id", "by_name"),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "amends_id"),
    )
    create_synced_table(
        "outside_medicine",
        needed=("patient_id",),
        words=("name", "dose_text", "from_whom", "since", "ended", "told_on"),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "outside_paper",
        needed=("patient_id",),
        words=("encounter_id", "title", "written_on", "from_whom"),
        numbers=("pages",),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "reproductive_status",
        needed=("patient_id", "told_on"),
        words=("encounter_id", "pregnancy", "contraception", "amends_id"),
        numbers=("lactating", "plan_signed"),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "amends_id"),
    )
    create_synced_table(
        "rights_answer",
        needed=("patient_id", "asked_on", "asked_by_id"),
        words=(
            "encounter_id",
            "understood",
            "decided_together",
            "privacy",
            "respected",
            "words",
            "language_code",
            "interpreter_name",
            "asked_by_name",
            "amends_id",
        ),
        numbers=("by_the_person",),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "encounter_id", "asked_on", "amends_id"),
    )
    create_synced_table(
        "risk_assessment",
        needed=("patient_id", "occurred_on", "answers", "by_id"),
        words=("encounter_id", "note_id", "words", "done_text", "by_name"),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "safety_answer",
        needed=("patient_id", "rule_code", "answered_on", "by_id"),
        words=("note_id", "about", "reason", "by_name"),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "safety_plan",
        needed=("patient_id", "made_on", "by_id"),
        words=(
            "encounter_id",
            "note_id",
            "warning_signs",
            "what_i_can_do",
            "people_and_places",
            "whom_to_call",
            "making_it_safe",
            "shared_with",
            "language_code",
            "interpreter_name",
            "amends_id",
            "by_name",
        ),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "amends_id"),
    )
    create_synced_table(
        "shared_care",
        needed=("patient_id",),
        words=("who", "role_text", "phone", "may_change", "call_when", "since", "ended"),
        refers={"patient_id": "patient"},
        indexed=("patient_id",),
    )
    create_synced_table(
        "supported_decision",
        needed=("patient_id", "decided_on", "by_id"),
        words=("about", "decision", "supporter_name", "supporter_kinship", "how_supported", "amends_id", "by_name"),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "amends_id"),
    )
    create_synced_table(
        "violence_answer",
        needed=("patient_id", "asked_on", "answer", "by_id"),
        words=("encounter_id", "amends_id"),
        numbers=("asked_alone", "wants_help"),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "amends_id"),
    )
    create_synced_table(
        "coercion_step",
        needed=("event_id", "patient_id", "kind", "happened_on", "by_id"),
        words=(
            "words",
            "done_instead",
            "own_words",
            "legal_basis",
            "decided_by",
            "less_tried",
            "next_visit_on",
            "by_name",
        ),
        refers={"event_id": "coercion_event", "patient_id": "patient"},
        indexed=("event_id", "patient_id"),
    )
    create_synced_table(
        "complaint_step",
        needed=("complaint_id", "kind", "happened_on", "by_id"),
        words=("words", "due_on", "satisfied", "by_name"),
        refers={"complaint_id": "complaint"},
        indexed=("complaint_id",),
    )
    create_synced_table(
        "goal_mark",
        needed=("goal_id", "patient_id", "standing", "marked_on"),
        words=("note_id",),
        refers={"goal_id": "goal", "patient_id": "patient"},
        indexed=("goal_id", "patient_id"),
    )
    create_synced_table(
        "outside_page",
        needed=("paper_id", "patient_id"),
        words=("jpeg", "sha256"),
        needed_numbers=("number",),
        refers={"paper_id": "outside_paper", "patient_id": "patient"},
        indexed=("paper_id", "patient_id"),
    )
    create_synced_table(
        "medication_administration",
        words=(
            "patient_id",
            "request_id",
            "presentation_id",
            "given_on",
            "dose_text",
            "where_text",
            "given_by_id",
            "given_by_name",
            "next_due_on",
            "dispense_id",
            "amends_id",
        ),
        refers={
            "patient_id": "patient",
            "request_id": "medication_request",
            "presentation_id": "presentation",
            "dispense_id": "medication_dispense",
        },
        indexed=("patient_id", "request_id", "next_due_on", "amends_id"),
    )
    op.add_column("condition", sa.Column("official_title", sa.Text(), nullable=True))
    op.add_column("condition", sa.Column("ended", sa.Text(), nullable=True))
    op.add_column("condition", sa.Column("note_text", sa.Text(), nullable=True))
    op.add_column("consult_note", sa.Column("plan_items", sa.Text(), nullable=True))
    op.add_column("consult_note", sa.Column("transcribed_by_id", sa.Text(), nullable=True))
    op.add_column("consult_note", sa.Column("transcribed_by_name", sa.Text(), nullable=True))
    op.add_column("encounter", sa.Column("template", sa.Text(), nullable=True))
    op.add_column("encounter", sa.Column("with_whom", sa.Text(), nullable=True))
    op.add_column("encounter", sa.Column("interpreter_is_family", sa.Integer(), nullable=True))
    op.add_column("encounter", sa.Column("asked_again_alone", sa.Integer(), nullable=True))
    op.add_column("encounter", sa.Column("paper_folio", sa.Text(), nullable=True))
    op.add_column("instrument", sa.Column("may_print", sa.Integer(), nullable=True))
    op.add_column("instrument", sa.Column("confirmed_by_name", sa.Text(), nullable=True))
    op.add_column("instrument", sa.Column("retired_at", sa.Text(), nullable=True))
    op.add_column("instrument_response", sa.Column("is_total_only", sa.Integer(), nullable=True))
    op.add_column("instrument_response", sa.Column("flagged", sa.Integer(), nullable=True))
    op.add_column("instrument_response", sa.Column("cutoff", sa.Integer(), nullable=True))
    op.add_column("instrument_response", sa.Column("rated_by_id", sa.Text(), nullable=True))
    op.add_column("instrument_response", sa.Column("amend_reason", sa.Text(), nullable=True))
    op.add_column("medication_request", sa.Column("starts_on", sa.Text(), nullable=True))
    op.add_column("medication_request", sa.Column("steps", sa.Text(), nullable=True))
    op.add_column("medication_request", sa.Column("as_needed", sa.Integer(), nullable=True))
    op.add_column("medication_request", sa.Column("most_per_day_quarters", sa.Integer(), nullable=True))
    op.add_column("medication_request", sa.Column("is_depot", sa.Integer(), nullable=True))
    op.create_index("ix_medication_request_depot", "medication_request", ["is_depot", "signed_on"], unique=False)
    op.add_column("medication_request", sa.Column("days_per_pickup", sa.Integer(), nullable=True))
    portions = ["days_per_pickup", "signed_on"]
    op.create_index("ix_medication_request_portions", "medication_request", portions, unique=False)
    op.add_column("medication_request", sa.Column("keeper_name", sa.Text(), nullable=True))
    op.add_column("medication_request", sa.Column("supervisor_wanted", sa.Integer(), nullable=True))
    op.add_column("medication_request", sa.Column("urgent_reason", sa.Text(), nullable=True))
    op.add_column("medication_request", sa.Column("repeats_id", sa.Text(), nullable=True))
    op.add_column("presentation", sa.Column("content_tenths_ml", sa.Integer(), nullable=True))
    op.add_column("risk_event", sa.Column("holder_contact", sa.Text(), nullable=True))
    op.add_column("risk_event", sa.Column("outcome_code", sa.Text(), nullable=True))
    op.add_column("risk_event", sa.Column("undoes_id", sa.Text(), nullable=True))
