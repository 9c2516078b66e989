from PySide6.QtCore import Qt

from clinic_desktop.uikit.marks import Chip, Steps
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.words import Facts, Phrase, Text, bold, laid_out, quiet, semi


def test_a_name_that_looks_like_markup_stays_what_was_typed(qtbot) -> None:
    text = Text("<b>María</b>")
    phrase = Phrase(bold("<i>x</i>"), "&amp;")
    qtbot.addWidget(text)
    qtbot.addWidget(phrase)
    assert text.textFormat() == Qt.TextFormat.PlainText
    assert phrase.text() == "<i>x</i>&amp;"


def test_a_phrase_wraps_and_says_itself_to_a_screen_reader(qtbot) -> None:
    phrase = Phrase(quiet("DOSIS "), semi("20 mg"), " cada mañana durante treinta días")
    qtbot.addWidget(phrase)
    assert phrase.accessibleName() == "DOSIS 20 mg cada mañana durante treinta días"
    assert phrase.heightForWidth(80) > phrase.heightForWidth(800)


def test_letters_outside_the_basic_plane_do_not_shift_the_voices() -> None:
    layout = laid_out([bold("a\N{GRINNING FACE}"), semi("b")], "body", 500)
    spans = layout.formats()
    assert [(span.start, span.length) for span in spans] == [(0, 3), (3, 1)]


def test_facts_replace_each_other(qtbot) -> None:
    facts = Facts([("Nacida", "1987"), ("Sexo", "Mujer")])
    qtbot.addWidget(facts)
    facts.show_facts([("Idioma", (semi("Ixil"), quiet(", con intérprete")))])
    shown = [phrase.text() for phrase in facts.findChildren(Phrase) if not phrase.isHidden()]
    assert shown == ["Ixil, con intérprete"]


def test_states_have_words_for_a_screen_reader(qtbot) -> None:
    chip, callout, steps = (
        Chip("En espera", icon="clock"),
        Callout("penicilina", "danger", head="Alergias"),
        Steps(["a", "b"]),
    )
    for widget in (chip, callout, steps):
        qtbot.addWidget(widget)
    steps.set_at(1)
    assert [chip.accessibleName(), callout.accessibleName(), steps.accessibleName()] == [
        "En espera", "Alergias penicilina", "2 / 2: b",
    ]  # fmt: skip
