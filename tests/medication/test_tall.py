"""Names that look alike are told apart by the letters that differ, and found by the plain name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.rules.kinds import look_alikes
from clinic_desktop.features.medication.rules.refusals import OtherLetters
from clinic_desktop.features.medication.rules.tall import check_tall, shown_name, source_of
from clinic_desktop.kernel.names import fold

_NAMES = st.sampled_from(["fluoxetina", "clonazepam", "bupropión", "litio", "haloperidol decanoato", "Lorazepam"])


def test_the_differing_letters_are_capitals_and_say_where_they_come_from() -> None:
    assert shown_name("fluoxetina") == "FLUoxetina"
    assert shown_name("Oxcarbazepina") == "OXcarbazepina"
    assert shown_name("litio") == "litio"
    assert "ISMP" in source_of("fluoxetina")
    assert source_of("clonazepam") == "", "our own letters say no source"
    assert source_of("fluoxetina", "fluOXetina") == ""


@given(_NAMES)
def test_every_name_shown_is_the_same_name(name: str) -> None:
    assert fold(shown_name(name)) == fold(name)
    assert all(shown_name(other) != other or other.startswith("haloperidol") for other in look_alikes(name))


def test_the_central_may_choose_other_letters_but_never_other_words() -> None:
    assert check_tall("fluoxetina", " fluOXetina ") == "fluOXetina"
    assert check_tall("fluoxetina", "") is None
    assert check_tall("fluoxetina", "FLUoxetina") is None, "as it is shown anyway"
    with pytest.raises(OtherLetters):
        check_tall("fluoxetina", "FLUoxetine")
