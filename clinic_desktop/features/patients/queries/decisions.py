"""What was decided about two records: the same person or another one."""

from collections.abc import Sequence

from clinic_desktop.features.patients.rules.linking import Decision, Linked, linked
from clinic_desktop.features.patients.rules.patient import LinkKind
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Asker

_AT_ONCE = 400


def decided(asker: Asker, ids: Sequence[str]) -> Linked:
    """Everything decided about these people and all who were ever joined with them: one read for most."""
    asker.require(Permission.SEE_PATIENTS, Permission.REGISTER_PATIENTS)
    found: dict[str, Decision] = {}
    seen: set[str] = set()
    ask = list(dict.fromkeys(ids))
    while ask:
        seen.update(ask)
        rows = _decisions(asker, ask)
        found |= {row.link_id: row for row in rows}
        joined = {one for row in rows if row.kind is LinkKind.SAME for one in row.pair}
        ask = sorted(joined - seen)
    return linked(found.values())


_DECIDED = (
    "SELECT id, kind, first_id, second_id, undoes_id, reason FROM patient_link WHERE first_id IN ({places})"
    " UNION SELECT id, kind, first_id, second_id, undoes_id, reason FROM patient_link WHERE second_id IN ({places})"
)


def _decisions(asker: Asker, ids: Sequence[str]) -> list[Decision]:
    found: list[Decision] = []
    for at in range(0, len(ids), _AT_ONCE):
        some = tuple(ids[at : at + _AT_ONCE])
        rows = asker.plain(_DECIDED.format(places=",".join("?" * len(some))), (*some, *some))
        found += [
            Decision(link_id, LinkKind(kind), first, second, undoes or "", reason or "")
            for link_id, kind, first, second, undoes, reason in rows
            if kind in _KNOWN_KINDS
        ]
    return found


_KNOWN_KINDS = frozenset(LinkKind)
