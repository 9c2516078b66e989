"""Consultation days and their places: adding, changing, calling off, and moving everybody of a day."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa

from clinic_desktop.features.agenda.queries import day as day_queries
from clinic_desktop.features.agenda.queries import days as queries
from clinic_desktop.features.agenda.records import Appointment, ConsultationDay, ConsultationPlace, KeptApart
from clinic_desktop.features.agenda.rules.day import AppointmentStatus, EventKind
from clinic_desktop.features.agenda.rules.days import (
    MOST_OF_A_SERIES,
    MOST_PEOPLE,
    MOST_WEEKS,
    Expected,
    HeldDay,
    at_place,
    derived_id,
    falls_with,
    series,
)
from clinic_desktop.features.agenda.service.day import InThePast, NotAConsultationDay, bring_over, write_event
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import NeedsConfirmation, NotHere, Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.work import ChangedMeanwhile, ReasonMissing, Work

AT_ONCE = 100
"""So many are moved in one transaction; a longer day is moved in steps."""
_STEP = 20
"""People moved in one step of a long job: well under 200 ms."""


class PlaceNameMissing(Refused):
    text = N_("Write the name of the place.")


class WrongSeries(Refused):
    text = N_("A series has at most {count} days, at most {weeks} weeks apart.")


class WrongCapacity(Refused):
    text = N_("Between 1 and {count} people fit a day.")


class StillBooked(NeedsConfirmation):
    text = N_("{count} people are booked for {day}. They stay booked until you move them. Call it off all the same?")


class SameDay(Refused):
    text = N_("That is the same day. Choose another.")


class NotEnoughRoom(NeedsConfirmation):
    text = N_("{day} has room for {room} more, and {count} would come. Move them all the same?")


MOVED_BACK = N_("The day was moved back")


class AlreadyTold(NeedsConfirmation):
    text = N_(
        "{count} people were told already to come on {day}. They must be called again. Take it back all the same?"
    )


class SamePerson(Refused):
    text = N_("Choose another person.")


# -- places


def add_place(work: Work, name: str, municipality_code: str | None = None) -> str:
    """A place where days are held; its id. The same name again is the same place, also on another laptop."""
    work.require(Permission.RECEPTION, Permission.KEEP_SETTINGS)
    said = " ".join(name.split())
    if not fold(said):
        raise PlaceNameMissing()
    place_id = str(uuid5(NAMESPACE_URL, f"clinic-desktop:place:{work.site_id}:{fold(said)}"))
    known = work.session.get(ConsultationPlace, place_id)
    if known is None:
        work.add(ConsultationPlace(id=place_id, name=said, municipality_code=municipality_code))
    else:
        work.revise(known, seen={}, to={"name": said, "retired": False})
    work.about(ConsultationPlace.__tablename__, place_id)
    return place_id


def retire_place(work: Work, place_id: str) -> None:
    """No new days are held there; those that are known stay readable. `add_place` brings it back."""
    work.require(Permission.RECEPTION, Permission.KEEP_SETTINGS)
    work.revise(work.load(ConsultationPlace, place_id), seen={}, to={"retired": True})


# -- days


def add_days(
    work: Work,
    *,
    drawn: str,
    first: date,
    place_id: str | None = None,
    clinician_id: str | None = None,
    capacity: int | None = None,
    begins_text: str | None = None,
    every_weeks: int = 1,
    count: int = 1,
) -> int:
    """Hold a day, or one every few weeks; how many were added. Days that are held so already are not added again.

    `drawn` is an id the form drew: those of the rows follow from it.
    """
    work.require(Permission.RECEPTION, Permission.KEEP_SETTINGS)
    if first < work.today:
        raise InThePast(day=say_day(first))
    if not 1 <= count <= MOST_OF_A_SERIES or not 1 <= every_weeks <= MOST_WEEKS:
        raise WrongSeries(count=MOST_OF_A_SERIES, weeks=MOST_WEEKS)
    _must_fit(capacity)
    days = series(first, every_weeks, count)
    held = {(h.day, h.place_id, h.clinician_id) for h in queries.held_between(work, days[0], days[-1])}
    added = 0
    for at, day in enumerate(days):
        day_id = derived_id(drawn, str(at))
        if (day, place_id, clinician_id) in held or work.session.get(ConsultationDay, day_id) is not None:
            continue
        work.add(
            ConsultationDay(
                id=day_id, day=day, place_id=place_id, clinician_id=clinician_id, capacity=capacity,
                begins_text=begins_text,
            )
        )  # fmt: skip
        added += 1
    return added


def revise_day(
    work: Work, day_id: str, *, seen_capacity: int | None, capacity: int | None, begins_text: str | None = None
) -> bool:
    """Change how many fit, and when it begins; in every row that says this day."""
    work.require(Permission.RECEPTION, Permission.KEEP_SETTINGS)
    _must_fit(capacity)
    held = queries.held_as(work, day_id)
    if held is None:
        raise NotHere()
    if held.capacity not in (seen_capacity, capacity):
        # Compared with what all rows of the day say together: that is what was shown.
        raise ChangedMeanwhile(fields=("capacity",))
    changed = False
    for row_id in held.ids:
        to = {"capacity": capacity, "begins_text": begins_text}
        changed |= work.revise(work.load(ConsultationDay, row_id), seen={}, to=to)
    work.about(ConsultationDay.__tablename__, day_id)
    return changed


def call_off(work: Work, day_id: str, reason: str, *, confirmed: bool = False) -> None:
    """The day is not held. Asks first where people are booked for it; to bring them elsewhere is `move_day`."""
    work.require(Permission.RECEPTION, Permission.KEEP_SETTINGS)
    held = queries.held_as(work, day_id)
    if held is None:
        return
    booked = [a for a in _booked(work, held.day) if _falls(a, held.day, [held], _others(work, held))]
    if booked and not confirmed:
        raise StillBooked(day=say_day(held.day), count=len(booked))
    _void(work, [held], reason)


def hold_after_all(work: Work, day_id: str, *, new_day_id: str) -> None:
    """Take a calling off back: the day is held again as it was."""
    work.require(Permission.RECEPTION, Permission.KEEP_SETTINGS)
    old = work.load(ConsultationDay, day_id)
    if work.session.get(ConsultationDay, new_day_id) is None:
        work.add(
            ConsultationDay(
                id=new_day_id, day=old.day, place_id=old.place_id, clinician_id=old.clinician_id,
                capacity=old.capacity, begins_text=old.begins_text,
            )
        )  # fmt: skip


def _must_fit(capacity: int | None) -> None:
    if capacity is not None and not 1 <= capacity <= MOST_PEOPLE:
        raise WrongCapacity(count=MOST_PEOPLE)


def _others(work: Work, held: HeldDay) -> list[HeldDay]:
    return [one for one in queries.held_on(work, held.day) if one != held]


def _void(work: Work, held: list[HeldDay], reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing()
    for one in held:
        for row_id in one.ids:
            work.void(work.load(ConsultationDay, row_id), reason)
            work.about(ConsultationDay.__tablename__, row_id)


# -- moving everybody of a day


@dataclass(frozen=True, slots=True)
class DayMoved:
    """How many were moved by this step, and how many still stand on the old day."""

    moved: int
    left: int


def move_day(
    work: Work,
    from_day: date,
    to_day: date,
    reason: str,
    *,
    place_id: str | None = None,
    clinician_id: str | None = None,
    confirmed: bool = False,
    at_most: int | None = None,
) -> DayMoved:
    """Who sees people does not come: every open booking goes to another day, and the old day is called off.

    `place_id` and `clinician_id` say whose day it is, None all of it. Bookings that somebody else of that day can see
    stay. Done again it adds nothing: what is moved follows from the old booking and the new day. With `at_most` it is
    done in steps, and the day is called off by the last of them.
    """
    work.require(Permission.RECEPTION)
    if to_day < work.today:
        raise InThePast(day=say_day(to_day))
    if to_day == from_day:
        raise SameDay()
    if not reason.strip():
        raise ReasonMissing()
    held = queries.held_on(work, from_day)
    off = [h for h in held if at_place(h.place_id, place_id) and clinician_id in (None, h.clinician_id)]
    rest = [h for h in held if h not in off]
    anybody = HeldDay((), from_day, place_id, clinician_id)
    falling = off if off and (place_id or clinician_id) else [*off, anybody]
    to_move = [a for a in _booked(work, from_day) if _falls(a, from_day, falling, rest)]
    if not confirmed and to_move:
        _must_take(work, to_day, len(to_move), clinician_id, place_id)
    for booked in to_move[:at_most]:
        _bring(work, booked, to_day, reason.strip())
    left = 0 if at_most is None else max(0, len(to_move) - at_most)
    if not left:
        _void(work, off, reason)
    work.act = "agenda.move_day"
    work.about("site", work.site_id)
    return DayMoved(len(to_move) - left, left)


class _Vault(Protocol):
    def do(self, use_case: Any, actor: Any) -> Any: ...


def move_day_in_steps(vault: _Vault, actor: Any, *, expected: int, **move: Any) -> Generator[Progress, None, int]:
    """As `move_day`, for a day with many people: between its steps others save. Returns how many were moved."""
    moved = 0
    while True:
        step: DayMoved = vault.do(partial(move_day, **move, confirmed=True, at_most=_STEP), actor)
        moved += step.moved
        said = ngettext("{count} person moved", "{count} people moved", moved).format(count=moved)
        yield Progress(moved, max(expected, moved + step.left), said)
        if not step.left:
            return moved


def _bring(work: Work, booked: Appointment, to_day: date, reason: str) -> None:
    """To the new day; who is booked there already only loses the old booking."""
    there = [a for a in day_queries.of_patient(work, booked.patient_id) if a.day == to_day and a.is_open]
    new_id = there[0].appointment_id if there else derived_id(booked.id, to_day.isoformat())
    bring_over(work, booked.id, new_id, to_day, reason=reason)
    now_at = day_queries.standing(work, new_id)
    if now_at.status is AppointmentStatus.CANCELLED:
        # Moved there before, and moved back: the same booking stands again.
        write_event(work, new_id, EventKind.UNDONE, undoes_id=now_at.last_event_id)


def take_back_move(
    work: Work, from_day: date, to_day: date, reason: str, *, confirmed: bool = False, at_most: int | None = None
) -> DayMoved:
    """Who sees people comes after all: everybody who was moved today goes back, and the day is held again.

    Only until the evening, and only whose new booking stands as it was made. Asks where somebody was told already.
    """
    work.require(Permission.RECEPTION)
    moves = [m for m in queries.moved_today(work) if (m.from_day, m.to_day, m.reason) == (from_day, to_day, reason)]
    told = sum(move.told for move in moves)
    if told and not confirmed:
        raise AlreadyTold(count=told, day=say_day(to_day))
    old_ids = [old_id for move in moves for old_id in move.old_ids]
    for old_id in old_ids[:at_most]:
        _send_back(work, old_id, to_day)
    left = 0 if at_most is None else max(0, len(old_ids) - at_most)
    if not left:
        _hold_again(work, from_day, reason)
    work.act = "agenda.take_back_move"
    work.about("site", work.site_id)
    return DayMoved(len(old_ids) - left, left)


def _send_back(work: Work, old_id: str, to_day: date) -> None:
    moved_event = day_queries.standing(work, old_id).last_event_id
    write_event(work, old_id, EventKind.UNDONE, undoes_id=moved_event)
    made = derived_id(old_id, to_day.isoformat())
    known = work.session.get(Appointment, made) is not None
    if known and day_queries.standing(work, made).status is AppointmentStatus.BOOKED:
        # Who was booked there before keeps that booking.
        write_event(work, made, EventKind.CANCELLED, reason=_(MOVED_BACK))


def _hold_again(work: Work, day: date, reason: str) -> None:
    held = {(one.place_id, one.clinician_id) for one in queries.held_on(work, day)}
    off = sa.select(ConsultationDay).where(ConsultationDay.day == day, ConsultationDay.void_reason == reason)
    for old in work.session.scalars(off.order_by(ConsultationDay.id)):
        today = old.voided_at is not None and old.voided_at.astimezone(work.place.zone).date() == work.today
        if today and (old.place_id, old.clinician_id) not in held:
            held.add((old.place_id, old.clinician_id))
            hold_after_all(work, old.id, new_day_id=derived_id(old.id, f"{old.voided_at}"))


def _must_take(work: Work, day: date, count: int, clinician_id: str | None, place_id: str | None) -> None:
    load = queries.load_on(work, day, clinician_id, place_id)
    if not load.held and load.planned:
        raise NotAConsultationDay(day=say_day(day))
    if load.room < count:
        raise NotEnoughRoom(day=say_day(day), room=max(load.room, 0), count=count)


def _booked(work: Work, day: date) -> list[Appointment]:
    """The open bookings of a day, in the order in which they were made."""
    wanted = sa.select(Appointment).where(Appointment.day == day).order_by(Appointment.id)
    found = list(work.session.scalars(wanted))
    open_ones = day_queries.standings(work, [row.id for row in found])
    return [row for row in found if open_ones[row.id].status is AppointmentStatus.BOOKED]


def _falls(booked: Appointment, day: date, off: list[HeldDay], rest: list[HeldDay]) -> bool:
    return falls_with(Expected(day, booked.place_id, booked.clinician_id), off, rest)


# -- pairs


def keep_apart(work: Work, row_id: str, first_id: str, second_id: str) -> None:
    """These two are not booked for one day. Nobody says why, and nothing keeps it. The same pair twice is once."""
    work.require(Permission.RECEPTION, Permission.WRITE_NOTES)
    if first_id == second_id:
        raise SamePerson()
    if any(other == second_id for _row, other in queries.kept_apart_from(work, first_id)):
        return
    work.add(KeptApart(id=row_id, first_id=first_id, second_id=second_id))


def let_together(work: Work, row_id: str) -> None:
    """The pair may be booked for one day again."""
    work.require(Permission.RECEPTION, Permission.WRITE_NOTES)
    row = work.load(KeptApart, row_id)
    if row.voided_at is None:
        work.void(row, _("No longer needed"))
