"""One clinic as the central sees it: what came, what is missing, what it said of itself; and that it closes."""

from datetime import date, tzinfo
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from clinic_desktop.exchange.carrying import told
from clinic_desktop.features.bundles.queries import clinics
from clinic_desktop.features.bundles.queries.clinics import BundleRow, ClinicState
from clinic_desktop.features.bundles.rules.loads import said_size
from clinic_desktop.features.bundles.screens.sites import CloseSheet
from clinic_desktop.features.bundles.service import sites
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.layouts import column, scrolled
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Callout, EmptyState
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Facts

_HIGH, _LOW, _AROUND = 440, 160, 150


class ClinicSheet(Sheet):
    answer_asked = Signal()
    """Write the receipts of this clinic alone."""

    def __init__(self, office: Office, clinic: ClinicState, parent: QWidget | None) -> None:
        super().__init__(f"{clinic.site_name} ({clinic.site_code})", parent, width=640)
        self._office, self.clinic = office, clinic
        self._zone = office.ask(_zone)
        self.facts = Facts(said_facts(clinic, self._zone), label_width=150)
        self.bundles = self._bundles_table()
        inside = QWidget()
        hints = [Callout(words, tone, icon) for words, tone, icon in said_hints(clinic)]
        inside.setLayout(column(*hints, self.facts, self.bundles, None, gap=S3))
        area = scrolled(inside)
        room = (parent.window().height() if parent is not None else _HIGH) - _AROUND
        area.setFixedHeight(max(_LOW, min(_HIGH, room, inside.sizeHint().height() + S2)))
        self.body.addWidget(area)
        self._add_deeds()

    def _bundles_table(self) -> ListTable[BundleRow]:
        columns = [
            Column[BundleRow](_("Bundle"), self._said_bundle, stretch=True),
            Column[BundleRow](_("Size"), lambda b: cells.quiet(said_size(b.size)), 80),
            Column[BundleRow](_("To read aloud"), lambda b: cells.strong(b.code), 150),
        ]
        empty = EmptyState(_("No bundle came from this clinic yet."), None)
        table = ListTable(columns, key=lambda b: b.key, empty=empty)
        table.setAccessibleName(_("Bundles"))
        found = self._office.ask(partial(clinics.bundles_of, site_id=self.clinic.site_id))
        table.show_rows(found)
        table.fit_height()
        return table

    def _add_deeds(self) -> None:
        self.add_deed(Button(_("Close"), "back", "quiet"))
        if self.clinic.closed_on is None:
            self.close_site = self.add_deed(Button(_("It closes…"), icon="lock"), self._ask_close)
        else:
            self.reopen = self.add_deed(Button(_("It is open again")), self._reopen)
        self.write = self.add_deed(Button(_("Write a message"), icon="mail"), self._write)
        self.answer = self.add_deed(Button(_("Write its receipt"), kind="primary", icon="upload"), self._answer)
        self.answer.setEnabled(self.clinic.devices > 0)

    def _said_bundle(self, one: BundleRow) -> str:
        when = say_instant(one.made_at, self._zone)
        if one.way == "out":
            return _("receipt {number:04d} · {when}").format(number=one.number, when=when)
        return f"{one.number:04d} · {when}" + (f" · {_('part kept aside')}" if one.aside else "")

    def _answer(self) -> None:
        self.accept()
        self.answer_asked.emit()

    def _write(self) -> None:
        self.accept()
        self._office.go("stick", tab="messages", to_site_id=self.clinic.site_id)

    def _ask_close(self) -> None:
        sheet = CloseSheet(self._office, self.clinic, self)
        sheet.accepted.connect(self.accept)
        sheet.open()

    def _reopen(self) -> None:
        deed = partial(sites.reopen_site, site_id=self.clinic.site_id)
        words = _("{site} is open again. Its computers have to join anew.").format(site=self.clinic.site_name)
        self._office.do(deed, self.parentWidget(), then=lambda _none: self._office.notice(words))
        self.accept()


