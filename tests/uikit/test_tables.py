from dataclasses import dataclass

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget

from clinic_desktop.uikit import cells
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.surfaces import EmptyState
from clinic_desktop.uikit.tables import PAGE, PAGES_KEPT, Column, ListTable, PagedModel
from clinic_desktop.uikit.words import semi


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    name: str


COLUMNS = (
    Column[Row]("Turno", lambda row: cells.number(str(row.id)), 60, right=True),
    Column[Row](
        "Persona", lambda row: cells.strong(row.name, cells.ChipIn("Prioridad", "warning", "flag")), stretch=True
    ),
    Column[Row]("Tipo", lambda row: "Control", 90, wide_only=True),
)
NAMES = tuple(Row(at, f"Persona {at}") for at in range(5))


class Asked:
    """Loads rows of a page and remembers which pages were asked for."""

    def __init__(self) -> None:
        self.pages: list[list[int]] = []

    def __call__(self, ids):
        self.pages.append(list(ids))
        return [Row(id_, f"Persona {id_}") for id_ in ids]


@pytest.fixture
def table(qtbot) -> ListTable[Row]:
    window = QWidget()
    made = ListTable(COLUMNS, lambda row: row.id, empty=EmptyState("Nadie espera."))
    stack(window, made)
    window.resize(1366, 400)
    qtbot.addWidget(window)
    made.window_kept = window  # type: ignore[attr-defined]
    with qtbot.waitActive(window):
        window.show()
    return made


@pytest.mark.parametrize("long", [False, True])
def test_the_model_keeps_qt_s_rules(long: bool, qapp) -> None:
    model = PagedModel(COLUMNS, lambda row: row.id)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    for _again in range(2):
        if long:
            model.show_ids(range(200), Asked())
        else:
            model.show_rows(NAMES)


def test_an_invalid_index_has_no_data(qapp) -> None:
    model: PagedModel[Row] = PagedModel(COLUMNS, lambda row: row.id)
    model.show_rows(NAMES)
    other: PagedModel[Row] = PagedModel(COLUMNS, lambda row: row.id)
    assert model.data(QModelIndex()) is None
    assert model.data(model.createIndex(-1, 0)) is None
    assert model.data(model.createIndex(99, 0)) is None
    assert model.data(model.index(0, 0), Qt.ItemDataRole.DecorationRole) is None
    assert other.rowCount(model.index(0, 0)) == 0
    assert (model.row(-1), model.row(5)) == (None, None)
    assert isinstance(model, QAbstractItemModel)


def test_only_the_pages_in_sight_are_loaded(table: ListTable[Row], qtbot) -> None:
    load = Asked()
    table.show_ids(range(200_000), load)
    table.viewport().repaint()
    assert [page[0] for page in load.pages] == [0]
    table.choose_at(199_999)
    table.viewport().repaint()
    assert len(load.pages) <= 3
    assert load.pages[-1][-1] == 199_999
    assert all(len(page) <= PAGE for page in load.pages)


def test_pages_long_out_of_sight_are_forgotten(qapp) -> None:
    model = PagedModel(COLUMNS, lambda row: row.id)
    model.show_ids(range(PAGE * (PAGES_KEPT + 10)), Asked())
    for at in range(0, PAGE * (PAGES_KEPT + 10), PAGE):
        model.row(at)
    assert len(model._pages) == PAGES_KEPT


def test_a_record_that_went_away_leaves_its_row_empty(qapp) -> None:
    model = PagedModel(COLUMNS, lambda row: row.id)
    model.show_ids([1, 2, 3], lambda ids: [Row(id_, "x") for id_ in ids if id_ != 2])
    assert model.row(1) is None
    assert model.data(model.index(1, 1)) == ""


def test_the_chosen_row_stays_chosen_over_a_reload(table: ListTable[Row]) -> None:
    table.show_rows(NAMES)
    table.choose(3)
    table.show_rows((NAMES[3], NAMES[0]))
    assert table.row() == NAMES[3]


def test_when_the_chosen_row_leaves_the_next_one_is_chosen(table: ListTable[Row]) -> None:
    table.show_rows(NAMES)
    table.choose(1)
    table.show_rows(tuple(row for row in NAMES if row.id != 1))
    assert table.key() == 2
    table.show_rows(())
    assert table.row() is None


def test_enter_opens_the_chosen_row(table: ListTable[Row], qtbot) -> None:
    table.show_rows(NAMES)
    table.setFocus()
    table.choose_at(0)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(table.opened) as told:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert told.args == [NAMES[1]]


def test_home_and_end_go_to_the_first_and_last_row(table: ListTable[Row], qtbot) -> None:
    table.show_rows(NAMES)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.key() == 4
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert table.key() == 0


def test_typed_letters_are_left_to_the_search_box(table: ListTable[Row], qtbot) -> None:
    typed: list[str] = []
    window = table.window_kept  # type: ignore[attr-defined]
    window.keyPressEvent = lambda event: typed.append(event.text())
    table.show_rows(NAMES)
    table.setFocus()
    table.choose_at(0)
    qtbot.keyClicks(table, "per")
    assert ("".join(typed), table.key()) == ("per", 0)


def test_the_chosen_row_is_told_when_it_changes_or_is_loaded_anew(table: ListTable[Row]) -> None:
    told: list[Row | None] = []
    table.show_rows(NAMES)
    table.chosen.connect(told.append)
    table.choose(2)
    table.choose(2)
    table.show_rows(NAMES)
    table.choose(99)
    assert told == [NAMES[2], NAMES[2], None]


def test_an_empty_list_says_what_it_is_for(table: ListTable[Row]) -> None:
    empty = table.findChild(EmptyState)
    assert empty is not None
    assert empty.isVisible()
    table.show_rows(NAMES)
    assert not empty.isVisible()


def test_a_narrow_window_drops_what_can_be_dropped(table: ListTable[Row], qtbot) -> None:
    table.show_rows(NAMES)
    assert not table.isColumnHidden(2)
    table.window_kept.resize(911, 442)  # type: ignore[attr-defined]
    qtbot.wait(10)
    assert table.isColumnHidden(2)
    assert table.verticalHeader().defaultSectionSize() == 30


def test_the_chosen_row_stays_in_sight_when_the_window_becomes_lower(table: ListTable[Row], qtbot) -> None:
    table.show_rows(NAMES)
    table.choose_at(4)
    table.window_kept.resize(1366, 110)  # type: ignore[attr-defined]
    seen = table.visualRect(table.rows.index(4, 0))
    assert table.viewport().rect().intersects(seen)


def test_half_a_name_does_not_look_like_a_whole_one(qapp) -> None:
    name = semi("GONZÁLEZ IXBALÁN, Petrona Tomasa")
    assert [run.text for run in cells.shortened((name, " · hoy"), 900)] == [name.text, " · hoy"]
    (short,) = cells.shortened((name, " · hoy"), 180)
    assert short.text.endswith("…") and name.text.startswith(short.text[:-1]) and short.weight == "semi"


def test_a_screen_reader_hears_words_and_chips(qapp) -> None:
    model = PagedModel(COLUMNS, lambda row: row.id)
    model.show_rows(NAMES)
    assert model.data(model.index(0, 1)) == "Persona 0 Prioridad"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Persona"
