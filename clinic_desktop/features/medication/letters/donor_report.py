"""The report to a donor: what came, what became of it, how many people it reached. Nobody can be known again in it."""

from collections.abc import Sequence
from datetime import date

from clinic_desktop.features.medication.queries.donor_report import READERS, donor_report
from clinic_desktop.features.medication.rules.gifts import DAYS_IN_A_MONTH, GiftLine, GiftReport, say_tenths
from clinic_desktop.features.medication.rules.kinds import Unit
from clinic_desktop.features.medication.rules.shelf import unit_word
from clinic_desktop.features.staff.letters.letterhead import letterhead, whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.small_counts import FEWEST, Told, say_step
from clinic_desktop.printing.paper import (
    Align,
    Block,
    Column,
    Fact,
    Facts,
    Paper,
    Rows,
    Signature,
    Signer,
    Words,
    printed_words,
)
from clinic_desktop.storage.work import Asker


def donor_paper(asker: Asker, partner_id: str, until: date | None = None) -> Paper:
    asker.require(*READERS)
    found = donor_report(asker, partner_id, until)
    return Paper(
        title=_("What became of what was given"),
        letterhead=letterhead(asker),
        size=whole_size(asker),
        landscape=True,
        subject=found.donor,
        dateline=say_day(until or asker.today),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(*_blocks(found), Signature((Signer(asker.actor.name),))),
    )


def _blocks(found: GiftReport) -> Sequence[Block]:
    people = (
        _("fewer than {count}").format(count=FEWEST) if found.people.total is None else say_step(found.people.total)
    )
    facts = (
        Fact(_("Donor"), found.donor, wide=True),
        Fact(_("Documents"), ", ".join(found.papers) or _("Not noted"), wide=True),
        Fact(_("Person-months of treatment"), say_tenths(found.person_months)),
        Fact(_("People reached"), people),
    )
    columns = (
        Column(_("Medicine"), 4, strong=True),
        Column(_("Counted in"), 1.5),
        *(
            Column(words, 1.25, Align.RIGHT)
            for words in (
                _("Received"), _("Handed out"), _("Passed on"), _("Lost"), _("Expired"), _("Counted"), _("Still there"),
                _("Months left"),
            )
        ),
        Column(_("% expired"), 1.1, Align.RIGHT),
        Column(_("Person-months"), 1.5, Align.RIGHT),
    )  # fmt: skip
    return (
        Facts(facts),
        Rows(columns, tuple(_line(line) for line in found.lines), if_none=_("Nothing of it was received here yet.")),
        _groups(_("People reached, by age and sex"), found.people),
        _groups(_("People reached, by group of diagnosis (ICD-10)"), found.diagnoses),
        Words("\n".join(_definitions(found)), head=_("How it was counted")),
    )


def _line(line: GiftLine) -> tuple[str, ...]:
    fate = line.fate
    counts = (fate.received, fate.used, fate.sent, fate.lost, fate.expired)
    return (
        f"{line.medicine} {line.product}".strip(),
        unit_word(line.unit or Unit.PIECE, 2),
        *(f"{count:,}" for count in counts),
        f"{fate.counted:+,}" if fate.counted else "0",
        f"{fate.left:,}",
        "–" if line.months_left is None else say_tenths(line.months_left),
        say_tenths(line.expired_of_received * 100),
        say_tenths(line.person_days / DAYS_IN_A_MONTH),
    )


def _groups(head: str, told: Told) -> Rows:
    lines = [(name, say_step(count)) for name, count in told.groups]
    if told.others:
        lines.append((_("Other groups together"), say_step(told.others)))
    none = _("Nobody yet.") if told.total == 0 else _("Too few people to be told in groups.")
    return Rows((Column(_("Group"), 5), Column(_("People"), 1, Align.RIGHT)), tuple(lines), head=head, if_none=none)


def _definitions(found: GiftReport) -> list[str]:
    told = [
        _("Received and counted together make up all that is handed out, sent on, lost, expired and left."),
        _("Counted: what counts of the shelf found more (+) or less (-) than was known."),
        _("Handed out: what people were given less what they brought back. Expired: taken off the shelf or destroyed."),
        _("Months left: how long what is still there lasts at the pace of the days since it came."),
        _("Person-month: {days} days of one person's prescribed dose.").format(days=DAYS_IN_A_MONTH),
        _("Groups of fewer than {count} people are not shown one by one.").format(count=FEWEST),
        _("People are told in steps of {count}: nobody is found by comparing two reports.").format(count=FEWEST),
    ]
    if any(line.fate.sent < 0 for line in found.lines):
        told.append(_("Passed on: a number below zero came here from another of our clinics."))
    if found.left_out:
        told.append(_("People who may not be counted for donors are left out of the numbers of people."))
    if found.days_unknown:
        told.append(_("Where nobody wrote for how many days it was, it covers no person-month here."))
    return told
