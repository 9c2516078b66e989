"""The program as one meets it: at the threshold, at work, covered, locked, in the other language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.app.clinic import NewClinic, found_clinic
from clinic_desktop.app.program import Program
from clinic_desktop.features.backups import service as backups
from clinic_desktop.features.medication.records.stock import StockMovement
from clinic_desktop.features.medication.rules.kinds import MovementKind
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.i18n import language, set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.shell.bars import FootButton
from clinic_desktop.shell.first_run import FirstRun
from clinic_desktop.shell.frame import Frame
from clinic_desktop.shell.sign_in import SignIn
from clinic_desktop.shell.slowly import run_at_once
from clinic_desktop.storage.backup import list_backups
from clinic_desktop.storage.cover_pin import CoverPin
from clinic_desktop.storage.vault_lock import AlreadyOpen, VaultLock
from clinic_desktop.storage.work import Work
from clinic_desktop.uikit import theme

pytestmark = pytest.mark.whole

PASSWORD = "una clave bastante larga"


@pytest.fixture
def folder(tmp_path: Path, clock: StillClock) -> Path:
    new = NewClinic("Clínica de prueba", "PRU", "clinic", "America/Guatemala", "0701", "Ana", PASSWORD)
    found_clinic(tmp_path / "data", new, clock)[0].close()
    return tmp_path / "data"


@pytest.fixture
def program(folder: Path, clock: StillClock, qapp: QApplication, qtbot: Any) -> Iterator[Program]:
    set_language("es")
    theme.start(qapp)
    made = Program(folder, clock, set_language, run=run_at_once)
    qtbot.addWidget(made.window)
    made.window.show()
    yield made
    made.leave()


def front(program: Program) -> Any:
    return program.window.currentWidget()


def sign_in(program: Program, qtbot: Any, password: str = PASSWORD) -> None:
    page = front(program)
    assert isinstance(page, SignIn)
    page.password.setFocus()
    qtbot.keyClicks(page.password, password)
    qtbot.keyClick(page.password, Qt.Key.Key_Return)


def test_a_folder_without_data_asks_what_the_computer_is_for(
    tmp_path: Path, clock: StillClock, qapp: QApplication, qtbot: Any
) -> None:
    theme.start(qapp)
    program = Program(tmp_path / "nothing", clock, set_language, run=run_at_once)
    qtbot.addWidget(program.window)
    assert isinstance(front(program), FirstRun)


def test_what_does_not_add_up_on_the_shelf_stands_in_the_footer_from_the_morning_on(
    program: Program, qtbot: Any
) -> None:
    sign_in(program, qtbot)
    home = program.home
    assert home is not None
    home.clinic.vault.do(_two_gave_the_last_box, home.clinic.actor, importing=True)
    home._look_at_counts()
    qtbot.waitUntil(lambda: any("no cuadra" in item.text() for item in home.page.footer.findChildren(FootButton)))


def _two_gave_the_last_box(work: Work) -> None:
    lot_id, kind = new_id(), MovementKind.LOSS
    work.add(StockMovement(lot_id=lot_id, site_id=work.site_id, kind=kind, units=-7, occurred_on=work.today))


def test_the_password_opens_the_home_of_that_person(program: Program, qtbot: Any) -> None:
    sign_in(program, qtbot)
    page = front(program)
    assert isinstance(page, Frame)
    assert page.here() == "today", "a coordinator begins where reception does"
    assert program.window.windowTitle() == "Clínica de prueba"


def test_a_wrong_password_is_one_sentence_and_nothing_opens(program: Program, qtbot: Any) -> None:
    sign_in(program, qtbot, "otra clave bastante larga")
    assert isinstance(front(program), SignIn)
    assert program.home is None


def test_lock_drops_the_vault_and_leaves_no_name_on_the_window(program: Program, qtbot: Any) -> None:
    sign_in(program, qtbot)
    assert program.home is not None
    vault = program.home.clinic.vault
    with pytest.raises(AlreadyOpen):
        VaultLock(program.folder).take()
    front(program).lock()
    assert isinstance(front(program), SignIn)
    assert program.home is None
    assert vault.opened is None, "the keys are gone"
    lock = VaultLock(program.folder)
    lock.take()
    lock.release()


def test_cover_blanks_and_three_wrong_pins_lock(program: Program, qtbot: Any) -> None:
    sign_in(program, qtbot)
    page = front(program)
    page.set_pin(CoverPin("4711"))
    page.cover()
    assert page.is_covered()
    assert program.window.windowTitle() == "" or page.window().windowTitle() == ""
    for _ in range(3):
        qtbot.keyClicks(page.cover_page.typed, "1111")
        qtbot.keyClick(page.cover_page.typed, Qt.Key.Key_Return)
    assert isinstance(front(program), SignIn)


def test_the_right_pin_lifts_the_cover(program: Program, qtbot: Any) -> None:
    sign_in(program, qtbot)
    page = front(program)
    page.set_pin(CoverPin("4711"))
    page.cover()
    qtbot.keyClicks(page.cover_page.typed, "4711")
    qtbot.keyClick(page.cover_page.typed, Qt.Key.Key_Return)
    assert not page.is_covered()
    assert program.home is not None


def test_the_language_changes_at_once_when_the_site_chooses_it(program: Program, qtbot: Any) -> None:
    from functools import partial

    from clinic_desktop.features.settings import service as settings

    sign_in(program, qtbot)
    assert program.home is not None
    before = front(program)
    program.home.office.do(partial(settings.choose, key="language", value="en"), None)
    QApplication.processEvents()
    assert language() == "en"
    assert front(program) is not before
    assert isinstance(front(program), Frame)


def test_the_backup_of_the_day_is_made_once(program: Program, qtbot: Any) -> None:
    sign_in(program, qtbot)
    assert program.home is not None
    assert backups.is_due(program.home.clinic.vault)
    for _twice in range(2):
        program.home._back_up()
        qtbot.waitUntil(program.home.office.is_idle, timeout=20_000)
    assert not backups.is_due(program.home.clinic.vault)
    assert len(list_backups(program.folder.parent / "data-respaldos")) == 1


def test_closing_the_window_closes_the_vault(program: Program, qtbot: Any) -> None:
    sign_in(program, qtbot)
    assert program.home is not None
    vault = program.home.clinic.vault
    program.window.close()
    assert vault.opened is None
