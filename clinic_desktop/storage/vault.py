"""The open vault: one connection that writes, one that reads, and the rules around every transaction."""

import json
import secrets
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from clinic_desktop.kernel.clock import Clock, unix_ms
from clinic_desktop.kernel.errors import Refused, Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.logs import log_bug
from clinic_desktop.storage import ledger, migrate
from clinic_desktop.storage.capture import HLC_SHIFT
from clinic_desktop.storage.cipher import BUSY_MS, CACHE_KIB, ROOMY_KIB, DamagedFile, open_cipher
from clinic_desktop.storage.device import ThisDevice
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.head import Head, place_of, write_head
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Actor, Place, Reading, Work

Result = TypeVar("Result")
Follower = Callable[[frozenset[str]], None]


class DiskFull(Trouble):
    text = N_("The disk is full. Nothing was lost, but this was not saved. Free some space and save again.")


class DiskTrouble(Trouble):
    text = N_(
        "The disk did not answer. This was not saved. Try again; if it repeats, make a backup and tell the coordinator."
    )


class FinalRecord(Refused):
    text = N_("What is signed cannot be changed. Write an addendum or a correction.")


class VaultClosed(Refused):
    text = N_("The data are locked. Sign in again.")


@dataclass(frozen=True, slots=True)
class VaultKeys:
    """Sub-keys of the data key: for the cipher and for the head file."""

    cipher: bytes
    head: bytes


