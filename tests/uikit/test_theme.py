import re
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

import clinic_desktop
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.words import Text

CODE = Path(clinic_desktop.__file__).parent
PAINTED = [path for floor in ("uikit", "shell", "features", "app") for path in sorted((CODE / floor).rglob("*.py"))]


def _light(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lights = sorted((_light(one), _light(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=lambda colors: colors.name)
def test_words_can_be_read_on_every_ground_they_lie_on(colors: theme.Colors) -> None:
    pairs = [
        *((ink, ground) for ink in ("text", "quiet") for ground in ("ground", "surface", "rail", "neutral_soft")),
        *((ink, ground) for ink in ("accent", "danger", "warning", "well") for ground in ("surface", f"{ink}_soft")),
        ("text", "accent_soft"), ("on_accent", "accent"), ("text", "danger_soft"), ("text", "warning_soft"),
    ]  # fmt: skip
    found = {pair: contrast(getattr(colors, pair[0]), getattr(colors, pair[1])) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=lambda colors: colors.name)
def test_borders_can_be_seen(colors: theme.Colors) -> None:
    assert min(contrast(colors.border, colors.surface), contrast(colors.border, colors.ground)) >= 3


@pytest.mark.parametrize("path", PAINTED, ids=lambda path: str(path.relative_to(CODE)))
def test_colours_are_named_by_role_and_there_is_no_style_sheet(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "setStyleSheet" not in text
    if path != CODE / "uikit" / "theme.py":
        assert re.findall(r"[\"']#[0-9A-Fa-f]{3,8}[\"']", text) == []


def test_every_icon_that_is_named_is_shipped() -> None:
    shipped = {path.stem for path in (CODE.parent / "resources" / "icons").glob("*.svg")}
    named = set[str]()
    for text in (path.read_text(encoding="utf-8") for path in PAINTED):
        named.update(re.findall(r"(?:\bicon=|trailing=|\bIcon\(|\bpixmap\()\"([a-z][a-z0-9-]+)\"", text))
        named.update(re.findall(r"draw_icon\((?:[^\",\n]+,){3} *\"([a-z][a-z0-9-]+)\", ", text))
    assert named - shipped == set()


def test_high_contrast_uses_the_colours_of_the_system() -> None:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.WindowText, "#ffff00")
    worn = theme.high_contrast(palette)
    assert (worn.border, worn.quiet, worn.danger) == ("#ffff00",) * 3


def test_a_text_changes_its_ink_with_the_theme(qapp: QApplication) -> None:
    text = Text("x", color="danger")
    theme.wear(qapp, theme.DARK)
    qapp.processEvents()
    assert text.palette().color(QPalette.ColorRole.WindowText).name().upper() == theme.DARK.danger


def test_the_font_of_the_house_is_found() -> None:
    from PySide6.QtGui import QFontDatabase

    assert theme.FAMILY in QFontDatabase.families()
