"""What holds today, beside the note: diagnoses, medicines, scales, who stands by the person. Short lines."""

from collections.abc import Iterator
from datetime import date

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.chart import Chart
from clinic_desktop.features.consults.queries.holding import Depot
from clinic_desktop.features.consults.rules.change import change_since
from clinic_desktop.features.consults.rules.diagnoses import CLINICAL_WORDS, VERIFICATION_WORDS
from clinic_desktop.features.consults.rules.scale_tables import find_scale
from clinic_desktop.features.consults.rules.score_words import say_circumstances
from clinic_desktop.features.consults.rules.scoring import say_band
from clinic_desktop.features.medication.queries.prescriptions import CurrentMedicine
from clinic_desktop.features.medication.rules.portions import say_portions
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.layouts import clear, stack
from clinic_desktop.uikit.words import Phrase, Piece, Run, Text, quiet, semi

Line = tuple[Piece, ...]


class Standing(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = stack(self, gap=3)
        self._shown: tuple[object, ...] = ()

    def show_chart(self, chart: Chart, today: date) -> None:
        parts = tuple((head, tuple(lines)) for head, lines in parts_of(chart, today))
        if parts == self._shown:
            return
        self._shown = parts
        clear(self._lines)
        for head, lines in parts:
            if head:
                self._lines.addSpacing(3)
                self._lines.addWidget(Text(head, weight="semi"))
            for line in lines:
                self._lines.addWidget(Phrase(*line, size="small"))

    def text(self) -> str:
        """For tests and the screen reader: everything, line by line."""
        items = [self._lines.itemAt(at) for at in range(self._lines.count())]
        widgets = [item.widget() for item in items if item is not None]
        return "\n".join(widget.text() for widget in widgets if isinstance(widget, Text | Phrase))


def parts_of(chart: Chart, today: date) -> Iterator[tuple[str, Iterator[Line]]]:
    """Heads with their lines; an empty head goes on without one."""
    yield "", _episode(chart)
    yield _("Diagnosis"), _conditions(chart)
    yield _("Medicines"), _medicines(chart, today)
    if chart.scores or chart.due:
        yield _("Scales"), _scores(chart)
    yield _("Around the person"), _around(chart)
    if chart.holding.results:
        yield _("Results"), _results(chart)


def _episode(chart: Chart) -> Iterator[Line]:
    ended = chart.holding.standing
    if ended is not None:
        when = f" {ended.on.said()}" if ended.on else ""
        more = f" · {ended.more}" if ended.more else ""
        yield (Run(f"{ended.words}{when}", "semi", "warning"), quiet(more))


def _conditions(chart: Chart) -> Iterator[Line]:
    for one in chart.conditions:
        status = f"{_(VERIFICATION_WORDS[one.verification_status])}, {_(CLINICAL_WORDS[one.clinical_status])}"
        yield (semi(f"{one.code}  " if one.code else ""), one.title, quiet(f"  {status}"))
    if not chart.conditions:
        yield (quiet(_("None written yet.")),)


def _medicines(chart: Chart, today: date) -> Iterator[Line]:
    since = {span.name: span.start for span in chart.spans}
    depots = {depot.name: depot for depot in chart.holding.depots}
    for one in chart.medicines:
        yield _medicine(one, since.get(f"{one.name} {one.strength_text or ''}".strip()))
        portions = say_portions(one.days_per_pickup, one.keeper_name)
        if portions:
            yield (quiet(f"    {portions}"),)
        if one.name in depots:
            yield (quiet("    "), *_depot(depots.pop(one.name), today))
    for depot in depots.values():
        yield (semi(depot.name), "  ", *_depot(depot, today))
    for told in chart.holding.outside:
        when = _("since {day}").format(day=told.on.said()) if told.on else ""
        more = " · ".join(part for part in (told.more, _("from elsewhere"), when) if part)
        yield (semi(told.words), quiet(f"  {more}"))
    if not (chart.medicines or depots or chart.holding.outside):
        yield (quiet(_("No medicine is prescribed.")),)


def _medicine(one: CurrentMedicine, since: date | None) -> Line:
    told = [str(one.course or one.instructions_text or "")]
    told.append(_("since {day}").format(day=say_day(since or one.signed_on)))
    said = " · ".join(part for part in told if part)
    ended = () if one.running else (Run("  " + _("days are over"), color="warning"),)
    waits = (Run("  " + _("to be signed"), color="warning"),) if one.unsigned else ()
    return (semi(one.name), f" {one.strength_text or ''}  ", quiet(said), *ended, *waits)


def _depot(depot: Depot, today: date) -> Line:
    given = _("given {day}").format(day=say_day(depot.given_on))
    if depot.next_due_on is None:
        return (quiet(given),)
    due = _("next {day}").format(day=say_day(depot.next_due_on))
    late = depot.next_due_on < today
    return (quiet(f"{given} · "), Run(f"{due}, {_('overdue')}", "semi", "warning") if late else semi(due))


def _scores(chart: Chart) -> Iterator[Line]:
    newest = {row.scale_code: row for row in chart.scores}
    complete = {row.scale_code: row for row in chart.scores if row.total is not None}
    waiting = {one.scale_code: one for one in chart.due}
    for code in sorted(newest, key=lambda code: newest[code].occurred_on, reverse=True):
        scale, last = find_scale(code), complete.get(code)
        title = scale.title if scale else code
        if last is None:
            yield (semi(title), quiet("  " + _("no total") + f" · {say_day(newest[code].occurred_on)}"))
        else:
            band = say_band(code, last.band)
            said = f"  {last.total}" + (f" · {band}" if band else "")
            asides = [say_day(last.occurred_on), say_circumstances(last)]
            yield (semi(title), said, quiet("  " + " · ".join(words for words in asides if words)))
        change = change_since(chart.scores, code)
        if change is not None:
            yield (quiet(f"    {change.said()}"),)
        if code in waiting:
            yield (
                Run(
                    "    " + _("asked again would be due since {day}").format(day=say_day(waiting[code].due_on)),
                    color="warning",
                ),
            )


def _around(chart: Chart) -> Iterator[Line]:
    now, header = chart.holding, chart.header
    booking = chart.next_booking
    yield _fact(_("Next visit"), say_day(booking.day) if booking else _("none is booked"))
    if header.needs_interpreter:
        yield _fact(
            _("Interpreter"), _("needed: {language}").format(language=header.language or _("language not noted"))
        )
    yield _fact(_("Trusted person"), now.trusted or _("nobody is named"))
    for told in now.shared:
        yield _fact(_("Follows the person"), told.words, told.more)
    plan = say_day(now.plan_on) if now.plan_on else _("none made yet")
    yield _fact(_("Safety plan"), plan)


def _fact(label: str, value: str, more: str = "") -> Line:
    return (quiet(f"{label}  "), semi(value), quiet(f"  {more}" if more else ""))


def _results(chart: Chart) -> Iterator[Line]:
    for told in chart.holding.results[:6]:
        yield (quiet(f"{told.words}  "), semi(told.more), quiet(f"  {told.on.said()}" if told.on else ""))
