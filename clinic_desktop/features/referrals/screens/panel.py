"""A person's letters and what came back, as a section of the person's page."""

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.referrals import queries
from clinic_desktop.features.referrals.rules import say_reply
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId
from clinic_desktop.uikit.layouts import clear, column, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2
from clinic_desktop.uikit.words import Phrase, Piece, Run, Text, quiet, semi


class LettersPanel(QWidget):
    """Newest first; under each letter the words of its answer."""

    def __init__(self, office: Office, patient_id: PatientId) -> None:
        super().__init__()
        self._office, self._patient_id = office, patient_id
        self._lines = column(gap=S2)
        stack(self, self._lines)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        clear(self._lines)
        letters = self._office.ask(queries.of_patient, self._patient_id)
        if not letters:
            self._lines.addWidget(Text(_("No letter was written for this person."), color="quiet", wrap=True))
        for letter in letters:
            head = semi(letter.receiver_text), " · ", say_day(letter.written_on), quiet(f" · {letter.folio}")
            self._lines.addWidget(Phrase(*head, *_waits(letter)))
            for reply in letter.replies:
                said = " · ".join(part for part in _said(reply) if part)
                self._lines.addWidget(Phrase(quiet(say_day(reply.received_on)), "  ", said))


def _waits(letter: queries.ReferralRow) -> tuple[Piece, ...]:
    """That nothing came back yet, and for how long."""
    if not letter.is_open:
        return ()
    said = ngettext("no answer for {days} day", "no answer for {days} days", letter.days).format(days=letter.days)
    return (Run(f"  {said}", color="warning") if letter.late else quiet(f"  {said}"),)


def _said(reply: queries.ReplyRow) -> tuple[str | None, ...]:
    return (
        say_reply(reply.kind),
        reply.by_text,
        reply.diagnosis_text,
        reply.treatment_text,
        reply.advice_text,
        reply.next_visit_text,
    )
