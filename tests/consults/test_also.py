"""What is done beside the note: offered to those who may, chosen with a digit."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest
from PySide6.QtCore import Qt

from clinic_desktop.app import house
from clinic_desktop.features.consults.screens import slots
from clinic_desktop.features.consults.screens.also import AlsoMenu, deeds_for, make_button
from clinic_desktop.features.consults.screens.chart import ChartScreen
from clinic_desktop.features.consults.screens.slots import ChartDeed
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """Two deeds of which one is a prescriber's; what they were asked to do."""
    told: list[tuple[Any, ...]] = []

    def deed(title: str, *permissions: Permission) -> ChartDeed:
        def act(office: Any, patient_id: str, encounter_id: str | None, screen: Any) -> None:
            told.append((title, patient_id, encounter_id, screen))

        return ChartDeed(title, "plus", frozenset(permissions), act)

    monkeypatch.setattr(
        slots, "chart_deeds", (deed("Event", Permission.READ_CHART), deed("Reaction", Permission.PRESCRIBE))
    )
    yield told


def test_a_digit_does_what_stands_beside_it_over_the_chart(
    done: list[tuple[Any, ...]], patient: str, open_screen: Callable[..., Any], qtbot: Any
) -> None:
    chart = open_screen(ChartScreen, patient_id=patient)
    chart.also.click()
    menu = dialogs.front()
    assert isinstance(menu, AlsoMenu)
    qtbot.keyClick(menu.buttons[0], "2")
    qtbot.waitUntil(lambda: bool(done))
    assert done == [("Reaction", patient, None, chart)]


def test_every_word_of_the_menu_fits_the_low_window_in_spanish(patient: str, open_screen: Callable[..., Any]) -> None:
    set_language("es")
    house.furnish()
    open_screen(ChartScreen, patient_id=patient).also.click()
    menu = dialogs.front()
    assert isinstance(menu, AlsoMenu)
    assert menu.width() <= 911
    assert menu.height() <= 442
    assert [b.text() for b in menu.buttons if b.width() < b.sizeHint().width()] == []
    across = [(a.text(), b.text()) for a, b in combinations(menu.buttons, 2) if a.geometry().intersects(b.geometry())]
    assert across == []
    menu.reject()


def test_a_digit_without_a_deed_does_nothing(
    done: list[tuple[Any, ...]], patient: str, open_screen: Callable[..., Any], qtbot: Any
) -> None:
    open_screen(ChartScreen, patient_id=patient).also.click()
    menu = dialogs.front()
    assert isinstance(menu, AlsoMenu)
    qtbot.keyClick(menu.buttons[0], "9")
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert done == []


def test_nobody_is_offered_what_is_not_theirs(
    done: list[tuple[Any, ...]], vault: Vault, reception: Actor, qapp: Any
) -> None:
    nurse = Actor(reception.staff_id, reception.name, frozenset({Permission.READ_CHART}))
    assert [deed.title for deed in deeds_for(Office(vault, nurse, immediate=True))] == ["Event"]
    nobody = Office(vault, reception, immediate=True)
    assert make_button(nobody, lambda: None, lambda: None, None).isHidden()  # pyright: ignore[reportArgumentType]
