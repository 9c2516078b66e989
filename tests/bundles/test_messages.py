"""What the offices say to each other travels with the stick, and that it was read travels back."""

from functools import partial

import pytest

from clinic_desktop.features.bundles.rules.kinds import MessageStep
from clinic_desktop.features.bundles.rules.messages import MOST_LETTERS, NobodyThere, NothingWritten, TooLong
from clinic_desktop.features.bundles.service import messages
from clinic_desktop.kernel.ids import new_id
from tests.makers.network import Network, Office


def say(office: Office, text: str, to: str = "", **more: object) -> str:
    message_id = new_id()
    office.do(partial(messages.send, message_id=message_id, to_site_id=to, text=text, **more))
    return message_id


def texts(office: Office) -> list[str]:
    return [row[0] for row in office.sql("SELECT message_text FROM message ORDER BY recorded_at")]


def test_a_line_to_one_clinic_reaches_only_that_clinic_and_its_reading_comes_back(network: Network) -> None:
    first, second = network.clinics
    said = say(network.central, "  ¿Llegó el refrigerador?\r\n\x07", first.vault.place.site_id)
    network.round()
    assert texts(first) == ["¿Llegó el refrigerador?"]
    assert texts(second) == []
    first.do(partial(messages.mark, message_id=said, step=MessageStep.READ))
    first.do(partial(messages.mark, message_id=said, step=MessageStep.READ))
    answer = say(first, "Sí, ayer.", answers_id=said)
    network.round()
    events = "SELECT message_id, step, by_name FROM message_event"
    assert network.central.sql(events) == [(said, "read", first.actor.name)]
    assert network.central.sql("SELECT answers_id FROM message WHERE id = ?", (answer,)) == [(said,)]
    network.central.do(partial(messages.mark, message_id=answer, step=MessageStep.READ))
    network.round()
    assert (answer, "read", network.central.actor.name) in first.sql(events)


def test_one_press_writes_to_several_clinics_a_message_each(network: Network) -> None:
    ids = {clinic.vault.place.site_id: new_id() for clinic in network.clinics}
    for _twice in range(2):
        network.central.do(partial(messages.send_to_several, message_ids=ids, text="Cambia el día de corte."))
    network.round()
    assert [texts(clinic) for clinic in network.clinics] == [["Cambia el día de corte."]] * 2


def test_a_message_says_something_to_somebody_and_is_not_endless(network: Network) -> None:
    central, clinic = network.central, network.clinics[0]
    with pytest.raises(NothingWritten):
        say(clinic, " \n ")
    with pytest.raises(TooLong):
        say(clinic, "x" * (MOST_LETTERS + 1))
    for nobody in ("", new_id(), central.vault.place.site_id):
        with pytest.raises(NobodyThere):
            say(central, "Hola", nobody)
    with pytest.raises(NobodyThere):
        say(clinic, "Hola", network.clinics[1].vault.place.site_id)
    assert texts(central) == texts(clinic) == []
