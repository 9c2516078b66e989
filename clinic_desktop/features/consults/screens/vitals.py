"""The sheet for what a nurse measures: Enter goes from field to field, Ctrl+Enter keeps it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.consults.queries import vitals as queries
from clinic_desktop.features.consults.queries.vitals import LastValue, VitalsRow
from clinic_desktop.features.consults.rules import vitals as rules
from clinic_desktop.features.consults.rules.vitals import PREGNANCY_WORDS, Pregnancy, Vitals, say_all
from clinic_desktop.features.consults.screens.autosave import Autosave
from clinic_desktop.features.consults.service import vitals as service
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import restricted
from clinic_desktop.features.patients.rules.sex import Sex
from clinic_desktop.kernel.dates import say_day
from clinic_desktop.kernel.errors import ClinicError, Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import clear, row, scrolled, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3
from clinic_desktop.uikit.words import Phrase, Piece, Text, quiet, semi

READERS = (Permission.READ_CHART, Permission.TAKE_VITALS)
WRITERS = (Permission.TAKE_VITALS, Permission.WRITE_NOTES)
_PREGNANCIES = tuple(Pregnancy)
_READ: dict[str, Callable[[str], object]] = {
    "weight": rules.read_weight,
    "height": rules.read_height,
    "pressure": rules.read_pressure,
    "pulse": rules.read_pulse,
    "temperature": rules.read_temperature,
    "weeks": rules.read_weeks,
}
_LAST_OF = {
    "weight": rules.WEIGHT,
    "height": rules.HEIGHT,
    "pressure": rules.PRESSURE,
    "pulse": rules.PULSE,
    "temperature": rules.TEMPERATURE,
    "pregnancy": rules.PREGNANCY,
}


def ask_vitals(office: Office, patient_id: str, parent: QWidget | None) -> "VitalsSheet":
    """Open the sheet of a person."""
    sheet = VitalsSheet(office, patient_id, parent)
    sheet.open()
    sheet.take_focus()
    return sheet


class VitalsForm(Form):
    """The fields as they are typed; what was understood is said back where it differs from what was typed."""

    def __init__(self, today: date, last: Sequence[LastValue], *, may_be_pregnant: bool) -> None:
        super().__init__()
        self._today = today
        self._last = {value.what: value for value in last}
        self.pregnancy = Choice([_(PREGNANCY_WORDS[p]) for p in _PREGNANCIES], moves_on=True)
        measured = [
            self._field("weight", rules.WEIGHT, "54.5"),
            self._field("height", rules.HEIGHT, "152"),
            self._field("pressure", rules.PRESSURE, "120/80"),
            self._field("pulse", rules.PULSE, "72"),
            self._field("temperature", rules.TEMPERATURE, "36.5"),
        ]
        pregnant = self.add("pregnancy", _(rules.PREGNANCY), self.pregnancy)
        weeks = self._field("weeks", _("Weeks"), "20")
        day = self.add("day", _("Measured on"), Edit(placeholder=_("today")), check=self._day_fault)
        note = self.add("note", _("Note"), Edit())
        self._women = QWidget()
        stack(self._women, row((pregnant, 3), (weeks, 1), gap=S3))
        self._women.setVisible(may_be_pregnant)
        stack(
            self,
            row(*((field, 1) for field in measured), gap=S2),
            self._women,
            row((day, 1), (note, 2), gap=S3),
            gap=S3,
        )
        self.edited.connect(self.say_back)
        self.say_back()

    def _field(self, name: str, label: str, like: str) -> Any:
        return self.add(name, _(label), Edit(placeholder=like), check=partial(self._fault, name))

    def _fault(self, name: str, typed: object) -> str | None:
        try:
            _READ[name](str(typed or ""))
        except Refused as refused:
            return refused.sentence()
        return None

    def _day_fault(self, typed: object) -> str | None:
        try:
            rules.read_taken_on(str(typed or ""), self._today)
        except Refused as refused:
            return refused.sentence()
        return None

    def say_back(self) -> None:
        """Pounds in kilograms, a day in words; beside an empty field what was measured last."""
        for name, field in self.fields.items():
            typed = str(self.value(name) or "") if name != "pregnancy" else ""
            said = self._understood(name, typed) if typed else ""
            if said:
                field.say(said)
            elif typed:
                field.say("")
            elif (last := self._last.get(_LAST_OF.get(name, ""))) is not None:
                field.say(_("before: {value}").format(value=last.value), "neutral")
            elif not field.is_wrong():
                field.say("")

    def _understood(self, name: str, typed: str) -> str:
        try:
            if name == "day":
                return say_day(rules.read_taken_on(typed, self._today))
            if name == "weight":
                grams = rules.read_weight(typed)
                return rules.say_weight(grams) if grams is not None and "l" in typed.lower() else ""
            if name == "height":
                mm = rules.read_height(typed)
                return rules.say_height(mm) if mm is not None else ""
            if name == "temperature":
                tenths = rules.read_temperature(typed)
                return rules.say_temperature(tenths) if tenths is not None and "f" in typed.lower() else ""
        except Refused:
            pass
        return ""

    def text(self, name: str) -> str:
        return str(self.value(name) or "")

    def vitals(self) -> Vitals:
        """What is on the sheet; asked only where `find_faults` found none."""
        pressure = rules.read_pressure(self.text("pressure")) or (None, None)
        at = self.pregnancy.at()
        return Vitals(
            weight_grams=rules.read_weight(self.text("weight")),
            height_mm=rules.read_height(self.text("height")),
            systolic_mmhg=pressure[0],
            diastolic_mmhg=pressure[1],
            pulse_per_minute=rules.read_pulse(self.text("pulse")),
            temperature_tenths=rules.read_temperature(self.text("temperature")),
            pregnancy=None if at is None else _PREGNANCIES[at],
            pregnancy_weeks=rules.read_weeks(self.text("weeks")),
            note=self.text("note") or None,
        )

    def taken_on(self) -> date:
        return rules.read_taken_on(self.text("day"), self._today)

    def show_row(self, known: VitalsRow) -> None:
        """A measuring that is being corrected, as it would be typed."""
        v = known.vitals
        pressed = v.systolic_mmhg is not None and v.diastolic_mmhg is not None
        self.fill(
            {
                "weight": "" if v.weight_grams is None else rules.say_weight(v.weight_grams).removesuffix(" kg"),
                "height": "" if v.height_mm is None else rules.say_height(v.height_mm).removesuffix(" cm"),
                "pressure": rules.say_pressure(v.systolic_mmhg or 0, v.diastolic_mmhg or 0) if pressed else "",
                "pulse": "" if v.pulse_per_minute is None else str(v.pulse_per_minute),
                "temperature": ""
                if v.temperature_tenths is None
                else rules.say_temperature(v.temperature_tenths).removesuffix(" °C"),
                "pregnancy": None if v.pregnancy is None else _PREGNANCIES.index(v.pregnancy),
                "weeks": "" if v.pregnancy_weeks is None else str(v.pregnancy_weeks),
                "note": v.note or "",
                "day": known.taken_on.strftime("%d/%m/%Y"),
            }
        )
        self._women.setVisible(self._women.isVisibleTo(self) or v.pregnancy is not None)
        self.say_back()


class VitalsSheet(Sheet):
    """One measuring. What is typed is kept on every pause and found again the same day."""

    def __init__(
        self, office: Office, patient_id: str, parent: QWidget | None, correcting: VitalsRow | None = None
    ) -> None:
        self._office, self.patient_id, self._correcting = office, patient_id, correcting
        self._vitals_id = new_id()
        header = office.ask(patients.header, PatientId(patient_id))
        last = office.ask(queries.last_values, patient_id) if office.may(*READERS) and correcting is None else ()
        self.form = VitalsForm(office.today(), last, may_be_pregnant=header.sex is not Sex.MALE)
        self.again = Text("", "small", color="accent")
        self.again.hide()
        title = _("Vital signs") if correcting is None else _("Correct the vital signs")
        born = header.born if header.birth is not None else ""
        head = row(Text(header.said, "head", "semi"), Text(born, "small", color="quiet"), None, gap=S2)
        hint = Text(_("What was not measured stays empty."), "small", color="quiet")
        super().__init__(title, parent, head, self.again, self.form, hint, width=800)
        self.setMaximumWidth(840)
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        if office.may(*READERS) and correcting is None:
            self.earlier = self.add_deed(Button(_("Earlier measurements")), self._show_earlier)
        self.keep = self.add_deed(Button(_("Keep"), key="save", kind="primary", icon="check"), self._save)
        self._autosave = Autosave(self._keep_typed, self)
        office.follow(restricted.TABLES, self, self._may_stay)
        if correcting is None:
            self._find_again()
            self.form.edited.connect(self._autosave.touch)
        else:
            self.form.show_row(correcting)

    def _may_stay(self) -> None:
        """Refused once the record was reserved: the office then closes the sheet."""
        self._office.ask(restricted.must_open, self.patient_id)

    def take_focus(self) -> None:
        self.form.fields["weight"].editor.setFocus()

    def _find_again(self) -> None:
        kept = self._office.ask(queries.draft_of, self.patient_id)
        if kept is None:
            return
        self._vitals_id = str(kept.fields.get("vitals_id") or self._vitals_id)
        typed = {name: value for name, value in kept.fields.items() if name != "vitals_id"}
        at = typed.get("pregnancy")
        typed["pregnancy"] = at if isinstance(at, int) and 0 <= at < len(_PREGNANCIES) else None
        if any(value not in (None, "") for value in typed.values()):
            self.form.fill(typed)
            self.form.say_back()
            self.again.setText(_("What you had typed today is here again."))
            self.again.show()

    def _keep_typed(self, done: Callable[[datetime | None], None]) -> None:
        fields = {**self.form.values(), "vitals_id": self._vitals_id}
        keep = partial(service.keep_typed, patient_id=self.patient_id, fields=fields)

        def failed(error: ClinicError) -> None:
            done(None)
            self._office.voice.say(error, self)

        self._office.do(keep, self, then=done, failed=failed)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leaving the sheet, by whichever way, keeps what was typed."""
        self._autosave.flush(at_once=True)
        super().hideEvent(event)

    def _save(self) -> None:
        if self.form.find_faults():
            return
        use_case = partial(
            service.take_vitals,
            vitals_id=self._vitals_id,
            patient_id=self.patient_id,
            vitals=self.form.vitals(),
            taken_on=self.form.taken_on(),
            amends_id=self._correcting.vitals_id if self._correcting else None,
        )
        self._office.do(use_case, self, then=self._saved)

    def _saved(self, _vitals_id: str) -> None:
        self._autosave.stop()
        self._office.notice(_("Vital signs kept"))
        self.accept()

    def _show_earlier(self) -> None:
        HistorySheet(self._office, self.patient_id, self).open()


