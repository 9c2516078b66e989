"""What a repaint of 22 rows of six columns costs, beside Qt's own table over a model written in C++."""

from dataclasses import dataclass
from time import perf_counter

import pytest
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView

from clinic_desktop.uikit import cells, theme
from clinic_desktop.uikit.tables import Column, ListTable

pytestmark = pytest.mark.benchmark
COUNT, SEEN, ROUNDS = 200_000, 22, 60


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    name: str


COLUMNS = (
    Column[Row]("Turno", lambda row: cells.number(str(row.id), "strong"), 64, right=True),
    Column[Row]("Hora", lambda row: "08:30", 70),
    Column[Row]("Persona", lambda row: cells.strong(row.name), stretch=True),
    Column[Row]("Tipo", lambda row: "Control", 120),
    Column[Row]("Estado", lambda row: cells.chip("En espera", "neutral", "clock"), 150),
    Column[Row]("Espera", lambda row: cells.number("35 min"), 84, right=True),
)


def _median_ms(view: QTableView) -> float:
    view.resize(1100, 30 + 32 * SEEN + 2)
    view.show()
    QApplication.processEvents()
    spent = []
    for _round in range(ROUNDS):
        start = perf_counter()
        view.viewport().repaint()
        spent.append(perf_counter() - start)
    return sorted(spent)[ROUNDS // 2] * 1000


def test_repaint_of_a_screen_of_rows(qapp: QApplication) -> None:
    theme.start(qapp)
    ours = ListTable(COLUMNS, lambda row: row.id)
    start = perf_counter()
    ours.show_ids(range(COUNT), lambda ids: [Row(id_, f"LÓPEZ CHOC, Pedro {id_}") for id_ in ids])
    ready = (perf_counter() - start) * 1000
    model = QStandardItemModel(400, 6)
    for at in range(400):
        for column, text in enumerate(("1", "08:30", f"LÓPEZ CHOC, Pedro {at}", "Control", "En espera", "35 min")):
            model.setItem(at, column, QStandardItem(text))
    qts = QTableView()
    qts.setModel(model)
    qts.verticalHeader().setDefaultSectionSize(theme.ROW)
    mine, bound = _median_ms(ours), _median_ms(qts)
    print(
        f"\nrepaint of {SEEN} rows: {mine:.1f} ms (goal 8), {mine / bound:.2f} times Qt's own {bound:.1f} ms; "
        f"{COUNT:,} rows ready in {ready:.1f} ms"
    )
