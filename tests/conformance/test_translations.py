"""The Spanish of the program is whole, and the committed es.mo is what the .po files say."""

import gettext
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from installer import translations


def test_every_message_of_the_program_has_its_spanish() -> None:
    assert translations.findings() == []


def test_a_message_is_found_however_the_line_is_broken_and_a_variable_is_not() -> None:
    source = 'x = [_("One " "line"), N_("Two"), ngettext("{count} lot", "{count} lots", n), _(name), other("Three")]'
    found = [use.texts for use in translations.uses_in(source, "patients", "x.py")]
    assert found == [("One line",), ("Two",), ("{count} lot", "{count} lots")]


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("features/agenda/screens/day.py", "agenda"),
        ("features/agenda/rules.py", "agenda"),
        ("storage/vault.py", "storage"),
        ("__main__.py", "app"),
        ("app/cli.py", "app"),
    ],
)
def test_a_file_belongs_to_its_room_or_its_floor(path: str, unit: str) -> None:
    assert translations.unit_of(translations.CODE / path) == unit


def _catalog(**spoken: str) -> Catalog:
    catalog = Catalog(locale="es")
    for english, spanish in spoken.items():
        catalog.add(english, spanish)
    return catalog


def test_the_compiled_words_are_read_by_gettext_with_their_plurals() -> None:
    catalog = _catalog(Patient="Paciente", Untold="")
    catalog.add(("{count} person", "{count} people"), ("{count} persona", "{count} personas"))
    spoken = gettext.GNUTranslations(BytesIO(translations.compiled({"patients": catalog})))
    assert spoken.gettext("Patient") == "Paciente"
    assert spoken.gettext("Untold") == "Untold"
    assert [spoken.ngettext("{count} person", "{count} people", n) for n in (1, 2)] == [
        "{count} persona",
        "{count} personas",
    ]


@pytest.mark.parametrize(
    ("english", "spanish", "said"),
    [
        ("{count} lots of {medicine}", "{count} lotes", "placeholders"),
        ("Lots", "{count} lotes", "placeholders"),
        ("{count} lots", "{count lotes", "broken placeholder"),
        ("&Save", "Guardar", "access key"),
        ("Save", "&Guardar", "access key"),
        ("Keep", "Guárdelo.Guárdelo.", "twice"),
    ],
)
def test_a_translation_that_lost_a_placeholder_or_an_access_key_is_named(
    english: str, spanish: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    translations.write_unit("agenda", _catalog(**{english: spanish}))
    assert any(said in finding for finding in translations.findings())


def test_one_word_with_two_translations_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    translations.write_unit("agenda", _catalog(Left="Se retiró"))
    translations.write_unit("patients", _catalog(Left="Izquierda"))
    assert any(finding.startswith("two translations of 'Left'") for finding in translations.findings())
