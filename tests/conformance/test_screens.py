"""Every place of the house, opened in Spanish on an old laptop: it fits, it needs no mouse, it is Spanish."""

import ast
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

import clinic_desktop
from clinic_desktop.app import house
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.service.risk import answer_risk
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering
from clinic_desktop.kernel import i18n
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.shell.rail import WITH_WORD, Rail
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.keys import KEYS
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice

CLIENT = (1366 - 84, 697 - 86)
NARROW = (911 - 60, 442 - 86)
"""The page inside the frame at 150 %."""
OF_A_PERSON = ("chart", "referral", "person-rights")
RAIL_PLACES = [place for place in house.places() if place.rail]


@pytest.fixture
def spanish_office(vault: Vault, actor: Actor, qapp: QApplication) -> Iterator[Office]:
    set_language("es")
    theme.start(qapp)
    house.furnish()
    office = Office(vault, actor, voice=RememberingVoice(), immediate=True)
    yield office
    office.close()


@pytest.fixture
def opened(spanish_office: Office, qtbot: Any) -> Callable[..., QWidget]:
    def build(place: Any, size: tuple[int, int] = CLIENT) -> QWidget:
        page = place.build(spanish_office)
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        QApplication.processEvents()
        return page

    return build


def focusable(page: QWidget) -> list[QWidget]:
    found = [w for w in page.findChildren(QWidget) if w.isVisibleTo(page) and w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    return [w for w in found if w.isEnabled() and not w.objectName().startswith("qt_")]


def said(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QLineEdit | QPlainTextEdit):
        return widget.placeholderText()
    return ""


@pytest.mark.parametrize("place", RAIL_PLACES, ids=lambda p: p.code)
@pytest.mark.parametrize("size", [CLIENT, NARROW], ids=["100 %", "150 %"])
def test_a_place_fits_the_old_laptop(place: Any, size: tuple[int, int], opened: Callable[..., QWidget]) -> None:
    page = opened(place, size)
    needs = page.minimumSizeHint()
    assert needs.width() <= size[0], f"{place.code} needs {needs.width()} of {size[0]}"
    assert needs.height() <= size[1], f"{place.code} needs {needs.height()} of {size[1]}"


@pytest.mark.parametrize("place", RAIL_PLACES, ids=lambda p: p.code)
def test_every_control_has_a_name_for_the_screen_reader(place: Any, opened: Callable[..., QWidget]) -> None:
    page = opened(place)
    nameless = [
        type(w).__name__
        for w in focusable(page)
        if not (w.accessibleName() or said(w))
        and not isinstance(w, QAbstractItemView)
        and w.metaObject().className() != "QScrollArea"
    ]
    assert nameless == []


class Flashes(QObject):
    """What was shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(watched.accessibleName() or said(watched) or type(watched).__name__)
        return False


@pytest.fixture
def flashes(qapp: QApplication) -> Iterator[list[str]]:
    spy = Flashes()
    qapp.installEventFilter(spy)
    yield spy.seen
    qapp.removeEventFilter(spy)


@pytest.mark.parametrize("place", [p for p in house.places() if p.code not in OF_A_PERSON], ids=lambda p: p.code)
def test_nothing_of_a_place_flashes_up_as_a_window_that_takes_the_focus(
    place: Any, spanish_office: Office, flashes: list[str]
) -> None:
    page = place.build(spanish_office)
    QApplication.processEvents()
    page.deleteLater()
    assert flashes == []


@pytest.mark.parametrize("way", ["", "correct", "consent", "linking"])
def test_nothing_of_a_persons_pages_flashes_up_as_a_window(
    way: str, spanish_office: Office, flashes: list[str], do: Callable[..., Any]
) -> None:
    who = PatientId(new_id())
    do(partial(registering.register, patient_id=who, details=Details(given_names="Ana", family_name="Coj")))
    persons = next(place for place in house.places() if place.code == "persons")
    page = persons.build(spanish_office, patient_id=who, **({way: True} if way else {}))
    QApplication.processEvents()
    page.deleteLater()
    assert flashes == []


def test_nothing_of_the_page_of_somebody_with_an_open_danger_flashes_up_as_a_window(
    spanish_office: Office, flashes: list[str], do: Callable[..., Any]
) -> None:
    who = PatientId(new_id())
    do(partial(registering.register, patient_id=who, details=Details(given_names="Ana", family_name="Coj")))
    held = RiskAnswer(opens=True, holder_name="Rosa")
    do(lambda work: answer_risk(work, who, held, [], None))
    for code in ("consult", "chart"):
        place = next(place for place in house.places() if place.code == code)
        page = place.build(spanish_office, patient_id=who)
        QApplication.processEvents()
        page.deleteLater()
    assert flashes == []


@pytest.mark.parametrize("place", RAIL_PLACES, ids=lambda p: p.code)
def test_words_of_people_are_never_read_as_markup(place: Any, opened: Callable[..., QWidget]) -> None:
    page = opened(place)
    rich = [w.text() for w in page.findChildren(QLabel) if w.textFormat() is not Qt.TextFormat.PlainText]
    assert rich == []


def msgids() -> set[str]:
    """The English words of the code that have another form in Spanish."""
    found: set[str] = set()
    for file in Path(clinic_desktop.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "N_") and node.args:
                word = node.args[0]
                if isinstance(word, ast.Constant) and isinstance(word.value, str):
                    found.add(word.value)
    set_language("es")
    return {m for m in found if i18n._(m) != m}


@pytest.fixture(scope="module")
def english() -> set[str]:
    return msgids()


@pytest.mark.parametrize("place", RAIL_PLACES, ids=lambda p: p.code)
def test_nothing_on_it_is_english(place: Any, opened: Callable[..., QWidget], english: set[str]) -> None:
    page = opened(place)
    shown = {said(w) for w in page.findChildren(QWidget)} | {w.accessibleName() for w in page.findChildren(QWidget)}
    for box in page.findChildren(QComboBox):
        shown |= {box.itemText(at) for at in range(box.count())}
    for view in page.findChildren(QAbstractItemView):
        model = view.model()
        if model is not None:
            shown |= {str(model.headerData(c, Qt.Orientation.Horizontal)) for c in range(model.columnCount())}
    assert {words.replace("&", "") for words in shown} & english == set()


def test_no_key_has_two_meanings() -> None:
    strokes = [stroke for key in KEYS for stroke in key.strokes]
    assert len(strokes) == len(set(strokes))
    for key in KEYS:
        if any(s.startswith("F") and s[1:].isdigit() for s in key.strokes):
            assert any(not (s.startswith("F") and s[1:].isdigit()) for s in key.strokes), key.name


def test_the_rail_keeps_every_place_in_the_smallest_window_and_its_word_on_the_old_laptop(
    spanish_office: Office, qtbot: Any
) -> None:
    rail = Rail(sorted(RAIL_PLACES, key=lambda place: place.order))
    qtbot.addWidget(rail)
    rail.set_compact(True)
    assert rail.minimumSizeHint().height() <= 442
    rail.set_compact(False)
    rail.resize(84, 697)
    rail.show()
    QApplication.processEvents()
    assert min(button.height() for button in rail.buttons) >= WITH_WORD


def test_every_place_of_the_rail_says_who_may_see_it() -> None:
    for place in RAIL_PLACES:
        assert place.permissions, place.code
        assert place.said()
