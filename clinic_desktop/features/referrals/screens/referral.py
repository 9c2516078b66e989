"""Writing a referral from the open chart: who gets it, how urgent, why; the rest comes from the chart, part by part.

Nothing is a record until the paper leaves: what is typed is a draft, and the letter is kept word for word in the same
step that notes that it was printed.
"""

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.rules.ages import born_label
from clinic_desktop.features.patients.rules.banner import say_doubts
from clinic_desktop.features.patients.rules.patient import AllergyStatus, say_allergies
from clinic_desktop.features.patients.rules.sex import say_sex
from clinic_desktop.features.referrals import queries, service
from clinic_desktop.features.referrals.letters import referral
from clinic_desktop.features.referrals.rules import (
    CONSENT_WORDS,
    URGENCY_WORDS,
    Consent,
    ReasonMissing,
    ReceiverMissing,
    Urgency,
    Written,
)
from clinic_desktop.features.referrals.screens.parts import PartsCard
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage.drafts import find_draft
from clinic_desktop.storage.work import Reading
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Suggest
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import column, row, scrolled, stack
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Banner, Callout, Card
from clinic_desktop.uikit.theme import S2, S3, S4, S6, is_compact
from clinic_desktop.uikit.words import Text

_PAUSE_MS = 800
_URGENCIES = tuple(Urgency)
_CONSENTS = tuple(Consent)


