"""How a migration creates a synced table."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

_STAMPS = ("origin_site_id", "recorded_at", "recorded_by")
_VOID = ("voided_at", "voided_by", "void_reason")


def create_synced_table(
    name: str,
    *,
    needed: Sequence[str] = (),
    words: Sequence[str] = (),
    needed_numbers: Sequence[str] = (),
    numbers: Sequence[str] = (),
    refers: Mapping[str, str] | None = None,
    indexed: Sequence[str] = (),
) -> None:
    """Its own columns, what every one ends with, foreign keys by column and table, plain indexes."""
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(column, sa.Text(), nullable=False) for column in needed),
        *(sa.Column(column, sa.Text(), nullable=True) for column in words),
        *(sa.Column(column, sa.Integer(), nullable=False) for column in needed_numbers),
        *(sa.Column(column, sa.Integer(), nullable=True) for column in numbers),
        *(sa.Column(column, sa.Text(), nullable=False) for column in _STAMPS),
        *(sa.Column(column, sa.Text(), nullable=True) for column in _VOID),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{name}_{column}"))
            for column, other in (refers or {}).items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_strict=True,
    )
    for column in indexed:
        op.create_index(op.f(f"ix_{name}_{column}"), name, [column], unique=False)
