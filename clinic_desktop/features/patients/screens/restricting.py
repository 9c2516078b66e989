"""Saying that a record is reserved, on the person's page; only those who may open such records see this."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QBoxLayout, QWidget

from clinic_desktop.features.patients.queries import registered_again as again
from clinic_desktop.features.patients.queries import restricted as queries
from clinic_desktop.features.patients.rules.rows import Similar
from clinic_desktop.features.patients.service import restricting as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.layouts import clear, column, row, stack
from clinic_desktop.uikit.marks import Chip, Icon
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Text


class RestrictingPanel(QWidget):
    def __init__(self, office: Office, patient_id: PatientId, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._patient_id = office, patient_id
        self.stands = Chip("", "warning", "eye-off")
        self.said = Text("", "small", color="quiet", wrap=True)
        self.restrict = Button(_("Restrict this record"), icon="eye-off")
        self.restrict.clicked.connect(self._ask_restrict)
        self.lift = Button(_("Lift the restriction"), icon="eye")
        self.lift.clicked.connect(self._ask_lift)
        self.twins = RegisteredAgain(office, patient_id, _("Perhaps registered twice"))
        stack(self, row(self.stands, None), self.said, self.twins, row(self.restrict, self.lift, None), gap=S2)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        stands_as = self._office.ask(queries.stands_as, self._patient_id)
        self.stands.set_state(stands_as or "", "warning", "eye-off")
        self.stands.setVisible(stands_as is not None)
        self.said.setText(
            _("Others see only this, on the list of the day and where medicines are handed out.")
            if stands_as is not None
            else _("Everybody who attends people here finds this record.")
        )
        self.restrict.setVisible(stands_as is None)
        self.lift.setVisible(stands_as is not None)

    def _ask_restrict(self) -> None:
        dialogs.ask_text(
            _("Why is this record restricted? Only the ledger keeps the reason."),
            self,
            lambda reason: self._do(service.restrict, reason),
            hint=_("The person asks for it"),
            yes_text=_("Restrict"),
        )

    def _ask_lift(self) -> None:
        dialogs.ask_text(
            _("Why is the restriction lifted? The record is found again by everybody who attends people here."),
            self,
            lambda reason: self._do(service.lift, reason),
            hint=_("The person asks for it"),
            yes_text=_("Lift"),
        )

    def _do(self, use_case: Callable[..., Any], reason: str) -> None:
        self._office.do(partial(use_case, patient_id=self._patient_id, reason=reason), self)


class RegisteredAgain(QWidget):
    """Who may be the same person as this one, where one of the two records is reserved: the desk was told nothing."""

    def __init__(self, office: Office, patient_id: PatientId, head: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._patient_id, self._head = office, patient_id, head
        self._lines = column(gap=S2)
        stack(self, self._lines)
        office.follow(again.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        clear(self._lines)
        self.compare: list[Link] = []
        for similar in self._office.ask(again.registered_again, self._patient_id):
            self._lines.addLayout(self._line(similar))
        if self.compare:
            words = _("Nobody at the desk was told. If it is the same person, restrict that record too.")
            self._lines.addWidget(Text(words, "small", color="quiet", wrap=True))

    def _line(self, similar: Similar) -> QBoxLayout:
        name = Text(f"{similar.said} · {similar.number}", weight="semi", wrap=True)
        equal = Text(", ".join(similar.equal), "small", color="quiet", wrap=True)
        compare = Link(_("Compare and decide"), small=True)
        compare.setAccessibleName(f"{_('Compare and decide')}: {similar.said}")
        compare.clicked.connect(partial(self._compare, similar.patient_id))
        self.compare.append(compare)
        head = [Text(self._head, "small", color="quiet")] if self._head else []
        said = column(*head, name, equal, row(compare, None), gap=0)
        return row(column(Icon("users", "warning"), None), (said, 1), gap=S2)

    def _compare(self, other_id: PatientId, *_clicked: object) -> None:
        self._office.go("persons", patient_id=self._patient_id, linking=True, other_id=other_id)
