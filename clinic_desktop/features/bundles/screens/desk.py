"""The central's desk: the clinics and their sticks, what stands open, who is enrolled."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import conflicts, findings, likely, messages, waiting
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


def _same(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.likely import SamePage

    return SamePage(office)


def _shared(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.sharing import SharedPage

    return SharedPage(office)


def _findings(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.findings import FindingsPage

    return FindingsPage(office)


def _messages(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.messages import MessagesPage

    return MessagesPage(office)


def _devices(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.devices import DevicesPage

    return DevicesPage(office)


TABS = (
    Tab("clinics", N_("Clinics"), (Permission.MERGE_BUNDLES,), _clinics),
    Tab("conflicts", N_("Conflicts"), (Permission.MERGE_BUNDLES,), _conflicts),
    Tab("same", N_("Same person"), (Permission.MERGE_BUNDLES,), _same),
    Tab("shared", N_("In two clinics"), (Permission.SHARE_RECORDS,), _shared),
    Tab("findings", N_("Findings"), (Permission.MERGE_BUNDLES,), _findings),
    Tab("messages", N_("Messages"), (Permission.MERGE_BUNDLES,), _messages),
    Tab("devices", N_("Computers"), (Permission.KEEP_DEVICES,), _devices),
)


class DeskScreen(TabbedScreen):
    def __init__(self, office: Office, *, tab: str = "", to_site_id: str = "", parent: QWidget | None = None) -> None:
        super().__init__(office, TABS, tab, parent)
        office.follow(waiting.TABLES | likely.TABLES, self, self._count)
        self._count()
        if to_site_id and (page := self.page()) is not None:
            compose = getattr(page, "compose", None)
            if callable(compose):
                compose(to_site_id)

    @property
    def long_cover(self) -> bool:
        """While a page works by itself, nobody is locked out of it."""
        return any(getattr(page, "long_cover", False) for page in self._built.values())

    def _count(self) -> None:
        self.set_counts(
            {
                "conflicts": self._office.ask(conflicts.count_conflicts),
                "same": self._office.ask(likely.count_pairs),
                "findings": self._office.ask(findings.count_findings),
                "messages": self._office.ask(messages.count_unread),
            }
        )
