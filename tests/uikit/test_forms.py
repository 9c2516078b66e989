import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from clinic_desktop.uikit.buttons import Button, Tabs
from clinic_desktop.uikit.choices import Check, Choice, Select, Suggest
from clinic_desktop.uikit.fields import Edit, PasswordEdit, TextArea
from clinic_desktop.uikit.forms import Form, free_letter
from clinic_desktop.uikit.keys import taken_letters
from clinic_desktop.uikit.layouts import stack

PLACES = [(1, "Nebaj, Pulay"), (2, "Nebaj, Xoloché")]


@pytest.fixture
def form(qtbot) -> Form:
    made = Form()
    fields = [
        made.add("name", "Nombre", Edit(), check=lambda value: None if len(value) > 1 else "Falta el nombre"),
        made.add("sex", "Sexo", Choice(["Mujer", "Hombre"])),
        made.add("place", "Comunidad", Suggest(lambda words: PLACES if words else [])),
        made.add("language", "Idioma", Select([("es", "Español"), ("ixl", "Ixil")])),
        made.add("note", "Nota", TextArea(), optional=True),
        made.add("told", "Dicho", Check("Lo dijo")),
    ]
    save = Button("Guardar", key="save", kind="primary")
    stack(made, *fields, save)
    made.save = save  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


def test_a_form_gives_back_what_was_put_in(form: Form) -> None:
    values = {"name": "Ana", "sex": 1, "language": "ixl", "note": "dos\nlíneas", "told": True}
    form.fill(values)
    assert form.values() == {**values, "place": None}


