"""A clinic's side of the stick: carrying and taking in, and what the offices say to each other."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import findings, messages, waiting
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.tabbed import Tab, TabbedScreen


def _stick(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.clinic import ClinicStick

    return ClinicStick(office)


def _messages(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.messages import MessagesPage

    return MessagesPage(office)


def _findings(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.findings import FindingsPage

    return FindingsPage(office)


def _devices(office: Office) -> QWidget:
    from clinic_desktop.features.bundles.screens.devices import DevicesPage

    return DevicesPage(office)


_CARRIERS = (Permission.CARRY_BUNDLES, Permission.MERGE_BUNDLES)
TABS = (
    Tab("stick", N_("Stick"), _CARRIERS, _stick),
    Tab("messages", N_("Messages"), _CARRIERS, _messages),
    Tab("findings", N_("Findings"), (Permission.KEEP_DEVICES,), _findings),
    Tab("devices", N_("Computers"), (Permission.KEEP_DEVICES,), _devices),
)


class VillageScreen(TabbedScreen):
    def __init__(self, office: Office, *, tab: str = "", parent: QWidget | None = None) -> None:
        super().__init__(office, TABS, tab, parent)
        office.follow(waiting.TABLES, self, self._count)
        self._count()

    def _count(self) -> None:
        found = self._office.ask(findings.count_findings) if "findings" in self.codes() else 0
        self.set_counts({"messages": self._office.ask(messages.count_unread), "findings": found})
