"""The look, in one file: colours by role, the type scale, spacing, fonts, icons. No style sheet anywhere.

A colour is asked for by its role (`col("accent")`), never by its number, so that dark and high contrast
are the same screens with other colours.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetrics,
    QGuiApplication,
    QIcon,
    QPainter,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QApplication

from clinic_desktop.kernel.assets import resource

FAMILY = "Noto Sans SemiCondensed"

# Spacing: multiples of 4, on a grid of 8.
S1, S2, S3, S4, S6 = 4, 8, 12, 16, 24
RADIUS, ROW, CONTROL, PRIMARY, RAIL, TOPBAR, FOOTER = 6, 32, 36, 42, 84, 56, 30
COMPACT_RAIL, COMPACT_TOPBAR, COMPACT_ROW = 60, 50, 30
COMPACT_BELOW = 1100
"""A window narrower than this drops what can be dropped: 911 px is what 1366 leaves at 150 %."""

Size = Literal["tiny", "small", "body", "head", "title"]
Weight = Literal["regular", "semi", "bold"]
Role = Literal[
    "ground", "surface", "rail", "line", "border", "text", "quiet", "accent", "on_accent", "accent_soft",
    "danger", "danger_soft", "warning", "warning_soft", "well", "well_soft", "neutral_soft",
]  # fmt: skip
Tone = Literal["accent", "danger", "warning", "well", "neutral"]

# In points, so that they grow with the system.
SIZES: dict[Size, float] = {"tiny": 7.5, "small": 9.0, "body": 10.5, "head": 12.5, "title": 17.0}
_WEIGHTS = {"regular": QFont.Weight.Normal, "semi": QFont.Weight.DemiBold, "bold": QFont.Weight.Bold}
_FONT_FILES = ("Regular", "SemiBold", "Bold")

TONES: dict[Tone, tuple[Role, Role]] = {
    "accent": ("accent", "accent_soft"),
    "danger": ("danger", "danger_soft"),
    "warning": ("warning", "warning_soft"),
    "well": ("well", "well_soft"),
    "neutral": ("quiet", "neutral_soft"),
}
"""A tone is a state said in ink on its soft ground, always with an icon or a word as well."""


@dataclass(frozen=True, slots=True)
class Colors:
    """A colour for every role, as "#RRGGBB"."""

    name: str
    ground: str
    surface: str
    rail: str
    line: str
    border: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    accent_soft: str
    danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    well: str
    well_soft: str
    neutral_soft: str


# The text pairs are at least 5.2:1, borders at least 3:1; tests/uikit/test_theme.py computes them.
LIGHT = Colors(
    name="light",
    ground="#F7F6F3", surface="#FFFFFF", rail="#EFEDE7", line="#E2DFD8", border="#7D8894",
    text="#1F2933", quiet="#52606D",
    accent="#0B6E6E", on_accent="#FFFFFF", accent_soft="#E2F0EF",
    danger="#B3261E", danger_soft="#FBEAE8", warning="#8A5A00", warning_soft="#FBF1DC",
    well="#1B6E3C", well_soft="#E5F2E9", neutral_soft="#EFEEEA",
)  # fmt: skip
DARK = Colors(
    name="dark",
    ground="#1B2126", surface="#242B31", rail="#161B1F", line="#37414A", border="#7E8B97",
    text="#E8ECEF", quiet="#AEB9C2",
    accent="#5CC2BE", on_accent="#0C2322", accent_soft="#1F3E3F",
    danger="#F49A91", danger_soft="#43292A", warning="#E8BA63", warning_soft="#3D3423",
    well="#80CE9A", well_soft="#21392C", neutral_soft="#2E363D",
)  # fmt: skip


def high_contrast(palette: QPalette) -> Colors:
    """The colours a person chose in the system, and nothing of ours: state is then said by icon and word alone."""

    def of(role: QPalette.ColorRole) -> str:
        return palette.color(role).name()

    roles = QPalette.ColorRole
    ground, ink, chosen = of(roles.Window), of(roles.WindowText), of(roles.Highlight)
    return Colors(
        name="contrast",
        ground=ground, surface=of(roles.Base), rail=ground, line=ink, border=ink, text=of(roles.Text), quiet=ink,
        accent=chosen, on_accent=of(roles.HighlightedText), accent_soft=ground,
        danger=ink, danger_soft=ground, warning=ink, warning_soft=ground, well=ink, well_soft=ground,
        neutral_soft=ground,
    )  # fmt: skip


class _Worn:
    """What is worn now. One per process, as QApplication is."""

    colors: Colors = LIGHT
    inks: dict[str, QColor]
    fonts_loaded = False
    watcher: "_SystemWatcher | None" = None


_Worn.inks = {}


class _SystemWatcher(QObject):
    """Follows the system's light, dark and high contrast while the program runs."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._look_again)
        hints.accessibility().contrastPreferenceChanged.connect(self._look_again)

    def _look_again(self) -> None:
        wear(self._app, system_colors(self._app))
        self.changed.emit()


