"""A use case at work (`Work`) and a question being asked (`Reading`).

A service is a function whose first argument is a Work: one call, one transaction, one line in the ledger. A query takes
a Reading, or a Work where a service needs to know something; `Asker` is what both can do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar, TypeVarTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from clinic_desktop.kernel.clock import unix_ms
from clinic_desktop.kernel.errors import NotAllowed, NotHere, Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import numbers
from clinic_desktop.storage.base import Base, Synced

Record = TypeVar("Record", bound=Base)
Columns = TypeVarTuple("Columns")
First = TypeVar("First")
AnySelect = sa.Select[*tuple[Any, ...]]
"""A select of whatever columns, for a query built in steps."""


class ChangedMeanwhile(Refused):
    """Somebody else changed the same fields after they were shown; `fields` names the columns."""

    text = N_("Somebody changed this meanwhile. Look at the new values and save again.")

    @property
    def fields(self) -> tuple[str, ...]:
        return self.facts["fields"]


class AlreadyVoided(Refused):
    text = N_("This was already taken back.")


class ReasonMissing(Refused):
    text = N_("Write the reason.")


@dataclass(frozen=True, slots=True)
class Actor:
    """The person in whose name something is done."""

    staff_id: str
    name: str
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions


@dataclass(frozen=True, slots=True)
class Place:
    """Which clinic and device this is; read once when the vault is opened."""

    device_id: str
    site_id: str
    site_code: str
    site_name: str
    zone: ZoneInfo
    role: str
    epoch: str
    demo: bool = False

    @property
    def is_central(self) -> bool:
        return self.role == "central"


class Asker(Protocol):
    """What a query may use, whether it is asked by a screen or inside a use case."""

    @property
    def actor(self) -> Actor: ...
    @property
    def place(self) -> Place: ...
    @property
    def now(self) -> datetime: ...
    @property
    def today(self) -> date: ...
    @property
    def site_id(self) -> str: ...
    def require(self, *permissions: Permission) -> None: ...
    def all(self, select: sa.Select[*Columns]) -> Sequence[sa.Row[*Columns]]: ...
    def first(self, select: sa.Select[*Columns]) -> sa.Row[*Columns] | None: ...
    def one(self, select: sa.Select[*Columns]) -> sa.Row[*Columns]: ...
    def value(self, select: sa.Select[First, *tuple[Any, ...]]) -> First | None: ...
    def plain(self, sql: str, values: tuple[str | int, ...] = ()) -> Sequence[tuple[Any, ...]]: ...
    @property
    def remembered(self) -> dict[str, Any]: ...
    @property
    def of_this_view(self) -> dict[str, Any] | None: ...


class _Asking:
    """What Work and Reading share."""

    def __init__(self, run: Any, actor: Actor, place: Place, now: datetime) -> None:
        self._run = run
        self.actor = actor
        self.place = place
        self.now = now
        self.remembered: dict[str, Any] = {}
        """What a room keeps in memory between questions, by a name of its own; it must notice itself when that is no
        longer so. A use case remembers nothing: what it sees may never be kept."""
        self.of_this_view: dict[str, Any] | None = None
        """What one question has learned already and may rely on to its end; a use case, which writes, has none."""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.place.zone).date()

    @property
    def site_id(self) -> str:
        return self.place.site_id

    @property
    def device_id(self) -> str:
        return self.place.device_id

    def require(self, *permissions: Permission) -> None:
        """Refuse unless the person may do at least one of these."""
        if not any(self.actor.may(p) for p in permissions):
            raise NotAllowed()

    def all(self, select: sa.Select[*Columns]) -> Sequence[sa.Row[*Columns]]:
        return self._run.execute(select).all()

    def first(self, select: sa.Select[*Columns]) -> sa.Row[*Columns] | None:
        """The first row; the select should say LIMIT 1 where it could find many."""
        return self._run.execute(select).first()

    def one(self, select: sa.Select[*Columns]) -> sa.Row[*Columns]:
        """The row; raises NotHere if there is none."""
        found = self.first(select)
        if found is None:
            raise NotHere()
        return found

    def value(self, select: sa.Select[First, *tuple[Any, ...]]) -> First | None:
        """The first column of the first row, or None."""
        return self._run.execute(select).scalar()

    def plain(self, sql: str, values: tuple[str | int, ...] = ()) -> Sequence[tuple[Any, ...]]:
        """Rows of written SQL, for what runs at every keystroke: building a select costs more than such a read."""
        connection = self._run.connection() if isinstance(self._run, Session) else self._run
        return [tuple(row) for row in connection.exec_driver_sql(sql, values).all()]


class Reading(_Asking):
    """One question, on one unchanging view of the data; it cannot write."""

    def __init__(
        self,
        connection: sa.Connection,
        actor: Actor,
        place: Place,
        now: datetime,
        remembered: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(connection, actor, place, now)
        self.connection = connection
        self.of_this_view = {}
        if remembered is not None:
            self.remembered = remembered


class Work(_Asking):
    """One use case. Nothing is kept if it raises."""

    def __init__(self, session: Session, actor: Actor, place: Place, now: datetime) -> None:
        super().__init__(session, actor, place, now)
        self.session = session
        self.subject: tuple[str, str] | None = None
        self.act: str | None = None
        self.detail: Any = None
        self.views: list[tuple[str, str]] = []
        self.rows: list[list[str]] = []
        """[table, id, digest] to sign besides the captured rows; only the merge, which is not captured, adds here."""
        self.also_changed: set[str] = set()
        """Tables of this device that followers should hear of, though they are not synced."""
        self.cursor: Any = None
        """The driver's cursor inside this transaction, for set-wise SQL; flush the session before using it."""

    def new_id(self) -> str:
        return new_id(unix_ms(self.now))

    def add(self, row: Record) -> Record:
        """Put a new row in; fills its id, where it comes from, and who recorded it when."""
        if isinstance(row, Synced):
            row.id = row.id or self.new_id()
            row.origin_site_id = row.origin_site_id or self._whose(row)
            row.recorded_at = row.recorded_at or self.now
            row.recorded_by = row.recorded_by or self.actor.staff_id
        self.session.add(row)
        self.session.flush()
        return row

    def _whose(self, row: Synced) -> str:
        """The site a new row is of: this one, unless the central adds to the record of a clinic."""
        if not self.place.is_central or row.__beside__ is None or row.stays_at_central():
            return self.place.site_id
        column, table = row.__beside__
        record = Base.metadata.tables[table]
        found = self.first(sa.select(record.c.origin_site_id).where(record.c.id == getattr(row, column)))
        return found[0] if found is not None else self.place.site_id

    def load(self, cls: type[Record], row_id: Any) -> Record:
        """The row with this id, or NotHere."""
        row = self.session.get(cls, row_id)
        if row is None:
            raise NotHere()
        return row

    def revise(self, row: Base, *, seen: Mapping[str, Any], to: Mapping[str, Any]) -> bool:
        """Change the fields of `to`; refuse if one of them no longer holds what the form had shown in `seen`.

        Returns whether anything changed. Raises ChangedMeanwhile with the names of the fields.
        """
        wanted = {name: value for name, value in to.items() if getattr(row, name) != value}
        lost = tuple(sorted(n for n in wanted if n in seen and getattr(row, n) != seen[n]))
        if lost:
            raise ChangedMeanwhile(fields=lost)
        for name, value in wanted.items():
            setattr(row, name, value)
        self.session.flush()
        return bool(wanted)

    def void(self, row: Synced, reason: str) -> None:
        """Take a wrong row back, with a reason; it stays readable and is never deleted."""
        if row.voided_at is not None:
            raise AlreadyVoided()
        if not reason.strip():
            raise ReasonMissing()
        row.voided_at, row.voided_by, row.void_reason = self.now, self.actor.staff_id, reason.strip()
        self.session.flush()

    def about(self, table: str, row_id: str) -> None:
        """Name the record that the ledger line is about; otherwise it is the first row touched."""
        self.subject = (table, row_id)

    def looked(self, table: str, row_id: str) -> None:
        """Note that the person opened this record."""
        self.views.append((table, row_id))

    def next_number(self, kind: str) -> str:
        return numbers.next_number(self.session, kind, self.place.site_code, self.place.epoch)

    def in_days(self, days: int) -> date:
        return self.today + timedelta(days=days)
