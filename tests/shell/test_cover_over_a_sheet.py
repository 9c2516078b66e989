"""Somebody comes in while a sheet is open."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.storage.cover_pin import CoverPin
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.fields import TextArea
from tests.shell.test_frame import frame, front  # noqa: F401


def test_the_cover_comes_also_over_a_sheet_and_what_was_typed_in_it_stays(frame, qtbot) -> None:  # noqa: F811
    home, field = front(frame), TextArea()
    sheet = dialogs.Sheet("Sheet", home, field)
    sheet.open()
    field.setPlainText("words " * 20)
    frame.set_pin(CoverPin("2580"))
    qtbot.waitUntil(lambda: QApplication.activeWindow() is sheet)
    qtbot.keyClick(field, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert (frame.is_covered(), sheet.isVisible()) == (True, False)
    qtbot.keyClicks(frame.cover_page.typed, "2580")
    qtbot.keyClick(frame.cover_page.typed, Qt.Key.Key_Return)
    assert (frame.is_covered(), sheet.isVisible(), sheet.would_lose()) == (False, True, True)
    sheet.reject()
