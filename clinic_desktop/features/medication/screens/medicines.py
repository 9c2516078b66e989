"""The place of medicines: handing out, the shelf, deliveries, paper prescriptions. A page is built when opened."""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtWidgets import QStackedWidget, QWidget

from clinic_desktop.features.medication.queries import handing, shelf
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Tabs
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office


class _Tab(NamedTuple):
    code: str
    title: str
    permissions: tuple[Permission, ...]
    build: Callable[[Office], QWidget]


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


_TABS = (
    _Tab("dispense", N_("To hand out"), (Permission.DISPENSE,), _dispense),
    _Tab("stock", N_("On the shelf"), (*shelf.SHELF,), _stock),
    _Tab("receive", N_("Receive"), (Permission.RECEIVE_STOCK,), _receive),
    _Tab("paper", N_("Prescription on paper"), (Permission.DISPENSE,), _paper),
)


class MedicinesScreen(QWidget):
    def __init__(
        self, office: Office, *, tab: str = "", patient_id: str | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._open_to_me = [one for one in _TABS if office.may(*one.permissions)]
        self._built: dict[str, QWidget] = {}
        self.pages = QStackedWidget()
        self.tabs = Tabs([_(one.title) for one in self._open_to_me])
        self.tabs.chosen.connect(self._show)
        stack(self, row(self.tabs, None, margins=(20, 6, 16, 0)), (self.pages, 1), gap=0)
        codes = [one.code for one in self._open_to_me]
        self.tabs.set_at(codes.index(tab) if tab in codes else 0)
        self._show()
        office.follow(shelf.TABLES, self, self._count)
        self._count()
        if patient_id is not None:
            self.serve(patient_id)

    def page(self) -> QWidget | None:
        """The page in front."""
        return self.pages.currentWidget()

    def serve(self, patient_id: str) -> None:
        """Open what one person has to collect."""
        from clinic_desktop.features.medication.screens.dispensing import DispensePage

        front = self.page()
        if isinstance(front, DispensePage):
            front.serve(patient_id)

    def take_focus(self) -> None:
        focus = getattr(self.page(), "take_focus", None)
        if callable(focus):
            focus()

    def step_back(self) -> bool:
        """Esc first leaves what a page has begun."""
        step = getattr(self.page(), "step_back", None)
        return bool(step()) if callable(step) else False

    def _show(self, _at: int = 0) -> None:
        chosen = self._open_to_me[self.tabs.at()]
        if chosen.code not in self._built:
            self._built[chosen.code] = chosen.build(self._office)
            self.pages.addWidget(self._built[chosen.code])
        self.pages.setCurrentWidget(self._built[chosen.code])
        self.take_focus()

    def _count(self) -> None:
        if self._office.may(Permission.DISPENSE):
            waiting = len(self._office.ask(handing.to_dispense))
            self.tabs.set_counts([waiting or None if one.code == "dispense" else None for one in self._open_to_me])
