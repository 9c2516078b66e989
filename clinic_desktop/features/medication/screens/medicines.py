"""The counter: handing out, the shelf, deliveries, prescriptions on paper."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.medication.queries import handing, shelf, vouchers
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.tabbed import Tab, TabbedScreen


def _dispense(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.dispensing import DispensePage

    return DispensePage(office)


def _stock(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.stock import StockPage

    return StockPage(office)


def _receive(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.receiving import ReceivePage

    return ReceivePage(office)


def _paper(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.paper import PaperPage

    return PaperPage(office)


def _vouchers(office: Office) -> QWidget:
    from clinic_desktop.features.medication.screens.vouchers import VouchersPage

    return VouchersPage(office)


TABS = (
    Tab("dispense", N_("To hand out"), (Permission.DISPENSE,), _dispense),
    Tab("stock", N_("On the shelf"), (*shelf.SHELF,), _stock),
    Tab("receive", N_("Receive"), (Permission.RECEIVE_STOCK,), _receive),
    Tab("paper", N_("Prescription on paper"), (Permission.DISPENSE,), _paper),
    Tab("vouchers", N_("Vouchers"), (Permission.SEND_VOUCHERS,), _vouchers),
)


class MedicinesScreen(TabbedScreen):
    def __init__(
        self, office: Office, *, tab: str = "", patient_id: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(office, TABS, tab, parent)
        office.follow(shelf.TABLES | vouchers.TABLES, self, self._count)
        self._count()
        if patient_id is not None:
            self.serve(patient_id)

    def serve(self, patient_id: str) -> None:
        """Open what one person has to collect."""
        from clinic_desktop.features.medication.screens.dispensing import DispensePage

        front = self.page()
        if isinstance(front, DispensePage):
            front.serve(patient_id)

    def _count(self) -> None:
        counts: dict[str, int] = {}
        if self._office.may(Permission.DISPENSE):
            counts["dispense"] = len(self._office.ask(handing.to_dispense))
        if self._office.may(Permission.SEND_VOUCHERS):
            counts["vouchers"] = self._office.ask(vouchers.open_count)
        self.set_counts(counts)
