"""The only thing a screen gets: it asks, does, follows, and goes elsewhere. It never sees the vault."""

import threading
import weakref
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from inspect import ismethod
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QDialog, QWidget
from shiboken6 import isValid

from clinic_desktop.kernel.errors import ClinicError, NeedsConfirmation, NeedsWords, Refused
from clinic_desktop.kernel.logs import log_bug
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.voice import DialogVoice, ProgramFault, Voice
from clinic_desktop.uikit.worker import Courier, LongJob, Progress, Steps, Worker, run_to_the_end

Asked = ParamSpec("Asked")
Result = TypeVar("Result")


class Person(Protocol):
    """Who is signed in, as much as a screen may know."""

    @property
    def staff_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def permissions(self) -> frozenset[Permission]: ...


class VaultLike(Protocol):
    """What the office needs of an open vault (storage/vault.py has it)."""

    def do(self, use_case: Callable[[Any], Any], actor: Any) -> Any: ...
    def ask(self, query: Callable[[Any], Any], actor: Any) -> Any: ...
    def follow(self, callback: Callable[[frozenset[str]], None]) -> Any: ...


class Navigator(Protocol):
    """Who can go to places: the frame."""

    def go(self, place: str, arguments: dict[str, Any]) -> None: ...
    def back(self) -> None: ...


