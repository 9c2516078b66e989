"""How this conversation is: its kind and parts, with whom, the language it really has, and through whom."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from clinic_desktop.features.consults.queries import notes
from clinic_desktop.features.consults.queries.notes import EncounterRow
from clinic_desktop.features.consults.rules.sections import TEMPLATES, EncounterKind, kind_words, template_named
from clinic_desktop.features.consults.service import encounters
from clinic_desktop.features.consults.service.encounters import Conversation
from clinic_desktop.features.patients.rules.places import languages
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Choice, Select
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Field, Form
from clinic_desktop.uikit.layouts import row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3, metrics
from clinic_desktop.uikit.words import Text


class AboutLink(Link):
    """The conversation in a line, cut where the head of the note has no room for all of it; it opens the sheet."""

    def __init__(self) -> None:
        self._whole = ""
        super().__init__("", small=True)
        # A button keeps to its words unless it is told that it may shrink.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def say(self, words: str) -> None:
        self._whole = words
        self.setAccessibleName(words)
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(metrics("small").horizontalAdvance(self._whole) + 8, 24)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 24)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        said = metrics("small").elidedText(self._whole, Qt.TextElideMode.ElideRight, max(0, self.width() - 6))
        if said != self.text():
            self.setText(said)


_YES_NO = ("is_adult", "is_family", "accepted", "alone")


class AboutSheet(Sheet):
    """`wrong_chart` is offered where the note may still be taken to another person."""

    def __init__(
        self,
        office: Office,
        encounter: EncounterRow,
        parent: QWidget,
        then: Callable[[], object],
        wrong_chart: Callable[[], object] | None = None,
    ) -> None:
        self._office, self._encounter, self._then = office, encounter, then
        self.form = Form()
        self._of_interpreter: list[Field] = []
        self._lay_out()
        area = scrolled(self.form)
        area.setMinimumHeight(min(self.form.sizeHint().height() + 4, 270))
        super().__init__(_("This conversation"), parent, (area, 1), width=640)
        self._fill()
        self.form.edited.connect(self._fit)
        self._kind.activated.connect(self._suggest_parts)
        self._fit()
        if wrong_chart is not None:
            self.wrong = self.add_deed(
                Button(_("Wrong chart"), kind="danger", icon="ban"), partial(self._leave, wrong_chart)
            )
        self.add_deed(Button(_("Back"), key="back", kind="quiet"))
        self.keep = self.add_deed(Button(_("Keep"), key="save", kind="primary"), self._keep)

    def _lay_out(self) -> None:
        add = self.form.add
        kinds = [(kind, kind_words(kind)) for kind in EncounterKind]
        templates = [(template.code, template.title) for template in TEMPLATES.values()]
        spoken = [(None, _("not noted")), *languages()]
        self._kind, self._parts = Select(kinds), Select(templates)
        top = add("kind", _("Kind of visit"), self._kind), add("template", _("Parts of the note"), self._parts)
        whom = add("whom", _("With whom"), Edit(placeholder=_("the person")), optional=True)
        language = add("language", _("Language that was really spoken"), Select(spoken))
        who = add("interpreter", _("Interpreter"), Edit(placeholder=_("nobody")), optional=True)
        relation = add("relation", _("Who the interpreter is"), Edit(), optional=True)
        asked = (
            _("Is an adult"),
            _("Is of the family"),
            _("Confidentiality told, and accepted"),
            _("Asked again alone"),
        )
        answers = [
            add(name, words, Choice([_("Yes"), _("No")], tick=False))
            for name, words in zip(_YES_NO, asked, strict=True)
        ]
        never = Text(_("Never a child. If it is family, ask again alone."), "small", color="quiet", wrap=True)
        self._of_interpreter = [relation, *answers]
        pairs = (top, (whom, language), (who, relation), answers[:2], answers[2:])
        stack(self.form, *(row(*((one, 1) for one in pair), gap=S3) for pair in pairs), never, gap=S2)

    def _fill(self) -> None:
        known = self._encounter
        yes_no = (None, known.interpreter_is_family, known.confidentiality_accepted, known.asked_again_alone)
        self.form.fill(
            {
                "kind": known.kind, "template": template_named(known.template, known.kind).code,
                "whom": known.with_whom or "", "language": known.language_code,
                "interpreter": known.interpreter_name or "", "relation": known.interpreter_relation or "",
            }
            | {name: None if said is None else int(not said) for name, said in zip(_YES_NO, yes_no, strict=True)}
        )  # fmt: skip

    def _fit(self) -> None:
        """Nothing is asked about an interpreter who was not there."""
        named = bool(str(self.form.value("interpreter") or "").strip())
        for field in self._of_interpreter:
            field.setVisible(named)

    def _suggest_parts(self) -> None:
        """What one's profession asks in such a visit; other parts can be chosen still."""
        self._parts.set_value(self._office.ask(notes.usual_template, self._kind.value()))

    def _said(self, name: str) -> bool | None:
        at = self.form.value(name)
        return None if at is None else at == 0

    def _words(self, name: str) -> str:
        return str(self.form.value(name) or "")

    def _keep(self) -> None:
        told = Conversation(
            kind=self.form.value("kind"), template=self.form.value("template"), with_whom=self._words("whom"),
            language_code=self.form.value("language"), interpreter_name=self._words("interpreter"),
            interpreter_relation=self._words("relation"), interpreter_is_adult=self._said("is_adult"),
            interpreter_is_family=self._said("is_family"), confidentiality_accepted=self._said("accepted"),
            asked_again_alone=self._said("alone"),
        )  # fmt: skip
        change = partial(
            encounters.describe_conversation, encounter_id=self._encounter.encounter_id, told=told
        )  # fmt: skip
        self._office.do(change, self, then=self._kept)

    def _kept(self, _none: object) -> None:
        self.accept()
        self._then()

    def _leave(self, wrong_chart: Callable[[], object]) -> None:
        self.reject()
        wrong_chart()
