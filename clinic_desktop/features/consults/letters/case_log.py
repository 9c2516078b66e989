"""The cases of somebody in training for the university: counted, of people who agreed, and nobody to be known again."""

from datetime import date

from clinic_desktop.features.consults.queries.case_log import case_log
from clinic_desktop.features.consults.rules.case_log import FEWEST, OTHERS
from clinic_desktop.features.consults.rules.sections import kind_words
from clinic_desktop.features.patients.rules.sex import Sex, say_sex
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.letters.letterhead import letterhead, whole_size
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.printing.paper import (
    Align,
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


def case_log_paper(asker: Asker, trainee_id: str, first: date, last: date) -> Paper:
    found = case_log(asker, trainee_id, first, last)
    log, trainee = found.log, staff.member(asker, trainee_id)
    name = trainee.full_name if trainee else staff.name_of(asker, trainee_id)
    supervisor = staff.member(asker, trainee.supervisor_id) if trainee and trainee.supervisor_id else None
    lines = tuple(
        (
            line.group if line.group != OTHERS else _("Others"),
            line.age,
            say_sex(Sex(line.sex)) if line.sex else _("Either"),
            str(line.persons),
            str(line.contacts),
        )
        for line in log.lines
    )
    kinds = tuple((kind_words(line.kind) if line.kind else _("Others"), str(line.contacts)) for line in log.kinds)
    return Paper(
        title=_("Case log"),
        letterhead=letterhead(asker),
        size=whole_size(asker),
        subject=name,
        dateline=say_day(asker.today),
        footer=printed_words(by=asker.actor.name, at=say_instant(asker.now, asker.place.zone)),
        blocks=(
            Facts(
                (
                    Fact(_("In training"), name, wide=True),
                    Fact(_("First day"), say_day(first)),
                    Fact(_("Last day"), say_day(last)),
                    Fact(_("Contacts in this log"), str(log.contacts)),
                )
            ),
            Rows(
                (
                    Column(_("Diagnosis group (ICD-10)"), 3),
                    Column(_("Age"), 3),
                    Column(_("Sex"), 2),
                    Column(_("People"), 1.2, Align.RIGHT),
                    Column(_("Contacts"), 1.2, Align.RIGHT),
                ),
                lines,
                head=_("Cases"),
                if_none=_("No case can be told without somebody being recognised in it."),
            ),
            Rows((Column(_("Kind of contact"), 4), Column(_("Contacts"), 1, Align.RIGHT)), kinds, head=_("Contacts")),
            Words(_definition(log.dropped, found.not_agreed), head=_("What is left out")),
            Signature((Signer(name), Signer(supervisor.full_name if supervisor else "", (_("Supervisor"),)))),
        ),
    )


def _few(count: int) -> str:
    """One or two contacts would be known again by whoever knows that person."""
    return _("fewer than {count}").format(count=FEWEST) if 0 < count < FEWEST else str(count)


def _definition(dropped: int, not_agreed: int) -> str:
    """So that who reads the log knows what it does not hold, and why; of a few not how many they are."""
    rare = _("Left out because they are rare and somebody could be recognised: {count}.").format(count=_few(dropped))
    told = _("Left out because the people did not agree to teaching, or were not asked: {count}.").format(
        count=_few(not_agreed)
    )
    how = _("Each line is shared by at least {count} people. No name, number, day or place is told.")
    return "\n".join((how.format(count=FEWEST), rare, told))
