"""Reading a FHIR R4 Questionnaire: what is kept of it, which scale it belongs to, and why it is refused.

Only its wording is taken. Scores are ours: the values of its answers must be those of our table, in its order, and the
lowest answer must mean "not at all".
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from clinic_desktop.features.consults.rules.scale_tables import Scale, find_scale, form_scale, scales
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.names import fold

LARGEST = 1_000_000
DEEPEST = 20
_DEEPEST_JSON = 100
MOST_QUESTIONS, MOST_ANSWERS = 100, 20
_LIMITS = (
    "http://hl7.org/fhir/StructureDefinition/minValue",
    "http://hl7.org/fhir/StructureDefinition/maxValue",
)
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


class OtherFhir(Refused):
    text = N_("This questionnaire was written for another version of FHIR. Ask for it in version R4 (4.0).")


class TooManyQuestions(Refused):
    text = N_("This questionnaire has more than {most} questions or answers in one place. Nothing was imported.")


class MixedAnswers(Refused):
    text = N_("The answers of question {item} do not stand in the order of their scores. Nothing was imported.")


class UnsureIsNotNever(Refused):
    text = N_("The lowest answer of question {item} does not mean “not at all”. Ask for the corrected wording.")


class NotOfTheScale(Refused):
    text = N_("Its answers are typed by their total only: {scale} takes no wording.")


@dataclass(frozen=True, slots=True)
class ScoredItem:
    link: str
    text: str
    options: tuple[tuple[int, str], ...]
    """(value, words) in the order of the file."""


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """Anything that stands on the form, in its order: an introduction, a heading, a question."""

    text: str
    options: tuple[str, ...] = ()
    number: int | None = None
    """Of a scored question, as it is typed."""
    is_open: bool = False
    """Answered in words of one's own."""


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
    is_said_by_file: bool = True
    """The file itself says which scale it is; else somebody did, or it belongs to none."""

    @property
    def lowest_words(self) -> tuple[str, ...]:
        """What the lowest answers are called, each wording once: whoever imports it looks at this."""
        return tuple(dict.fromkeys(min(item.options)[1] for item in self.items))


def read_questionnaire(data: bytes, as_scale: str | None = None) -> Wording:
    """What the file says. `as_scale`: the coordinator says which scale it is, and that its order is the form's."""
    content = _object(data)
    items = tuple(_scored(content))
    if not items:
        raise NoScores()
    if len(items) > MOST_QUESTIONS or any(len(item.options) > MOST_ANSWERS for item in items):
        raise TooManyQuestions(most=MOST_QUESTIONS)
    for item in items:
        _look_at_order(item)
    known = matching_scale(content)
    scale = find_scale(as_scale) if as_scale else known
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
        is_said_by_file=scale is not None and scale == known,
    )


def matching_scale(content: Mapping[str, Any]) -> Scale | None:
    """By canonical url, by LOINC panel, or by the short code questionnaires of this field carry."""
    codings = _dicts(content.get("code"))
    url = _text(content, "url") or ""
    for scale in scales().values():
        panels = {f"{_LOINC}/q/{scale.loinc}", f"{_LOINC}/{scale.loinc}"} if scale.loinc else set[str]()
        named = {*scale.codes, scale.loinc} - {None}
        if url in panels or any(_text(c, "code") in named for c in codings):
            return scale
    return None


def wording_of(content: Mapping[str, Any]) -> tuple[ScoredItem, ...]:
    """The scored questions of a stored questionnaire, in order."""
    return tuple(_scored(content))


def form_of(instrument_id: str, title: str, items: tuple[ScoredItem, ...]) -> Scale:
    """A wording without a scoring table as something that can be answered."""
    return form_scale(instrument_id, title, tuple(tuple(value for value, _words in item.options) for item in items))


def printed_items(content: Mapping[str, Any]) -> tuple[PrintedItem, ...]:
    """The whole form as it stands in the file, what is not scored included."""
    numbers = {item.link: number for number, item in enumerate(_scored(content), 1)}
    scored = {item.link: item for item in _scored(content)}
    found: list[PrintedItem] = []
    for item in _items(content, 0):
        link, text = _text(item, "linkId") or "", _text(item, "text") or ""
        if link in scored:
            options = tuple(w if w == str(v) or not w else f"{v}  {w}" for v, w in scored[link].options)
            found.append(PrintedItem(text, options, numbers[link]))
        elif _text(item, "type") in ("display", "group"):
            found.append(PrintedItem(text))
        else:
            options = tuple(_option(option)[1] for option in _dicts(item.get("answerOption")))
            found.append(PrintedItem(text, tuple(o for o in options if o), is_open=not options))
    return tuple(item for item in found if item.text or item.options)


