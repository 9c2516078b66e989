"""A form to fill in by hand, in the wording that was imported, where its licence allows. It is about nobody yet.

The header names the scale by its short name; a title that tells an illness is left out. The copyright stands on each.
"""

from collections.abc import Iterator

from clinic_desktop.features.agenda.letters.calls import neutral_letterhead
from clinic_desktop.features.consults.queries import scales
from clinic_desktop.features.consults.queries.scales import InstrumentRow
from clinic_desktop.features.consults.rules.questionnaires import PrintedItem
from clinic_desktop.features.consults.rules.scoring import find_scale
from clinic_desktop.features.settings.rules import names_an_illness
from clinic_desktop.features.staff.letters.letterhead import paper_size
from clinic_desktop.kernel.errors import NotHere, Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.names import fold
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Blank, Block, Fact, Facts, Paper, Tick, Ticks, Words
from clinic_desktop.storage.work import Asker

_SHORT_OPTION, _SHORT_OPTIONS = 14, 4
# Beside the words for what a place treats: what a questionnaire's own title may call an illness.
_TOLD = ("depres", "ansied", "anxiet", "suicid", "alcohol", "psicos", "psychos", "trauma", "demencia", "dementia")


class MayNotBePrinted(Refused):
    text = N_("Nobody has said that the licence of this form lets it be printed. The coordinator says so in its list.")


def blank_form(asker: Asker, instrument_id: str) -> bytes:
    asker.require(Permission.WRITE_NOTES, Permission.READ_CHART, Permission.KEEP_CATALOGS)
    found = scales.printed(asker, instrument_id)
    if found is None:
        raise NotHere()
    row, items = found
    if not row.may_print:
        raise MayNotBePrinted()
    version = " · ".join(part for part in (row.version, row.language_code) if part)
    paper = Paper(
        title=_neutral_title(row),
        blocks=(_head(), *_body(items), *_foot(row, version)),
        letterhead=neutral_letterhead(asker),
        size=paper_size(asker),
        footer=" · ".join(part for part in (_neutral_title(row), version) if part),
    )
    return paper.pdf()


def _neutral_title(row: InstrumentRow) -> str:
    scale = find_scale(row.scale_code)
    title = scale.title if scale is not None else row.title
    told = names_an_illness(title) or any(part in fold(title) for part in _TOLD)
    return _("Questionnaire") if told else title


def _head() -> Facts:
    """To be written by hand; who the person is stands on the folder as a number."""
    labels = (_("Record number"), _("Date"), _("Language"), _("Interpreter"), _("Read aloud by"))
    return Facts(tuple(Fact(label, None, to_write=True) for label in labels), columns=3)


def _body(items: tuple[PrintedItem, ...]) -> Iterator[Block]:
    for item in items:
        text = item.text if item.number is None else f"{item.number}. {item.text}"
        if item.options:
            short = len(item.options) <= _SHORT_OPTIONS and max(map(len, item.options)) <= _SHORT_OPTION
            ticks = tuple(Tick(option) for option in item.options)
            yield Ticks(ticks, head=text, columns=len(ticks) if short else 2, large=True)
        elif item.is_open:
            yield Blank(2, text)
        else:
            yield Words(text, strong=True)


def _foot(row: InstrumentRow, version: str) -> Iterator[Block]:
    scale = find_scale(row.scale_code)
    named = row.copyright or (scale.licence if scale is not None else "") or _("The file says no copyright.")
    yield Words("\n".join(part for part in (named, version) if part), head=_("Copyright"))
