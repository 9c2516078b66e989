"""Questionnaires of our own making, shaped like the official files; no validated wording."""

import json
from typing import Any


def option(value: float | None, words: str) -> dict[str, Any]:
    coding: dict[str, Any] = {"code": str(value), "display": words}
    if value is not None:
        url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
        coding["extension"] = [{"url": url, "valueDecimal": value}]
    return {"valueCoding": coding}


def item(link: str, values: tuple[float | None, ...] = (0, 1, 2, 3)) -> dict[str, Any]:
    return {
        "linkId": link,
        "text": f"Invented question {link}",
        "type": "choice",
        "answerOption": [option(value, f"answer {value}") for value in values],
    }


def questionnaire(count: int = 9, **changes: Any) -> dict[str, Any]:
    """Like an official PHQ-9: a display item first, nine scored ones, one without scores."""
    stem = {"linkId": "stem", "type": "display", "text": "Invented introduction"}
    return {
        "resourceType": "Questionnaire",
        "url": "https://example.org/own",
        "version": "2",
        "language": "es",
        "title": "Own words",
        "status": "active",
        "copyright": "nobody",
        "code": [{"system": "http://loinc.org", "code": "44249-1"}],
        "item": [stem, *(item(str(n)) for n in range(1, count + 1)), item("difficulty", (None, None))],
    } | changes


def as_bytes(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()
