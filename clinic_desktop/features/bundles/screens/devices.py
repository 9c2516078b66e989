"""The computers that exchange: what they write, what was kept aside; taking in, cutting off, the root key."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog, QWidget

from clinic_desktop.exchange.trust.enrolment import Approval
from clinic_desktop.features.bundles.queries import devices as asked
from clinic_desktop.features.bundles.queries.devices import Device, State
from clinic_desktop.features.bundles.rules.rooms import SAID
from clinic_desktop.features.bundles.screens.codes import CodeCard
from clinic_desktop.features.bundles.screens.device_sheets import AsideSheet, CutOffSheet, TakeInSheet, UseSheet
from clinic_desktop.features.bundles.service import devices, joining
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import clear, column, line_up, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, Card, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Facts, Text

_ASIDE = 360

STATES: dict[State, str] = {
    State.HERE: N_("This computer"),
    State.WORKING: N_("Working"),
    State.NOT_COMPARED: N_("Code not compared"),
    State.STOLEN: N_("Cut off: stolen"),
    State.REPLACED: N_("Cut off: replaced"),
}


class DevicesPage(QWidget):
    """At the central: every computer, and the deeds. At a clinic: those of its own site, to look at."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._zone = office.ask(_zone)
        self._central = office.ask(_is_central)
        self._alone = False
        self.devices = self._table()
        self.devices.chosen.connect(self._show)
        self.hint = column()
        self.detail = column(gap=S2)
        self.deeds = column(gap=S2)
        inside = QWidget()
        inside.setLayout(column(self.detail, None, self.deeds, gap=S3))
        self.take_in = Button(_("Take in a clinic…"), kind="primary", icon="building-hospital", tall=True)
        self.take_in.clicked.connect(self._choose_request)
        self.take_in.setVisible(self._central)
        self.root = Button(_("Root key…"), icon="key")
        self.root.clicked.connect(self._open_root)
        self.root.setVisible(self._central)
        self.mate = Button(_("Another computer of this clinic…"), icon="users")
        self.mate.clicked.connect(self._open_mates)
        self.mate.setVisible(not self._central and office.may(Permission.KEEP_DEVICES, Permission.KEEP_STAFF))
        left = Card(self.hint, (self.devices, 1), margins=(1, 1, 1, 8), gap=S2)
        right = Card((scrolled(inside), 1), self.mate, self.root, self.take_in, margins=(16, 12, 16, 12), gap=S2)
        right.setFixedWidth(_ASIDE)
        body = QWidget()
        line_up(body, (left, 1), right, gap=S3)
        stack(self, (body, 1), margins=(16, 8, 16, 12), gap=S3)
        office.follow(asked.TABLES, self, self.reload)
        self.reload()

    def take_focus(self) -> None:
        self.devices.setFocus()

    def _table(self) -> ListTable[Device]:
        empty = EmptyState(
            _("No computer has joined yet. Take in the request that a clinic brings on its stick."), None
        )
        columns = [
            Column[Device](_("Computer"), self._said_name, stretch=True),
            Column[Device](_("Last bundle"), self._said_last, 180, wide_only=True),
            Column[Device](_("State"), _said_state, 180),
            Column[Device](_("Kept aside"), _said_aside, 110),
        ]
        return ListTable(columns, key=lambda one: one.device_id, empty=empty, row_height=56)

    # what there is

    def reload(self) -> None:
        found = self._office.ask(asked.devices)
        self._alone = not any(one.is_central for one in found)
        self.devices.show_rows(found)
        clear(self.hint)
        if self._central and not self._office.ask(asked.root).version:
            words = _("The root key has not been made. Without it a stolen central office cannot be replaced.")
            self.hint.addWidget(Callout(words, "neutral", "key"))
        self._show(self.devices.row())

    def _show(self, device: Device | None) -> None:
        clear(self.detail)
        clear(self.deeds)
        if device is None:
            return
        for item in self._said_detail(device):
            self.detail.addWidget(item)
        for button in self._deeds_of(device) if self._central else self._clinic_deeds(device):
            self.deeds.addWidget(button)

    def _said_detail(self, device: Device) -> list[QWidget]:
        facts = [
            (_("Its letters"), device.site_code),
            (_("Since"), self._said_when(device.since)),
            (_("Last bundle"), self._said_bundle(device)),
            (_("Writes"), _(SAID[device.use]) if device.use is not None else _("Some rooms only")),
            (_("State"), _(STATES[device.state])),
        ]
        if device.cut_off_at is not None:
            facts.append((_("Cut off on"), self._said_when(device.cut_off_at)))
        told: list[QWidget] = [Text(device.site_name, "head", "semi", wrap=True), Facts(facts, label_width=110)]
        if device.asked_code is not None:
            told += [
                Text(_("Call the clinic. Read this code out, both ways:"), wrap=True),
                CodeCard(_in_two(device.asked_code)),
                Text(_("Nothing it brings is taken in before."), "small", color="quiet", wrap=True),
            ]
        return told

    def _deeds_of(self, device: Device) -> list[Button]:
        made: list[Button] = []
        if device.asked_code is not None:
            made += [
                self._deed(_("Both read the same code"), "check", partial(self._compare, device)),
                self._deed(_("The codes differ"), "alert-triangle", partial(self._differ, device)),
            ]
        if device.aside:
            made.append(self._deed(_("Look at what was kept aside…"), "eye", partial(self._look_aside, device)))
        if device.state is State.WORKING and not device.is_central:
            made.append(self._deed(_("Change what it writes…"), "edit", partial(self._change_use, device)))
        if device.state in (State.WORKING, State.REPLACED):
            made.append(self._cutting(device))
        return made

    def _clinic_deeds(self, device: Device) -> list[Button]:
        if device.state is not State.WORKING:
            return []
        if device.is_central:
            may = self._office.may(Permission.KEEP_STAFF, Permission.KEEP_SETTINGS)
            return [self._deed(_("Join it again…"), "building-hospital", self._join_again)] if may else []
        if self._alone:
            return [self._cutting(device)]
        return [self._deed(_("Tell the central office that it was stolen"), "mail", partial(self._report, device))]

    def _cutting(self, device: Device) -> Button:
        button = Button(_("Cut off…"), kind="danger", icon="ban")
        button.clicked.connect(partial(self._cut_off, device))
        return button

    def _deed(self, words: str, icon: str, act: Any) -> Button:
        button = Button(words, icon=icon)
        button.clicked.connect(act)
        return button

    # taking in

    def _choose_request(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(self, _("Take in a clinic…"))
        if name:
            self.take_request(Path(name))

    def take_request(self, file: Path) -> None:
        """Ask what the computer is for, then write the answer beside the request."""
        TakeInSheet(file.name, self, lambda use: self._approve(file, use)).open()

    def _approve(self, file: Path, use: Any) -> None:
        job = partial(joining.approve_steps, file=file, folder=file.parent, use=use)
        self._office.run_long(job, self, then=self._approved, failed=self._failed)

    def _approved(self, done: tuple[Path, Approval]) -> None:
        path, approval = done
        self.reload()
        self.devices.choose(approval.device_id)
        self._office.notice(
            _("The answer for {site} is written: {name}.").format(site=approval.site_name, name=path.name)
        )

    def _compare(self, device: Device) -> None:
        self._office.do(partial(joining.compared, device_id=device.device_id), self, then=self._changed)

    def _differ(self, device: Device) -> None:
        self._office.do(partial(joining.codes_differ, device_id=device.device_id), self, then=self._changed)

    # the other deeds

    def _look_aside(self, device: Device) -> None:
        AsideSheet(device, self._zone, self, partial(self._let_in, may=self._central)).open()

    def _let_in(self, keys: list[int], reason: str, *, may: bool) -> None:
        if may:
            job = partial(devices.take_in_steps, keys=keys, reason=reason)
            self._office.run_long(job, self, then=self._were_let_in, failed=self._failed)

    def _were_let_in(self, count: int) -> None:
        words = ngettext("{count} piece was taken in.", "{count} pieces were taken in.", count)
        self._office.notice(words.format(count=count))
        self.reload()

    def _change_use(self, device: Device) -> None:
        UseSheet(device, self, lambda use: self._give_use(device, use)).open()

    def _give_use(self, device: Device, use: Any) -> None:
        self._office.do(partial(devices.give_use, device_id=device.device_id, use=use), self, then=self._changed)

    def _cut_off(self, device: Device) -> None:
        CutOffSheet(device, self, lambda why, note: self._cut(device, why, note)).open()

    def _cut(self, device: Device, why: str, note: str) -> None:
        cut = partial(devices.cut_off, device_id=device.device_id, why=why, note=note)
        self._office.do(cut, self, then=self._changed)

    def _report(self, device: Device) -> None:
        self._office.do(partial(devices.report_stolen, device_id=device.device_id), self, then=self._reported)

    def _reported(self, _result: object) -> None:
        self._office.notice(_("The message goes with the next stick. Call as well: it is quicker."))

    def _join_again(self) -> None:
        from clinic_desktop.features.bundles.screens.join import JoinAgainSheet

        JoinAgainSheet(self._office, self).open()

    def _open_mates(self) -> None:
        from clinic_desktop.features.bundles.screens.mates import MatesSheet

        sheet = MatesSheet(self._office, self)
        sheet.finished.connect(self.reload)
        sheet.open()

    def _open_root(self) -> None:
        from clinic_desktop.features.bundles.screens.root import RootSheet

        RootSheet(self._office, self._office.ask(asked.root), self).open()

    def _changed(self, _result: object) -> None:
        self.reload()

    def _failed(self, error: ClinicError) -> None:
        self._office.voice.say(error, self)
        self.reload()

    # words

    def _said_name(self, device: Device) -> cells.Cell:
        since = _("since {when}").format(when=self._said_when(device.since)) if device.since else device.site_code
        return cells.two_lines(f"{device.site_name} ({device.site_code})", under=since)

    def _said_last(self, device: Device) -> cells.Cell | str:
        return cells.quiet("–") if device.last_number is None else self._said_bundle(device)

    def _said_bundle(self, device: Device) -> str:
        if device.last_number is None or device.last_read_at is None:
            return _("none yet")
        return f"{device.last_number:04d} · {say_instant(device.last_read_at, self._zone)}"

    def _said_when(self, when: datetime | None) -> str:
        return say_instant(when, self._zone) if when is not None else "–"


def _said_state(device: Device) -> cells.Cell:
    words = _(STATES[device.state])
    if device.state is State.NOT_COMPARED:
        return cells.chip(words, "warning", "alert-triangle")
    if device.state in (State.STOLEN, State.REPLACED):
        return cells.chip(words, "danger" if device.state is State.STOLEN else "neutral", "ban")
    return cells.quiet(words)


def _said_aside(device: Device) -> cells.Cell:
    if not device.aside:
        return cells.quiet("–")
    return cells.chip(str(len(device.aside)), "danger", "alert-circle")


def _in_two(code: str) -> str:
    """Four groups as two lines."""
    groups = code.split("-")
    return "\n".join("-".join(groups[at : at + 2]) for at in range(0, len(groups), 2))


def _zone(reading: Reading) -> Any:
    return reading.place.zone


def _is_central(reading: Reading) -> bool:
    return reading.place.is_central