class Office:
    """Reads on the calling thread, changes on the worker, results back on the thread of the windows.

    `immediate` does everything at once, on the calling thread: for tests and for walks without a person.
    """

    def __init__(self, vault: VaultLike, actor: Person, *, voice: Voice | None = None, immediate: bool = False) -> None:
        self._vault = vault
        self.actor = actor
        self.voice: Voice = voice or DialogVoice()
        self.went: tuple[str, dict[str, Any]] | None = None
        """The last place somebody wanted to go to, also when no window was there to go."""
        self._navigator: Navigator | None = None
        self._followers: list[_Follower] = []
        self._refused: list[QWidget] = []
        self._courier = Courier()
        self._worker = None if immediate else Worker(self._courier.bring)
        self._apart: list[LongJob] = []
        vault.follow(self._told)

    # asking

    def ask(
        self, query: Callable[Concatenate[Any, Asked], Result], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Result:
        """Run a query, at once: `office.ask(queries.today, day)`."""
        return self._vault.ask(lambda reading: query(reading, *args, **kwargs), self.actor)

    def today(self) -> date:
        """The date where the clinic is."""
        return self._vault.ask(lambda reading: reading.today, self.actor)

    def now(self) -> datetime:
        return self._vault.ask(lambda reading: reading.now, self.actor)

    def local(self, instant: datetime) -> datetime:
        """`instant` as a clock on the clinic's wall shows it; the computer's own zone may be another."""
        return self._vault.ask(lambda reading: instant.astimezone(reading.place.zone), self.actor)

    def may(self, *permissions: Permission) -> bool:
        """Whether the person holds one of `permissions`; the service decides, this only hides what is useless."""
        return not permissions or not self.actor.permissions.isdisjoint(permissions)

    def every_minute(self, widget: QWidget, act: Callable[[], object]) -> None:
        """Call `act` each minute while `widget` can be seen: waiting times grow without anything being written.

        It ends by itself when the data are locked under the widget.
        """
        timer = QTimer(widget)

        def tick() -> None:
            try:
                if widget.isVisible():
                    act()
            except ClinicError:
                timer.stop()

        timer.timeout.connect(tick)
        timer.start(60_000)

    # doing

    def do(
        self,
        use_case: Callable[[Any], Result],
        screen: QWidget | None,
        *,
        then: Callable[[Result], object] | None = None,
        failed: Callable[[ClinicError], object] | None = None,
    ) -> None:
        """One use case, one transaction: `office.do(partial(service.check_in, appointment_id=x), self)`.

        `then` gets the result unless `screen` is gone. `failed` gets a rule's no or a trouble instead of the person
        being told; a question is always asked, and a yes repeats the use case.
        """
        if self._worker is None:
            self._run(use_case, screen, then, failed, lambda call: call())
        else:
            self._worker.save(partial(self._run, use_case, screen, then, failed, self._courier.bring))

    def _run(
        self,
        use_case: Callable[[Any], Any],
        screen: QWidget | None,
        then: Callable[[Any], object] | None,
        failed: Callable[[ClinicError], object] | None,
        deliver: Callable[[Callable[[], None]], None],
    ) -> None:
        try:
            result = self._vault.do(use_case, self.actor)
        except BaseException as error:  # noqa: BLE001 - whatever it was, the window must hear of it
            trouble = error
            deliver(lambda: self._went_wrong(trouble, use_case, screen, then, failed))
            return
        if then is not None:
            deliver(lambda: _call(then, screen, result))

    def _went_wrong(
        self,
        error: BaseException,
        use_case: Callable[[Any], Any],
        screen: QWidget | None,
        then: Callable[[Any], object] | None,
        failed: Callable[[ClinicError], object] | None,
    ) -> None:
        if isinstance(error, NeedsWords):
            named = error.named
            self.voice.ask_words(
                error.sentence(),
                _near(screen),
                lambda words: self.do(partial(use_case, **{named: words}), screen, then=then, failed=failed),
            )
        elif isinstance(error, NeedsConfirmation):
            again = partial(use_case, **error.again)
            self.voice.confirm(
                error.sentence(), _near(screen), lambda: self.do(again, screen, then=then, failed=failed)
            )
        else:
            self._tell(error, screen, failed)

    def _tell(
        self, error: BaseException, screen: QWidget | None, failed: Callable[[ClinicError], object] | None
    ) -> None:
        if not isinstance(error, ClinicError):
            log_bug(error, "use case")
            self.voice.crash(error, _near(screen))
        elif failed is not None and _is_there(screen):
            failed(error)
        else:
            self.voice.say(error, _near(screen))

    # long jobs

    def _tell_end(
        self,
        error: BaseException,
        screen: QWidget | None,
        failed: Callable[[ClinicError], object] | None,
        cancelled: Callable[[], object] | None,
    ) -> None:
        """After a bug too the screen hears that its job has ended: else its bar would stand there for ever."""
        try:
            self._tell(error, screen, failed)
        finally:
            if not isinstance(error, ClinicError) and _is_there(screen):
                if cancelled is not None:
                    cancelled()
                elif failed is not None:
                    failed(ProgramFault(kind=type(error).__name__))

    def run_long(
        self,
        job: Callable[[Any, Any], Steps],
        screen: QWidget | None,
        *,
        progress: Callable[[Progress], object] | None = None,
        then: Callable[[Any], object] | None = None,
        failed: Callable[[ClinicError], object] | None = None,
        cancelled: Callable[[], object] | None = None,
        apart: bool = False,
    ) -> LongJob:
        """A job in short steps: `office.run_long(partial(export.write, to=folder), self, progress=bar.show_progress)`.

        `job(vault, actor)` is a generator: it yields progress between steps of at most 200 ms, and returns its result.
        Waiting saves go before its next step. `apart` gives it a thread of its own (backup and check, which work on a
        snapshot). The answer's `cancel()` ends it between two steps.
        """
        running = LongJob(
            job(self._vault, self.actor),
            progress=lambda report: _call(progress, screen, report),
            done=lambda result: _call(then, screen, result),
            failed=lambda error: self._tell_end(error, screen, failed, cancelled),
            cancelled=lambda: _call(cancelled, screen),
        )
        if self._worker is None:
            run_to_the_end(running, lambda call: call())
        elif apart:
            self._apart.append(running)
            threading.Thread(target=self._run_apart, args=([running],), name="apart", daemon=True).start()
        else:
            self._worker.start(running)
        return running

    def _run_apart(self, held: list[LongJob]) -> None:
        run_to_the_end(held[0], self._courier.bring)
        self._apart.remove(held[0])
        self._courier.bring(held.clear)

    # following

    def follow(self, tables: frozenset[str], widget: QWidget, reload: Callable[[], object]) -> None:
        """Call `reload` after each commit that changed one of `tables`, for as long as `widget` lives.

        A widget that cannot be seen reloads when it is shown again.
        """
        self._followers.append(_Follower(tables, widget, reload, self._turn_away))

    def _told(self, tables: frozenset[str]) -> None:
        if self._worker is None:
            self._tell_followers(tables)
        else:
            self._courier.bring(lambda: self._tell_followers(tables))

    def _tell_followers(self, tables: frozenset[str]) -> None:
        self._followers = [follower for follower in self._followers if follower.is_there()]
        for follower in list(self._followers):
            if not follower.tables.isdisjoint(tables):
                follower.hear()

    def _turn_away(self, widget: QWidget, refused: Refused) -> None:
        """What stands open may be seen no more (a record was reserved meanwhile): say so once, and go back."""
        self._refused.append(widget)
        if len(self._refused) == 1:
            # After this round: several parts of one page hear of the same change.
            QTimer.singleShot(0, lambda: self._leave(refused))

    def _leave(self, refused: Refused) -> None:
        windows = {widget.window() for widget in self._refused if isValid(widget) and widget.isVisible()}
        self._refused.clear()
        sheets = {window for window in windows if isinstance(window, QDialog)}
        for sheet in sheets:
            sheet.reject()
        if windows - sheets:
            self.back()
        if windows:
            self.voice.say(refused, None)

    # going

    def go(self, place: str, **arguments: Any) -> None:
        """Open a place by its code, `office.go("chart", patient_id=x)`."""
        self.went = (place, arguments)
        if self._navigator is not None:
            self._navigator.go(place, arguments)

    def back(self) -> None:
        """Where one came from: what a button with key="back" does."""
        self.went = None
        if self._navigator is not None:
            self._navigator.back()

    def set_navigator(self, navigator: "Navigator | None") -> None:
        """The frame says how to go."""
        self._navigator = navigator

    def notice(self, text: str, undo: Callable[[], None] | None = None) -> None:
        """A quiet word of success: what was done, with its undo where there is one."""
        self.voice.notice(text, undo)

    # leaving

    def is_idle(self) -> bool:
        return self._worker is None or (self._worker.is_idle() and not self._apart)

    def close(self) -> None:
        """Finish the saves that wait, cancel long jobs after their present step, follow nothing any more."""
        for job in list(self._apart):
            job.cancel()
        if self._worker is not None:
            self._worker.close()
        self._followers.clear()
        self._navigator = None


class _Follower(QObject):
    """Holds neither the widget nor its method alive."""

    def __init__(
        self,
        tables: frozenset[str],
        widget: QWidget,
        reload: Callable[[], object],
        turn_away: Callable[[QWidget, Refused], None],
    ) -> None:
        super().__init__()
        self.tables = tables
        self._widget = weakref.ref(widget)
        self._reload = _weak(reload)
        self._turn_away = turn_away
        self._stale = False
        widget.installEventFilter(self)

    def is_there(self) -> bool:
        widget = self._widget()
        return widget is not None and isValid(widget) and self._reload() is not None

    def hear(self) -> None:
        widget, reload = self._widget(), self._reload()
        if widget is None or reload is None or not isValid(widget):
            return
        if widget.isVisible() or not widget.window().isVisible():
            self._stale = False
            self._again(widget, reload)
        else:
            self._stale = True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._stale and event.type() == QEvent.Type.Show:
            self._stale = False
            widget, reload = self._widget(), self._reload()
            if widget is not None and reload is not None:
                self._again(widget, reload)
        return False

    def _again(self, widget: QWidget, reload: Callable[[], object]) -> None:
        try:
            reload()
        except Refused as refused:
            self._turn_away(widget, refused)


def _weak(call: Callable[[], object]) -> Callable[[], Callable[[], object] | None]:
    if ismethod(call):
        return weakref.WeakMethod(call)
    return lambda: call


def _is_there(screen: QWidget | None) -> bool:
    return screen is None or isValid(screen)


def _near(screen: QWidget | None) -> QWidget | None:
    return screen if screen is not None and isValid(screen) else None


def _call(call: Callable[..., object] | None, screen: QWidget | None, *values: Any) -> None:
    if call is not None and _is_there(screen):
        call(*values)
