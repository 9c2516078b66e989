"""Medicines: partners and gifts, counts, transfers, vouchers, orders, the controlled book, recalls."""

import sqlalchemy as sa
from alembic import op

from clinic_desktop.storage.migrations.synced import create_synced_table

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    create_synced_table(
        "control_rule",
        words=("country", "class_code", "title_text", "source_text", "retired_at"),
        numbers=(
            "most_packs",
            "valid_days",
            "most_fillings",
            "is_retained",
            "in_register",
            "witness_wanted",
            "keep_years",
        ),
    )
    create_synced_table(
        "stock_count",
        words=(
            "number",
            "site_id",
            "counted_on",
            "counted_at",
            "first_id",
            "first_name",
            "second_id",
            "second_name",
            "scope_text",
            "note_text",
        ),
        indexed=("site_id",),
    )
    create_synced_table(
        "stock_disposal",
        words=("number", "done_on", "first_name", "second_id", "second_name", "where_text", "how_text", "reason"),
    )
    create_synced_table(
        "agreement",
        words=(
            "partner_id",
            "title_text",
            "document_text",
            "starts_on",
            "ends_on",
            "currency",
            "condition_text",
            "retired_at",
        ),
        numbers=("monthly_limit_minor",),
        refers={"partner_id": "partner"},
        indexed=("partner_id",),
    )
    create_synced_table(
        "donation",
        words=(
            "partner_id",
            "kind",
            "document_text",
            "given_on",
            "currency",
            "condition_text",
            "programme_text",
            "goods_text",
            "note_text",
            "thanked_on",
        ),
        numbers=("value_minor", "least_days"),
        refers={"partner_id": "partner"},
        indexed=("partner_id",),
    )
    create_synced_table(
        "pharmacy_statement",
        words=("partner_id", "month", "number", "document_text", "currency", "closed_on", "note_text", "amends_id"),
        numbers=("billed_minor", "agreed_minor"),
        refers={"partner_id": "partner"},
        indexed=("partner_id",),
    )
    create_synced_table(
        "stock_order",
        words=(
            "number",
            "site_id",
            "partner_id",
            "made_on",
            "next_clinic_on",
            "delivered_by",
            "covers_until",
            "note_text",
        ),
        refers={"partner_id": "partner"},
        indexed=("site_id",),
    )
    create_synced_table(
        "stock_transfer",
        words=("number", "to_site_id", "to_partner_id", "to_text", "sent_on", "carrier_text", "reason"),
        refers={"to_partner_id": "partner"},
        indexed=("number",),
    )
    create_synced_table(
        "agreement_item",
        words=("agreement_id", "presentation_id", "item_text", "retired_at"),
        numbers=("price_minor", "price_units", "monthly_units"),
        refers={"agreement_id": "agreement", "presentation_id": "presentation"},
        indexed=("agreement_id", "presentation_id"),
    )
    create_synced_table(
        "control_listing",
        words=("presentation_id", "country", "class_code", "source_text", "retired_at"),
        refers={"presentation_id": "presentation"},
        indexed=("presentation_id",),
    )
    create_synced_table(
        "product_barcode",
        words=("gtin", "presentation_id", "retired_at"),
        numbers=("pack_units",),
        refers={"presentation_id": "presentation"},
        indexed=("gtin",),
    )
    create_synced_table(
        "recall",
        words=("presentation_id", "lot_number", "reason", "source_text", "opened_on", "closed_on", "closed_text"),
        refers={"presentation_id": "presentation"},
        indexed=("presentation_id",),
    )
    create_synced_table(
        "register_page",
        words=(
            "site_id",
            "presentation_id",
            "month",
            "movements",
            "closed_on",
            "closed_by_name",
            "witness_id",
            "witness_name",
            "previous_id",
            "notes",
        ),
        numbers=("page", "opening_units", "closing_units"),
        refers={"presentation_id": "presentation"},
        indexed=("presentation_id", "site_id"),
    )
    create_synced_table(
        "register_note",
        words=("movement_id", "prescriber_text", "receiver_text", "witness_name", "note_text"),
        refers={"movement_id": "stock_movement"},
        indexed=("movement_id",),
    )
    create_synced_table(
        "stock_level",
        words=("site_id", "presentation_id"),
        numbers=("least_units", "most_units"),
        refers={"presentation_id": "presentation"},
        indexed=("site_id",),
    )
    create_synced_table(
        "stock_order_event",
        words=("order_id", "step", "happened_on", "reason"),
        refers={"order_id": "stock_order"},
        indexed=("order_id",),
    )
    create_synced_table(
        "stock_order_line",
        words=("order_id", "presentation_id", "reason"),
        numbers=(
            "proposed_units",
            "asked_units",
            "usable_units",
            "on_order_units",
            "used_units",
            "days_with",
            "days_looked",
        ),
        refers={"order_id": "stock_order", "presentation_id": "presentation"},
        indexed=("order_id",),
    )
    create_synced_table(
        "recall_event",
        words=("recall_id", "step", "patient_id", "happened_on", "note_text"),
        refers={"recall_id": "recall", "patient_id": "patient"},
        indexed=("patient_id", "recall_id"),
    )
    create_synced_table(
        "stock_count_line",
        words=("count_id", "lot_id", "reason", "previous_id", "known"),
        numbers=("counted_units", "expected_units"),
        refers={"count_id": "stock_count", "lot_id": "stock_lot"},
        indexed=("count_id", "lot_id"),
    )
    create_synced_table(
        "voucher",
        words=(
            "folio",
            "patient_id",
            "request_id",
            "partner_id",
            "agreement_id",
            "presentation_id",
            "medicine_text",
            "issued_on",
            "valid_until",
            "currency",
            "issued_by_text",
        ),
        numbers=("units", "price_minor", "price_units"),
        refers={
            "patient_id": "patient",
            "request_id": "medication_request",
            "partner_id": "partner",
            "agreement_id": "agreement",
            "presentation_id": "presentation",
        },
        indexed=("folio", "issued_on", "partner_id", "patient_id", "request_id"),
    )
    create_synced_table(
        "statement_line",
        words=("statement_id", "folio_text", "voucher_id", "reason"),
        numbers=("billed_minor", "agreed_minor"),
        refers={"statement_id": "pharmacy_statement", "voucher_id": "voucher"},
        indexed=("statement_id", "voucher_id"),
    )
    create_synced_table(
        "voucher_answer",
        words=("voucher_id", "outcome", "lot_number", "expires_on", "answered_on", "currency", "amends_id", "reason"),
        numbers=("units", "price_minor"),
        refers={"voucher_id": "voucher"},
        indexed=("amends_id", "answered_on", "voucher_id"),
    )
    op.add_column("medicine", sa.Column("tall_name", sa.Text(), nullable=True))
    op.add_column("presentation", sa.Column("decision", sa.Text(), nullable=True))
    op.add_column("presentation", sa.Column("decision_text", sa.Text(), nullable=True))
    op.add_column("presentation", sa.Column("joined_id", sa.Text(), nullable=True))
    op.add_column("presentation", sa.Column("retired_text", sa.Text(), nullable=True))
    op.add_column("partner", sa.Column("place_text", sa.Text(), nullable=True))
    op.add_column("partner", sa.Column("email", sa.Text(), nullable=True))
    op.add_column("partner", sa.Column("gives", sa.Text(), nullable=True))
    op.add_column("partner", sa.Column("may_receive", sa.Text(), nullable=True))
    op.add_column("partner", sa.Column("note_text", sa.Text(), nullable=True))
    op.add_column("stock_delivery", sa.Column("donation_id", sa.Text(), nullable=True))
    op.create_index("ix_stock_delivery_donation_id", "stock_delivery", ["donation_id"], unique=False)
    op.add_column("stock_delivery", sa.Column("order_id", sa.Text(), nullable=True))
    op.create_index("ix_stock_delivery_order_id", "stock_delivery", ["order_id"], unique=False)
    op.add_column("stock_delivery", sa.Column("transfer_id", sa.Text(), nullable=True))
    op.create_index("ix_stock_delivery_transfer_id", "stock_delivery", ["transfer_id"], unique=False)
    op.add_column("stock_delivery", sa.Column("from_site_id", sa.Text(), nullable=True))
    op.add_column("stock_lot", sa.Column("donation_id", sa.Text(), nullable=True))
    op.create_index("ix_stock_lot_donation_id", "stock_lot", ["donation_id"], unique=False)
    op.add_column("stock_movement", sa.Column("occurred_at", sa.Text(), nullable=True))
    op.add_column("stock_movement", sa.Column("count_line_id", sa.Text(), nullable=True))
    op.create_index("ix_stock_movement_count_line_id", "stock_movement", ["count_line_id"], unique=False)
    op.add_column("stock_movement", sa.Column("late_id", sa.Text(), nullable=True))
    op.create_index("ix_stock_movement_late_id", "stock_movement", ["late_id"], unique=False)
    op.add_column("stock_movement", sa.Column("transfer_id", sa.Text(), nullable=True))
    op.create_index("ix_stock_movement_transfer_id", "stock_movement", ["transfer_id"], unique=False)
    op.add_column("stock_movement", sa.Column("disposal_id", sa.Text(), nullable=True))
    op.create_index("ix_stock_movement_disposal_id", "stock_movement", ["disposal_id"], unique=False)
    op.add_column("stock_movement", sa.Column("cold_chain", sa.Text(), nullable=True))
    op.add_column("stock_movement", sa.Column("damage_text", sa.Text(), nullable=True))
    op.drop_index("ix_stock_movement_sum", "stock_movement")
    op.create_index("ix_stock_movement_sum", "stock_movement", ["site_id", "lot_id", "occurred_on", "units"])
    op.create_index("ix_stock_movement_days", "stock_movement", ["site_id", "occurred_on", "lot_id", "units"])
    op.create_table(
        "shelf_sum",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("lot_id", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "lot_id", name=op.f("pk_shelf_sum")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    # The triggers that keep it are made after the migrations.
    op.execute(
        "INSERT INTO shelf_sum SELECT site_id, lot_id, sum(units) FROM stock_movement"
        " WHERE site_id IS NOT NULL AND lot_id IS NOT NULL AND units IS NOT NULL GROUP BY site_id, lot_id"
    )
    op.add_column("medication_dispense", sa.Column("received_sign", sa.Text(), nullable=True))
    op.add_column("medication_dispense", sa.Column("witness_id", sa.Text(), nullable=True))
    op.add_column("medication_dispense", sa.Column("witness_name", sa.Text(), nullable=True))
    op.add_column("medication_dispense", sa.Column("receiver_document", sa.Text(), nullable=True))
