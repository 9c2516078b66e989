"""The rights of one person on one page: asked how they were treated, wishes, force, own data, complaints."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.banner import banner_words
from clinic_desktop.features.rights.letters.wishes import wishes_paper
from clinic_desktop.features.rights.queries import answers, coercion, complaints, disclosures, strip, wishes
from clinic_desktop.features.rights.rules.asking import QUESTIONS
from clinic_desktop.features.rights.rules.coercion import NEEDED, Event
from clinic_desktop.features.rights.rules.kinds import (
    STEP_WORDS,
    joined,
    say_answer,
    say_coercion,
    say_complaint,
    say_disclosure,
)
from clinic_desktop.features.rights.screens.asking import AloneView, AskSheet
from clinic_desktop.features.rights.screens.complaint import ComplaintSheet
from clinic_desktop.features.rights.screens.force import ForceSheet, ForceStepSheet
from clinic_desktop.features.rights.screens.own_data import DisclosureSheet, OwnDataSheet
from clinic_desktop.features.rights.screens.papers import if_safe, show_paper
from clinic_desktop.features.rights.screens.wishes import DecisionSheet, WishesSheet
from clinic_desktop.features.rights.service import wishes as wishes_service
from clinic_desktop.kernel.dates import say_day, say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.banner import person_banner
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.forms import give_letters
from clinic_desktop.uikit.layouts import clear, column, page, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Bar, Card
from clinic_desktop.uikit.theme import S1, S2, S3, S4, is_compact
from clinic_desktop.uikit.words import Facts, Phrase, Text, quiet, semi

_CLINICAL = (Permission.READ_CHART, Permission.WRITE_NOTES)


class PersonRights(QWidget):
    """Ctrl+Enter asks the four questions; the deeds of each part stand in its card. The desk sees nothing clinical."""

    def __init__(self, office: Office, patient_id: str) -> None:
        super().__init__()
        self._office, self.patient_id = office, patient_id
        header = office.ask(patients.header, PatientId(patient_id))
        self._left, self._right = column(gap=S3), column(gap=S3)
        left, right = QWidget(), QWidget()
        stack(left, self._left, None)
        stack(right, self._right, None)
        self._halves = row((left, 1), (right, 1), gap=S3)
        self._is_clinical = office.may(*_CLINICAL)
        if not self._is_clinical:
            right.hide()
        body = page(self._halves, None)
        stack(self, person_banner(banner_words(header)), (scrolled(body), 1), self._deeds(), gap=0)
        office.follow(strip.TABLES | restricted.TABLES, self, self.reload)
        self.reload()

    def _deeds(self) -> Bar:
        self.back = Button(_("Go back"), "back", "quiet")
        self.back.clicked.connect(self._office.back)
        self.own_data = Button(_("My data"), "print", icon="printer")
        self.own_data.clicked.connect(lambda: OwnDataSheet(self._office, self.patient_id, self).open())
        self.complain = Button(_("Complaint"), icon="edit")
        self.complain.clicked.connect(lambda: ComplaintSheet(self._office, self, self.patient_id).open())
        self.alone = Button(_("Fills it in alone"), icon="user")
        self.alone.clicked.connect(lambda: AloneView(self._office, self.patient_id, self).open())
        self.ask = Button(_("Ask the four questions"), "save", "primary", "check", tall=True)
        self.ask.clicked.connect(lambda: AskSheet(self._office, self.patient_id, self).open())
        takes = (Permission.ASK_RIGHTS, Permission.ANSWER_COMPLAINTS)
        for button, may in (
            (self.own_data, (Permission.READ_CHART,)),
            (self.complain, takes),
            (self.alone, (Permission.ASK_RIGHTS,)),
            (self.ask, (Permission.ASK_RIGHTS,)),
        ):
            if not self._office.may(*may):
                button.hide()
        give_letters(self.complain, self.alone)
        bar = Bar(62, "top")
        stack(
            bar,
            row(self.back, None, self.own_data, self.complain, self.alone, self.ask, margins=(S4, S2, S4, S2), gap=S2),
        )
        return bar

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = is_compact(self.window().width())
        self._halves.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        for button, icon in ((self.own_data, "printer"), (self.complain, "edit"), (self.alone, "user")):
            button.set_icon("" if narrow else icon)

    def take_focus(self) -> None:
        (self.ask if self.ask.isVisibleTo(self) else self.back).setFocus()

    # showing

    def reload(self) -> None:
        """Refused once the record was reserved: the office then goes back."""
        self._office.ask(restricted.must_open, self.patient_id)
        clear(self._left)
        clear(self._right)
        if self._is_clinical:
            self._right.addWidget(self._force())
            self._right.addWidget(self._wishes())
            self._right.addWidget(self._decisions())
        self._left.addWidget(self._treated())
        if self._office.may(Permission.ANSWER_COMPLAINTS):
            self._left.addWidget(self._complaints())
        if self._office.may(Permission.READ_CHART, Permission.ANSWER_COMPLAINTS):
            self._left.addWidget(self._given())

    def _card(self, title: str, *deeds: Link) -> tuple[Card, QVBoxLayout]:
        lines = column(gap=S2)
        card = Card(row(Text(title, "head", "semi"), None, *deeds, gap=S3), lines)
        return card, lines

    def _link(self, words: str, act: Callable[[], object], about: str = "") -> Link:
        link = Link(words, small=True)
        link.clicked.connect(lambda: act())
        if about:
            link.setAccessibleName(f"{words}: {about}")
        return link

    def _may_write(self) -> bool:
        return self._office.may(Permission.WRITE_NOTES)

    def _treated(self) -> Card:
        card, lines = self._card(_("How they were treated"))
        asked = self._office.ask(answers.askings, self.patient_id)
        if not asked:
            lines.addWidget(_nothing(_("Not asked yet. It is somebody who did not treat the person that asks.")))
        for one in asked[:8]:
            how = _("answered alone") if one.by_the_person else _("asked by {name}").format(name=one.asked_by)
            through = _("interpreter: {name}").format(name=one.interpreter) if one.interpreter else ""
            lines.addWidget(Phrase(semi(say_day(one.asked_on)), quiet(" · " + joined((how, through)))))
            if one.answers is not None:
                facts = [(_(q.title), say_answer(one.answers.of(q.name))) for q in QUESTIONS]
                lines.addWidget(Facts(facts, 150))
                if one.answers.words:
                    lines.addWidget(Text(f"«{one.answers.words}»", wrap=True))
        if asked and all(one.answers is None for one in asked):
            lines.addWidget(_nothing(_("What was said is read by the coordinator only.")))
        return card

    def _complaints(self) -> Card:
        card, lines = self._card(_("Complaints"))
        told = self._office.ask(complaints.of_patient, self.patient_id)
        if not told:
            lines.addWidget(_nothing(_("None was made.")))
        for one in told:
            state = _("answered") if one.is_answered else _("answer by {day}").format(day=say_day(one.due_on))
            lines.addWidget(
                Phrase(semi(say_complaint(one.kind_code) or _("Complaint")), quiet(f" · {one.folio} · {state}"))
            )
            if one.words:
                lines.addWidget(Text(one.words, wrap=True))
        return card

    def _given(self) -> Card:
        deeds = []
        if self._office.may(Permission.WRITE_NOTES, Permission.ANSWER_COMPLAINTS):
            deeds = [self._link(_("An authority asks"), self._ask_disclosure)]
        card, lines = self._card(_("Given from the record"), *deeds)
        told = self._office.ask(disclosures.disclosures, self.patient_id)
        if not told:
            lines.addWidget(_nothing(_("Nothing was given to anybody.")))
        for one in told:
            lines.addWidget(Phrase(semi(say_disclosure(one.kind_code)), quiet(f" · {say_day(one.happened_on)}")))
            coordinator = {True: _("coordinator told"), False: _("coordinator not told"), None: ""}
            words = joined((one.to_whom, one.order_seen, one.given, coordinator[one.coordinator_told], one.by_name))
            lines.addWidget(Text(words, "small", color="quiet", wrap=True))
        return card

    def _wishes(self) -> Card:
        kept = self._office.ask(wishes.newest, self.patient_id)
        deeds: list[Link] = []
        if kept is not None:
            deeds.append(self._link(_("Print small"), self._print_wishes))
        if kept is not None and self._may_write():
            deeds.append(self._link(_("Withdraw"), self._withdraw, _("Wishes for a crisis")))
        if self._may_write():
            words = _("Change") if kept is not None else _("Write them")
            deeds.append(self._link(words, self._write_wishes, _("Wishes for a crisis")))
        card, lines = self._card(_("Wishes for a crisis"), *deeds)
        if kept is None:
            lines.addWidget(_nothing(_("Not said yet. Ask on a good day what helps in a bad one.")))
        else:
            lines.addWidget(Facts(kept.wishes.said, 110))
            lines.addWidget(Text(joined((say_day(kept.said_on), kept.by_name)), "small", color="quiet"))
        before = len(self._office.ask(wishes.all_wishes, self.patient_id)) - (kept is not None)
        if before > 0:
            lines.addWidget(Text(_("Said before: {count}").format(count=before), "small", color="quiet"))
        return card

    def _decisions(self) -> Card:
        deeds = (
            [self._link(_("Write one"), self._write_decision, _("Decisions with help"))] if self._may_write() else []
        )
        card, lines = self._card(_("Decisions with help"), *deeds)
        told = self._office.ask(wishes.decisions, self.patient_id)
        if not told:
            lines.addWidget(_nothing(_("None was written.")))
        for one in told:
            helped = joined((one.decision.supporter_name, one.decision.supporter_kinship), ", ")
            lines.addWidget(
                Phrase(semi(one.decision.decision), quiet(f" · {say_day(one.decided_on)} · {_('with')} {helped}"))
            )
        return card

    def _force(self) -> Card:
        deeds = [self._link(_("Write down"), self._write_force, _("Force"))] if self._may_write() else []
        card, lines = self._card(_("Held, locked in, chained, taken by force"), *deeds)
        told = self._office.ask(coercion.events, self.patient_id)
        if not told:
            lines.addWidget(_nothing(_("Nothing is known.")))
        self.steps: list[Link] = []
        for event in told:
            lines.addWidget(self._event(event))
        return card

    def _event(self, event: Event) -> QWidget:
        whole = QWidget()
        about = say_coercion(event.kind)
        deeds: list[Any] = []
        if self._may_write() and event.is_open:
            link = self._link(_("What came after"), partial(self._write_step, event), about)
            self.steps.append(link)
            deeds.append(link)
        told = event.whole
        facts = [(_("Where"), event.where)] if event.where else []
        facts += [(_(title), getattr(told, name) or _("Not told yet")) for name, title in NEEDED.items()]
        if event.done_instead:
            facts.append((_("What is done instead"), event.done_instead))
        steps = [
            Text(joined((_(STEP_WORDS[s.kind]), say_day(s.happened_on), s.words, _visit(s.next_visit_on))), "small",
                 color="quiet", wrap=True)
            for s in event.steps
        ]  # fmt: skip
        stack(
            whole,
            row((Phrase(semi(about), quiet(f" · {self._state(event)}")), 1), *deeds, gap=S2),
            Facts(facts, 150),
            *steps,
            gap=S1,
        )
        return whole

    def _state(self, event: Event) -> str:
        if event.is_mistake:
            return _("written by mistake")
        parts = [say_day(event.began_on)]
        if event.is_freed:
            parts.append(_("free"))
        elif event.has_ended:
            parts.append(_("ended"))
        if not event.is_reviewed:
            now = self._office.now()
            zone = self._office.local(now).tzinfo
            assert zone is not None
            late = event.review_is_late(now, zone)
            due = say_instant(event.review_due(zone), zone)
            parts.append((_("review was due {when}") if late else _("review by {when}")).format(when=due))
        return joined(parts)

    # doing

    def _ask_disclosure(self) -> None:
        DisclosureSheet(self._office, self.patient_id, self).open()

    def _write_wishes(self) -> None:
        WishesSheet(self._office, self.patient_id, self).open()

    def _write_decision(self) -> None:
        DecisionSheet(self._office, self.patient_id, self).open()

    def _write_force(self) -> None:
        ForceSheet(self._office, self.patient_id, self).open()

    def _write_step(self, event: Event) -> None:
        ForceStepSheet(self._office, event, self).open()

    def _withdraw(self) -> None:
        taking = partial(wishes_service.withdraw_wishes, wishes_id=new_id(), patient_id=self.patient_id)
        dialogs.ask_yes_no(
            _("Does the person take these wishes back? They hold no longer, and stay readable."),
            self,
            lambda: self._office.do(taking, self),
        )

    def _print_wishes(self) -> None:
        noting = partial(wishes_service.note_printed, patient_id=self.patient_id)

        def show() -> None:
            pdf = self._office.ask(wishes_paper, self.patient_id).pdf()
            show_paper(self._office, self, pdf, _("If I am not well"), noting)

        if_safe(self, show)


def _nothing(words: str) -> Text:
    return Text(words, color="quiet", wrap=True)


def _visit(day: Any) -> str:
    return _("next visit {day}").format(day=say_day(day)) if day else ""
