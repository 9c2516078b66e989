"""Wishes for a crisis and decisions made with help: told by the person, kept in their words."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import consents
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.rules.places import languages
from clinic_desktop.features.rights.queries import wishes as queries
from clinic_desktop.features.rights.rules.wishes import Decision, Wishes
from clinic_desktop.features.rights.screens.form_sheet import FormSheet
from clinic_desktop.features.rights.service import wishes as service
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.choices import Select
from clinic_desktop.uikit.layouts import clear, column, row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Text


class WishesSheet(FormSheet):
    """What was said last stands in the fields: the person hears it and changes what has changed."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._wishes_id = new_id()
        name = office.ask(patients.header, PatientId(patient_id)).said
        intro = _("In the person's own words. It may be changed on any day; the newest holds.")
        super().__init__(
            office, parent, _("Wishes of {name} for a crisis").format(name=name), intro, patient_id=patient_id
        )
        fields = [
            self.words("wants", _("Wants")),
            self.words("does_not_want", _("Does not want")),
            self.words("tell_whom", _("Tell whom"), lines=1),
            self.words("do_not_tell", _("Do not tell"), lines=1),
        ]
        self.language = Select([("", _("Not known")), *languages()])
        self.language.set_value(office.ask(consents.about_person, patient_id).language_code)
        language = self.form.add("language", _("Language we spoke"), self.language)
        witness = self.line("witness", _("Witness"))
        day = self.day("day", _("Day"))
        self.finish(*fields, row((day, 2), (language, 3), (witness, 3), gap=S3), keep=_("Keep the wishes"))
        kept = office.ask(queries.newest, patient_id)
        if kept is not None:
            said = kept.wishes
            self.form.fill(
                {
                    "wants": said.wants,
                    "does_not_want": said.does_not_want,
                    "tell_whom": said.tell_whom,
                    "do_not_tell": said.do_not_tell,
                }
            )
        self.form.fields["wants"].editor.setFocus()

    def use_case(self) -> Callable[..., Any]:
        names = ("wants", "does_not_want", "tell_whom", "do_not_tell", "witness")
        wishes = Wishes(**{name: self.text(name) for name in names}, language_code=self.language.value() or "")
        return partial(
            service.keep_wishes,
            wishes_id=self._wishes_id,
            patient_id=self._patient_id,
            wishes=wishes,
            said_on=self.typed_day("day"),
        )


class DecisionSheet(FormSheet):
    """What was decided, by the person, with whose help and how."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget) -> None:
        self._decision_id = new_id()
        name = office.ask(patients.header, PatientId(patient_id)).said
        intro = _("The person decides. Whoever helps explains, reads aloud or speaks for them, as they wish.")
        super().__init__(office, parent, _("Decision of {name}").format(name=name), intro, patient_id=patient_id)
        about = self.line("about", _("What it was about"))
        decision = self.words("decision", _("What the person decided"), optional=False)
        supporter = self.line("supporter_name", _("Who helped"), optional=False)
        kinship = self.line("supporter_kinship", _("Relation"))
        how = self.words("how_supported", _("How they helped"), lines=1)
        day = self.day("day", _("Day"))
        self.finish(
            row((about, 2), (day, 1), gap=S3), decision, row((supporter, 2), (kinship, 1), gap=S3), how, keep=_("Keep")
        )
        self.form.fields["about"].editor.setFocus()

    def use_case(self) -> Callable[..., Any]:
        names = ("about", "decision", "supporter_name", "supporter_kinship", "how_supported")
        return partial(
            service.keep_decision,
            decision_id=self._decision_id,
            patient_id=self._patient_id,
            decision=Decision(**{name: self.text(name) for name in names}),
            decided_on=self.typed_day("day"),
        )


class WishesPanel(QWidget):
    """In the chart, before all else: what to do and not to do now, and whom to tell."""

    def __init__(self, office: Office, patient_id: PatientId) -> None:
        super().__init__()
        self._office, self._patient_id = office, patient_id
        self._lines = column(gap=S2)
        stack(self, self._lines)
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        clear(self._lines)
        kept = self._office.ask(queries.newest, self._patient_id)
        for head, words in kept.wishes.said if kept else ():
            self._lines.addWidget(Text(head, "small", "semi", "quiet"))
            self._lines.addWidget(Text(words, weight="semi", wrap=True))
