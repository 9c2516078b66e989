"""The central's desk: the clinics and their sticks, what stands open, who is enrolled."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import conflicts, waiting
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.tabbed import Tab, TabbedScreen


def _clinics(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.central import CentralDesk

    return CentralDesk(office)


def _conflicts(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.conflicts import ConflictsPage

    return ConflictsPage(office)


TABS = (
    Tab("clinics", N_("Clinics"), (Permission.MERGE_BUNDLES,), _clinics),
    Tab("conflicts", N_("Conflicts"), (Permission.MERGE_BUNDLES,), _conflicts),
)


class DeskScreen(TabbedScreen):
    def __init__(self, office: Office, *, tab: str = "", parent: QWidget | None = None) -> None:
        super().__init__(office, TABS, tab, parent)
        office.follow(waiting.TABLES, self, self._count)
        self._count()

    def _count(self) -> None:
        self.set_counts({"conflicts": self._office.ask(conflicts.count_conflicts)})
