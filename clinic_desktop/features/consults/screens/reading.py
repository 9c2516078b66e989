"""A signed note as it is read, with what was added to it; it can be added to and corrected, never changed."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import goals, notes, safety, scales, supervision
from clinic_desktop.features.consults.queries.notes import NotePage
from clinic_desktop.features.consults.queries.scales import ScoreRow
from clinic_desktop.features.consults.rules import signing as signed
from clinic_desktop.features.consults.rules.goals import STANDING_WORDS
from clinic_desktop.features.consults.rules.plan_items import say_plan_item
from clinic_desktop.features.consults.rules.score_words import say_answers, say_circumstances, say_result
from clinic_desktop.features.consults.rules.scoring import FORM, find_scale
from clinic_desktop.features.consults.rules.sections import FOLLOW_UP, TEMPLATES, in_order, kind_words, section_title
from clinic_desktop.features.consults.rules.signing import NoteState, SignatureKind
from clinic_desktop.features.consults.screens.answers import CorrectAnswersSheet
from clinic_desktop.features.consults.screens.note import NoteEditor
from clinic_desktop.features.consults.screens.print_queue import show_papers
from clinic_desktop.features.consults.screens.signed_with import said_interpreter, signed_with
from clinic_desktop.features.consults.screens.timeline import STATE_WORDS
from clinic_desktop.features.consults.screens.wrong_chart import WrongChartSheet
from clinic_desktop.features.consults.service import signing
from clinic_desktop.features.medication.queries import prescriptions
from clinic_desktop.features.medication.rules.portions import say_portions
from clinic_desktop.features.patients.rules.places import language_name
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.dialogs import Sheet, ask_text
from clinic_desktop.uikit.fields import Edit, TextArea
from clinic_desktop.uikit.layouts import clear, row, scrolled, stack
from clinic_desktop.uikit.marks import Chip
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Line
from clinic_desktop.uikit.theme import S1, S2
from clinic_desktop.uikit.words import Phrase, Text, quiet, semi


class NoteView(QWidget):
    """The words of one note, from the top."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self.page: NotePage | None = None
        self._inner = QWidget()
        self._lines = stack(self._inner, margins=(0, 0, S2, 0), gap=S1)
        stack(self, (scrolled(self._inner), 1))

    def show_note(self, note_id: str) -> None:
        self.page = self._office.ask(notes.note_page, note_id)
        clear(self._lines)
        self._show_head(self.page)
        changed = self._changed(self.page)
        for code, text in in_order(dict(self.page.sections), self.page.template):
            self._lines.addSpacing(S1)
            mark = (Chip(_("changed"), "accent", "edit"),) if code in changed else ()
            self._lines.addLayout(row(Text(section_title(code), weight="semi"), *mark, None, gap=S2))
            self._lines.addWidget(Text(text, wrap=True))
        self._show_agreed(self.page)
        self._show_scores(self.page)
        self._show_medicines(self.page)
        self._show_safety(self.page)
        for head, said in signed_with(self._office, self.page):
            self._lines.addSpacing(S1)
            self._lines.addWidget(Text(head, weight="semi"))
            self._lines.addWidget(Text(said, wrap=True))
        self._show_added(self.page)
        self._lines.addStretch(1)

    def _changed(self, page: NotePage) -> frozenset[str]:
        if page.amends_id is None:
            return frozenset()
        before = self._office.ask(notes.note_page, page.amends_id)
        return frozenset(found.section for found in signed.differences(before.sections, page.sections))

    def _show_head(self, page: NotePage) -> None:
        title = Text(f"{say_day(page.occurred_on)} · {kind_words(page.encounter.kind)}", "head", "semi")
        if page.encounter.voided:
            chip = Chip(_("taken back"), "warning", "ban")
        else:
            waits = page.state is not NoteState.SIGNED
            chip = Chip(_(STATE_WORDS[page.state]), "warning" if waits else "well", "clock" if waits else "check")
        self._lines.addLayout(row(title, chip, None, gap=S2))
        here = page.encounter
        spoken = language_name(here.language_code) if here.language_code else ""
        by = [page.author_name or "", here.with_whom or "", spoken, said_interpreter(here)]
        typed_on = self._office.local(page.recorded_at).date()
        if typed_on != page.occurred_on:
            by.append(_("typed on {day}").format(day=say_day(typed_on)))
        if page.transcribed_by_name:
            by.append(_("typed by {name}").format(name=page.transcribed_by_name))
        if here.paper_folio:
            by.append(_("sheet {folio}").format(folio=here.paper_folio))
        self._lines.addWidget(Text(" · ".join(words for words in by if words), "small", color="quiet", wrap=True))
        if page.state is NoteState.RETURNED:
            self._lines.addWidget(Text(_said_back(page), color="warning", wrap=True))
        if page.encounter.void_reason:
            self._lines.addWidget(Text(page.encounter.void_reason, color="warning", wrap=True))
        self._show_versions(page)

    def _show_versions(self, page: NotePage) -> None:
        """Why it was corrected, what changed, and the way to every other version."""
        found = self._office.ask(supervision.versions, page.note_id)
        if len(found.rows) == 1:
            return
        if page.amends_id:
            self._lines.addWidget(Phrase(quiet(_("Corrected") + "  "), page.amend_reason or ""))
        if page.note_id in found.beside:
            self._lines.addWidget(Chip(_("another correction holds"), "warning", "history"))
        elif page.note_id != found.holds:
            self._lines.addWidget(Chip(_("an older version"), "warning", "history"))
        elif found.beside:
            self._lines.addWidget(Chip(_("corrected twice apart: read both"), "warning", "alert-triangle"))
        links: list[Link] = []
        for number, version in enumerate(found.rows, 1):
            if version.note_id == page.note_id:
                continue
            words = _("read version {number}, {name}").format(number=number, name=version.author_name or "")
            link = Link(words, small=True)
            link.clicked.connect(partial(self.show_note, version.note_id))
            links.append(link)
        for at in range(0, len(links), 2):
            self._lines.addLayout(row(*links[at : at + 2], None, gap=S2))
        if page.amends_id:
            self._show_differences(self._office.ask(notes.note_page, page.amends_id), page)

    def _show_differences(self, before: NotePage, now: NotePage) -> None:
        """What stood before, of each section that changed; the page below says what stands now."""
        for found in signed.differences(before.sections, now.sections):
            title = _("{section}, before").format(section=section_title(found.section))
            self._lines.addWidget(Phrase(semi(title), quiet("  " + (found.before or _("not there")))))

    def _show_agreed(self, page: NotePage) -> None:
        """What the person wants, and what was agreed and explained beside medicines."""
        told = [one for note_id in page.versions for one in self._office.ask(goals.marked_in, note_id)]
        said = [f"{words}: {_(STANDING_WORDS[standing])}" for words, standing in told]
        known = {words for words, _standing in told}
        said += [words for words in self._office.ask(goals.named_in, page.encounter.encounter_id) if words not in known]
        agreed = [say_plan_item(code) for code in page.plan_items]
        for title, lines in ((_("Their own goals"), said), (_("Agreed and taught"), agreed)):
            if lines:
                self._lines.addSpacing(S1)
                self._lines.addWidget(Text(title, weight="semi"))
                self._lines.addWidget(Text("\n".join(lines), wrap=True))

    def _show_scores(self, page: NotePage) -> None:
        for score in page.scores:
            is_form = score.scale_code.startswith(FORM)
            scale = self._office.ask(scales.scale_here, score.scale_code) if is_form else find_scale(score.scale_code)
            title = scale.title if scale else score.scale_code
            told = [part for part in (say_circumstances(score), say_answers(score)) if part]
            self._lines.addSpacing(S1)
            said = Phrase(semi(title), f"  {say_result(score)}   ", quiet("   ".join(told)))
            self._lines.addLayout(row((said, 1), *self._correct_link(page, score), gap=S2))
            self._show_corrected(page, score)

    def _correct_link(self, page: NotePage, score: ScoreRow) -> tuple[Link, ...]:
        own = score.by_id == self._office.actor.staff_id or self._office.may(Permission.SIGN_NOTES)
        if page.encounter.voided or not (own and self._office.may(Permission.WRITE_NOTES)):
            return ()
        link = Link(_("Correct the answers"), small=True)
        link.clicked.connect(partial(self._correct_answers, page, score))
        return (link,)

    def _correct_answers(self, page: NotePage, score: ScoreRow) -> None:
        again = partial(self.show_note, page.note_id)
        CorrectAnswersSheet(self._office, page.encounter.patient_id, score, self, again).open()

    def _show_corrected(self, page: NotePage, score: ScoreRow) -> None:
        """Why the answers were corrected, and what stood there before."""
        if score.amends_id is None:
            return
        reason: str = score.amend_reason or ""
        for before in self._office.ask(scales.corrected, page.encounter.patient_id, score.response_id):
            words = f"  {reason}  " if reason else "  "
            stood = _("before: {result}").format(result=f"{say_result(before)}   {say_answers(before)}")
            self._lines.addWidget(Phrase(semi(_("Corrected")), words, quiet(stood), size="small"))
            reason = before.amend_reason or ""

    def _show_medicines(self, page: NotePage) -> None:
        lines = [line for note_id in page.versions for line in self._office.ask(prescriptions.prescribed_in, note_id)]
        if lines:
            self._lines.addSpacing(S1)
            self._lines.addWidget(Text(_("Prescription"), weight="semi"))
        for line in lines:
            days = " — " + ngettext("{count} day", "{count} days", line.days).format(count=line.days)
            portions = say_portions(line.days_per_pickup, line.keeper_name)
            how = " · ".join(part for part in (f"{line.dose_said}{days}", portions) if part)
            self._lines.addWidget(Phrase(semi(line.name), f" {line.product}  ", quiet(how)))

    def _show_safety(self, page: NotePage) -> None:
        """What was shown when these medicines were prescribed, and why it went on."""
        for told in [one for note_id in page.versions for one in self._office.ask(safety.answered_in, note_id)]:
            reason = _("Reason to go on: {reason}").format(reason=told.reason) if told.reason else _("Read.")
            self._lines.addWidget(Phrase(semi(told.about), quiet(f"  {told.sentence}  "), reason, size="small"))

    def _show_added(self, page: NotePage) -> None:
        for added in page.addenda:
            self._lines.addSpacing(S2)
            self._lines.addWidget(Line())
            who = f"{added.author_name or ''} · {say_day(self._office.local(added.signed_at).date())}"
            self._lines.addWidget(Phrase(semi(_("Addendum")), quiet(f"  {who}")))
            self._lines.addWidget(Text(added.text, wrap=True))
        for step in page.steps:
            if step.kind is SignatureKind.RETURNED and page.state is NoteState.RETURNED:
                # Said at the top.
                continue
            words = f"{step.by}: {step.comment}" if step.comment else _("Signed by {name}").format(name=step.by)
            if step.kind is SignatureKind.CONFIRMED:
                words = _("Confirmed by {name}").format(name=step.by)
            self._lines.addWidget(Text(words, "small", color="quiet", wrap=True))


