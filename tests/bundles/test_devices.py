"""The page of the computers as a data manager uses it: taking in, comparing the code, cutting off, the root key."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PySide6.QtWidgets import QApplication

from clinic_desktop.features.bundles.letters.root_sheet import root_sheets
from clinic_desktop.features.bundles.queries import devices as asked
from clinic_desktop.features.bundles.queries.devices import State
from clinic_desktop.features.bundles.rules.rooms import Use
from clinic_desktop.features.bundles.screens.codes import CodeCard
from clinic_desktop.features.bundles.screens.device_sheets import AsideSheet, CutOffSheet, TakeInSheet
from clinic_desktop.features.bundles.screens.devices import DevicesPage
from clinic_desktop.features.bundles.screens.join import CompareSheet, JoinAgainSheet
from clinic_desktop.features.bundles.screens.root import DrawSheet, NameSheet, RootSheet
from clinic_desktop.features.bundles.service import joining, root
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.storage.keys import Opened
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.voice import RememberingVoice
from tests.makers.network import Network, Office, enrol, make_office
from tests.makers.people import register
from tests.makers.trust import make_root

Show = Callable[[Office], DevicesPage]


@pytest.fixture
def show(qtbot: Any, qapp: Any) -> Show:
    theme.start(qapp)

    def open_for(office: Office) -> DevicesPage:
        window = Window(office.vault, office.actor, voice=RememberingVoice(), immediate=True)
        page = DevicesPage(window)
        qtbot.addWidget(page)
        page.resize(1282, 611)
        page.show()
        return page

    return open_for


@pytest.fixture
def lonely(made_vault: tuple[Path, Opened], tmp_path: Path, clock: StillClock) -> Iterator[Office]:
    office = make_office(tmp_path, made_vault[1], made_vault[0], clock, "Sola", "SOL", "clinic", 9)
    yield office
    office.close()


def _press(page: DevicesPage, words: str) -> None:
    QApplication.processEvents()
    buttons = [b for b in page.findChildren(Button) if b.text() == words and b.isVisibleTo(page)]
    assert len(buttons) == 1, words
    buttons[0].click()


def _sheet(page: DevicesPage, kind: type[Any]) -> Any:
    return next(one for one in page.findChildren(kind) if one.isVisible())


def test_a_clinic_is_taken_in_for_what_it_is_for_once_both_read_the_same_code(
    network: Network, lonely: Office, show: Show
) -> None:
    page = show(network.central)
    request = joining.write_request(lonely.vault, lonely.actor, folder=lonely.stick)
    page.take_request(request)
    sheet = _sheet(page, TakeInSheet)
    sheet.use.set_at(1)
    sheet.go_on.click()
    answer = next(lonely.stick.glob("*respuesta*"))
    chosen = page.devices.row()
    assert chosen is not None and chosen.state is State.NOT_COMPARED and chosen.use is Use.RECEPTION
    joined = lonely.do(lambda work: joining.join(work, answer.read_bytes(), confirmed=True))
    assert chosen.asked_code == joined.code, "what the telephone brings is what the screen shows"
    _press(page, "Both read the same code")
    voice = page._office.voice
    assert isinstance(voice, RememberingVoice)
    again = page.devices.row()
    assert again is not None and again.state is State.WORKING


def test_a_computer_is_cut_off_only_with_words(network: Network, show: Show) -> None:
    page = show(network.central)
    assert page.devices.choose(network.clinics[0].vault.place.device_id)
    _press(page, "Cut off…")
    sheet = _sheet(page, CutOffSheet)
    sheet.cut.click()
    assert sheet.isVisible(), "nothing without a word"
    sheet.note.setText("la robaron en el camino")
    sheet.cut.click()
    assert {one.state for one in network.central.ask(asked.devices)} == {State.HERE, State.STOLEN, State.WORKING}


def test_what_was_kept_aside_is_looked_at_and_taken_in(network: Network, show: Show) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    page = show(central)
    device_id = clinic.vault.place.device_id
    page._cut(next(one for one in central.ask(asked.devices) if one.device_id == device_id), "stolen", "robada")
    central.merge(clinic.export().path)
    page.reload()
    page.devices.choose(device_id)
    _press(page, "Look at what was kept aside…")
    sheet = _sheet(page, AsideSheet)
    sheet.let_in.click()
    assert sheet.isVisible()
    sheet.why.setText("lo escribió antes del robo, dice la enfermera")
    sheet.let_in.click()
    assert central.sql("SELECT count(*) FROM patient") == [(1,)]
    assert not any(one.aside for one in central.ask(asked.devices))


@pytest.mark.parametrize("three", [False, True])
def test_the_root_key_is_drawn_printed_typed_back_and_used(network: Network, show: Show, three: bool) -> None:
    central = network.central
    page = show(central)
    assert page.hint.count() == 1, "quietly: it has not been made"
    page.root.click()
    _sheet(page, RootSheet).make.click()
    sheet = _sheet(page, DrawSheet)
    sheet.kind.set_at(int(three))
    sheet.go_on.click()
    assert sheet.wrong.isVisibleTo(sheet), "two people"
    sheet.second.setText("Marta Tum")
    sheet.go_on.click()
    codes = sheet._drawn.codes
    sheet.codes[0].setText(root.draw(two_of_three=False).codes[0])
    sheet.go_on.click()
    assert sheet.isVisible() and sheet.wrong.isVisibleTo(sheet)
    for edit, code in zip(sheet.codes, codes, strict=True):
        edit.setText(code.replace("\n", "  "))
    sheet.go_on.click()
    assert (central.ask(asked.root).version, page.hint.count()) == (1, 0)
    page.root.click()
    _sheet(page, RootSheet).name.click()
    naming = _sheet(page, NameSheet)
    assert len(naming.codes) == (2 if three else 1)
    for edit, code in zip(naming.codes, codes, strict=False):
        edit.setText(code)
    naming.second.setText("Marta Tum")
    naming.reason.setText("robaron la computadora")
    naming.go_on.click()
    found = central.ask(asked.root)
    assert (found.version, found.names_us, len(found.uses)) == (2, True, 2)


def test_the_sheets_hold_the_code_and_name_no_person(network: Network) -> None:
    drawn = root.draw(two_of_three=False)
    pdf = network.central.ask(lambda reading: root_sheets(reading, drawn.sheets, drawn.threshold))
    pages = pypdfium2.PdfDocument(pdf)
    assert len(pages) == 2
    for page in pages:
        told = page.get_textpage().get_text_bounded()
        for line in drawn.codes[0].splitlines():
            assert all(group in told for group in line.split("-"))


def test_a_clinic_that_the_central_knows_no_more_joins_again_and_shows_the_code_though_root_keys_vouch(
    network: Network, lonely: Office, show: Show
) -> None:
    central = network.central
    make_root(central)
    central.save_copy("before")
    enrol(lonely, central)
    central.restore("before")
    lonely.do(register())
    assert central.merge(lonely.export().path).files[0].error
    page = show(lonely)
    page.devices.choose(central.vault.place.device_id)
    _press(page, "Join it again…")
    sheet = _sheet(page, JoinAgainSheet)
    sheet.sticks.choose_folder(lonely.stick)
    sheet.join.ask.click()
    request = next(lonely.stick.glob("*solicitud*"))
    answer, approval = joining.approve(central.vault, central.actor, file=request, folder=lonely.stick)
    sheet.join.take(answer)
    compare = _sheet(page, CompareSheet)
    shown = compare.findChildren(CodeCard)[0].accessibleName()
    assert "".join(shown.split()).replace(".", "") == approval.code.replace("-", "")
    compare.same.click()
    assert not sheet.isVisible()
    central.do(lambda work: joining.compared(work, approval.device_id, confirmed=True))
    central.merge(lonely.export().path)
    assert central.sql("SELECT count(*) FROM patient") == [(1,)]


def test_a_clinic_sees_its_own_computers_and_tells_of_a_theft(network: Network, show: Show) -> None:
    page = show(network.clinics[0])
    rows = network.clinics[0].ask(asked.devices)
    assert {one.site_name for one in rows} == {"Clínica 1", "Oficina central"}
    assert not page.take_in.isVisibleTo(page) and not page.root.isVisibleTo(page)


def test_who_may_not_keep_computers_asks_nothing(network: Network) -> None:
    stranger = Actor(network.central.actor.staff_id, "Nadie", frozenset())
    for query in (asked.devices, asked.root):
        with pytest.raises(NotAllowed):
            network.central.vault.ask(query, stranger)


def test_the_clinic_sees_the_code_large_and_joins_only_after_a_yes(
    network: Network, lonely: Office, qtbot: Any, qapp: Any
) -> None:
    from clinic_desktop.features.bundles.screens.clinic import ClinicStick
    from clinic_desktop.features.bundles.screens.join import CompareSheet

    theme.start(qapp)
    request = joining.write_request(lonely.vault, lonely.actor, folder=lonely.stick)
    central = network.central
    answer, approval = joining.approve(central.vault, central.actor, file=request, folder=lonely.stick)
    screen = ClinicStick(Window(lonely.vault, lonely.actor, voice=RememberingVoice(), immediate=True))
    qtbot.addWidget(screen)
    screen.show()
    for say in ("differs", "same"):
        screen.join.take(answer)
        sheet = next(one for one in screen.findChildren(CompareSheet) if one.isVisible())
        shown = [w.accessibleName() for w in sheet.findChildren(CodeCard)]
        assert "".join(shown[0].split()).replace(".", "") == approval.code.replace("-", "")
        getattr(sheet, say).click()
        assert bool(lonely.sql("SELECT device_id FROM peer_device")) is (say == "same")