class Vault:
    """The data of this computer, unlocked. Made by app/house.py, which knows every table."""

    def __init__(self, folder: Path, keys: VaultKeys, clock: Clock, *, create: bool = False) -> None:
        self.folder = folder
        self.clock = clock
        self._keys = keys
        self._followers: list[Follower] = []
        self._remembered: dict[str, Any] = {}
        self._writing = threading.RLock()
        self._reading = threading.RLock()
        with told():
            self._raw = open_cipher(folder / DATABASE, keys.cipher, create=create)
        self._writer = _engine(self._raw, "BEGIN IMMEDIATE")
        self._raw_reader: dbapi2.Connection | None = None
        self._reader: sa.Engine | None = None
        self._place: Place | None = None
        self.opened: Opened | None = None
        """The opened header slot, for what needs keys besides the database: backups, people's access."""
        self._where = ""
        self._trusted = False
        self._closed = False
        self._at_work: int | None = None
        self._asking: int | None = None
        self.last_head = ledger.Head(0, ledger.FIRST)

    # -- opening and closing

    def needs_migration(self) -> bool:
        """Raises NewerVault before anything was written, if this program is the older one."""
        with told(), self._writing, self._writer.connect() as connection:
            if migrate.is_current(connection):
                return False
            migrate.refuse_newer(connection)
            return True

    def migrate(self) -> None:
        """Bring the schema to this version, in one transaction."""
        with told(), self._writing, self._children_first(), self._writer.begin() as connection:
            migrate.migrate(connection)

    @contextmanager
    def _children_first(self) -> Generator[None]:
        """Parents may be missing for a while: a merge brings rows in any order, a migration makes tables anew."""
        self._raw.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            self._raw.execute("PRAGMA foreign_keys = ON")

    def settle_in(self, device: ThisDevice) -> None:
        """Write who this computer is; once, when the vault is made."""
        with told(), self._writing, Session(self._writer) as session, session.begin():
            session.add(device)

    def find_itself(self) -> None:
        """Learn which clinic this is, where its file lies and where its ledger ends."""
        with told(), self._writing:
            self.learn_place()
            self.last_head = ledger.head(self._raw.cursor())
            self._where = place_of(self.folder / DATABASE)

    def start_reading(self) -> None:
        """Open the second connection."""
        with told():
            self._raw_reader = open_cipher(self.folder / DATABASE, self._keys.cipher, read_only=True)
        self._reader = _engine(self._raw_reader, "BEGIN")

    def trust(self) -> None:
        """This is the database that was closed last, or it has taken a new epoch. Only now the head file follows it.

        A doubt that could not be settled (the disk failed) must be met again at the next opening.
        """
        self._trusted = True

    def learn_place(self) -> Place:
        with self._writing, Session(self._writer) as session:
            row = session.get_one(ThisDevice, 1)
            self._place = Place(
                row.device_id,
                row.site_id,
                row.site_code,
                row.site_name,
                ZoneInfo(row.zone),
                row.role,
                row.epoch,
                row.demo,
            )
        return self._place

    @property
    def place(self) -> Place:
        assert self._place is not None, "find_itself comes first"
        return self._place

    @property
    def head_key(self) -> bytes:
        return self._keys.head

    @property
    def cipher_key(self) -> bytes:
        return self._keys.cipher

    def settle(self) -> None:
        """Move the write-ahead log into the file: when idle, before a backup, on lock.

        A flipped bit in the log silently drops every later save, so it is kept short. Where another connection still
        looks at it (a backup), what it looks at stays until the next time: nobody waits for that.
        """
        with told(), self._writing:
            if not self._closed:
                self._raw.execute("PRAGMA busy_timeout = 0")
                self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                self._raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
                self._write_head(durable=True)

    def compact(self) -> None:
        """Write the file anew without its free places, after an erasure. Takes as long as copying it, and room for it.

        Where another connection still looks at the log (a backup), what it looks at stays until the next settling.
        """
        with self._writing, self._reading:
            if self._closed:
                raise VaultClosed()
            with told():
                # Beside the file, not in memory: it may be larger than that. What is put there is encrypted too.
                self._raw.execute("PRAGMA temp_store = FILE")
                try:
                    self._raw.execute("VACUUM")
                finally:
                    self._raw.execute("PRAGMA temp_store = MEMORY")
            self.settle()

    @contextmanager
    def still(self) -> Generator[None]:
        """Nobody writes meanwhile and the log is empty: for looking at the file itself."""
        with self._writing:
            with self._reading, told():
                self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            yield

    def has_line(self, head: ledger.Head) -> bool:
        """Whether the ledger still contains the line that an earlier head named."""
        with self._writing:
            return ledger.has(self._raw.cursor(), head)

    def _write_head(self, *, durable: bool) -> None:
        """Remember outside the database where the ledger ends; an old file put back is then behind its head."""
        if self._place is None or not self._trusted:
            return
        try:
            segment = self._raw.execute("SELECT last_segment FROM this_device").fetchone()[0]
            head = Head(self._place.epoch, segment, self.last_head.count, self.last_head.hash, self._where)
            write_head(self.folder, head, self._keys.head, durable=durable)
        except (Trouble, dbapi2.Error) as error:
            # The transaction is safe already. A head that stays behind is still an ancestor; only durable ones matter.
            if durable:
                raise
            log_bug(error, "writing the head file")

    def begin_epoch(self, actor: Actor, reason: str) -> None:
        """Take a new incarnation: this database may have been copied or put back.

        Segments are counted anew and printed numbers come from a new block, so nothing is issued or sent twice.
        """
        epoch = secrets.token_hex(8)

        def renew(work: Work) -> None:
            device = work.load(ThisDevice, 1)
            work.act, work.detail = "vault.begin_epoch", {"from": device.epoch, "to": epoch, "reason": reason}
            work.about("this_device", device.device_id)
            device.epoch, device.last_segment, device.last_segment_hash = epoch, 0, ""

        self._trusted = False  # between the two the file would name the old epoch
        self.do(renew, actor)
        self.learn_place()
        self.trust()
        with self._writing:
            self._write_head(durable=True)

    def close(self) -> None:
        """Finish the running step, empty the log, close both connections and drop the keys. Twice is once."""
        with self._writing, self._reading:
            if self._closed:
                return
            try:
                self.settle()
            finally:
                self._closed = True
                for engine, raw in ((self._reader, self._raw_reader), (self._writer, self._raw)):
                    if engine is not None:
                        engine.dispose()
                    if raw is not None:
                        raw.close()
                self._keys = VaultKeys(b"", b"")
                self.opened = None
                self._followers.clear()
                self._remembered.clear()

    @contextmanager
    def roomy(self) -> Generator[None]:
        """More memory for pages while a merge runs: at a large central it touches some everywhere, again and again."""
        self._keep_pages(ROOMY_KIB)
        try:
            yield
        finally:
            self._keep_pages(CACHE_KIB)

    def _keep_pages(self, kib: int) -> None:
        with self._writing:
            if not self._closed:
                self._raw.execute(f"PRAGMA cache_size = -{kib}")

    # -- using

    def follow(self, callback: Follower) -> Callable[[], None]:
        """Call `callback` after each commit with the names of the changed tables; returns how to stop it.

        The callback runs on the thread that wrote.
        """
        self._followers.append(callback)
        return lambda: self._followers.remove(callback) if callback in self._followers else None

    def ask(self, query: Callable[[Reading], Result], actor: Actor) -> Result:
        """Ask one question on one unchanging view of the data. No transaction stays open afterwards."""
        with self._reading, self._at("_asking"), told():
            assert self._reader is not None, "start_reading comes first"
            with self._reader.connect() as connection:
                return query(Reading(connection, actor, self.place, self.clock.now(), self._remembered))

    def do(self, use_case: Callable[[Work], Result], actor: Actor, *, importing: bool = False) -> Result:
        """Run one use case in one transaction with its ledger line; then tell the followers.

        `importing` is for the merge alone: nothing is captured and a child may come before its parent. The merge
        then names in `work.rows` what it left behind.
        """
        if self._asking == threading.get_ident():
            raise RuntimeError("a question does not save")
        with self._writing, self._at("_at_work"):
            with told(), self._children_first() if importing else nullcontext():
                result, changed, head = self._transact(use_case, actor, importing)
            # It is kept now: whatever fails from here on must not look like a save that failed.
            self.last_head = head
            self._write_head(durable=False)
        self._tell(changed)
        return result

    def _tell(self, changed: frozenset[str]) -> None:
        for follower in list(self._followers) if changed else ():
            try:
                follower(changed)
            except Exception as error:  # noqa: BLE001 - one who cannot follow keeps nobody else from hearing
                log_bug(error, "telling what changed")

    @contextmanager
    def _at(self, where: str) -> Generator[None]:
        """One at a time: another transaction on the same connection would silently end the one that is running."""
        if self._closed:
            raise VaultClosed()
        if getattr(self, where) is not None:
            raise RuntimeError("a use case runs inside another: call the service with the same work")
        setattr(self, where, threading.get_ident())
        try:
            yield
        finally:
            setattr(self, where, None)

    def _transact(
        self, use_case: Callable[[Work], Result], actor: Actor, importing: bool
    ) -> tuple[Result, frozenset[str], ledger.Head]:
        now = self.clock.now()
        with Session(self._writer) as session, session.begin():
            session.connection()
            cursor = self._raw.cursor()
            _set_clock(cursor, now, off=importing)
            strangers = _sign_strangers(cursor, now)
            work = Work(session, actor, self.place, now)
            work.cursor = cursor
            result = use_case(work)
            session.flush()
            if not self._raw.in_transaction:
                # A full or failing disk ends a transaction by itself, and the use case took no notice.
                raise DiskTrouble()
            touched = _take_touched(cursor)
            _write_lines(cursor, work, touched, use_case)
            if importing:
                cursor.execute("UPDATE capture_state SET off = 0")
            head = ledger.head(cursor)
            changed = frozenset({t for t, _ in touched} | {t for t, _ in strangers} | work.also_changed)
        return result, changed, head