def _said_back(page: NotePage) -> str:
    back = [step for step in page.steps if step.kind is SignatureKind.RETURNED]
    return "\n".join(f"{step.by}: {step.comment or ''}" for step in back)


class NoteDeeds:
    """The buttons under a note, for the page and the sheet alike."""

    def __init__(self, office: Office, view: NoteView, near: QWidget) -> None:
        self._office, self._view, self._near = office, view, near
        self.gives_way: Button | None = None
        """What else is on Ctrl+Enter: a note that waits for one's signature comes first."""
        self.addendum = Button(_("Write an addendum"), icon="plus")
        self.correct = Button(_("Correct"), icon="edit")
        self.take_back = Button(_("Wrong chart"), kind="danger", icon="ban")
        self.cosign = Button(_("Sign as supervisor"), key="save", icon="signature")
        self.give_back = Button(_("Give back"), key="return_note")
        self.addendum.clicked.connect(self._add)
        self.correct.clicked.connect(self._correct)
        self.take_back.clicked.connect(self._take_back)
        self.cosign.clicked.connect(self._cosign)
        self.give_back.clicked.connect(self._give_back)

    def all(self) -> tuple[Button, ...]:
        return self.take_back, self.correct, self.give_back, self.cosign, self.addendum

    def fit(self) -> None:
        """Only what may be done with this note now."""
        page = self._view.page
        mine = page is not None and page.author_id == self._office.actor.staff_id
        whole = page is not None and page.is_newest and not page.encounter.voided
        signs = self._office.may(Permission.SIGN_NOTES)
        writes = self._office.may(Permission.WRITE_NOTES)
        answerable = self._answerable(page) if page is not None and whole else False
        of_trainee = page is not None and page.supervisor_wanted
        correctable = signed.may_correct(own=mine, signs=signs, of_trainee=of_trainee)
        typed = page is not None and page.transcribed_by_name is not None
        self.cosign.setText(_("Confirm the note") if typed and mine else _("Sign as supervisor"))
        self.addendum.setVisible(whole and writes)
        self.correct.setVisible(whole and writes and correctable)
        self.take_back.setVisible(whole and writes and (mine or signs))
        self.cosign.setVisible(answerable)
        if self.gives_way is not None:
            self.gives_way.setVisible(not answerable)
        self.give_back.setVisible(answerable and page is not None and page.state is NoteState.WAITING)

    def _answerable(self, page: NotePage) -> bool:
        """Whether the acting person may sign, confirm or give back this note; the service says the same."""
        if page.state is NoteState.SIGNED:
            return False
        mine = page.author_id == self._office.actor.staff_id
        confirmed = any(step.kind is SignatureKind.CONFIRMED for step in page.steps)
        if page.transcribed_by_name is not None and not confirmed:
            return mine
        return self._office.may(Permission.SIGN_NOTES) and not mine

    def _again(self, note_id: str) -> Callable[[object], None]:
        def show(_result: object) -> None:
            self._view.show_note(note_id)
            self.fit()

        return show

    def _note_id(self) -> str:
        assert self._view.page is not None
        return self._view.page.note_id

    def _add(self) -> None:
        note_id, addendum_id = self._note_id(), new_id()

        def keep(text: str, sheet: Sheet) -> None:
            def kept(done: object) -> None:
                sheet.accept()
                self._again(note_id)(done)

            add = partial(signing.add_addendum, note_id=note_id, addendum_id=addendum_id, text=text)
            self._office.do(add, sheet, then=kept)

        WordsSheet(_("Addendum"), self._near, keep, _("Sign the addendum")).open()

    def _correct(self) -> None:
        page = self._view.page
        if page is not None:
            CorrectionSheet(self._office, page, self._near, lambda new: self._again(new)(None)).open()

    def _take_back(self) -> None:
        page = self._view.page
        assert page is not None

        def moved(encounter_id: str) -> None:
            self._office.go("consult", encounter_id=encounter_id)

        again = partial(self._again(page.note_id), None)
        WrongChartSheet(self._office, page.encounter, self._near, moved, again).open()

    def _cosign(self) -> None:
        page = self._view.page
        assert page is not None
        mine = page.author_id == self._office.actor.staff_id
        deed = signing.confirm_note if mine else signing.cosign_note

        def shown(_result: object) -> None:
            self._again(page.note_id)(None)
            if not mine:
                first = self._office.ask(supervision.versions, page.note_id).rows[0].note_id
                show_papers(self._office, first, self._near)

        self._office.do(partial(deed, note_id=page.note_id), self._near, then=shown)

    def _give_back(self) -> None:
        note_id = self._note_id()

        def give(comment: str) -> None:
            back = partial(signing.return_note, note_id=note_id, comment=comment)
            self._office.do(back, self._near, then=self._again(note_id))

        ask_text(_("What should the author change?"), self._near, give, yes_text=_("Give back"))