def _object(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise QuestionnaireTooLarge()
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
        # Half a sign and a number without end can be read but never written.
        written = json.dumps(content, ensure_ascii=False, allow_nan=False)
        written.encode()
    except (ValueError, RecursionError) as error:
        raise NotAQuestionnaire() from error
    if not isinstance(content, dict) or "\\u0000" in written or _depth(content) > _DEEPEST_JSON:
        raise NotAQuestionnaire()
    found = cast("dict[str, Any]", content)
    if found.get("resourceType") != "Questionnaire":
        raise NotAQuestionnaire()
    _look_at_version(found)
    links = Counter(link for item in _items(found, 0) if (link := _text(item, "linkId")) is not None)
    if twice := [link for link, times in links.items() if times > 1]:
        raise QuestionTwice(link=twice[0])
    return found


def _depth(content: Any) -> int:
    """How deep lists and objects stand in each other; what is too deep could be kept and not be read again."""
    depth, level = 0, [content]
    while level:
        depth += 1
        level = [inner for outer in level for inner in _inside(outer)]
    return depth


def _inside(outer: Any) -> list[Any]:
    if isinstance(outer, dict):
        return list(cast("dict[str, Any]", outer).values())
    return cast("list[Any]", outer) if isinstance(outer, list) else []


def _look_at_version(content: Mapping[str, Any]) -> None:
    """R4 says "choice" and "answerOption"; R5 says "coding", the releases before R4 said "option"."""
    said = content.get("fhirVersion")
    if said is not None and not str(said).startswith("4."):
        raise OtherFhir()
    for item in _items(content, 0):
        if item.get("type") in ("coding", "question") or "option" in item or "answerConstraint" in item:
            raise OtherFhir()


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
        options = [_option(option) for option in _dicts(item.get("answerOption"))] or _whole_numbers(item)
        scored = [(value, words) for value, words in options if value is not None]
        link = _text(item, "linkId")
        if scored and len(scored) == len(options) and link is not None:
            yield ScoredItem(link, _text(item, "text") or "", tuple(scored))


def _whole_numbers(item: dict[str, Any]) -> list[tuple[int | None, str]]:
    """The answers of a question that asks for a number between two limits."""
    if item.get("type") != "integer":
        return []
    limits = {e.get("url"): _whole(e.get("valueInteger")) for e in _dicts(item.get("extension")) if _text(e, "url")}
    low, high = (limits.get(url) for url in _LIMITS)
    if low is None or high is None or not 0 < high - low < MOST_ANSWERS:
        return []
    return [(value, str(value)) for value in range(low, high + 1)]


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


def _look_at_order(item: ScoredItem) -> None:
    """Answers run from the lowest to the highest or back, and none scores twice."""
    values = [value for value, _words in item.options]
    if values not in (sorted(set(values)), sorted(set(values), reverse=True)):
        raise MixedAnswers(item=item.link)


def _compare(scale: Scale, items: tuple[ScoredItem, ...]) -> None:
    if scale.is_total_only:
        raise NotOfTheScale(scale=scale.title)
    if len(items) not in (len(scale.items), len(scale.all_items)):
        raise OtherLength(scale=scale.title, expected=len(scale.items), found=len(items))
    for ours, theirs in zip(scale.all_items[: len(items)], items, strict=True):
        if sorted(value for value, _words in theirs.options) != sorted(ours.values):
            raise OtherScores(item=theirs.link, scale=scale.title)
        if 0 in ours.values and any(part in fold(dict(theirs.options)[0]).split() for part in _UNSURE):
            raise UnsureIsNotNever(item=theirs.link)


# "Not at all sure" was printed for years where "not at all" was meant (Zorowitz 2021).
_UNSURE = ("sure", "seguro", "segura")


def _text(holder: Mapping[str, Any], name: str) -> str | None:
    value = holder.get(name)
    return value if isinstance(value, str) else None


def _dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, whatever else a stranger's file put there."""
    listed = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast("dict[str, Any]", entry) for entry in listed if isinstance(entry, dict)]