class ReferralScreen(QWidget):
    """Ctrl+D from a chart. Ctrl+P shows the paper, and prints it from there."""

    def __init__(
        self,
        office: Office,
        patient_id: str,
        encounter_id: str | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._office = office
        self._patient_id, self._encounter_id = patient_id, encounter_id
        self._record_id = encounter_id or patient_id
        self._request_id, self._folio = new_id(), ""
        self._unsaved = False
        self._gone: str | None = None
        """The letter that has left already; what leaves after a change is a new one that names it."""
        self._zone = office.ask(_zone)
        self._material = office.ask(queries.material, patient_id)
        self.parts = PartsCard(self._material)
        self._make_fields()
        self.kept = Text("", "small", color="quiet")
        self.back = Button(_("Go back"), "back", "quiet")
        self.print = Button(_("Look and print"), "print", "primary", "printer", tall=True)
        self._lay_out()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._connect()
        self._bring_draft()

    # building

    def _make_fields(self) -> None:
        self.form = Form()
        self.receiver = Suggest(self._find_receivers, _("Hospital, health centre, service"), "building-hospital")
        self.urgency = Choice([_(URGENCY_WORDS[u]) for u in _URGENCIES])
        self.consent = Choice([_(CONSENT_WORDS[c]) for c in _CONSENTS])
        self.reason = _area(_("The question you want answered"), 58)
        self.asked = Edit(placeholder=_("Opinion, admission, a test…"))
        self.summary = _area(_("How it began and went on, how the person is now, what was tried"), 90)
        self.follow = Edit(placeholder=_("And who follows the person"))

    def _lay_out(self) -> None:
        form, needed = self.form, _("This is needed.")
        receiver = form.add(
            "receiver", _("To"), self.receiver, check=lambda v: None if v else ReceiverMissing().sentence()
        )
        urgency = form.add("urgency", _("Urgency"), self.urgency, check=lambda v: needed if v is None else None)
        consent = form.add(
            "consent",
            _("Does the person agree?"),
            self.consent,
            check=lambda v: needed if v is None else None,
        )
        reason = form.add(
            "reason", _("Why we refer"), self.reason, check=lambda v: None if v.strip() else ReasonMissing().sentence()
        )
        asked = form.add("asked", _("What we ask for"), self.asked, optional=True)
        summary = form.add("summary", _("Summary"), self.summary, optional=True)
        follow = form.add("follow", _("What we go on doing"), self.follow, optional=True)
        # Beside each other where there is room; below each other in a narrow window.
        self._pairs = [row(urgency, consent, None, gap=S6), row((asked, 1), (follow, 1), gap=S4)]
        stack(form, receiver, self._pairs[0], reason, self._pairs[1], summary, None, gap=S3)
        form.setContentsMargins(0, 0, S2, 0)
        written = Card(scrolled(form), margins=(S4, S3, S2, S3))
        deeds = row(self.kept, None, self.back, self.print, gap=S3)
        self.parts.setMinimumWidth(300)
        body = column((row((written, 3), (self.parts, 2), gap=S3), 1), deeds, margins=(S4, S3, S4, S3), gap=S3)
        stack(self, self._banner(), (body, 1), gap=0)

    def _banner(self) -> Banner:
        known = self._office.ask(patients.header, PatientId(self._patient_id))
        facts = [(born_label(known.sex), known.born), (_("Sex"), say_sex(known.sex)), (_("Record"), known.number)]
        alarming = known.allergy_status is AllergyStatus.KNOWN
        words = ", ".join(known.allergies) if alarming else say_allergies(known.allergy_status)
        aside = Callout(words, "danger", "alert-triangle", head=_("Known allergies")) if alarming else None
        doubts = say_doubts(known)
        marks: list[QWidget] = [Chip(doubts, "danger", "alert-triangle")] if doubts else []
        return Banner(
            known.said, known.known_as or known.place, facts, aside or Text(words, "small", color="quiet"), marks
        )

    def _connect(self) -> None:
        self.form.edited.connect(self._edited)
        self.receiver.picked.connect(self._edited)
        self.parts.changed.connect(self._edited)
        self.urgency.chosen.connect(self._urgency_chosen)
        self._pause.timeout.connect(self.keep_draft)
        self.print.clicked.connect(self._show_paper)
        self.back.clicked.connect(self._leave)

    # drafts

    def _bring_draft(self) -> None:
        found = self._office.ask(find_draft, service.DRAFT, self._record_id)
        if found is None:
            last = self._office.ask(queries.receivers)
            if last:
                self.receiver.set_value(last[0], last[0])
                self.form.fields["receiver"].say(_("The last one used. Type to change it."), "neutral")
            return
        kept = dict(found.fields)
        self._request_id, self._folio = kept.pop("request_id"), kept.pop("folio")
        self.parts.tick(kept.pop("ticked"))
        self.parts.half_page.setChecked(kept.pop("half_page"))
        receiver = kept.pop("receiver")
        self.receiver.set_value(receiver, receiver or "")
        blocked = self.form.blockSignals(True)
        self.form.fill(kept)
        self.form.blockSignals(blocked)
        self.kept.setText(_("Your draft is here again."))

    def keep_draft(self) -> None:
        """Keep what is typed: at every pause, and before the window is covered, locked or left."""
        if not self._unsaved:
            return
        self._unsaved = False
        self._pause.stop()
        fields = self.form.values() | {
            "ticked": [str(part) for part in self.parts.ticked()],
            "half_page": self.parts.half_page.isChecked(),
            "request_id": self._request_id,
            "folio": self._folio,
        }
        keeping = partial(service.keep_letter, record_id=self._record_id, fields=fields)
        self._office.do(keeping, self, then=self._said_kept)

    def _said_kept(self, at: datetime) -> None:
        self.kept.setText(_("Saved {time}").format(time=f"{at.astimezone(self._zone):%H:%M:%S}"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._unsaved:
            self._pause.start()

    def hideEvent(self, event: QHideEvent) -> None:
        # Whoever hides it (the cover, the lock, another place) has had the draft kept; nothing is written unseen.
        self._pause.stop()
        super().hideEvent(event)

    def _edited(self, *_args: object) -> None:
        if self._gone == self._request_id:
            self._request_id = new_id()
        self._unsaved = True
        self._pause.start()

    # the screen

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = is_compact(self.window().width())
        self.parts.set_compact(narrow)
        for pair in self._pairs:
            pair.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)

    def take_focus(self) -> None:
        """The receiver is the last one used, so the first thing to say is how urgent it is."""
        (self.urgency if self.receiver.text() else self.receiver).setFocus()

    def written(self) -> Written:
        """The letter as it stands in the form."""
        values, ticked = self.form.values(), self.parts.ticked()
        return Written(
            receiver_text=values["receiver"] or "",
            urgency=_URGENCIES[values["urgency"] or 0],
            reason_text=values["reason"],
            summary_text=values["summary"],
            asked_text=values["asked"],
            follow_text=values["follow"],
            consent=_CONSENTS[values["consent"] or 0],
            parts=self._material.chosen(ticked),
            medicines=self._material.chosen_medicines(ticked),
            allergies=self._material.allergies,
            half_page=self.parts.half_page.isChecked(),
        )

    def _find_receivers(self, words: str) -> list[tuple[str, str]]:
        return [(receiver, receiver) for receiver in self._office.ask(queries.receivers, words)]

    def _urgency_chosen(self, at: int) -> None:
        self.parts.suggest_half_page(at >= 0 and _URGENCIES[at] is Urgency.EMERGENCY)

    def _leave(self) -> None:
        self.keep_draft()
        self._office.back()

    # the paper

    def _show_paper(self) -> None:
        if self.form.find_faults():
            return
        content = self.written()
        self._office.do(
            partial(referral.prepare, patient_id=self._patient_id, content=content, folio=self._folio or None),
            self,
            then=lambda made: self._preview(content, *made),
        )

    def _preview(self, content: Written, folio: str, pdf: bytes, despite: str) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        self._folio = folio

        def record(leaving: Leaving, proceed: Callable[[], None]) -> None:
            writing: Callable[..., Any] = partial(
                service.write_and_print,
                request_id=self._request_id,
                patient_id=self._patient_id,
                written=content,
                encounter_id=self._encounter_id,
                folio=folio,
                way=leaving.way,
                copies=leaving.copies,
                amends_id=self._gone if self._gone != self._request_id else None,
                despite=despite,
            )
            self._office.do(writing, self, then=lambda _folio: self._has_left(leaving.way, proceed))

        shown = Preview(pdf, _("Referral letter"), parent=self, record=record, suggested=f"referencia-{folio}.pdf")
        shown.open()

    def _has_left(self, way: str, proceed: Callable[[], None]) -> None:
        """Written down: now it may leave."""
        self._gone = self._request_id
        self._unsaved = False
        self._pause.stop()
        self.kept.setText("")
        proceed()
        self._office.notice(_("Letter {folio} is kept and in the list of open referrals.").format(folio=self._folio))
        if way == "print":
            self._leave()


def _area(hint: str, height: int) -> TextArea:
    area = TextArea(placeholder=hint)
    area.setFixedHeight(height)
    return area


def _zone(reading: Reading) -> tzinfo:
    return reading.place.zone
