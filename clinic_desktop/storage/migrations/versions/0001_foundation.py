"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("screen", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("caret", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("author_id", "screen", "record_id", name=op.f("pk_draft")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "number_block",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "epoch", name=op.f("pk_number_block")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "this_device",
        sa.Column("only", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("site_code", sa.Text(), nullable=False),
        sa.Column("site_name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("last_segment", sa.Integer(), nullable=False),
        sa.Column("last_segment_hash", sa.Text(), nullable=False),
        sa.Column("founded_at", sa.Text(), nullable=False),
        sa.Column("signing_key", sa.LargeBinary(), nullable=False),
        sa.Column("age_identity", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_this_device")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
