"""What was signed with a note beside its words: what was asked about danger and done, what ended, when next."""

from collections.abc import Iterator

from clinic_desktop.features.consults.queries import risks
from clinic_desktop.features.consults.queries.notes import NotePage
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


def _asked(asked: AssessmentRow) -> Iterator[str]:
    """Each question as it was worded; what nobody asked is said too, for it is no "no"."""
    for one in asked.asked:
        yield f"{one.words} {_(ANSWER_WORDS[one.answer])}"
    if asked.words:
        yield asked.words
    if asked.done_text:
        yield _("What was done: {words} ({name})").format(words=asked.done_text, name=asked.by_name)
