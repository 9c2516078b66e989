"""What the screen holds of a note that is not signed, as the draft keeps it. A draft of an older program is read as far
as it is understood."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, cast

from clinic_desktop.features.consults.rules.diagnoses import (
    ClinicalStatus,
    ConditionChange,
    Diagnosis,
    VerificationStatus,
)
from clinic_desktop.features.consults.rules.risk import RiskAnswer
from clinic_desktop.features.consults.rules.scoring import HowGiven
from clinic_desktop.features.consults.screens.prescription import Draft
from clinic_desktop.kernel.ids import new_id


@dataclass
class NoteDraft:
    """The ids are drawn once and kept with it, so that signing twice, also after a crash, signs once."""

    note_id: str = field(default_factory=new_id)
    response_id: str = field(default_factory=new_id)
    next_appointment_id: str = field(default_factory=new_id)
    sections: dict[str, str] = field(default_factory=dict[str, str])
    answers: dict[int, int] = field(default_factory=dict[int, int])
    how: HowGiven = HowGiven.PAPER
    conditions: tuple[ConditionChange, ...] = ()
    lines: tuple[Draft, ...] = ()
    risk: RiskAnswer | None = None
    next_visit: str = ""

    def to_fields(self) -> dict[str, Any]:
        return {
            "note_id": self.note_id,
            "response_id": self.response_id,
            "next_appointment_id": self.next_appointment_id,
            "sections": {code: text for code, text in self.sections.items() if text},
            "answers": {str(item): value for item, value in self.answers.items()},
            "how": str(self.how),
            "conditions": [_from_change(change) for change in self.conditions],
            "lines": [asdict(line) for line in self.lines],
            "risk": None if self.risk is None else _from_answer(self.risk),
            "next_visit": self.next_visit,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> "NoteDraft":
        draft = cls()
        for name in ("note_id", "response_id", "next_appointment_id", "next_visit"):
            if isinstance(fields.get(name), str):
                setattr(draft, name, fields[name])
        draft.sections = {str(code): str(text) for code, text in _dict(fields.get("sections")).items()}
        draft.answers = {int(item): int(value) for item, value in _dict(fields.get("answers")).items()}
        draft.how = _known(HowGiven, fields.get("how"), HowGiven.PAPER)
        draft.conditions = tuple(_to_change(_dict(known)) for known in _list(fields.get("conditions")))
        draft.lines = tuple(Draft(**_dict(known)) for known in _list(fields.get("lines")))
        draft.risk = _to_answer(_dict(fields["risk"])) if fields.get("risk") else None
        return draft


def _from_change(change: ConditionChange) -> dict[str, Any]:
    return {
        "diagnosis": asdict(change.diagnosis),
        "clinical_status": str(change.clinical_status),
        "verification_status": str(change.verification_status),
        "condition_id": change.condition_id,
    }


def _to_change(known: Mapping[str, Any]) -> ConditionChange:
    return ConditionChange(
        Diagnosis(**known["diagnosis"]),
        _known(ClinicalStatus, known.get("clinical_status"), ClinicalStatus.ACTIVE),
        _known(VerificationStatus, known.get("verification_status"), VerificationStatus.PRESUMPTIVE),
        known.get("condition_id"),
    )


def _from_answer(answer: RiskAnswer) -> dict[str, Any]:
    day = answer.next_contact_on
    return asdict(answer) | {"next_contact_on": None if day is None else day.isoformat()}


def _to_answer(known: Mapping[str, Any]) -> RiskAnswer:
    day = known.get("next_contact_on")
    return RiskAnswer(
        bool(known.get("opens")), str(known.get("holder_name", "")), date.fromisoformat(day) if day else None,
        str(known.get("whom_to_look_for", "")), str(known.get("words", "")),
    )  # fmt: skip


def _known(kind: Any, value: Any, otherwise: Any) -> Any:
    return kind(value) if value in tuple(kind) else otherwise


def _dict(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