def test_enter_moves_on_and_ctrl_enter_saves(form: Form, qtbot) -> None:
    name, sex = form.fields["name"].editor, form.fields["sex"].editor
    name.setFocus()
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert sex.hasFocus()
    with qtbot.waitSignal(form.save.clicked):  # type: ignore[attr-defined]
        qtbot.keyClick(sex, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_enter_in_a_text_area_is_a_new_line(form: Form, qtbot) -> None:
    note = form.fields["note"].editor
    note.setFocus()
    qtbot.keyClicks(note, "a")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    assert form.value("note") == "a\n"


def test_a_field_is_checked_on_leaving_it_but_an_untouched_one_is_not_wrong(form: Form, qtbot) -> None:
    name, sex = form.fields["name"], form.fields["sex"]
    name.editor.setFocus()
    sex.editor.setFocus()
    assert not name.is_wrong()
    name.editor.setFocus()
    qtbot.keyClicks(name.editor, "x")
    sex.editor.setFocus()
    assert (name.is_wrong(), name.message()) == (True, "Falta el nombre")
    form.fill({"name": "Ana"})
    assert form.find_faults() == []
    assert not name.is_wrong()


def test_finding_faults_goes_to_the_first_and_keeps_what_was_typed(form: Form) -> None:
    form.fill({"note": "no se pierde"})
    assert form.find_faults() == ["name"]
    assert form.fields["name"].editor.hasFocus()
    assert form.value("note") == "no se pierde"


def test_only_a_person_s_change_asks_for_a_draft(form: Form, qtbot) -> None:
    told: list[int] = []
    form.edited.connect(lambda: told.append(1))
    form.fill({"name": "Ana", "sex": 0, "language": "ixl"})
    assert told == []
    form.fields["name"].editor.setFocus()
    qtbot.keyClicks(form.fields["name"].editor, "b")
    assert told


def test_access_keys_are_unique_and_leave_the_registry_alone(form: Form) -> None:
    letters = [field.label.letter for field in form.fields.values()]
    assert all(letters)
    assert len(set(letters)) == len(letters)
    assert taken_letters().isdisjoint(letters)


def test_the_access_key_brings_the_focus(form: Form, qtbot) -> None:
    label = form.fields["language"].label
    qtbot.keyClick(form, getattr(Qt.Key, f"Key_{label.letter}"), Qt.KeyboardModifier.AltModifier)
    assert form.fields["language"].editor.hasFocus()


@given(st.lists(st.text(min_size=1, max_size=20), max_size=12))
def test_no_labels_whatever_make_two_fields_share_a_letter(labels: list[str]) -> None:
    taken = set(taken_letters())
    given_letters: list[str] = []
    for label in labels:
        letter = free_letter(label, taken)
        if letter:
            taken.add(letter)
            given_letters.append(letter)
            assert letter.casefold() in label.casefold()
    assert len(set(given_letters)) == len(given_letters)


# choices


def test_a_choice_is_made_by_arrow_digit_letter_and_click(qtbot) -> None:
    choice, told = Choice(["Mujer", "Hombre", "No consta"]), []
    qtbot.addWidget(choice)
    choice.show()
    choice.chosen.connect(told.append)
    qtbot.keyClick(choice, Qt.Key.Key_Right)
    qtbot.keyClick(choice, Qt.Key.Key_Right)
    qtbot.keyClicks(choice, "3")
    qtbot.keyClicks(choice, "m")
    qtbot.keyClicks(choice, "9")
    qtbot.mouseClick(choice, Qt.MouseButton.LeftButton, pos=choice.rect().center())
    assert told == [0, 1, 2, 0, 1]
    assert choice.accessibleDescription() == "Hombre (2/3)"


def test_in_a_scale_a_digit_is_the_answer_itself_and_goes_on(qtbot) -> None:
    window = QWidget()
    first, second = Choice(list("0123"), cell=34, moves_on=True), Choice(list("0123"), cell=34, moves_on=True)
    stack(window, first, second)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
    first.setFocus()
    qtbot.keyClicks(first, "0")
    assert (first.at(), second.hasFocus()) == (0, True)


def test_an_answer_can_be_taken_back(qtbot) -> None:
    choice, told = Choice(["a", "b"], 1), []
    qtbot.addWidget(choice)
    choice.chosen.connect(told.append)
    qtbot.keyClick(choice, Qt.Key.Key_Backspace)
    assert (choice.at(), told) == (None, [-1])


def test_a_suggestion_is_taken_with_enter_and_forgotten_by_typing_on(qtbot) -> None:
    field = Suggest(lambda words: [place for place in PLACES if words.casefold() in place[1].casefold()])
    qtbot.addWidget(field)
    with qtbot.waitActive(field):
        field.show()
    qtbot.keyClicks(field, "xolo")
    with qtbot.waitSignal(field.picked) as told:
        qtbot.keyClick(field._popup, Qt.Key.Key_Return)
    assert (told.args, field.text(), field.value()) == ([2], "Nebaj, Xoloché", 2)
    qtbot.keyClicks(field, "x")
    assert field.value() is None


def test_the_wheel_never_changes_an_answer(qtbot) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    select = Select([(1, "uno"), (2, "dos")])
    qtbot.addWidget(select)
    select.show()
    spot = QPointF(5, 5)
    event = QWheelEvent(
        spot, spot, QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    select.wheelEvent(event)
    assert select.value() == 1


def test_a_password_is_dots_and_the_eye_shows_it_only_while_held(qtbot) -> None:
    field = PasswordEdit()
    qtbot.addWidget(field)
    field.resize(200, 42)
    field.show()
    eye = field.rect().center()
    eye.setX(field.width() - 15)
    qtbot.mousePress(field, Qt.MouseButton.LeftButton, pos=eye)
    shown = field.echoMode()
    qtbot.mouseRelease(field, Qt.MouseButton.LeftButton, pos=eye)
    assert (shown, field.echoMode()) == (Edit.EchoMode.Normal, Edit.EchoMode.Password)


def test_pasted_markup_becomes_plain_text(qtbot) -> None:
    from PySide6.QtCore import QMimeData

    area = TextArea()
    qtbot.addWidget(area)
    clip = QMimeData()
    clip.setHtml("<b>negrita</b>")
    clip.setText("negrita")
    area.insertFromMimeData(clip)
    assert area.text() == "negrita"


def test_tabs_move_with_arrows_and_tell_once(qtbot) -> None:
    tabs, told = Tabs(["Todos", "En espera"]), []
    qtbot.addWidget(tabs)
    tabs.chosen.connect(told.append)
    tabs.set_counts([12, 4])
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert (told, tabs.accessibleName()) == ([1], "En espera 4")


def test_what_is_pasted_into_one_line_stays_one_line(qtbot) -> None:
    line, area, password = Edit(), TextArea(), PasswordEdit()
    for field in (line, area, password):
        qtbot.addWidget(field)
        field.setText("a\0b\n=1+1\t\u2028<b>😀\u202e")
    assert line.text() == "a b =1+1  <b>😀\u202e"
    assert area.text() == "ab\n=1+1\t\n<b>😀\u202e"
    assert password.text() == "a\0b\n=1+1\t\u2028<b>😀\u202e"
