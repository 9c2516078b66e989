"""The leaflet of rights and the sheet with the four questions: large words for those who read little, nobody's name."""

from clinic_desktop.features.rights.rules.asking import ANSWERS, FREE, OWN_WORDS, QUESTIONS
from clinic_desktop.features.staff.letters.letterhead import letterhead, paper_size
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.printing.paper import Blank, Block, Fact, Facts, Notice, Paper, Tick, Ticks, Words
from clinic_desktop.storage.work import Asker

_MAY_PRINT = (Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS, Permission.READ_CHART)

RIGHTS = (
    N_("Here nobody hits, ties up, locks in or shames anybody."),
    N_("You are told in your own language, in words that you understand."),
    N_("You decide about your treatment. You may say no, and you may change your mind."),
    N_("What you tell stays here. You say who may know, and who may not."),
    N_("You may have somebody of your trust beside you."),
    N_("You may ask for your data, and have what is wrong put right."),
    N_("You may complain. You get an answer by a day that we write down, and nobody treats you worse for it."),
)


def leaflet(asker: Asker) -> Paper:
    """For everybody, and for the wall."""
    asker.require(*_MAY_PRINT)
    return Paper(
        title=_("Your rights here"),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        blocks=(*(Words(_(right), large=True) for right in RIGHTS), Notice(_("It costs nothing to ask."))),
    )


def question_sheet(asker: Asker) -> Paper:
    """To be filled in by hand. It has no place for a name."""
    asker.require(*_MAY_PRINT)
    blocks: list[Block] = [Notice(_(FREE))]
    for question in QUESTIONS:
        boxes = tuple(Tick(_(OWN_WORDS[answer])) for answer in ANSWERS)
        blocks.append(Ticks(boxes, head=_(question.asked), columns=3, large=True))
    return Paper(
        title=_("How were you treated?"),
        letterhead=letterhead(asker),
        size=paper_size(asker),
        blocks=(
            *blocks,
            Blank(4, _("What else do you want to tell us?")),
            Facts((Fact(_("Day"), None, to_write=True), Fact(_("Language"), None, to_write=True))),
        ),
    )
