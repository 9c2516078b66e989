"""A note in the wrong chart: why, and in whose chart it belongs."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.notes import EncounterRow
from clinic_desktop.features.consults.service import encounters, moving
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Suggest
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


def find_people(office: Office, words: str) -> Sequence[tuple[str, str]]:
    found = office.ask(finding.find, words, 8)
    return [(f.patient_id, " · ".join(part for part in (f.said, f.born, f.place) if part)) for f in found]


class WrongChartSheet(Sheet):
    """`moved` gets the encounter in which the words are now; `taken_back` is called where nobody was chosen."""

    def __init__(
        self,
        office: Office,
        encounter: EncounterRow,
        parent: QWidget,
        moved: Callable[[str], object],
        taken_back: Callable[[], object] | None = None,
    ) -> None:
        self._office, self._encounter, self._moved_to, self._taken_back = office, encounter, moved, taken_back
        self._new_id = new_id()
        self._left = encounter.voided
        self.reason = Edit(encounter.void_reason or "")
        self.person = Suggest(partial(find_people, office), _("Name, year, community or record"), "search")
        self.form = Form()
        reason = self.form.add("reason", _("Why it is taken back"), self.reason, check=_some_words)
        whose = self.form.add(
            "person", _("In whose chart it belongs"), self.person, optional=not self._left, check=self._somebody
        )
        stack(self.form, *((whose,) if self._left else (reason, whose)), gap=S3)
        reason.setHidden(self._left)
        told = Text("\n".join(_left_words(encounter) if self._left else _told_words()), wrap=True)
        super().__init__(_("Wrong chart"), parent, told, self.form, width=600)
        if self._left:
            self.add_deed(Button(_("Throw the words away"), kind="danger", icon="trash-off"), self._throw_away)
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        deed = _("Take the words there") if self._left else _("Take it back")
        self.keep = self.add_deed(Button(deed, key="save", kind="primary", icon="ban"), self._keep)
        self.person.picked.connect(self._picked)
        (self.person if self._left else self.reason).setFocus()

    def _somebody(self, _typed: object) -> str | None:
        """Never the first of those that are like it: the words would stand in a wrong chart again."""
        chosen = self.person.value() is not None
        return None if chosen or not (self._left or self.person.text().strip()) else _("Choose one.")

    def _picked(self, _patient_id: object) -> None:
        if not self._left:
            self.keep.setText(_("Take it back and copy it"))

    def _throw_away(self) -> None:
        drop = partial(encounters.drop_note, encounter_id=self._encounter.encounter_id)
        self._office.do(drop, self, then=self._voided)

    def _keep(self) -> None:
        if self.form.find_faults():
            return
        who, encounter_id, reason = self.person.value(), self._encounter.encounter_id, self.reason.text()
        if isinstance(who, str):
            move = partial(
                moving.move_note,
                encounter_id=encounter_id,
                patient_id=who,
                new_encounter_id=self._new_id,
                reason=reason,
            )
            self._office.do(move, self, then=self._moved)
        else:
            void = partial(encounters.void_encounter, encounter_id=encounter_id, reason=reason)
            self._office.do(void, self, then=self._voided)

    def _moved(self, encounter_id: str) -> None:
        self.accept()
        self._office.notice(_("Taken back. Its words are in the right chart, to be signed."))
        self._moved_to(encounter_id)

    def _voided(self, _none: object) -> None:
        self.accept()
        if self._taken_back is not None:
            self._taken_back()


def _told_words() -> tuple[str, ...]:
    return (
        _(
            "Here nothing of it counts any longer: answers, diagnoses, danger, safety plan, prescription and next visit"
            " are taken back, and the pharmacy hands out none of it. It stays readable."
        ),
        _(
            "Only the words of every part go to the right chart, to be signed there. Scales, diagnoses, prescription,"
            " danger and next visit are written again for the right person."
        ),
        _("Look at the medicines it stopped and the older diagnoses it changed here: they stay as they are now."),
    )


def _left_words(encounter: EncounterRow) -> tuple[str, ...]:
    return (
        _("This consultation was taken back while its note was being typed: {reason}").format(
            reason=encounter.void_reason or ""
        ),
        _("What was typed since is kept. Choose the person in whose chart it belongs, also this one."),
    )


def _some_words(typed: object) -> str | None:
    return None if str(typed or "").strip() else _("Write why.")
