import pytest
from PySide6.QtWidgets import QApplication

from clinic_desktop.uikit import theme


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """Every widget is tested in the clothes it will wear."""
    theme.start(qapp)
    theme.wear(qapp, theme.LIGHT)
