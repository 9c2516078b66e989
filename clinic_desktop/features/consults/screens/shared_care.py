"""Who follows a person between consultation days, what they may change, and when they call."""

from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import episodes as queries
from clinic_desktop.features.consults.queries.episodes import FollowerRow
from clinic_desktop.features.consults.screens.beside import LinesSheet, Standing
from clinic_desktop.features.consults.service import story as service
from clinic_desktop.features.consults.service.story import Follower
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import quiet, semi


class SharedCareSheet(LinesSheet):
    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._office, self._patient_id = office, patient_id
        self._shared_id = new_id()
        self.who, self.role, self.phone = Edit(), Edit(placeholder=_("health post, community worker…")), Edit()
        self.may_change, self.call_when = Edit(placeholder=_("nothing, unless it stands here")), Edit()
        form = Form()
        first = row(
            (form.add("who", _("Who"), self.who), 3),
            (form.add("role", _("As what"), self.role, optional=True), 3),
            (form.add("phone", _("Telephone"), self.phone, optional=True), 2),
            gap=S3,
        )
        stack(
            form,
            first,
            form.add("may_change", _("What they may change"), self.may_change, optional=True),
            form.add("call_when", _("When they call us"), self.call_when, optional=True),
            gap=S3,
        )
        super().__init__(
            _("Who follows the person"), parent, form, empty=_("Nobody is named yet."), keep=_("Keep"), width=640
        )
        office.follow(queries.TABLES, self, self.reload)
        self.reload()
        self.who.setFocus()

    def reload(self) -> None:
        rows = self._office.ask(queries.followers, self._patient_id)
        self.show_lines([self._line(row_) for row_ in rows])

    def _line(self, follower: FollowerRow) -> Standing:
        told = [follower.role_text, follower.phone]
        if follower.may_change:
            told.append(_("may change: {what}").format(what=follower.may_change))
        if follower.call_when:
            told.append(_("calls when: {when}").format(when=follower.call_when))
        if follower.ended:
            told.append(_("until {day}").format(day=say_day(follower.ended)))
        said = (semi(follower.who), quiet("  " + " · ".join(words for words in told if words)))
        if follower.ended:
            return Standing(said)
        end = partial(service.end_shared_care, shared_id=follower.shared_id)
        return Standing(
            said,
            (
                (_("Change"), partial(self._change, follower)),
                (_("No longer"), lambda: self._office.do(end, self)),
            ),
        )

    def _change(self, follower: FollowerRow) -> None:
        self._shared_id = follower.shared_id
        self.form.fill(
            {
                "who": follower.who, "role": follower.role_text, "phone": follower.phone,
                "may_change": follower.may_change, "call_when": follower.call_when,
            }
        )  # fmt: skip
        self.who.setFocus()

    def keep_form(self) -> None:
        if self.form.find_faults():
            return
        follower = Follower(
            self.who.text(), self.role.text(), self.phone.text(), self.may_change.text(), self.call_when.text()
        )
        share = partial(service.share_care, shared_id=self._shared_id, patient_id=self._patient_id, follower=follower)
        self._office.do(share, self, then=self._kept, failed=lambda e: self.form.complain("who", e.sentence()))

    def _kept(self, _none: None) -> None:
        self._shared_id = new_id()
        self.form.clear()
        self._office.notice(_("It is kept"))
        self.who.setFocus()


def open_shared_care(office: Office, patient_id: PatientId, _encounter_id: str | None, screen: QWidget) -> None:
    SharedCareSheet(office, patient_id, screen).open()
