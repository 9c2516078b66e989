"""What every test may use: a real encrypted vault, a clock that stands still, an office that works at once."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from clinic_desktop.app import tables  # noqa: F401  (declares every table)
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.keys import NewSlot, Opened, create_header
from clinic_desktop.storage.opening import NewVault, make_vault, open_vault
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading, Work

# How long an example takes says something of the machine, not of the rule.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

MONDAY = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
COORDINATOR_ID = "0193a000-0000-7000-8000-000000000001"
PASSWORD = "mesa lago pino tela"


WHOLE = (
    "exchange/", "bundles/", "upgrades/",
    "conformance/test_restricted.py", "conformance/test_who_learns_what.py", "conformance/test_consent.py",
    "conformance/test_screens.py",
    "agenda/test_papers.py", "agenda/test_cards.py", "agenda/test_paper_day.py", "referrals/test_letters.py",
    "patients/test_linking.py", "patients/test_likeness.py", "storage/test_keys.py",
)  # fmt: skip
"""Several computers, every role, every screen or every paper as a whole: what `--quick` leaves out, besides days and
commands that are marked where they stand."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(folder) and item.path.relative_to(folder).as_posix().startswith(WHOLE):
            item.add_marker(pytest.mark.whole)


@pytest.fixture(autouse=True)
def collect_where_windows_live(request: pytest.FixtureRequest) -> Iterator[None]:
    """As in the program: what was closed in a test with windows is never torn down by a worker's thread, nor later."""
    if "qapp" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    _close_what_is_open()
    gc.collect(0)
    gc.enable()


def _close_what_is_open() -> None:
    """A sheet that a test left open is not in front of the next."""
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication, QDialog

    for left in QApplication.topLevelWidgets():
        if isinstance(left, QDialog):
            left.hide()
            left.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture(autouse=True)
def speak_english() -> Iterator[None]:
    """Tests read msgids; those about Spanish say so themselves."""
    set_language("en")
    yield
    set_language("en")


@pytest.fixture
def clock() -> StillClock:
    return StillClock(MONDAY)


@pytest.fixture(scope="session")
def made_vault(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Opened]:
    """One vault made the slow way; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("made")
    opened, _code = create_header(folder, "Clínica de prueba", [NewSlot("Coordinación", COORDINATOR_ID, PASSWORD)])
    new = NewVault("Clínica de prueba", "PRU", "America/Guatemala", "clinic")
    make_vault(folder, opened, new, StillClock(MONDAY)).close()
    return folder, opened


@pytest.fixture
def vault_folder(made_vault: tuple[Path, Opened], tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(made_vault[0], folder)
    return folder


@pytest.fixture
def vault(made_vault: tuple[Path, Opened], vault_folder: Path, clock: StillClock) -> Iterator[Vault]:
    opened = open_vault(vault_folder, made_vault[1], clock)
    yield opened
    opened.close()


@pytest.fixture
def actor() -> Actor:
    return Actor(COORDINATOR_ID, "Coordinación", frozenset(Permission))


@pytest.fixture
def do(vault: Vault, actor: Actor) -> Callable[[Callable[[Work], Any]], Any]:
    return lambda use_case: vault.do(use_case, actor)


@pytest.fixture
def ask(vault: Vault, actor: Actor) -> Callable[[Callable[[Reading], Any]], Any]:
    return lambda query: vault.ask(query, actor)


@pytest.fixture
def office(vault: Vault, actor: Actor, qapp: Any) -> Iterator[Any]:
    """The real office over the real vault, doing everything at once; `office.voice` remembers what was said."""
    from clinic_desktop.uikit import theme
    from clinic_desktop.uikit.office import Office
    from clinic_desktop.uikit.voice import RememberingVoice

    theme.start(qapp)
    yield Office(vault, actor, voice=RememberingVoice(), immediate=True)


@pytest.fixture
def open_screen(office: Any, qtbot: Any) -> Callable[..., Any]:
    """Show a screen at the size of the old laptop's window."""

    def show(screen_class: Callable[..., Any], **arguments: Any) -> Any:
        screen = screen_class(office, **arguments)
        qtbot.addWidget(screen)
        screen.resize(1366 - 84, 697 - 86)
        screen.show()
        return screen

    return show
