"""The coordinator's list of wordings: looked at before anything is kept, said which scale, printed where it may be."""

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.features.consults.letters.blank_form import MayNotBePrinted, blank_form
from clinic_desktop.features.consults.queries import scales
from clinic_desktop.features.consults.rules.questionnaires import LARGEST
from clinic_desktop.features.consults.screens.instruments import InstrumentsScreen
from clinic_desktop.features.consults.service import instruments
from clinic_desktop.features.consults.service.instruments import NoScaleOfOurs, UnreadableFile
from clinic_desktop.kernel.errors import ClinicError, NotAllowed
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Reading
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.voice import RememberingVoice
from tests.consults.questionnaires import as_bytes, item, questionnaire
from tests.printing.reading import texts


def take(do: Any, content: dict[str, Any], **more: Any) -> instruments.Imported:
    return do(partial(instruments.import_instrument, data=as_bytes(content), **more))


def whole(reading: Reading) -> str:
    """Every row of every table, as one number."""
    names = [name for (name,) in reading.plain("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    rows = [(name, sorted(map(repr, reading.plain(f'SELECT * FROM "{name}"')))) for name in names]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(data: bytes) -> Path:
        path = tmp_path / "form.json"
        path.write_bytes(data)
        return path

    return write


def test_a_stranger_is_kept_only_after_a_yes_and_never_with_a_score(do: Any, ask: Any) -> None:
    own = questionnaire(4, code=[])
    with pytest.raises(NoScaleOfOurs):
        take(do, own)
    assert ask(scales.instruments) == ()
    assert take(do, own, confirmed=True).scale_code is None
    assert [row.title for row in ask(scales.forms)] == ["Own words"]


def test_who_said_which_scale_it_is_stands_beside_it(do: Any, ask: Any, actor: Actor) -> None:
    take(do, questionnaire())
    take(do, questionnaire(code=[]), as_scale="phq9")
    assert {row.confirmed_by for row in ask(scales.instruments)} == {actor.name, None}


def test_a_retired_wording_is_offered_no_more_and_comes_back_with_its_file(do: Any, ask: Any) -> None:
    kept = take(do, questionnaire())
    do(partial(instruments.retire_instrument, instrument_id=kept.instrument_id))
    assert ask(partial(scales.wording, scale_code="phq9")) is None
    assert [row.retired for row in ask(scales.instruments)] == [True]
    assert take(do, questionnaire()).again
    assert ask(partial(scales.wording, scale_code="phq9")) is not None


def test_a_newer_version_is_offered_and_the_older_one_stays(do: Any, ask: Any, clock: Any) -> None:
    take(do, questionnaire())
    clock.advance(seconds=1)
    newer = take(do, questionnaire(version="3"))
    assert [row.version for row in ask(scales.instruments)] == ["3", "2"]
    assert ask(partial(scales.wording, scale_code="phq9"))[0].instrument_id == newer.instrument_id
    assert take(do, questionnaire(version="3")) == replace(newer, again=True)
    assert len(ask(scales.instruments)) == 2


def test_the_wording_is_that_of_the_language_that_is_spoken_else_the_newest(do: Any, ask: Any, clock: Any) -> None:
    for language in ("es-MX", "quc", "en"):
        clock.advance(seconds=1)
        take(do, questionnaire(language=language))

    def of(spoken: str | None) -> str:
        return ask(partial(scales.wording, scale_code="phq9", language_code=spoken))[0].language_code

    assert [of("spa"), of("quc"), of("ixl"), of(None)] == ["es-MX", "quc", "en", "en"]


def test_a_wrong_file_is_told_in_a_sentence_and_nothing_changes(
    open_screen: Any, office: Office, do: Any, ask: Any, written: Any, tmp_path: Path
) -> None:
    screen = open_screen(InstrumentsScreen)
    assert isinstance(office.voice, RememberingVoice)
    wrong = (
        b"{", b"\xff\xfe", b" " * (LARGEST + 1), b'{"resourceType": "Bundle"}', as_bytes(questionnaire(item=[])),
        as_bytes(questionnaire(item=[item("1"), item("1")])), as_bytes(questionnaire(fhirVersion="3.0.1")),
        b'{"resourceType": "Questionnaire", "x": 1e999}', as_bytes(questionnaire(title="a\0b")),
    )  # fmt: skip
    before = ask(whole)
    for data in wrong:
        assert screen.look_at(written(data)) is None
        with pytest.raises(ClinicError):
            do(partial(instruments.import_instrument, data=data, confirmed=True))
    assert ask(whole) == before
    assert screen.look_at(tmp_path / "not-there.json") is None
    assert len(office.voice.said) == len(wrong) + 1
    assert ask(scales.instruments) == ()
    with pytest.raises(UnreadableFile):
        instruments.content_of(tmp_path)


def test_the_file_is_seen_first_and_its_order_confirmed_before_it_is_a_scale(
    open_screen: Any, ask: Any, written: Any
) -> None:
    screen = open_screen(InstrumentsScreen)
    sheet = screen.look_at(written(as_bytes(questionnaire(code=[]))))
    sheet.which.set_value("gad7")
    assert (sheet.keep.isEnabled(), "has 7 questions" in sheet.fault.text() or "7" in sheet.fault.text()) == (
        False,
        True,
    )
    sheet.which.set_value("phq9")
    assert sheet.keep.isEnabled()
    sheet.keep.click()
    assert ask(scales.instruments) == ()
    sheet.order.setChecked(True)
    sheet.printing.choose(1)
    sheet.keep.click()
    (row,) = ask(scales.instruments)
    assert (row.scale_code, row.may_print, bool(row.confirmed_by)) == ("phq9", True, True)
    assert screen.table.count() == 1


def test_the_list_retires_and_says_what_may_be_printed(open_screen: Any, do: Any, ask: Any) -> None:
    kept = take(do, questionnaire())
    screen = open_screen(InstrumentsScreen)
    screen.take_focus()
    assert not screen.blank.isEnabled()
    do(partial(instruments.allow_printing, instrument_id=kept.instrument_id, may_print=True))
    assert screen.blank.isEnabled()
    screen.retire.click()
    assert [row.retired for row in ask(scales.instruments)] == [True]


def test_a_blank_form_is_printed_only_where_somebody_said_it_may(
    do: Any, ask: Any, vault: Vault, reception: Actor
) -> None:
    kept = take(do, questionnaire())
    blank = partial(blank_form, instrument_id=kept.instrument_id)
    with pytest.raises(MayNotBePrinted):
        ask(blank)
    do(partial(instruments.allow_printing, instrument_id=kept.instrument_id, may_print=True))
    with pytest.raises(NotAllowed):
        vault.ask(blank, reception)
    page = " ".join(texts(ask(blank)))
    assert "Invented question 9" in page
    assert "nobody" in page


def test_a_blank_form_names_no_illness_in_its_header_and_always_its_copyright(do: Any, ask: Any) -> None:
    own = questionnaire(3, code=[], title="Escala de depresión de prueba", copyright="© Somebody & <b>Co</b>")
    kept = take(do, own, confirmed=True, may_print=True)
    page = " ".join(texts(ask(partial(blank_form, instrument_id=kept.instrument_id))))
    assert "depresi" not in page
    assert "Questionnaire" in page
    assert "© Somebody & <b>Co</b>" in page


@pytest.mark.parametrize("length", [0, 20_000])
def test_a_form_of_any_length_prints(do: Any, ask: Any, length: int) -> None:
    own = questionnaire(code=[], title="x" * length or "?", copyright="y" * length or None)
    own["item"][1]["text"] = "z " * (length // 2)
    kept = take(do, own, confirmed=True, may_print=True)
    assert ask(partial(blank_form, instrument_id=kept.instrument_id)).startswith(b"%PDF")


def test_only_a_keeper_of_catalogs_retires_or_allows_printing(do: Any, vault: Vault, supervisor: Actor) -> None:
    kept = take(do, questionnaire())
    for act in (instruments.retire_instrument, instruments.bring_back_instrument):
        with pytest.raises(NotAllowed):
            vault.do(partial(act, instrument_id=kept.instrument_id), supervisor)
    with pytest.raises(ClinicError):
        vault.do(partial(instruments.allow_printing, instrument_id=kept.instrument_id, may_print=True), supervisor)