class HistorySheet(Sheet):
    """Every measuring with its corrections, the newest first."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget | None) -> None:
        self._office, self._patient_id = office, patient_id
        lines = QWidget()
        self._lines = stack(lines, gap=S3)
        area = scrolled(lines)
        area.setMinimumHeight(220)
        super().__init__(_("Earlier measurements"), parent, area, width=560)
        self.links: list[Link] = []
        self.add_deed(Button(_("Go back"), key="back", kind="quiet"))
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        clear(self._lines)
        self.links = []
        found = self._office.ask(queries.history, self._patient_id)
        for known in found:
            self._lines.addLayout(self._line(known))
        if not found:
            self._lines.addWidget(Text(_("Nothing was measured yet."), color="quiet"))
        self._lines.addStretch(1)

    def _line(self, known: VitalsRow) -> Any:
        said: list[Piece] = [semi(say_day(known.taken_on)), quiet("  " + known.by_name if known.by_name else "")]
        if known.corrected:
            said.append(quiet("  ·  " + _("corrected later")))
        elif known.amends_id is not None:
            said.append(quiet("  ·  " + _("corrects an earlier one")))
        values = ", ".join(
            one.value if one.what == rules.PREGNANCY else f"{_(one.what)} {one.value}" for one in say_all(known.vitals)
        )
        told = " · ".join(part for part in (values, known.vitals.note) if part)
        body = QWidget()
        stack(body, Phrase(*said), Phrase(quiet(told) if known.corrected else told), gap=2)
        line = row((body, 1), gap=S2)
        if not known.corrected and self._office.may(*WRITERS):
            correct = Link(_("Correct"), small=True)
            correct.setAccessibleName(_("Correct the measurement of {day}").format(day=say_day(known.taken_on)))
            correct.clicked.connect(partial(self._correct, known))
            self.links.append(correct)
            line.addWidget(correct)
        return line

    def _correct(self, known: VitalsRow, *_clicked: object) -> None:
        sheet = VitalsSheet(self._office, self._patient_id, self, correcting=known)
        sheet.open()
        sheet.take_focus()


class LastVitals(QWidget):
    """Small, beside a chart: what was measured last, each value with its day. No colour, no high, no low."""

    def __init__(self, office: Office, deed: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._patient_id = office, ""
        self.said = Phrase(size="small")
        self.measure = Link(deed or _("Vital signs"), key="vitals", small=True)
        self.measure.clicked.connect(self.ask)
        if not office.may(*WRITERS):
            self.measure.hide()
        self._head = Text(_("Vital signs"), weight="semi")
        self._head.setVisible(not office.may(*WRITERS))
        stack(self, row(self._head, self.measure, None), self.said, gap=2)

    def show_last(self, patient_id: str, last: Sequence[LastValue]) -> None:
        self._patient_id = patient_id
        days = sorted({value.taken_on for value in last}, reverse=True)
        said: list[Piece] = []
        for day in days:
            said.append(quiet(("  ·  " if said else "") + say_day(day)))
            for value in last:
                if value.taken_on == day:
                    label = "" if value.what == rules.PREGNANCY else _(value.what) + " "
                    said += [quiet("  " + label), semi(value.value)]
        self.said.set_pieces(*(said or [quiet(_("Nothing was measured yet."))]))

    def ask(self) -> None:
        if self._patient_id and self._office.may(*WRITERS):
            ask_vitals(self._office, self._patient_id, self)


class VitalsPanel(LastVitals):
    """On the person's page, for those who measure."""

    def __init__(self, office: Office, patient_id: str, parent: QWidget | None = None) -> None:
        super().__init__(office, _("Measure"), parent)
        self._of = patient_id
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        self.show_last(self._of, self._office.ask(queries.last_values, self._of))
