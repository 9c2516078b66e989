"""Records that go to two clinics: who said yes and could be sent, what goes where, and taking it back."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.bundles.queries import sharing as asked
from clinic_desktop.features.bundles.queries.sharing import SharedRecord, Step
from clinic_desktop.features.bundles.service import sharing
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Work
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3, Tone
from clinic_desktop.uikit.words import Text

_CHIPS: dict[Step, tuple[str, Tone]] = {
    Step.STOPPED: (N_("yes taken back"), "danger"),
    Step.READY: (N_("can be sent"), "accent"),
    Step.YES: (N_("said yes"), "neutral"),
    Step.GOES: (N_("goes to both"), "well"),
}


class SharedPage(QWidget):
    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        nobody = EmptyState(
            _("Nobody said yes yet. The clinic asks on the consent page: “Another of our clinics”."), None
        )
        self.table = ListTable(
            [
                Column[SharedRecord](_("Person"), _person, stretch=True),
                Column[SharedRecord](_("Clinic of the record"), lambda one: cells.Cell(one.home), stretch=True),
                Column[SharedRecord](_("Also to"), _said_to, stretch=True),
                Column[SharedRecord](_("Since"), _since, width=110, wide_only=True),
                Column[SharedRecord](_("State"), _state, width=150),
            ],
            key=lambda one: one.key,
            empty=nobody,
            row_height=56,
        )
        self.table.setAccessibleName(_("In two clinics"))
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._opened)
        self.send = Button(_("Send the record"), "save", "primary")
        self.send.clicked.connect(self._act)
        self.stop = Button(_("Send no more…"))
        self.stop.clicked.connect(self._take_back)
        why = _("A record goes to another clinic only by the person's yes. Both clinics write in it from then on.")
        stack(
            self,
            Text(why, "small", color="quiet", wrap=True),
            (Card((self.table, 1), margins=(1, 1, 1, 1)), 1),
            row(None, self.stop, self.send, gap=S2),
            margins=(16, 8, 16, 12),
            gap=S3,
        )
        office.follow(asked.TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        self.table.setFocus()

    def reload(self) -> None:
        self.table.show_rows(self._office.ask(asked.shared_records))
        self._choose(self.table.row())

    def _choose(self, one: SharedRecord | None) -> None:
        waits = one is not None and one.step in (Step.READY, Step.YES)
        self.send.setEnabled(waits)
        self.stop.setEnabled(one is not None and bool(one.share_id))
        if one is not None and one.step is Step.READY:
            self.send.setText(_("Send to {clinic}").format(clinic=one.to_name))
        else:
            self.send.setText(_("Send to…") if waits else _("Send the record"))

    def _opened(self, _one: SharedRecord) -> None:
        self._act()

    def _act(self) -> None:
        one = self.table.row()
        if one is None:
            return
        if one.step is Step.READY:
            self._send(one, one.to_site_id, one.to_name)
        elif one.step is Step.YES:
            WhereSheet(self._office, one, self).open()
        else:
            self._take_back()

    def _send(self, one: SharedRecord, site_id: str, name: str) -> None:
        said = _said_sent(name)
        self._office.do(_deed(one, site_id), self, then=lambda _id: self._office.notice(said))

    def _take_back(self) -> None:
        one = self.table.row()
        if one is not None and one.share_id:
            TakeBackSheet(self._office, one, self).open()


def _deed(one: SharedRecord, site_id: str) -> Callable[[Work], str]:
    return partial(
        sharing.share, share_id=new_id(), patient_id=one.patient_id, to_site_id=site_id, consent_id=one.consent_id
    )


def _said_sent(name: str) -> str:
    return _("It goes to {clinic} with the next stick.").format(clinic=name)


class WhereSheet(Sheet):
    """To which clinic, where the list cannot know it."""

    def __init__(self, office: Office, one: SharedRecord, parent: QWidget | None) -> None:
        super().__init__(_("Send the record of {person}").format(person=one.said), parent, width=520)
        self._office, self._one, self._page = office, one, parent
        self._names = dict(office.ask(partial(asked.clinics_for, patient_id=one.patient_id)))
        self.form = Form()
        self.where = Select(list(self._names.items()))
        stack(self.form, self.form.add("where", _("To which clinic"), self.where), gap=S3)
        self.body.addWidget(self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.send = self.add_deed(Button(_("Send the record"), "save", "primary"), self._send)
        self.send.setEnabled(bool(self._names))
        self.where.setFocus()

    def _send(self) -> None:
        site_id = self.where.value()
        if site_id:
            self._office.do(_deed(self._one, site_id), self, then=lambda _id: self._sent(self._names[site_id]))

    def _sent(self, name: str) -> None:
        self._office.notice(_said_sent(name))
        self.accept()


class TakeBackSheet(Sheet):
    def __init__(self, office: Office, one: SharedRecord, parent: QWidget | None) -> None:
        super().__init__(_("{person}: nothing more to {clinic}").format(person=one.said, clinic=one.to_name), parent)
        self._office, self._one = office, one
        self.form = Form()
        self.reason = Edit("")
        stack(self.form, self.form.add("reason", _("Why"), self.reason), gap=S3)
        self.body.addWidget(
            Callout(
                _("What that clinic has been sent stays there. What is written from now on does not go there any more.")
            )
        )
        self.body.addWidget(self.form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.stop = self.add_deed(Button(_("Send no more"), "save", "primary"), self._stop)
        self.reason.setFocus()

    def _stop(self) -> None:
        deed = partial(sharing.take_back, share_id=self._one.share_id, reason=self.reason.text())
        self._office.do(deed, self, then=lambda _none: self.accept())


def _person(one: SharedRecord) -> cells.Cell:
    return cells.two_lines(one.said, under=one.number)


def _said_to(one: SharedRecord) -> cells.Cell:
    return cells.Cell(one.to_name or "–", "plain" if one.to_name else "quiet")


def _since(one: SharedRecord) -> cells.Cell:
    return cells.Cell(say_day(one.since) if one.since else "", "quiet")


def _state(one: SharedRecord) -> cells.Cell:
    words, tone = _CHIPS[one.step]
    return cells.chip(_(words), tone)
