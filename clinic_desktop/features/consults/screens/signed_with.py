"""What was signed with a note beside its words: what was asked about danger and done, what ended, when next."""

from collections.abc import Iterator

from clinic_desktop.features.consults.queries import risks
from clinic_desktop.features.consults.queries.notes import EncounterRow, NotePage
from clinic_desktop.features.consults.queries.risks import AssessmentRow
from clinic_desktop.features.consults.rules.asking_danger import ANSWER_WORDS
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.office import Office


def signed_with(office: Office, page: NotePage) -> Iterator[tuple[str, str]]:
    """A head and its lines, in the order in which they are read; only what there is."""
    for asked in (one for note_id in page.versions for one in office.ask(risks.assessed_in, note_id)):
        yield _("Asked about danger"), "\n".join(_asked(asked))
    ended = [one for note_id in page.versions for one in office.ask(prescriptions.stopped_in, note_id)]
    if ended:
        said = (f"{name}: {reason}" if reason else name for name, reason in dict.fromkeys(ended))
        yield _("Ended with this note"), "\n".join(said)
    if page.next_visit_on is not None:
        yield _("Next visit"), say_day(page.next_visit_on)


def said_interpreter(here: EncounterRow) -> str:
    """Who interpreted, who that is, and what was said of confidence; what was not asked is not said."""
    if not here.interpreter_name:
        return ""
    told = [
        _("interpreter: {name}").format(name=here.interpreter_name), here.interpreter_relation or "",
        _("of the family") if here.interpreter_is_family else "",
        _("asked again alone") if here.asked_again_alone else "",
    ]  # fmt: skip
    if here.confidentiality_accepted is not None:
        accepted = _("confidentiality told and accepted"), _("confidentiality not accepted")
        told.append(accepted[0 if here.confidentiality_accepted else 1])
    return ", ".join(words for words in told if words)


def _asked(asked: AssessmentRow) -> Iterator[str]:
    """Each question as it was worded; what nobody asked is said too, for it is no "no"."""
    for one in asked.asked:
        yield f"{one.words} {_(ANSWER_WORDS[one.answer])}"
    if asked.words:
        yield asked.words
    if asked.done_text:
        yield _("What was done: {words} ({name})").format(words=asked.done_text, name=asked.by_name)
