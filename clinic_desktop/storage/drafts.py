"""Drafts: what a person was typing. Kept at every pause, found again after a power cut, gone when finished."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clinic_desktop.storage.device import Draft
from clinic_desktop.storage.work import Asker, Work


@dataclass(frozen=True, slots=True)
class KeptDraft:
    screen: str
    record_id: str
    fields: dict[str, Any]
    caret: dict[str, Any]
    kept_at: datetime


def keep_draft(work: Work, screen: str, record_id: str, fields: dict[str, Any], caret: dict[str, Any]) -> datetime:
    """Keep what the acting person has typed so far; returns when it was kept."""
    found = work.session.get(Draft, (work.actor.staff_id, screen, record_id))
    if found is None:
        found = Draft(author_id=work.actor.staff_id, screen=screen, record_id=record_id)
        work.session.add(found)
    found.fields, found.caret = _json(fields), _json(caret)
    found.kept_at = work.now
    work.session.flush()
    return work.now


def move_draft(work: Work, screen: str, record_id: str, *, to: tuple[str, str], fields: dict[str, Any]) -> None:
    """What was typed belongs to another form and record, `to`; at no moment is it kept nowhere."""
    keep_draft(work, *to, fields, {})
    drop_draft(work, screen, record_id)


def find_draft(asker: Asker, screen: str, record_id: str) -> KeptDraft | None:
    row = asker.first(_mine(asker).where(Draft.screen == screen, Draft.record_id == record_id))
    return None if row is None else _kept(row)


def my_drafts(asker: Asker) -> tuple[KeptDraft, ...]:
    """The acting person's unfinished forms, newest first."""
    return tuple(_kept(row) for row in asker.all(_mine(asker).order_by(Draft.kept_at.desc())))


def drop_draft(work: Work, screen: str, record_id: str) -> None:
    work.session.execute(
        sa.delete(Draft).where(
            Draft.author_id == work.actor.staff_id, Draft.screen == screen, Draft.record_id == record_id
        )
    )


def _mine(asker: Asker) -> sa.Select[str, str, str, str, datetime]:
    columns = sa.select(Draft.screen, Draft.record_id, Draft.fields, Draft.caret, Draft.kept_at)
    return columns.where(Draft.author_id == asker.actor.staff_id)


def _kept(row: sa.Row[str, str, str, str, datetime]) -> KeptDraft:
    screen, record_id, fields, caret, kept_at = row
    return KeptDraft(screen, record_id, json.loads(fields), json.loads(caret), kept_at)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
