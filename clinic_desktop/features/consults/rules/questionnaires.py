"""Reading a FHIR R4 Questionnaire: what is kept of it, which scale it belongs to, and why it is refused.

Only its wording is taken. Scores are ours: the values of its answers must be those of our table.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from clinic_desktop.features.consults.rules.scoring import Scale, find_scale, scales
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_

LARGEST = 1_000_000
DEEPEST = 20
_SCORES = (
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
)
_LOINC = "http://loinc.org"


class QuestionnaireTooLarge(Refused):
    text = N_("This file is too large to be a questionnaire.")


class NotAQuestionnaire(Refused):
    text = N_("This file is not a FHIR questionnaire.")


class QuestionTwice(Refused):
    text = N_("The questionnaire has two questions numbered {link}. Nothing was imported.")


class NoScores(Refused):
    text = N_("The answers of this questionnaire carry no scores. Nothing was imported.")


class OtherScores(Refused):
    text = N_("Question {item} scores otherwise than {scale} does. Nothing was imported.")


class OtherLength(Refused):
    text = N_("{scale} has {expected} questions; this file has {found}. Nothing was imported.")


@dataclass(frozen=True, slots=True)
class ScoredItem:
    link: str
    text: str
    options: tuple[tuple[int, str], ...]
    """(value, words) in the order of the file."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A questionnaire that may be imported."""

    scale_code: str | None
    title: str
    url: str | None
    version: str | None
    language: str | None
    copyright: str | None
    items: tuple[ScoredItem, ...]
    content: dict[str, Any]
    sha256: str


def read_questionnaire(data: bytes, as_scale: str | None = None) -> Wording:
    """What the file says. `as_scale`: the coordinator says which scale it is, and that its order is the form's."""
    content = _object(data)
    items = tuple(_scored(content))
    if not items:
        raise NoScores()
    scale = find_scale(as_scale) if as_scale else matching_scale(content)
    if scale is not None:
        _compare(scale, items)
    return Wording(
        scale_code=scale.code if scale else None,
        title=_text(content, "title") or _text(content, "name") or "?",
        url=_text(content, "url"),
        version=_text(content, "version"),
        language=_text(content, "language"),
        copyright=_text(content, "copyright"),
        items=items,
        content=content,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def matching_scale(content: Mapping[str, Any]) -> Scale | None:
    """By canonical url, by LOINC panel, or by the short code questionnaires of this field carry."""
    codings = _dicts(content.get("code"))
    url = _text(content, "url") or ""
    for scale in scales().values():
        panels = {f"{_LOINC}/q/{scale.loinc}", f"{_LOINC}/{scale.loinc}"} if scale.loinc else set[str]()
        named = {*scale.codes, scale.loinc} - {None}
        if url in panels or any(c.get("code") in named for c in codings):
            return scale
    return None


def wording_of(content: Mapping[str, Any]) -> tuple[ScoredItem, ...]:
    """The scored questions of a stored questionnaire, in order."""
    return tuple(_scored(content))


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise QuestionnaireTooLarge()
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
        # A lone surrogate can be read but never written.
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise NotAQuestionnaire() from error
    if not isinstance(content, dict):
        raise NotAQuestionnaire()
    found = cast("dict[str, Any]", content)
    if found.get("resourceType") != "Questionnaire":
        raise NotAQuestionnaire()
    links = Counter(link for item in _items(found, 0) if (link := _text(item, "linkId")) is not None)
    if twice := [link for link, times in links.items() if times > 1]:
        raise QuestionTwice(link=twice[0])
    return found


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _items(holder: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Every item, those inside groups included."""
    if depth > DEEPEST:
        raise NotAQuestionnaire()
    for item in _dicts(holder.get("item")):
        yield item
        yield from _items(item, depth + 1)


def _scored(content: Mapping[str, Any]) -> Iterator[ScoredItem]:
    for item in _items(content, 0):
        options = [_option(option) for option in _dicts(item.get("answerOption"))]
        scored = [(value, words) for value, words in options if value is not None]
        link = _text(item, "linkId")
        if scored and len(scored) == len(options) and link is not None:
            yield ScoredItem(link, _text(item, "text") or "", tuple(scored))


def _option(option: dict[str, Any]) -> tuple[int | None, str]:
    whole = _whole(option.get("valueInteger"))
    if whole is not None:
        return whole, str(whole)
    coding = next(iter(_dicts([option.get("valueCoding")])), None)
    if coding is None:
        return None, ""
    extensions = [*_dicts(coding.get("extension")), *_dicts(option.get("extension"))]
    values = [_whole(extension.get("valueDecimal")) for extension in extensions if extension.get("url") in _SCORES]
    return (values[0] if values else None), _text(coding, "display") or ""


def _whole(value: Any) -> int | None:
    """No scale has answers beyond a few dozen; what is larger is no score."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1000:
        return None
    return int(value) if value == int(value) else None


def _compare(scale: Scale, items: tuple[ScoredItem, ...]) -> None:
    if len(items) != len(scale.items):
        raise OtherLength(scale=scale.title, expected=len(scale.items), found=len(items))
    for ours, theirs in zip(scale.items, items, strict=True):
        if sorted(value for value, _words in theirs.options) != sorted(ours.values):
            raise OtherScores(item=theirs.link, scale=scale.title)


def _text(holder: Mapping[str, Any], name: str) -> str | None:
    value = holder.get(name)
    return value if isinstance(value, str) else None


def _dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, whatever else a stranger's file put there."""
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", entry) for entry in listed if isinstance(entry, dict)]