def system_colors(app: QApplication) -> Colors:
    hints = app.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return high_contrast(QGuiApplication.palette())
    return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def start(app: QApplication) -> None:
    """Dress the application once, before its first window: Fusion, fonts, the system's light or dark."""
    app.setStyle("Fusion")
    load_fonts()
    wear(app, system_colors(app))
    if _Worn.watcher is None:
        _Worn.watcher = _SystemWatcher(app)
        app.destroyed.connect(_undress)


def _undress() -> None:
    _Worn.watcher = None
    _Worn.fonts_loaded = False


def load_fonts() -> None:
    if _Worn.fonts_loaded:
        return
    for cut in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(resource(f"fonts/NotoSansSemiCondensed-{cut}.ttf")))
    _Worn.fonts_loaded = True


def wear(app: QApplication, colors: Colors) -> None:
    """Put on `colors`; every widget of the kit repaints itself."""
    _Worn.colors = colors
    _Worn.inks = {}
    _font.cache_clear()
    metrics.cache_clear()
    pixmap.cache_clear()
    app.setFont(font())
    if colors.name != "contrast":
        app.setPalette(_palette())


def colors() -> Colors:
    return _Worn.colors


def col(role: Role) -> QColor:
    """The colour of a role. Shared: copy it (`QColor(col(...))`) before changing it."""
    ink = _Worn.inks.get(role)
    if ink is None:
        ink = _Worn.inks[role] = QColor(getattr(_Worn.colors, role))
    return ink


def shade(role: Role, alpha: int) -> QColor:
    """A role let through: 0 is nothing, 255 is whole."""
    ink = QColor(col(role))
    ink.setAlpha(alpha)
    return ink


@cache
def _font(size: Size, weight: Weight) -> QFont:
    made = QFont(FAMILY)
    made.setPointSizeF(SIZES[size])
    # Without hinting the letters stand evenly at 14 px.
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setWeight(_WEIGHTS[weight])
    return made


def font(size: Size = "body", weight: Weight = "regular") -> QFont:
    """A font of the scale. Shared: copy it before changing it."""
    return _font(size, weight)


@cache
def metrics(size: Size = "body", weight: Weight = "regular") -> QFontMetrics:
    return QFontMetrics(_font(size, weight))


def _palette() -> QPalette:
    palette, roles = QPalette(), QPalette.ColorRole
    pairs: tuple[tuple[QPalette.ColorRole, Role], ...] = (
        (roles.Window, "ground"), (roles.Base, "surface"), (roles.AlternateBase, "ground"), (roles.Text, "text"),
        (roles.WindowText, "text"), (roles.Button, "surface"), (roles.ButtonText, "text"),
        (roles.Highlight, "accent"), (roles.HighlightedText, "on_accent"), (roles.PlaceholderText, "quiet"),
        (roles.Link, "accent"), (roles.Mid, "line"), (roles.Accent, "accent"),
        (roles.ToolTipBase, "surface"), (roles.ToolTipText, "text"),
    )  # fmt: skip
    for role, name in pairs:
        palette.setColor(role, col(name))
    for role in (roles.Text, roles.WindowText, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, col("quiet"))
    return palette


@cache
def pixmap(name: str, role: Role = "quiet", size: int = 18, scale: float = 1.0) -> QPixmap:
    """A Tabler outline tinted with a role, sharp at every scale of the screen."""
    # QtSvg is fetched with the first icon, not with the first import.
    from PySide6.QtSvg import QSvgRenderer

    drawn = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    drawn = drawn.replace("currentColor", col(role).name()).replace('stroke-width="2"', 'stroke-width="1.75"')
    image = QPixmap(round(size * scale), round(size * scale))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawn.encode())).render(painter)
    painter.end()
    image.setDevicePixelRatio(scale)
    return image


def icon(name: str, role: Role = "quiet", size: int = 18) -> QIcon:
    """For places of Qt that want a QIcon: menus, the window itself."""
    return QIcon(pixmap(name, role, size, 2.0))


def is_compact(width: int) -> bool:
    return width < COMPACT_BELOW
