"""The clinic's own short list of diagnoses, and words beside titles that would hurt."""

from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.consults.queries import diagnoses as queries
from clinic_desktop.features.consults.rules import diagnoses as rules
from clinic_desktop.features.consults.rules.diagnoses import (
    CodeUnknown,
    LabelMissing,
    ListedTwice,
    ListTooLong,
    ShortLine,
)
from clinic_desktop.features.consults.screens.short_list import ShortListScreen
from clinic_desktop.features.consults.service import diagnoses as service
from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.ids import new_id


def line(code: str | None, label: str) -> ShortLine:
    return ShortLine(new_id(), code, label)


def test_a_title_that_hurts_is_said_otherwise_and_its_official_words_stay_beside_it() -> None:
    found = rules.search("discapacidad intelectual grave")[0]
    assert found.title.startswith("Discapacidad intelectual")
    assert found.aside.startswith("Retraso mental")
    assert rules.find("F71.0") in rules.search("retraso mental moderado", limit=40), "the old words find it too"
    said = [rules.respectful(row["title"]) for row in read_catalog("icd10")]
    assert not [title for title in said if any(row["official"] in title for row in read_catalog("respectful_terms"))]


def test_the_clinic_has_its_own_list_in_its_own_order(do: Any, ask: Any) -> None:
    assert ask(queries.own_list) == ()
    first, second = line("F32.1", "Tristeza profunda"), line("f411", "  Nervios   de siempre ")
    do(partial(service.keep_short_list, lines=(first, second)))
    assert [(one.code, one.label) for one in ask(queries.own_list)] == [
        ("F32.1", "Tristeza profunda"),
        ("F41.1", "Nervios de siempre"),
    ]
    short = rules.short_list(ask(queries.own_list))
    assert rules.search("nerv", short=short)[0].code == "F41.1"
    assert rules.search("trist", short=short)[0].official == rules.official_title("F32.1")
    do(partial(service.keep_short_list, lines=(second,)))
    assert [one.line_id for one in ask(queries.own_list)] == [second.line_id]
    do(partial(service.keep_short_list, lines=(second, first)))
    assert [one.line_id for one in ask(queries.own_list)] == [second.line_id, first.line_id], "back on the list"


@pytest.mark.parametrize(
    ("lines", "refusal"),
    [
        ((line("F32.1", " "),), LabelMissing),
        ((line("Q99.9", "Otra cosa"),), CodeUnknown),
        ((line("F32.1", "Tristeza"), line("F32.0", "TRISTEZA")), ListedTwice),
        (tuple(line(None, f"Palabra {n}") for n in range(31)), ListTooLong),
    ],
)
def test_a_list_that_would_mislead_is_refused_and_changes_nothing(
    do: Any, ask: Any, lines: tuple[ShortLine, ...], refusal: type[Exception]
) -> None:
    do(partial(service.keep_short_list, lines=(line("F20.9", "Esquizofrenia"),)))
    before = ask(queries.own_list)
    with pytest.raises(refusal):
        do(partial(service.keep_short_list, lines=lines))
    assert ask(queries.own_list) == before


def test_the_list_is_shaped_on_its_screen(open_screen: Any, ask: Any, qtbot: Any) -> None:
    screen = open_screen(ShortListScreen)
    screen.take_focus()
    usual = [one.title for one in rules.usual_list()]
    screen.down.click()
    qtbot.waitUntil(lambda: [one.label for one in ask(queries.own_list)][:2] == [usual[1], usual[0]])
    screen.leave.click()
    qtbot.waitUntil(lambda: len(ask(queries.own_list)) == len(usual) - 1)
