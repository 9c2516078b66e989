"""import patients, import undo, import runs: people from a spreadsheet."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

from clinic_desktop.app.cli import Answer, CannotRead, Command, Desk
from clinic_desktop.app.clinic import OpenClinic
from clinic_desktop.features.patients.queries import intake as queries
from clinic_desktop.features.patients.rules.intake import (
    Field,
    Judgement,
    Sheet,
    Verdict,
    column_names,
    from_line,
    must_fit,
    propose,
    say_field,
    say_verdict,
)
from clinic_desktop.features.patients.service import intake
from clinic_desktop.features.patients.service.sheets import open_sheet
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.progress import finish
from clinic_desktop.storage.files import write_durably


class NotADay(Refused):
    text = N_("“{text}” is not a day. Write it as 2026-11-28.")


class NotColumns(Refused):
    text = N_("“{name}” does not say what the columns hold. It is a JSON object from each heading to one of: {fields}.")


def import_patients(desk: Desk) -> Answer:
    """Without --yes, a file that was taken in before is refused with the question."""
    wanted = desk.wanted
    sheet, told_on = open_sheet(wanted.file), _day(wanted.told_on)
    given = None if wanted.columns is None else _given(wanted.columns, sheet.headings)
    with desk.open() as clinic:
        columns = given or _known(clinic, sheet.headings)
        must_fit(sheet.headings, columns)
        judgement = finish(intake.judge_in_steps(clinic.vault, clinic.actor, sheet, columns, told_on))
        if wanted.faulty_to is not None:
            write_durably(wanted.faulty_to, intake.faulty_csv(sheet, judgement))
        facts, said = _facts(sheet, columns, judgement), _said(sheet, columns, judgement)
        if wanted.dry_run:
            return Answer({**facts, "run": None, "added": 0}, said)
        taken = finish(
            intake.take_in_steps(
                clinic.vault, clinic.actor, run_id=new_id(), sheet=sheet, columns=columns, told_on=told_on,
                doubtful=wanted.doubtful, confirmed=bool(wanted.yes),
            )
        )  # fmt: skip
    people = ngettext("{count} person was taken in.", "{count} people were taken in.", taken.added)
    said += [people.format(count=taken.added), _("To take them back: import undo {run}").format(run=taken.run_id)]
    return Answer({**facts, "run": taken.run_id, "added": taken.added}, said)


def undo(desk: Desk) -> Answer:
    wanted = desk.wanted
    back = partial(intake.undo_run, run_id=wanted.run, reason=wanted.reason, confirmed=bool(wanted.yes))
    with desk.open() as clinic:
        undone = clinic.vault.do(back, clinic.actor)
    said = ngettext("{count} person was taken back.", "{count} people were taken back.", undone.voided)
    sentences = [said.format(count=undone.voided)]
    if undone.stayed:
        stay = ngettext("{count} person has records and stays.", "{count} people have records and stay.", undone.stayed)
        sentences.append(stay.format(count=undone.stayed))
    return Answer({"run": wanted.run, "voided": undone.voided, "stayed": undone.stayed}, sentences)


def runs(desk: Desk) -> Answer:
    with desk.open() as clinic:
        known = clinic.vault.ask(queries.runs, clinic.actor)
        zone = clinic.vault.place.zone
    facts = [
        {"run": run.run_id, "file": run.file_name, "people": run.people, "still_there": run.still_there,
         "taken_at": run.taken_at, "undone": run.undone}
        for run in known
    ]  # fmt: skip
    said = [_run_said(run, say_day(run.taken_at.astimezone(zone).date())) for run in known]
    return Answer({"runs": facts}, said or [_("No list was taken in yet.")])


def _run_said(run: queries.Run, day: str) -> str:
    people = ngettext("{count} person", "{count} people", run.people).format(count=run.people)
    back = _("taken back") if run.undone else ""
    return "  ".join(part for part in (run.run_id, day, run.file_name, people, back) if part)


def _known(clinic: OpenClinic, headings: Sequence[str]) -> tuple[Field, ...]:
    remembered = clinic.vault.ask(partial(queries.remembered_columns, headings=headings), clinic.actor)
    return remembered or propose(headings)


def _given(path: Path, headings: Sequence[str]) -> tuple[Field, ...]:
    wrong = NotColumns(name=path.name, fields=", ".join(Field))
    try:
        read: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CannotRead(name=path.name) from error
    except (ValueError, RecursionError) as error:
        raise wrong from error
    if not isinstance(read, dict):
        raise wrong
    named = cast(Mapping[str, Any], read)
    names = column_names(headings)
    known = {str(field) for field in Field}
    if not set(named) <= set(names) or not all(isinstance(value, str) and value in known for value in named.values()):
        raise wrong
    return tuple(Field(named.get(name, Field.LEFT_OUT)) for name in names)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotADay(text=text) from error


def _facts(sheet: Sheet, columns: Sequence[Field], judgement: Judgement) -> dict[str, Any]:
    return {
        "file": sheet.file_name,
        "taken_from": sheet.taken_from,
        "lines": len(judgement.lines),
        "columns": dict(zip(column_names(sheet.headings), map(str, columns), strict=True)),
        "counts": {str(verdict): count for verdict, count in judgement.counts.items()},
        "faults": _by_line(judgement, Verdict.FAULTY),
        "doubtful": _by_line(judgement, Verdict.DOUBTFUL),
        "known": _by_line(judgement, Verdict.KNOWN),
    }


def _by_line(judgement: Judgement, verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {"line": line.number, "said": line.said, "reasons": list(line.reasons), "patient_id": line.patient_id}
        for line in judgement.of(verdict)
    ]


def _said(sheet: Sheet, columns: Sequence[Field], judgement: Judgement) -> list[str]:
    named = zip(column_names(sheet.headings), columns, strict=True)
    said = [sheet.taken_from] if sheet.taken_from else []
    said += [f"{name}: {say_field(column)}" for name, column in named]
    said += [f"{say_verdict(verdict)}: {count}" for verdict, count in judgement.counts.items()]
    for verdict in (Verdict.FAULTY, Verdict.DOUBTFUL):
        said += [
            from_line(line.number, " · ".join((line.said, " ".join(line.reasons)))) for line in judgement.of(verdict)
        ]
    return said


COMMANDS: dict[tuple[str, str | None], Command] = {
    ("import", "patients"): import_patients,
    ("import", "undo"): undo,
    ("import", "runs"): runs,
}
