"""What leaves the shelf without being handed out: sent to another place, expired, destroyed, given back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from clinic_desktop.features.medication.rules.shelf import NotEnough, ShelfLot, check_units
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.names import fold


class NothingChosen(Refused):
    text = N_("Choose at least one lot.")


class ChosenTwice(Refused):
    text = N_("The same lot stands twice in this list.")


class ReceiverUnnamed(Refused):
    text = N_("Choose where it goes.")


class SentToItself(Refused):
    text = N_("It is on this shelf already. Choose another place.")


class MayNotReceive(Refused):
    text = N_("{partner} may not receive medicines. The coordinator says so among the partners.")


class UnusableNotSent(Refused):
    text = N_("Lot {lot} expired or was called back. It is destroyed or given back, not sent to be used.")


class WitnessMissing(Refused):
    text = N_("An act needs two people: write who else was there.")


class WitnessIsFirst(Refused):
    text = N_("The second person must be somebody else than {name}.")


class ActIncomplete(Refused):
    text = N_("Write where and how it was done.")


@dataclass(frozen=True, slots=True)
class Leaving:
    """So many units of a lot; the id of the movement is drawn by the form."""

    movement_id: str
    lot_id: str
    units: int
    was_apart: bool = False
    """It expired, left the balance then and was put apart; only the act was still to be written."""


def check_leaving(lines: Sequence[Leaving]) -> None:
    if not lines:
        raise NothingChosen()
    if len({line.lot_id for line in lines}) != len(lines):
        raise ChosenTwice()


def check_there(lot: ShelfLot, units: int) -> None:
    """Only what is there leaves; below zero a shelf comes by a merge, never by typing."""
    if lot.units < check_units(units):
        raise NotEnough(usable=f"{max(lot.units, 0):,}")


def check_second(first: str, second: str, *, same: bool) -> str:
    """The second name, cleaned; never that of the first person again."""
    name = " ".join(second.split())
    if not name:
        raise WitnessMissing()
    if same or fold(name) == fold(first):
        raise WitnessIsFirst(name=first)
    return name


def is_expired(lot: ShelfLot, today: date) -> bool:
    return lot.units > 0 and lot.expires_on < today


def propose(lots: Iterable[ShelfLot], units: int, today: date) -> list[tuple[ShelfLot, int]]:
    """How many units of which lot, the first to expire first; as many as there are if there are not enough."""
    left, taken = units, list[tuple[ShelfLot, int]]()
    for lot in sorted(lots, key=lambda lot: (lot.expires_on, lot.lot_number or "", lot.lot_id)):
        if left <= 0 or not lot.is_usable(today):
            continue
        part = min(left, lot.units)
        taken.append((lot, part))
        left -= part
    return taken
