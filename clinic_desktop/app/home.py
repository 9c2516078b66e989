"""The open clinic in its window: office, frame, and what runs by itself while somebody is at work."""

import gc
import importlib
from collections.abc import Generator
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from clinic_desktop.app import house
from clinic_desktop.app.clinic import OpenClinic
from clinic_desktop.app.doors import remember, remembered
from clinic_desktop.app.shelf_proof import TABLES, ShelfProof
from clinic_desktop.features.backups import service as backups
from clinic_desktop.features.medication.service import late
from clinic_desktop.features.settings import queries as settings
from clinic_desktop.features.staff import queries as staff_queries
from clinic_desktop.features.staff import service as staff
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.kernel.version import __version__
from clinic_desktop.shell.absence import MINUTE, Idle, Sleep
from clinic_desktop.shell.frame import Frame
from clinic_desktop.shell.help import help_place
from clinic_desktop.uikit.office import Office

SETTLE_AFTER = 2_000
"""Milliseconds without a save after which the write-ahead log is emptied."""
READY_AFTER = 1_500
"""Milliseconds after sign-in: first the window, then what its first screens will need."""
STOCK_AFTER = 20_000
"""Milliseconds after sign-in: every counted lot is looked at again, bit by bit, and the sums are proved."""
BACKUP_AFTER = 60_000
"""Milliseconds after sign-in: first the waiting room, then the day's backup."""


class Home(QObject):
    """Owns the open vault until it is closed. `page` is what the window shows."""

    lock_asked = Signal()
    language_chosen = Signal(str)

    def __init__(self, clinic: OpenClinic, *, immediate: bool = False) -> None:
        super().__init__()
        self.clinic = clinic
        self._immediate = immediate
        house.furnish()
        self.office = Office(clinic.vault, clinic.actor, immediate=immediate)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_AFTER)
        self._settle.timeout.connect(self._empty_log)
        self.page: Frame
        self._idle: Idle | None = None
        self._sleep: Sleep | None = None

    def language(self) -> str:
        """The language this site chose."""
        return self.office.ask(settings.setting, "language")

    def open(self, leads_to: str = "") -> None:
        """Build the frame; again after a change of language. `leads_to`: a tab of the stick, after the first run."""
        place, actor = self.clinic.vault.place, self.clinic.actor
        member = self.office.ask(staff_queries.member, actor.staff_id)
        help_ = help_place(self.clinic.vault.folder / "logs", __version__, self._facts)
        self._proof = ShelfProof(self.office, self)
        title = f"{place.site_name} · DEMO" if place.demo else place.site_name
        self.page = Frame(
            self.office,
            (*house.places(), help_),
            house.frame_slots(lambda: backups.last_backup(self.clinic.vault), self._proof.words, demo=place.demo),
            role_words=_(member.role_title) if member else "",
            title=title,
            home=house.home_of(actor.permissions),
        )
        self.page.lock_asked.connect(self.lock_asked)
        self._proof.told.connect(self.page.footer.read)
        self.office.follow(TABLES, self.page, self._proof.prove_later)
        self.office.follow(frozenset({"setting_value"}), self.page, self._hear_settings)
        self._watch()
        opened = self.clinic.vault.opened
        if opened is not None and opened.must_change:
            self.office.go("own")
        elif leads_to:
            self.office.go("stick", tab=leads_to)
            if leads_to == "devices":
                words = _("Go on here: “Another computer of this clinic…”, and there “2  Ask to be taken in”.")
                self.office.notice(words)
        elif "pin_hint" not in remembered(self.clinic.vault.folder):
            # Once on a computer: a word that comes every morning is read by nobody.
            remember(self.clinic.vault.folder, pin_hint="given")
            self.office.notice(_("Under your name you can choose a PIN, so that a covered screen opens quickly."))

    def _watch(self) -> None:
        app = QApplication.instance()
        if self._immediate or not isinstance(app, QApplication):
            return
        chosen = self.office.ask(settings.all_settings)
        if self._idle is not None:
            app.removeEventFilter(self._idle)
        self._idle = Idle(
            app,
            self.page.wants_long_cover,
            cover_after=chosen["cover_minutes"] * MINUTE,
            lock_after=chosen["lock_minutes"] * MINUTE,
            parent=self,
        )
        self._idle.cover.connect(self.page.cover)
        self._idle.lock.connect(self.page.lock)
        self.page.covered.connect(self._idle.set_covered)
        self._sleep = Sleep(parent=self)
        self._sleep.woke.connect(self.page.lock)
        # Any commit: the worker tells on its own thread, so the timer is started by way of the event loop.
        self.clinic.vault.follow(lambda _tables: QTimer.singleShot(0, self._settle, self._settle.start))
        QTimer.singleShot(READY_AFTER, self, self._get_ready)
        QTimer.singleShot(STOCK_AFTER, self, self._look_at_counts)
        QTimer.singleShot(BACKUP_AFTER, self, self._back_up)

    def _hear_settings(self) -> None:
        from clinic_desktop.kernel.i18n import language

        chosen = self.language()
        if chosen != language():
            self.language_chosen.emit(chosen)

    def _get_ready(self) -> None:
        self.office.run_long(get_ready, None)

    def _look_at_counts(self) -> None:
        self.office.run_long(late.look_again, None, then=lambda _none: self._proof.prove())

    def _empty_log(self) -> None:
        self.office.run_long(_settle, None)

    def _back_up(self) -> None:
        """The day's backup, once, by itself, while the clinic goes on."""
        if backups.is_due(self.clinic.vault):
            said = _("Today's backup was made and checked.")
            self.office.run_long(backups.back_up_daily, None, then=lambda _made: self.office.notice(said), apart=True)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        """For the diagnosis: sizes and counts, no names."""
        vault = self.clinic.vault
        size = (vault.folder / "vault.db").stat().st_size / 2**20
        return (
            (_("Data file"), f"{size:.1f} MiB"),
            (_("Ledger lines"), str(vault.last_head.count)),
            (_("Site code"), vault.place.site_code),
        )

    def close(self) -> None:
        """Keep the drafts, finish the running step, drop the keys. The page is blank by then."""
        app = QApplication.instance()
        if self._idle is not None and app is not None:
            app.removeEventFilter(self._idle)
        self._settle.stop()
        try:
            self.page.cover()
            self.office.do(staff.sign_out, None)
            self.office.close()
        finally:
            self.clinic.close()


def get_ready(vault: Any, actor: Any) -> Generator[Progress, None, None]:
    """The first opening of a screen fetches its code and puts its questions together: done before anybody waits."""
    for at, module in enumerate(house.SOON, 1):
        importlib.import_module(module)
        yield Progress(at, len(house.SOON) + 1, "")
    # Whoever may read no chart needs none ready, and a vault locked meanwhile is asked no more.
    with suppress(ClinicError):
        vault.ask(house.rehearse, actor)
    # What stands now stays until the program ends. Python would look through all of it again and again for what can be
    # thrown away: 80 ms each time, in the middle of a key.
    gc.freeze()


def _settle(vault: Any, _actor: Any) -> Generator[Progress, None, None]:
    vault.settle()
    yield Progress(1, 1, "")
