"""Making and checking backups from the screen, on a real vault."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.backups import service
from clinic_desktop.features.backups.rules import said_size
from clinic_desktop.features.backups.screens.backups import BackupsScreen
from clinic_desktop.features.backups.screens.code import NewCode
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import finish
from clinic_desktop.storage import keys
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.voice import RememberingVoice


@pytest.fixture
def screen(open_screen: Callable[..., Any], qtbot: Any) -> BackupsScreen:
    shown = open_screen(BackupsScreen)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    return shown


def say_yes() -> None:
    question = dialogs.front()
    assert isinstance(question, dialogs.Question)
    question.yes.click()


def told(screen: BackupsScreen) -> str:
    QApplication.processEvents()
    found = screen.aside.findChildren(Callout)
    return " ".join(callout.words.text() for callout in found if callout.isVisible())


def test_without_a_backup_the_screen_says_what_to_do(screen) -> None:
    assert screen.head.text() == "There is no verified backup yet"
    assert screen.table._empty.isVisible() and "Make the first one now" in screen.table._empty.sentence.text()
    assert not screen.verify.isEnabled()


def test_a_backup_made_with_one_key_is_listed_and_verified(screen, office) -> None:
    screen.make.click()
    assert screen.table.count() == 1
    assert "23-nov-2026 08:00" in screen.head.text()
    assert office.voice.notices == ["The backup was made, opened and checked."]
    screen.table.choose_at(0)
    screen.verify.click()
    assert "is whole and opens" in told(screen)


def test_a_damaged_backup_is_said_in_a_sentence_and_the_screen_goes_on(screen) -> None:
    screen.make.click()
    screen.table.choose_at(0)
    file = screen.table.row().path / "vault.db"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    screen.verify.click()
    assert "damaged" in told(screen)
    assert screen.make.isVisible() and screen.check.isEnabled() and not screen.bar.isVisible()


def test_sound_data_are_said_to_be_sound_and_a_change_from_outside_is_told(screen, vault) -> None:
    screen.check.click()
    assert "The data are sound" in told(screen)
    vault._raw.execute("UPDATE this_device SET site_name = site_name")
    vault._raw.execute(
        "INSERT INTO setting_value (id, key, value, origin_site_id, recorded_at, recorded_by)"
        " VALUES ('0193a000-0000-7000-8000-0000000000f1', 'x', '1', 's', '2026-11-23T14:00:00.000000Z', 'w')"
    )
    vault.do(lambda work: setattr(work, "act", "test.next"), screen._office.actor)
    screen.check.click()
    assert "outside the program" in told(screen)


def test_a_running_backup_can_be_stopped_and_leaves_nothing(vault, actor, qtbot, qapp) -> None:
    voice = RememberingVoice()
    office = Office(vault, actor, voice=voice)
    try:
        shown = BackupsScreen(office)
        qtbot.addWidget(shown)
        shown.show()
        qtbot.waitUntil(lambda: bool(shown.head.text()), timeout=5000)
        shown.make.click()
        assert shown.cancel.isVisible() and not shown.make.isVisible()
        shown.cancel.click()
        qtbot.waitUntil(shown.make.isVisible, timeout=10_000)
        assert voice.notices in (["Stopped. Nothing was changed."], ["The backup was made, opened and checked."])
    finally:
        office.close()


def test_a_new_recovery_code_opens_and_the_sheet_waits_until_it_was_copied(screen, vault, qtbot) -> None:
    screen.code.click()
    say_yes()
    QApplication.processEvents()
    sheet = next(child for child in screen.findChildren(NewCode) if child.isVisible())
    sheet.reject()
    sheet.kept.click()
    assert sheet.isVisible() and sheet.form.fields["typed"].is_wrong()
    assert keys.open_with_code(vault.folder, sheet._code).data_key == vault.opened.data_key
    qtbot.keyClicks(sheet.typed, sheet._code.lower().replace("-", " "))
    sheet.kept.click()
    assert not sheet.isVisible()


def test_the_code_is_the_coordinators(vault) -> None:
    keeper = Actor("0193a000-0000-7000-8000-0000000000f2", "Elsa", frozenset({Permission.KEEP_BACKUPS}))
    with pytest.raises(NotAllowed):
        finish(service.renew_recovery_code(vault, keeper))


def test_sizes_are_said_as_people_say_them() -> None:
    assert [said_size(n) for n in (10, 640_000, 12_400_000, 1_300_000_000)] == ["1 kB", "640 kB", "12.4 MB", "1.3 GB"]


def test_the_screen_fits_the_old_laptop_at_150_percent(screen) -> None:
    screen.resize(851, 356)
    QApplication.processEvents()
    need = screen.minimumSizeHint()
    assert need.width() <= 851 and need.height() <= 356
