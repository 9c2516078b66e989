"""What the offices say to each other travels with the stick, and that it was read travels back."""

from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.bundles.queries import messages as asked
from clinic_desktop.features.bundles.queries import waiting
from clinic_desktop.features.bundles.rules.kinds import MessageKind, MessageStep
from clinic_desktop.features.bundles.rules.messages import MOST_LETTERS, NobodyThere, NothingWritten, TooLong
from clinic_desktop.features.bundles.screens.messages import MessagesPage
from clinic_desktop.features.bundles.service import messages
from clinic_desktop.features.patients.queries.restricted import ReservedRecord
from clinic_desktop.features.patients.records import Patient
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers.network import Network, Office
from tests.makers.people import register


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


def test_a_message_is_read_and_answered_in_its_thread(network: Network, qtbot: Any, qapp: Any) -> None:
    theme.start(qapp)
    clinic, central = network.clinics[0], network.central
    say(central, "¿Llegó el refrigerador?", clinic.vault.place.site_id)
    network.round()
    assert clinic.ask(asked.count_unread) == 1 and clinic.ask(waiting.attention) == 1
    window = Window(clinic.vault, clinic.actor, voice=RememberingVoice(), immediate=True)
    page = MessagesPage(window)
    qtbot.addWidget(page)
    page.show()
    assert clinic.ask(asked.count_unread) == 1, "a list that is only seen reads nothing"
    page.table.choose_at(0)
    assert clinic.ask(asked.count_unread) == 0
    page.reply.setText("Sí, ayer.")
    page.send.click()
    assert page.reply.text() == ""
    network.round()
    (thread,) = central.ask(asked.threads)
    assert [one.text for one in thread.messages] == ["¿Llegó el refrigerador?", "Sí, ayer."]
    assert thread.first.read_by == clinic.actor.name and thread.unread == 1
    sheet = page.compose()
    assert len(sheet.checks) == 1 and not sheet.send.isEnabled()
    sheet.text.setText("Falta papel.")
    sheet.send.click()
    assert len(clinic.ask(asked.threads)) == 2


def test_what_was_half_typed_is_here_again_after_a_lock_and_gone_once_sent(
    network: Network, qtbot: Any, qapp: Any
) -> None:
    theme.start(qapp)
    clinic = network.clinics[0]
    for text in ("¿Llegó el refrigerador?", "¿Cuándo viene?"):
        say(network.central, text, clinic.vault.place.site_id)
    network.round()

    def open_page() -> MessagesPage:
        page = MessagesPage(Window(clinic.vault, clinic.actor, voice=RememberingVoice(), immediate=True))
        qtbot.addWidget(page)
        page.show()
        page.table.choose_at(0)
        return page

    page = open_page()
    page.reply.setText("Sí, pero")
    page.table.choose_at(0)
    assert page.reply.text() == "", "each thread has its own; what was not read stands first"
    page.compose().text.setText("Falta papel")
    page.keep_draft()
    page = open_page()
    assert page.reply.text() == "Sí, pero"
    sheet = page.compose()
    assert sheet.text.text() == "Falta papel"
    sheet.send.click()
    page.send.click()
    assert clinic.sql("SELECT count(*) FROM draft") == [(0,)]
    assert open_page().compose().text.text() == ""


def test_a_question_about_a_reserved_person_is_seen_only_by_who_may_open_the_record(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    about = {"kind": MessageKind.QUESTION, "about_table": "patient", "about_id": patient, "about_unit": "phone"}
    question = say(central, "¿Cuál es el bueno?", clinic.vault.place.site_id, **about)
    names = central.ask(partial(asked.whom_about, message_ids=[question]))
    assert names == {question: "TZOC, María"}
    central.do(lambda work: setattr(work.load(Patient, patient), "restricted", True))
    (role,) = (role for role in FIRST_ROLES if role.code == "data-manager")
    manager = Actor("0193a000-0000-7000-8000-000000000009", "Ana", role.permissions)
    assert central.vault.ask(asked.threads, manager) == ()
    assert central.vault.ask(partial(asked.whom_about, message_ids=[question]), manager) == {}
    assert len(central.ask(asked.threads)) == 1
    asking = partial(
        messages.send, message_id=new_id(), to_site_id=clinic.vault.place.site_id, text="¿Y ahora?", **about
    )
    with pytest.raises(ReservedRecord):
        central.vault.do(asking, manager)
