"""How this conversation is: its kind, the language it really has, and through whom."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries.notes import EncounterRow
from clinic_desktop.features.consults.rules.sections import EncounterKind, kind_words
from clinic_desktop.features.consults.service import encounters
from clinic_desktop.features.patients.rules.places import languages
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice, Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


class AboutSheet(Sheet):
    def __init__(self, office: Office, encounter: EncounterRow, parent: QWidget, then: Callable[[], object]) -> None:
        self._office, self._encounter, self._then = office, encounter, then
        self.form = Form()
        kinds = [(kind, kind_words(kind)) for kind in EncounterKind]
        spoken = [(None, _("not noted")), *languages()]
        fields = [
            self.form.add("kind", _("Kind of visit"), Select(kinds)),
            self.form.add("language", _("Language that was really spoken"), Select(spoken)),
            self.form.add("interpreter", _("Interpreter"), Edit(placeholder=_("nobody")), optional=True),
            self.form.add("relation", _("Who the interpreter is"), Edit(), optional=True),
            self.form.add(
                "accepted", _("Confidentiality told, and accepted"), Choice([_("Yes"), _("No")]), optional=True
            ),
        ]
        never = Text(_("Never a child. If it is family, ask again alone."), "small", color="quiet", wrap=True)
        stack(self.form, row(*((one, 1) for one in fields[:2]), gap=S3), *fields[2:], never, gap=S3)
        super().__init__(_("This conversation"), parent, self.form, width=560)
        accepted = encounter.confidentiality_accepted
        self.form.fill(
            {
                "kind": encounter.kind, "language": encounter.language_code,
                "interpreter": encounter.interpreter_name or "", "relation": encounter.interpreter_relation or "",
                "accepted": None if accepted is None else int(not accepted),
            }
        )  # fmt: skip
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep"), key="save", kind="primary"), self._keep)

    def _keep(self) -> None:
        accepted = self.form.value("accepted")
        change = partial(
            encounters.note_language, encounter_id=self._encounter.encounter_id, kind=self.form.value("kind"),
            language_code=self.form.value("language"), interpreter_name=str(self.form.value("interpreter") or ""),
            interpreter_relation=str(self.form.value("relation") or "") or None,
            confidentiality_accepted=None if accepted is None else accepted == 0,
        )  # fmt: skip
        self._office.do(change, self, then=self._kept)

    def _kept(self, _none: object) -> None:
        self.accept()
        self._then()
