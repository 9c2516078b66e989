"""Writing down that somebody was held, locked in, chained or taken by force, and each step after it."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.rights.rules.coercion import (
    NEEDED,
    Event,
    InsteadMissing,
    Told,
    VisitMissing,
    WordsMissing,
    missing,
)
from clinic_desktop.features.rights.rules.kinds import (
    COERCION_WORDS,
    STEP_WORDS,
    CoercionKind,
    CoercionStepKind,
    say_coercion,
)
from clinic_desktop.features.rights.screens.days import read_next_day, read_time
from clinic_desktop.features.rights.screens.form_sheet import FormSheet
from clinic_desktop.features.rights.service import coercion as service
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.layouts import row
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3

_KINDS = tuple(CoercionKind)
_STEPS = (CoercionStepKind.VISIT, CoercionStepKind.ENDED, CoercionStepKind.REVIEWED, CoercionStepKind.MISTAKE)
_PLACES = ((VisitMissing, "next_visit"), (InsteadMissing, "done_instead"), (WordsMissing, "words"))


class _ForceForm(FormSheet):
    """What the event and its steps have in common."""

    def told_fields(self, names: tuple[str, ...]) -> list[QWidget]:
        hints = _("Later is possible: it is asked before this is closed.")
        fields = [self.words(name, _(NEEDED[name]), lines=1) for name in names]
        if fields:
            self.form.fields[names[0]].say(hints, "neutral")
        return fields

    def told(self) -> Told:
        return Told(**{name: self.text(name) for name in NEEDED if name in self.form.fields})

    def next_visit_field(self) -> QWidget:
        return self.form.add(
            "next_visit", _("Next visit"), Edit("", _("3d, 1s or a date")), check=self._complain_of_visit
        )

    def next_visit(self) -> date | None:
        field = self.form.fields["next_visit"]
        return read_next_day(self.text("next_visit"), self._today) if field.isVisibleTo(self) else None

    def _complain_of_visit(self, typed: str) -> str | None:
        if not typed or not self.form.fields["next_visit"].isVisibleTo(self):
            return None
        return None if read_next_day(typed, self._today) else _("Write a day from today on, like 3d, 1s or 5/12.")

    def fields_of(self, error: ClinicError) -> str:
        return next((name for kind, name in _PLACES if isinstance(error, kind)), "")


class ForceSheet(_ForceForm):
    """A new event. Little need be known: what is missing is asked before it is closed."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget, encounter_id: str | None = None) -> None:
        self._event_id, self._encounter_id = new_id(), encounter_id
        name = office.ask(patients.header, PatientId(patient_id)).said
        super().__init__(office, parent, _("Somebody was held or locked in"), name, width=640, patient_id=patient_id)
        self.setMaximumWidth(760)
        self.kind = Choice([_(COERCION_WORDS[kind]) for kind in _KINDS], tick=False, moves_on=True)
        kind = self.form.add("kind", _("What happened"), self.kind, check=_complain_of_kind)
        day = self.day("day", _("Since, or found on"))
        hour = self.form.add("hour", _("Hour"), Edit("", "14:30"), optional=True, check=_complain_of_hour)
        where = self.line("where", _("Where"))
        visit = self.next_visit_field()
        self.form.fields["next_visit"].hide()
        self.kind.chosen.connect(self._weigh)
        told = self.told_fields(tuple(NEEDED))
        self.finish(kind, row((day, 2), (hour, 1), (where, 3), gap=S3), visit, *told, keep=_("Write it down"))
        self.kind.setFocus()

    def _weigh(self, at: int) -> None:
        """Chained at home is not a label: it is a plan of visits."""
        chained = at == _KINDS.index(CoercionKind.CHAINED)
        self.form.fields["next_visit"].setVisible(chained)
        self.form.fields["next_visit"].say(_("Visited until free.") if chained else "", "neutral")

    def use_case(self) -> Callable[..., Any]:
        return partial(
            service.record_event,
            event_id=self._event_id,
            patient_id=self._patient_id,
            kind=_KINDS[self.at("kind") or 0],
            began_on=self.typed_day("day"),
            began_at=self._began_at(),
            where=self.text("where"),
            told=self.told(),
            next_visit_on=self.next_visit(),
            encounter_id=self._encounter_id,
        )

    def _began_at(self) -> datetime | None:
        hour = read_time(self.text("hour"))
        if hour is None:
            return None
        zone = self._office.local(self._office.now()).tzinfo
        return datetime.combine(self.typed_day("day"), hour, zone)

    def said(self, _result: Any) -> str:
        return _("Written down. It is looked at again within 72 hours.")


class ForceStepSheet(_ForceForm):
    """What came after: a visit, the end, the review, or that it was a mistake."""

    def __init__(self, office: Office, event: Event, parent: QWidget) -> None:
        self._event, self._step_id = event, new_id()
        about = f"{say_coercion(event.kind)}, {say_day(event.began_on)}"
        super().__init__(office, parent, about, width=640, patient_id=event.patient_id)
        self.setMaximumWidth(760)
        self._steps = [s for s in _STEPS if not (event.has_ended and s in _STEPS[:2])]
        self.kind = Choice([_(STEP_WORDS[step]) for step in self._steps], tick=False, moves_on=True)
        kind = self.form.add("kind", _("What was done"), self.kind, check=_complain_of_kind)
        self.kind.chosen.connect(self._weigh)
        day = self.day("day", _("Day"))
        visit = self.next_visit_field()
        words = self.words("words", _("In words"), optional=False)
        instead = self.words("done_instead", _("What is done instead"), lines=1)
        self._missing = tuple(name for name in NEEDED if not getattr(event.whole, name).strip())
        told = self.told_fields(self._missing)
        for name in ("next_visit", "done_instead"):
            self.form.fields[name].hide()
        self.finish(kind, row((day, 1), (visit, 1), gap=S3), words, instead, *told, keep=_("Keep"))
        self.kind.setFocus()

    def _weigh(self, _at: int) -> None:
        chosen = self._chosen()
        chained = self._event.kind is CoercionKind.CHAINED
        self.form.fields["next_visit"].setVisible(chained and chosen is CoercionStepKind.VISIT)
        self.form.fields["done_instead"].setVisible(chosen in (CoercionStepKind.VISIT, CoercionStepKind.ENDED))
        left = ", ".join(missing(self._event.whole))
        if chosen is CoercionStepKind.ENDED and left:
            self.form.fields["kind"].say(_("Before it is closed, write: {missing}.").format(missing=left), "warning")
        else:
            self.form.fields["kind"].say("")

    def _chosen(self) -> CoercionStepKind | None:
        at = self.at("kind")
        return None if at is None else self._steps[at]

    def use_case(self) -> Callable[..., Any]:
        return partial(
            service.add_step,
            step_id=self._step_id,
            event_id=self._event.event_id,
            kind=self._chosen() or CoercionStepKind.VISIT,
            words=self.text("words"),
            done_instead=self.text("done_instead"),
            told=self.told(),
            next_visit_on=self.next_visit(),
            happened_on=self.typed_day("day"),
        )


def _complain_of_kind(value: Any) -> str | None:
    return _("Choose one.") if value is None or value < 0 else None


def _complain_of_hour(typed: str) -> str | None:
    return None if not typed or read_time(typed) else _("Write the hour like 14:30, or leave it empty.")
