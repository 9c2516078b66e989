"""What the consult sheet of a day without light says of a person: the last plan, scores, medicines. One page of it."""

from collections.abc import Sequence

from clinic_desktop.features.consults.queries import notes, scales
from clinic_desktop.features.consults.rules.score_words import say_circumstances
from clinic_desktop.features.consults.rules.scoring import find_scale, say_band
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Block, Column, Rows, Words
from clinic_desktop.storage.work import Asker

_MOST_LETTERS, _MOST_LINES = 700, 8
"""The sheet is one page with room to write; what does not fit is in the record."""


def sheet_blocks(asker: Asker, patient_id: PatientId) -> Sequence[Block]:
    """For agenda.letters.sheets.sheet_contents."""
    asker.require(Permission.READ_CHART)
    restricted.must_open(asker, patient_id)
    return (*_plan(asker, patient_id), _scores(asker, patient_id), _medicines(asker, patient_id))


def _plan(asker: Asker, patient_id: str) -> tuple[Block, ...]:
    last = notes.last_words(asker, patient_id).get("plan")
    plan = last.words.strip() if last else ""
    head = _("Last plan, {day}").format(day=say_day(last.on)) if last else _("Last plan")
    if last is None and not notes.has_notes(asker, patient_id):
        return (Words(_("No consultation is on record."), head=head),)
    return (Words(_shortened(plan), head=head, needed=True),)


def _shortened(text: str) -> str:
    kept = "\n".join(text.splitlines()[:_MOST_LINES])
    if len(kept) > _MOST_LETTERS:
        kept = kept[:_MOST_LETTERS].rsplit(" ", 1)[0]
    return kept if kept == text else kept + " … " + _("(the rest is in the record)")


def _scores(asker: Asker, patient_id: str) -> Block:
    """Of each scale the newest complete answer."""
    newest = {row.scale_code: row for row in scales.scores(asker, patient_id) if row.total is not None}
    rows = sorted(newest.values(), key=lambda row: row.occurred_on, reverse=True)[:_MOST_LINES]
    due = {one.scale_code for one in scales.due(asker, patient_id)}
    said: list[tuple[str, ...]] = []
    for row in rows:
        scale = find_scale(row.scale_code)
        again = _("due again") if row.scale_code in due else ""
        told = (say_band(row.scale_code, row.band), say_circumstances(row), again)
        band = ", ".join(part for part in told if part)
        said.append((scale.title if scale else row.scale_code, str(row.total), band, say_day(row.occurred_on)))
    columns = (
        Column(_("Scale"), 1.2, strong=True),
        Column(_("Points"), 0.6),
        Column(_("Band"), 2),
        Column(_("Day"), 1),
    )
    return Rows(columns, tuple(said), head=_("Scales"), if_none=_("None is on record."))


def _medicines(asker: Asker, patient_id: str) -> Block:
    lines = prescriptions.current_medicines(asker, patient_id)
    said = [_medicine(line) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        said.append((_("(the rest is in the record)"), "", ""))
    columns = (Column(_("Medicine"), 2.2, strong=True), Column(_("How it is taken"), 2.4), Column(_("Since"), 1.2))
    return Rows(columns, tuple(said), head=_("Medicines"), if_none=_("None is prescribed here."))


def _medicine(line: CurrentMedicine) -> tuple[str, str, str]:
    name = " ".join(part for part in (line.name, line.product) if part)
    days = say_day(line.signed_on) if line.running else _("{day}, days are over").format(day=say_day(line.signed_on))
    return name, line.dose_said or line.instructions_text or "", days