def _write_lines(cursor: Any, work: Work, touched: list[tuple[str, str]], use_case: Callable[..., Any]) -> None:
    at = instant_text(work.now)
    for table, row_id in work.views:
        ledger.append(cursor, ledger.Line(at, work.actor.staff_id, ledger.LOOKED, table, row_id, []))
    if not touched and not work.rows and work.act is None and work.detail is None:
        return
    subject = work.subject or (touched[0] if touched else (None, None))
    rows = ledger.digests(cursor, touched) + work.rows
    act = work.act or act_of(use_case)
    ledger.append(cursor, ledger.Line(at, work.actor.staff_id, act, subject[0], subject[1], rows, work.detail))


def act_of(use_case: Callable[..., Any]) -> str:
    """How the ledger names a use case: "agenda.check_in" for features/agenda/service.py's check_in."""
    function: Any = use_case
    while isinstance(function, partial):
        function = function.func
    parts = str(getattr(function, "__module__", "")).split(".")
    name = str(getattr(function, "__name__", type(function).__name__))
    room = parts[parts.index("features") + 1] if "features" in parts else parts[min(1, len(parts) - 1)]
    return f"{room}.{name}"


def _take_touched(cursor: Any) -> list[tuple[str, str]]:
    touched = [(t, i) for t, i in cursor.execute("SELECT tbl, id FROM touched").fetchall()]
    if touched:
        cursor.execute("DELETE FROM touched")
    return touched


def _sign_strangers(cursor: Any, now: datetime) -> list[tuple[str, str]]:
    """Rows changed since the last use case were changed outside the program: say so in the ledger."""
    strangers = _take_touched(cursor)
    if strangers:
        rows = ledger.digests(cursor, strangers)
        table, row_id = strangers[0]
        ledger.append(cursor, ledger.Line(instant_text(now), "", ledger.OUTSIDE, table, row_id, rows))
    return strangers


def _set_clock(cursor: Any, now: datetime, *, off: bool) -> None:
    cursor.execute("UPDATE capture_state SET hlc = max(hlc + 1, ?), off = ?", (unix_ms(now) << HLC_SHIFT, int(off)))


def _engine(raw: dbapi2.Connection, begin: str) -> sa.Engine:
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: raw,
        poolclass=StaticPool,
        module=dbapi2,
        json_serializer=json.dumps,
        hide_parameters=True,  # an error's message would quote what was typed
    )

    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "begin", start)
    return engine


_FULL = ("database or disk is full",)
_DISK = ("disk i/o error", "unable to open database file", "attempt to write a readonly database")
_DAMAGED = ("malformed", "file is not a database")


@contextmanager
def told() -> Generator[None]:
    """Turns what the database says into a sentence for a person; anything unknown stays a bug."""
    try:
        yield
    except (DBAPIError, dbapi2.Error) as error:
        said = str(error.orig if isinstance(error, DBAPIError) else error).lower()
        if any(words in said for words in _FULL):
            raise DiskFull() from error
        if any(words in said for words in _DISK):
            raise DiskTrouble() from error
        if any(words in said for words in _DAMAGED):
            raise DamagedFile() from error
        if said.endswith("is final"):
            raise FinalRecord() from error
        raise
