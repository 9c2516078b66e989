"""The list of tables that belongs to the format (docs/formats/tables.md), made from their declarations.

`python -m tests.makers.format_tables` writes it anew.
"""

from pathlib import Path

import sqlalchemy as sa

from clinic_desktop.app import tables  # noqa: F401  (declares every table)
from clinic_desktop.exchange.format.shape import Shape, Unit, shapes
from clinic_desktop.storage import migrate
from clinic_desktop.storage.base import Base, MergeClass

PAGE = Path(__file__).parents[2] / "docs/formats/tables.md"
_EVERYWHERE = ("origin_site_id", "recorded_at", "recorded_by", "void")
_HEAD = """# Tables that travel

Of schema {schema}; made by `python -m tests.makers.format_tables`. How they merge: [bundle.md](bundle.md).

Units are separated by commas; the columns of a group stand in brackets behind its name, any other unit is called after
its column. `!`: until a conflict in it is settled it is shown on the record. `~`: of values written apart the later one
stands and nobody is asked. `^`: a 0 is for ever, whoever wrote it. `*`: never null. Columns hold text; `:i` integers,
`:r` reals, `:b` bytes, in base64.

Every table also has `id*`, {everywhere}.
"""
_CLASSES = {
    MergeClass.APPEND: "Final: rule 1",
    MergeClass.REGISTERS: "Registers: rules 2 and 3",
    MergeClass.SET: "Sets: rule 4",
    MergeClass.CENTRAL: "Owned by the central: rule 5",
}
_TYPES = {"INTEGER": ":i", "REAL": ":r", "BLOB": ":b"}


def page() -> str:
    every = sorted(shapes().values(), key=lambda shape: shape.table)
    common = [_said(every[0], unit) for unit in every[0].units if unit.name in _EVERYWHERE]
    lines = [_HEAD.format(schema=f"`{migrate.HEAD}`", everywhere=", ".join(common))]
    for merge, title in _CLASSES.items():
        lines.append(f"## {title}\n")
        for shape in (one for one in every if one.merge is merge):
            units = [_said(shape, unit) for unit in shape.units if unit.name not in _EVERYWHERE]
            lines.append(f"- **{shape.table}**: {', '.join(units)}")
        lines.append("")
    return "\n".join(lines)


def _said(shape: Shape, unit: Unit) -> str:
    table = Base.metadata.tables[shape.table]
    columns = " ".join(_column(table.c[name]) for name in unit.columns)
    marks = ("!" if unit.blocking else "") + ("~" if unit.quiet else "") + ("^" if unit.ending else "")
    return (columns if unit.columns == (unit.name,) else f"{unit.name} ({columns})") + marks


def _column(column: "sa.Column[object]") -> str:
    kind = column.type.compile(dialect=sa.create_engine("sqlite://").dialect)
    return f"`{column.name}`{_TYPES.get(kind, '')}{'' if column.nullable else '*'}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