class WordsSheet(Sheet):
    """Several lines of words. `then` closes the sheet once they are kept: a refusal takes none of them away."""

    def __init__(self, title: str, parent: QWidget | None, then: Callable[[str, Sheet], object], deed: str) -> None:
        self._then = then
        self.area = TextArea()
        self.area.setAccessibleName(title)
        self.area.setMinimumHeight(140)
        super().__init__(title, parent, Text(title, "head", "semi"), (self.area, 1), width=560)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(deed, key="save", kind="primary", icon="check"), self._keep)
        self.area.setFocus()

    def done(self, how: int) -> None:
        super().done(how)
        # Qt deletes a closed sheet later: till then it must not be what the screen behind it lives by.
        self._then = _no_more

    def _keep(self) -> None:
        if self.area.text().strip():
            self._then(self.area.text(), self)


def _no_more(*_told: object) -> None:
    """A closed sheet tells nobody."""


class CorrectionSheet(Sheet):
    """A new version: the words as they were, and why they change."""

    def __init__(self, office: Office, page: NotePage, parent: QWidget, then: Callable[[str], object]) -> None:
        self._office, self._page, self._then, self._new_id = office, page, then, new_id()
        # What the supervisor asked for is why; it can be said otherwise.
        asked = [step.comment or "" for step in page.steps if step.kind is SignatureKind.RETURNED][-1:]
        self.reason = Edit(*asked, placeholder=_("Why it is corrected"))
        self.editor = NoteEditor()
        self.editor.set_template(TEMPLATES.get(page.template, FOLLOW_UP))
        self.editor.fill({"sections": dict(page.sections)})
        self.editor.setMinimumHeight(200)
        super().__init__(_("Correct the note"), parent, self.reason, (self.editor, 1), width=620)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(
            Button(_("Sign the correction"), key="save", kind="primary", icon="check"), self._keep
        )

    def _keep(self) -> None:
        if not self.reason.text().strip():
            self.reason.set_wrong(True)
            self.reason.setFocus()
            return
        correct = partial(
            signing.correct_note, note_id=self._page.note_id, new_note_id=self._new_id,
            note_sections=self.editor.values(), reason=self.reason.text(),
        )  # fmt: skip
        self._office.do(correct, self, then=self._kept)

    def _kept(self, _none: object) -> None:
        then = self._then
        self.accept()
        then(self._new_id)

    def done(self, how: int) -> None:
        super().done(how)
        self._then = _no_more


def read_note(office: Office, note_id: str, parent: QWidget) -> Sheet:
    """A note of another day, over the one being written."""
    view = NoteView(office)
    view.show_note(note_id)
    view.setMinimumSize(520, 320)
    sheet = Sheet(_("Note"), parent, (view, 1), width=600)
    back = sheet.add_deed(Button(_("Back"), key="back", kind="primary"))
    back.setFocus()
    sheet.open()
    return sheet
