"""Which records are one person, out of all that was ever decided about them.

A pure function of the set of rows: in whatever order bundles brought them, every clinic comes to the same answer, and
no clock is asked. What somebody knew when deciding is in the rows themselves, for a new decision takes back (`undoes`)
those known that it contradicts. Between decisions that did not know of each other the careful one holds: two people
stay two, for a chart of two people mixed into one does harm that two charts of one person do not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clinic_desktop.features.patients.rules.patient import LinkKind


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of `patient_link`. A LEADS row says that its first record is the one to go on with."""

    link_id: str
    kind: LinkKind
    first_id: str
    second_id: str
    undoes_id: str = ""
    reason: str = ""

    def other(self, patient_id: str) -> str:
        return self.second_id if self.first_id == patient_id else self.first_id

    @property
    def pair(self) -> frozenset[str]:
        return frozenset((self.first_id, self.second_id))


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one person: the one to go on with, then the others from the first registered."""

    ids: tuple[str, ...]

    @property
    def leading(self) -> str:
        return self.ids[0]


@dataclass(frozen=True, slots=True)
class Linked:
    groups: tuple[Group, ...]
    """Only those of several records."""
    together: tuple[Decision, ...]
    """SAME decisions that hold."""
    apart: tuple[Decision, ...]
    """DIFFERENT decisions that hold."""
    leads: tuple[Decision, ...]
    """LEADS decisions that were not taken back."""
    doubted: tuple[Decision, ...]
    """SAME decisions that were not taken back and do not hold, because somebody else said that these are two people."""

    def of(self, patient_id: str) -> Group:
        return next((group for group in self.groups if patient_id in group.ids), Group((patient_id,)))

    def leads_within(self, group: Group) -> tuple[Decision, ...]:
        return tuple(decision for decision in self.leads if decision.pair <= set(group.ids))

    def parted_from(self, patient_id: str) -> frozenset[str]:
        """Those who were found to be somebody else than this person, under any of the person's records."""
        mine = set(self.of(patient_id).ids)
        others = (
            decision.other(next(iter(decision.pair & mine)))
            for decision in self.apart
            if len(decision.pair & mine) == 1
        )
        return frozenset(record for other in others for record in self.of(other).ids)


def linked(rows: Iterable[Decision]) -> Linked:
    known = {row.link_id: row for row in rows}
    standing = _standing(known)
    of_kind = {kind: [row for row in standing if row.kind is kind and len(row.pair) == 2] for kind in LinkKind}
    apart = of_kind[LinkKind.DIFFERENT]
    groups, together, doubted = _join(of_kind[LinkKind.SAME], apart)
    ordered = tuple(Group(_in_order(ids, of_kind[LinkKind.LEADS])) for ids in groups)
    return Linked(
        groups=tuple(sorted(ordered, key=lambda group: min(group.ids))),
        together=tuple(together),
        apart=tuple(apart),
        leads=tuple(of_kind[LinkKind.LEADS]),
        doubted=tuple(doubted),
    )


def _standing(known: Mapping[str, Decision]) -> list[Decision]:
    """Rows that no row which itself stands takes back, by id."""
    undone_by: dict[str, list[str]] = {}
    for row in known.values():
        if row.kind is LinkKind.UNDO and row.undoes_id != row.link_id:
            undone_by.setdefault(row.undoes_id, []).append(row.link_id)
    stands: dict[str, bool] = {}
    waiting = set(known)
    while waiting:
        decided = {
            link_id
            for link_id in waiting
            if all(by in stands for by in undone_by.get(link_id, ()))
            or any(stands.get(by, False) for by in undone_by.get(link_id, ()))
        }
        if not decided:
            # Rows that take each other back in a ring: no clinic can write them, and none of them holds.
            stands |= dict.fromkeys(waiting, False)
            break
        for link_id in decided:
            stands[link_id] = not any(stands.get(by, False) for by in undone_by.get(link_id, ()))
        waiting -= decided
    return [known[link_id] for link_id in sorted(known) if stands[link_id]]


def _join(
    same: Sequence[Decision], apart: Sequence[Decision]
) -> tuple[list[frozenset[str]], list[Decision], list[Decision]]:
    """Join what was said to be the same, the first said first, unless it would join two who are two people."""
    parted: dict[str, set[str]] = {}
    for decision in apart:
        parted.setdefault(decision.first_id, set()).add(decision.second_id)
        parted.setdefault(decision.second_id, set()).add(decision.first_id)
    group_of: dict[str, frozenset[str]] = {}
    together: list[Decision] = []
    doubted: list[Decision] = []
    for decision in same:
        one = group_of.get(decision.first_id, frozenset((decision.first_id,)))
        other = group_of.get(decision.second_id, frozenset((decision.second_id,)))
        if any(parted.get(record, set()) & other for record in one):
            doubted.append(decision)
            continue
        together.append(decision)
        joined = one | other
        group_of |= dict.fromkeys(joined, joined)
    return list(dict.fromkeys(group_of.values())), together, doubted


def _in_order(ids: Iterable[str], leads: Sequence[Decision]) -> tuple[str, ...]:
    """Ids are drawn in the order of time: the least was registered first, and leads unless another was named."""
    ordered = sorted(ids)
    named = [decision.first_id for decision in leads if decision.pair <= set(ordered)]
    if named:
        ordered.remove(named[0])
        ordered.insert(0, named[0])
    return tuple(ordered)
