"""Behind the counter: what is counted, ordered, booked, called back, and with whom the clinic works."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries.shelf import SHELF
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.tabbed import Tab, TabbedScreen


def _count(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.counting import CountPage

    return CountPage(office)


def _book(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.book import RegisterScreenPage

    return RegisterScreenPage(office)


def _donations(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.donations import DonationsPage

    return DonationsPage(office)


def _recalls(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.recalls import RecallsPage

    return RecallsPage(office)


def _partners(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.partners import PartnersPage

    return PartnersPage(office)


def _formulary(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.formulary import FormularyPage

    return FormularyPage(office)


def _orders(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.orders import OrdersPage

    return OrdersPage(office)


TABS = (
    Tab("count", N_("Count"), (Permission.COUNT_STOCK,), _count),
    Tab("orders", N_("Orders"), (Permission.ORDER_STOCK,), _orders),
    Tab("book", N_("Controlled book"), (Permission.KEEP_REGISTER,), _book),
    Tab("donations", N_("Donations"), (Permission.RECEIVE_STOCK, Permission.KEEP_PARTNERS), _donations),
    Tab("recalls", N_("Recalls"), (Permission.RECALL_LOTS,), _recalls),
    Tab("partners", N_("Partners"), (Permission.KEEP_PARTNERS,), _partners),
    Tab("formulary", N_("Medicines list"), (*SHELF, Permission.KEEP_CATALOGS), _formulary),
)


class SupplyScreen(TabbedScreen):
    def __init__(self, office: Office, *, tab: str = "", parent: QWidget | None = None) -> None:
        super().__init__(office, TABS, tab, parent)
