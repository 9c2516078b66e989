"""Where the parts of one segment come down: the transaction, who wrote it, and what was noted on the way."""

from collections.abc import Collection, Iterable
from typing import Any

from clinic_desktop.exchange.format.canonical import write
from clinic_desktop.exchange.format.manifest import Manifest
from clinic_desktop.exchange.format.shape import Shape
from clinic_desktop.exchange.merge.rules import Op
from clinic_desktop.exchange.merge.settling import Settler
from clinic_desktop.exchange.merge.versions import SegmentNames, write_ops
from clinic_desktop.exchange.records import FindingKind
from clinic_desktop.exchange.trust.standing import Peer, standing
from clinic_desktop.storage.types import instant_text
from clinic_desktop.storage.work import Work


class NotApplied(Exception):
    """The segment must be kept aside whole."""

    def __init__(self, kind: FindingKind, reason: str) -> None:
        super().__init__(kind)
        self.kind, self.reason = kind, reason


class Landing:
    """`key` is that of a segment which is here already (exchange/merge/integrating.py)."""

    def __init__(self, work: Work, manifest: Manifest, writer: Peer, *, key: int | None = None) -> None:
        self.work = work
        self.cursor = work.cursor
        self.manifest = manifest
        self.writer = writer
        self.adopted = False
        """Let in by a person at the central: the rights of its writer are not asked again."""
        self.standing = standing(work)
        self.names = SegmentNames(work.cursor)
        by_copy = self.names.key_by_copy(manifest.device, manifest.epoch, manifest.segment)
        self.key: int = (
            key or by_copy or self.cursor.execute("SELECT coalesce(max(key), 0) + 1 FROM segment").fetchone()[0]
        )
        self.names.tell(self.key, manifest.device, manifest.epoch, manifest.segment)
        self.settler = Settler(work.cursor, self.names, self.standing, instant_text(work.now))
        self.changed: dict[str, set[str]] = {}
        self.latest = 0
        """The greatest clock in it."""

    def keep(self, shape: Shape, key: int, row_id: str, ops: Iterable[tuple[str, Op]]) -> None:
        """Write operations of one row by unit, as brought by the segment `key`."""
        write_ops(self.cursor, key, [(shape.table, row_id, name, op) for name, op in ops])

    def note(self, shape: Shape, ids: Collection[str]) -> None:
        self.changed.setdefault(shape.table, set()).update(ids)

    def find(self, kind: FindingKind, table: str | None = None, row_id: str | None = None) -> None:
        self.cursor.execute(
            "INSERT INTO finding (kind, segment_key, tbl, row_id, found_at) VALUES (?,?,?,?,?)",
            (kind, self.key, table, row_id, instant_text(self.work.now)),
        )

    def hold(self, table: str, kind: str, row_id: str, content: Any) -> None:
        """Keep word for word what this program has no place for."""
        self.cursor.execute(
            "INSERT INTO held_change (segment_key, tbl, kind, row_id, content) VALUES (?,?,?,?,?)",
            (self.key, table, kind, row_id, write(content).decode()),
        )
