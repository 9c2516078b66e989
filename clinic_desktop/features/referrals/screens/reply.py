"""Typing what the slip says."""

from datetime import date
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.referrals import service
from clinic_desktop.features.referrals.queries import ReferralRow
from clinic_desktop.features.referrals.rules import AnswerMissing, Reply, ReplyKind, read_past
from clinic_desktop.kernel.dates import say_day, say_weekday
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3, S4
from clinic_desktop.uikit.words import Text


class ReplySheet(Sheet):
    """The fields of the slip in its own order."""

    def __init__(self, office: Office, parent: QWidget, letter: ReferralRow) -> None:
        title = _("Answer to {folio}").format(folio=letter.folio)
        super().__init__(title, parent, Text(f"{letter.name} · {letter.receiver_text}", weight="semi", wrap=True))
        self._office, self._letter, self._drawn = office, letter, new_id()
        # Asked once: fields are checked as they lose the focus, also while the program locks and the vault is closed.
        self._today = office.today()
        self.form = Form()
        self.seen_on, self.by = Edit(placeholder=_("5/12")), Edit()
        self.diagnosis, self.treatment, self.next_visit = Edit(), Edit(), Edit()
        self.advice = TextArea()
        self.advice.setFixedHeight(72)
        form = self.form
        self._seen = form.add("seen_on", _("Seen on"), self.seen_on, optional=True, check=self._complain_of_day)
        diagnosis = form.add("diagnosis", _("Diagnosis"), self.diagnosis, optional=True)
        treatment = form.add("treatment", _("Treatment"), self.treatment, optional=True)
        advice = form.add("advice", _("What we should do"), self.advice)
        coming = form.add("next_visit", _("Next visit"), self.next_visit, optional=True)
        by = form.add("by", _("Signed by"), self.by, optional=True)
        first, last = row((self._seen, 1), (by, 2), gap=S4), row((coming, 1), gap=S4)
        stack(form, first, diagnosis, treatment, advice, last, gap=S3)
        self.body.addWidget(form)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.save = self.add_deed(Button(_("Save the answer"), "save", "primary", "check"), self._save)
        self.seen_on.textEdited.connect(self._say_back)
        self.seen_on.setFocus()

    def day(self) -> date | None:
        return read_past(self.seen_on.text(), self._today)

    def _say_back(self, _typed: str = "") -> None:
        day = self.day()
        self._seen.say(f"{say_weekday(day)} {say_day(day)}" if day else "")

    def _complain_of_day(self, typed: str) -> str | None:
        return None if not typed or self.day() else _("Write a day that is over, like 5/12.")

    def _save(self) -> None:
        if self.form.find_faults():
            return
        values = self.form.values()
        reply = Reply(
            ReplyKind.ANSWER,
            self.day(),
            values["by"],
            values["diagnosis"],
            values["treatment"],
            values["advice"],
            values["next_visit"],
        )
        saving = partial(service.record_reply, reply_id=self._drawn, folio=self._letter.folio, reply=reply)
        self._office.do(saving, self, then=self._saved, failed=self._refused)

    def _saved(self, _letter_id: str) -> None:
        self._office.notice(_("The answer to {folio} is in the chart.").format(folio=self._letter.folio))
        self.accept()

    def _refused(self, error: ClinicError) -> None:
        self.form.complain("advice" if isinstance(error, AnswerMissing) else "seen_on", error.sentence())
