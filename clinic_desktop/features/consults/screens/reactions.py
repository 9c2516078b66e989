"""Adverse reactions beside the note: what is noted, and one more; a page of it for whoever watches over medicines."""

from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.letters.reaction import reaction_page
from clinic_desktop.features.consults.queries import reactions as queries
from clinic_desktop.features.consults.queries.reactions import GivenHere, ReactionRow
from clinic_desktop.features.consults.rules.reactions import (
    OUTCOME_WORDS,
    SEVERITY_WORDS,
    Reaction,
    ReactionOutcome,
    ReactionSeverity,
)
from clinic_desktop.features.consults.screens.beside import LinesSheet, PastField, Standing
from clinic_desktop.features.consults.service import reactions as service
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.shelf import SHELF, Product
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import dialogs
from clinic_desktop.uikit.choices import Check, Choice, Select, Suggest
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import quiet, semi

_SEVERITIES = tuple(ReactionSeverity)
_LOW = 46


def ask_reaction(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> "ReactionsSheet":
    sheet = ReactionsSheet(office, patient_id, encounter_id, screen)
    sheet.open()
    sheet.take_focus()
    return sheet


class ReactionsSheet(LinesSheet):
    def __init__(self, office: Office, patient_id: str, encounter_id: str | None, parent: QWidget | None) -> None:
        self._office, self._patient_id, self._encounter_id = office, patient_id, encounter_id
        self._reaction_id = new_id()
        self._amends: str | None = None
        self._handed = office.ask(queries.handed_here, patient_id)
        self.medicine, self.lot = Suggest(self._find, _("3 letters"), "pill"), Edit()
        self.began, self.happened, self.what_was_done = PastField(office.today()), Edit(), Edit()
        self.severity = Choice([_(SEVERITY_WORDS[severity]) for severity in _SEVERITIES], moves_on=True)
        self.outcome = Select([("", _("not said")), *((kind, _(words)) for kind, words in OUTCOME_WORDS.items())])
        self.allergy = Check(_("Put it on the list of allergies too"))
        super().__init__(
            _("Adverse reactions"), parent, self._make_form(), empty=_("None is noted."), keep=_("Keep"), width=640
        )
        self.medicine.picked.connect(self._choose)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def _make_form(self) -> Form:
        form = Form()
        medicine = form.add("medicine", _("Medicine"), self.medicine)
        lot = form.add("lot", _("Batch"), self.lot, optional=True)
        began = form.add("began", _("Since when"), self.began, optional=True, check=self.began.complaint)
        happened = form.add("happened", _("What happened"), self.happened)
        severity = form.add("severity", _("How severe"), self.severity, optional=True)
        outcome = form.add("outcome", _("What became of it"), self.outcome, optional=True)
        done = form.add("done", _("What was done"), self.what_was_done, optional=True)
        stack(
            form,
            row((medicine, 4), (lot, 2), (began, 3), gap=S3),
            row((happened, 1), (done, 1), gap=S3),
            row(severity, (outcome, 1), gap=S3),
            self.allergy,
            gap=S2,
        )
        return form

    def take_focus(self) -> None:
        self.medicine.setFocus()
        if self._handed:
            self.medicine.offer([(given, _say_given(given)) for given in self._handed[:6]])

    # which medicine

    def _find(self, words: str) -> list[tuple[Any, str]]:
        """What the person was handed here comes first, then the formulary."""
        typed = words.strip().lower()
        found: list[tuple[Any, str]] = [
            (given, _say_given(given)) for given in self._handed if given.said.lower().startswith(typed)
        ]
        if len(typed) > 1 and self._office.may(*SHELF):
            here = {given.presentation_id for given, _said in found}
            products = self._office.ask(shelf.find_presentation, words)
            found += [(product, product.said) for product in products if product.presentation_id not in here]
        return found

    def _choose(self, chosen: object) -> None:
        if isinstance(chosen, GivenHere):
            self.medicine.set_value(chosen, chosen.said)
            self.lot.setText(chosen.lot)

    # what stands

    def reload(self) -> None:
        found = self._office.ask(queries.reactions, self._patient_id)
        self.show_lines([self._line(known) for known in found])
        # The form is high, and a small window must hold both.
        self._area.setMinimumHeight(_LOW)

    def _line(self, known: ReactionRow) -> Standing:
        reaction = known.reaction
        told = [
            reaction.began_on.said() if reaction.began_on else "",
            _(SEVERITY_WORDS[reaction.severity]) if reaction.severity else "",
            _(OUTCOME_WORDS[reaction.outcome]) if reaction.outcome else "",
        ]
        if known.corrected:
            return Standing((quiet(f"{reaction.medicine}: {reaction.happened}  ·  " + _("corrected later")),))
        beside = quiet("  " + " · ".join(words for words in told if words))
        deeds = [(_("Page"), partial(self._ask_receiver, known))]
        if self._office.may(Permission.WRITE_NOTES):
            deeds.append((_("Correct"), partial(self._correct, known)))
        return Standing((semi(reaction.medicine), f"  {reaction.happened}", beside), tuple(deeds))

    def _correct(self, known: ReactionRow) -> None:
        reaction = known.reaction
        self._amends, self._reaction_id = known.reaction_id, new_id()
        given = next((one for one in self._handed if one.presentation_id == reaction.presentation_id), None)
        self.medicine.set_value(given or known, reaction.medicine)
        self.form.fill({"lot": reaction.lot, "happened": reaction.happened, "done": reaction.done})
        began = reaction.began_on
        parts = (began.day, began.month, began.year) if began else ()
        self.began.setText("/".join(str(part) for part in parts if part is not None))
        self.severity.set_at(None if reaction.severity is None else _SEVERITIES.index(reaction.severity))
        self.outcome.set_value(reaction.outcome or "")
        self.happened.setFocus()

    # keeping

    def _presentation(self) -> str | None:
        """Of what was chosen, as long as its words were not changed."""
        chosen = self.medicine.value()
        if isinstance(chosen, GivenHere | Product):
            return chosen.presentation_id
        return chosen.reaction.presentation_id if isinstance(chosen, ReactionRow) else None

    def reaction(self) -> Reaction:
        severity, outcome = self.severity.at(), self.outcome.value()
        return Reaction(
            self._presentation(), self.medicine.text(), self.happened.text(), self.lot.text(), self.began.value(),
            None if severity is None else _SEVERITIES[severity],
            # Qt gives a plain text back.
            ReactionOutcome(outcome) if outcome else None,
            self.what_was_done.text(),
        )  # fmt: skip

    def keep_form(self) -> None:
        if self.form.find_faults():
            return
        use_case = partial(
            service.keep_reaction,
            reaction_id=self._reaction_id,
            patient_id=self._patient_id,
            reaction=self.reaction(),
            encounter_id=self._encounter_id,
            is_allergy=self.allergy.isChecked(),
            amends_id=self._amends,
        )
        self._office.do(use_case, self, then=self._kept)

    def _kept(self, _reaction_id: str) -> None:
        self._office.notice(_("Reaction kept"))
        self._reaction_id, self._amends = new_id(), None
        self.form.clear()
        self.allergy.setChecked(False)
        self.medicine.setFocus()

    def _ask_receiver(self, known: ReactionRow) -> None:
        """To whom it goes decides what it may say of the person."""
        dialogs.ask_text(
            _("To whom does the page go? It says no name; the record number only if the person agreed."),
            self,
            partial(self._show_page, known),
            hint=_("Health authority, pharmacy"),
            yes_text=_("Show the page"),
        )

    def _show_page(self, known: ReactionRow, receiver: str) -> None:
        from clinic_desktop.printing.preview import Leaving, Preview

        def record(leaving: Leaving, proceed: Any) -> None:
            noting = partial(
                service.note_reaction_printed, reaction_id=known.reaction_id, way=leaving.way, copies=leaving.copies
            )
            self._office.do(noting, self, then=lambda _done: proceed())

        pdf = self._office.ask(reaction_page, known.reaction_id, receiver).pdf()
        Preview(pdf, _("Adverse reaction to a medicine"), parent=self, record=record, suggested="hoja.pdf").open()


def _say_given(given: GivenHere) -> str:
    return _("{medicine} · batch {lot}").format(medicine=given.said, lot=given.lot) if given.lot else given.said
