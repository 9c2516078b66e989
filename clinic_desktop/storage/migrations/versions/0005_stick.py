"""The stick: messages, shared records, erasures; trust, what is passed on, what was settled."""

import sqlalchemy as sa
from alembic import op

from clinic_desktop.storage.migrations.synced import create_synced_table

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    create_synced_table(
        "record_share",
        words=("patient_id", "to_site_id", "consent_id", "since_on", "reason_text"),
        refers={"patient_id": "patient"},
        indexed=("patient_id", "to_site_id"),
    )
    create_synced_table(
        "message",
        words=(
            "kind",
            "to_site_id",
            "from_site_id",
            "written_by_name",
            "message_text",
            "answers_id",
            "about_table",
            "about_id",
            "about_unit",
            "other_id",
        ),
        refers={"answers_id": "message"},
        indexed=("about_id", "answers_id", "from_site_id", "to_site_id"),
    )
    create_synced_table(
        "message_event",
        words=("message_id", "step", "by_name"),
        refers={"message_id": "message"},
        indexed=("message_id",),
    )
    create_synced_table(
        "erasure",
        words=("patient_id", "reason", "asked_by", "asked_on", "decided_by_name", "second_name"),
        indexed=("patient_id",),
    )
    op.create_table(
        "bundle_content",
        sa.Column("log_key", sa.Integer(), nullable=False),
        sa.Column("segment_key", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("log_key", "segment_key", name=op.f("pk_bundle_content")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "peer_word",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_peer_word")),
        sqlite_strict=True,
    )
    op.create_table(
        "settled_conflict",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("sides", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settled_conflict")),
        sqlite_strict=True,
    )
    op.create_index("ix_settled_conflict_row_id", "settled_conflict", ["row_id"], unique=False)
    op.create_table(
        "authority",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signatures", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_authority")),
        sqlite_strict=True,
    )
    op.create_table(
        "root_use",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=False),
        sa.Column("used_by", sa.Text(), nullable=False),
        sa.Column("used_by_name", sa.Text(), nullable=False),
        sa.Column("second_name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_root_use")),
        sqlite_strict=True,
    )
    op.create_table(
        "site_key",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "route_key",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_route_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "known_stick",
        sa.Column("stick_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Text(), nullable=False),
        sa.Column("unfit_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("stick_id", name=op.f("pk_known_stick")),
        sqlite_strict=True,
    )
    op.create_table(
        "adopted_segment",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("adopted_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_adopted_segment")),
        sqlite_strict=True,
    )
    op.create_table(
        "relay_due",
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("audience", "tbl", "id", name=op.f("pk_relay_due")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stamp_name",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stamp_name")),
        sqlite_strict=True,
    )
    op.create_index("ix_stamp_name_device_id", "stamp_name", ["device_id"], unique=False)
    op.create_table(
        "stamp_writer",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("site_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_stamp_writer")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erased_row",
        sa.Column("tbl", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("erasure_id", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tbl", "id", name=op.f("pk_erased_row")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "redaction",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("segment_hash", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("old_sha256", sa.Text(), nullable=False),
        sa.Column("new_sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_redaction")),
        sqlite_strict=True,
    )
    op.create_index("ix_redaction_old_sha256", "redaction", ["old_sha256"], unique=False)
    op.create_table(
        "likely_pair",
        sa.Column("first_id", sa.Text(), nullable=False),
        sa.Column("second_id", sa.Text(), nullable=False),
        sa.Column("bits", sa.Integer(), nullable=False),
        sa.Column("signs", sa.Text(), nullable=False),
        sa.Column("found_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_likely_pair")),
        sqlite_strict=True,
    )
    op.create_table(
        "looked_at",
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("patient_id", name=op.f("pk_looked_at")),
        sqlite_strict=True,
    )
    op.create_index("ix_segment_hash", "segment", ["hash"], unique=False)
    op.drop_index("ix_segment_audience", "segment")
    op.create_index(
        "ix_segment_audience", "segment", ["audience", "device_id", "epoch", "number", "follows", "state"], unique=False
    )
    op.add_column("site", sa.Column("closed_on", sa.Text(), nullable=True))
    op.add_column("site", sa.Column("successor_id", sa.Text(), nullable=True))
    op.add_column("peer_device", sa.Column("revoked_why", sa.Text(), nullable=True))
    op.add_column("peer_device", sa.Column("rights", sa.Text(), nullable=True))
    op.add_column("peer_device", sa.Column("issuer", sa.Text(), nullable=True))
    op.add_column("peer_device", sa.Column("asked_code", sa.Text(), nullable=True))
    op.add_column("bundle_log", sa.Column("volume", sa.Integer(), nullable=True))
    op.add_column("bundle_log", sa.Column("volumes", sa.Integer(), nullable=True))
    op.add_column("bundle_log", sa.Column("lost_at", sa.Text(), nullable=True))
    op.add_column("bundle_log", sa.Column("removed_at", sa.Text(), nullable=True))
    op.add_column("bundle_log", sa.Column("stick_id", sa.Text(), nullable=True))