def said_facts(clinic: ClinicState, zone: tzinfo) -> list[tuple[str, str]]:
    """What is known of a clinic, line by line; nothing where nothing is known."""
    facts: list[tuple[str, str]] = []
    if clinic.last_number is not None and clinic.last_made_at is not None:
        age = ngettext("{count} day ago", "{count} days ago", clinic.days).format(count=clinic.days)
        facts.append((_("Last bundle"), f"{clinic.last_number:04d} · {say_instant(clinic.last_made_at, zone)} · {age}"))
    if clinic.last_read_at is not None:
        facts.append((_("Merged on"), say_instant(clinic.last_read_at, zone)))
    facts.append((_("Computers"), said_computers(clinic)))
    if clinic.conflicts:
        facts.append((_("Open conflicts"), str(clinic.conflicts)))
    if program := clinic.told.get(told.PROGRAM):
        facts.append((_("Program"), program))
    if backup := _day(clinic.told.get(told.BACKUP)):
        facts.append((_("Last backup"), backup))
    if lost := clinic.told.get(told.LOST):
        facts.append(
            (_("Lost sticks"), _("bundles {numbers}: their changes come with a later one").format(numbers=lost))
        )
    if clinic.closed_on is not None:
        facts.append((_("Closed"), say_day(clinic.closed_on)))
    if clinic.successor_name:
        facts.append((_("Its people go on at"), clinic.successor_name))
    return facts


def said_hints(clinic: ClinicState) -> list[Any]:
    """What needs somebody: words, tone and icon."""
    told_: list[Any] = []
    if clinic.late:
        words = ngettext(
            "Nothing came for {count} day. Call the clinic.",
            "Nothing came for {count} days. Call the clinic.",
            clinic.days,
        )
        told_.append((words.format(count=clinic.days), "danger", "alert-circle"))
    if clinic.numbers:
        words = _("Missing: {numbers}. Ask the clinic for this stick, or let it copy again.")
        told_.append((words.format(numbers=said_gap(clinic)), "warning", "alert-triangle"))
    elif clinic.missing:
        told_.append((_("Something in between is missing. Let the clinic copy again."), "warning", "alert-triangle"))
    if clinic.restored:
        words = _("A computer was put back from a backup. Nothing that a bundle carried was lost.")
        told_.append((words, "warning", "history"))
    if clinic.aside:
        words = ngettext(
            "{count} part was kept aside, whole. Look at it among the findings.",
            "{count} parts were kept aside, whole. Look at them among the findings.",
            clinic.aside,
        )
        told_.append((words.format(count=clinic.aside), "danger", "alert-circle"))
    if clinic.held:
        words = _(
            "Part of what came was written by a newer program. Update this computer; then it is taken in by itself."
        )
        told_.append((words, "warning", "download"))
    if clinic.closed_on is not None and clinic.missing:
        told_.append((_("It closed, and not everything came. Look for its last stick."), "warning", "device-usb"))
    return told_


def said_gap(clinic: ClinicState, most: int = 20) -> str:
    """ "0014, 0015" where bundles are known to be missing, else how many places are open."""
    if clinic.numbers:
        some = [f"{number:04d}" for number in clinic.numbers[-most:]]
        return ", ".join(some) + ("…" if len(clinic.numbers) > most else "")
    count = len(clinic.missing)
    return ngettext("{count} gap", "{count} gaps", count).format(count=count)


def said_computers(clinic: ClinicState) -> str:
    words = ngettext("{count} in use", "{count} in use", clinic.devices).format(count=clinic.devices)
    if not clinic.revoked:
        return words
    cut = ngettext("{count} cut off", "{count} cut off", clinic.revoked).format(count=clinic.revoked)
    return f"{words}, {cut}"


def _day(words: str | None) -> str:
    try:
        return say_day(date.fromisoformat(words or ""))
    except ValueError:
        return ""


def _zone(reading: Reading) -> tzinfo:
    return reading.place.zone
