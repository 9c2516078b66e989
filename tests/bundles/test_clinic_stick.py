"""The clinic's page of the stick: what is said of a stick, lost ones, codes read aloud, parts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pypdfium2 import PdfDocument
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from clinic_desktop.exchange.carrying import segments
from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.stick.route import RouteList, changed, identity, seal
from clinic_desktop.exchange.troubles import CodeIsWrong, NoReceiptKey, NotOurBundle, StickUnfit
from clinic_desktop.features.bundles.letters.slip import slip
from clinic_desktop.features.bundles.queries import carried, clinics, waiting
from clinic_desktop.features.bundles.queries.carried import CarriedState
from clinic_desktop.features.bundles.screens.clinic import ClinicStick
from clinic_desktop.features.bundles.screens.sent import RouteSheet, SentSheet
from clinic_desktop.features.bundles.service import carrying, losing, parcels
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.dialogs import Asked, Question
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.voice import RememberingVoice
from clinic_desktop.uikit.words import Text
from tests.makers.network import Network, Office
from tests.makers.people import change, medicine, note, register

Show = Callable[..., Any]


@pytest.fixture
def show(qtbot: Any, qapp: Any) -> Show:
    theme.start(qapp)

    def open_for(office: Office, stick: Path | None = None) -> Any:
        window = Window(office.vault, office.actor, voice=RememberingVoice(), immediate=True)
        screen = ClinicStick(window)
        qtbot.addWidget(screen)
        screen.resize(1282, 611)
        screen.show()
        screen.sticks.choose_folder(stick or office.stick)
        return screen

    return open_for


def told(screen: Any) -> list[str]:
    found = (screen.told_stick.itemAt(n).widget() for n in range(screen.told_stick.count()))
    return [w.words.text() for w in found if isinstance(w, Callout)]


def code_of(network: Network, clinic: Office, number: int) -> str:
    find = partial(clinics.bundles_of, site_id=clinic.vault.place.site_id)
    return next(b.code for b in network.central.ask(find) if b.way == "in" and b.number == number)


def test_an_infected_stick_is_told_plainly_and_still_carries(network: Network, show: Show) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    hidden = clinic.stick / "\u00a0"
    hidden.mkdir()
    path = clinic.export().path
    path.rename(hidden / "Fotos (1).scr~")
    for name in ("autorun.inf", "Fotos.lnk", "Documentos.lnk"):
        (clinic.stick / name).write_bytes(b"L\0\0\0" * 100)
    screen = show(clinic)
    assert any("virus" in words for words in told(screen))
    assert screen.copy.isEnabled()
    report = central.merge(clinic.stick)
    assert sum(f.new_segments for f in report.files) == 1


def test_a_stick_with_a_backup_and_bundles_of_others_is_told(network: Network, show: Show) -> None:
    first, second = network.clinics
    second.do(register())
    second.export()
    (second.stick / "20261123-1402.vault").mkdir()
    words = told(show(first, second.stick))
    assert any("backup" in line for line in words) and any("1 bundle of other clinics" in line for line in words)


def test_nothing_is_chosen_by_itself_where_two_sticks_are_in(
    network: Network, show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic_desktop.exchange.stick import drives

    both = [tmp_path / "A", tmp_path / "B"]
    for folder in both:
        folder.mkdir()
    monkeypatch.setattr(drives, "sticks", lambda: [drives.Stick(f, f.name, 10**9, 10**9) for f in both])
    screen = show(network.clinics[0])
    screen.sticks._extra = None
    screen.sticks.table.show_rows(())
    screen.sticks.look()
    assert screen.sticks.chosen() is None and not screen.copy.isEnabled()
    assert any("Several sticks" in words for words in told(screen))


def test_a_stick_that_lied_is_never_used_again(network: Network, show: Show) -> None:
    network.round()
    clinic = network.clinics[0]
    said = RouteList("clinic-desktop-route/1", "0" * 16, [])
    key = clinic.ask(identity)
    (clinic.stick / "aaaaaaaa.list").write_bytes(seal(changed(said, unfit="2026-11-23"), key))
    screen = show(clinic)
    assert not screen.copy.isEnabled()
    with pytest.raises(StickUnfit):
        finish(carrying.export(clinic.vault, clinic.actor, folder=clinic.stick))


def test_a_lost_stick_is_said_once_and_the_central_is_told(network: Network, show: Show) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    lost = clinic.export()
    screen = show(clinic)
    assert f"{lost.number:04d}" in screen.on_way.text()
    sheet = SentSheet(screen._office, screen)
    sheet.copy_asked.connect(screen._copy)
    assert sheet.lost.isEnabled()
    sheet.lost.click()
    question: Any = sheet.findChild(Question)
    question.yes.click()
    assert clinic.ask(carried.waits).lost == (lost.number,)
    assert "Lost" in screen.on_way.text()
    again: Any = next(q for q in sheet.findChildren(Question) if q is not question)
    again.yes.click()
    assert screen.pages.currentIndex() == 2, "another copy was made at once"
    central.merge(screen._exported.path)
    (state,) = [c for c in central.ask(clinics.clinics) if c.site_id == clinic.vault.place.site_id]
    assert state.told["lost"] == str(lost.number)
    clinic.accept(central.answer()["Clínica 1"])
    assert clinic.ask(carried.waits) == carried.Waits((), ())
    clinic.do(register())
    central.merge(clinic.export().path)
    (state,) = [c for c in central.ask(clinics.clinics) if c.site_id == clinic.vault.place.site_id]
    assert "lost" not in state.told, "what was on it has arrived another way"


def enter(qtbot: Any) -> None:
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)


def test_insert_enter_enter_carries_and_prints(network: Network, show: Show, qtbot: Any, tmp_path: Path) -> None:
    clinic = network.clinics[0]
    clinic.do(register())
    screen = show(clinic, tmp_path / "not yet")
    with qtbot.waitActive(screen):
        screen.activateWindow()
    screen.take_focus()
    assert not screen.copy.isEnabled()
    screen.sticks.choose_folder(clinic.stick)
    enter(qtbot)
    assert screen.pages.currentIndex() == 2 and len(list(clinic.stick.glob("*.bundle"))) == 1
    assert screen.print_button.hasFocus(), "the second Enter prints the sheet"
    screen._go(1)
    stopped: list[bool] = []
    screen.stop.clicked.connect(stopped.append)
    enter(qtbot)
    assert not stopped, "one Enter too many while it copies"
    screen._go(2)
    screen.step_back()
    assert screen.copy.hasFocus()
    screen.sticks._show(())
    assert screen.sticks.table.hasFocus(), "taken out: with the next stick Enter carries again"


def test_of_a_stick_that_comes_back_enter_takes_the_receipt_in_first(
    network: Network, show: Show, qtbot: Any, tmp_path: Path
) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    central.merge(clinic.export().path)
    central.answer()["Clínica 1"].rename(clinic.stick / "back")
    screen = show(clinic)
    with qtbot.waitActive(screen):
        screen.activateWindow()
    screen.take_focus()
    enter(qtbot)
    assert screen.pages.currentIndex() == 3 and clinic.ask(waiting.waiting).new == 0
    assert [t.text() for t in screen.pages.currentWidget().findChildren(Text) if "take the stick out" in t.text()]
    enter(qtbot)
    assert screen.pages.currentIndex() == 0 and screen.copy.hasFocus(), "once it was taken in, copying comes next"
    (clinic.stick / "back").unlink(missing_ok=True)
    assert not screen.sticks.chosen().unread


def test_another_stick_in_the_same_place_is_noticed(
    network: Network, show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic_desktop.exchange.stick import drives, media

    def put_in(label: str) -> None:
        for module in (drives, media):
            monkeypatch.setattr(module, "sticks", lambda: [drives.Stick(tmp_path, label, 10**9, 10**9)])

    put_in("KINGSTON")
    screen = show(network.clinics[0], tmp_path)
    put_in("SANDISK")
    screen.sticks._look_if_changed()
    assert screen.sticks.chosen().label == "SANDISK"


def test_what_is_said_after_stopping_is_true(network: Network, show: Show) -> None:
    """Parts that were read back whole, and what was taken in, stay."""
    network.round()
    clinic = network.clinics[0]
    for _n in range(2):
        clinic.do(register())
        finish(carrying.cut_waiting(clinic.vault, clinic.actor))
    steps = carrying.export(clinic.vault, clinic.actor, folder=clinic.stick, most=10)
    before = len(clinic.ask(carried.carried))
    while len(clinic.ask(carried.carried)) == before:
        next(steps)
    steps.close()
    assert len(clinic.ask(carried.carried)) == before + 1
    screen = show(clinic)
    notices: list[str] = []
    screen._office.notice = notices.append
    screen._stopped("")
    assert "counts as sent" in notices[0] and "Nothing" not in notices[0]


def test_with_a_stick_everything_on_it_is_lost_that_nobody_confirmed(network: Network, tmp_path: Path) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    lost, elsewhere = tmp_path / "lost", tmp_path / "elsewhere"
    done: list[int] = []
    for folder in (lost, elsewhere, lost):
        folder.mkdir(exist_ok=True)
        clinic.do(register())
        exported = finish(carrying.export(clinic.vault, clinic.actor, folder=folder))
        assert exported is not None
        done.append(exported.log_key)
        if len(done) == 1:
            central.merge(exported.path)
            clinic.accept(central.answer()["Clínica 1"])
    clinic.do(partial(losing.stick_is_lost, log_key=done[2]))
    states = {one.log_key: one.state for one in clinic.ask(carried.carried)}
    assert [states[key] for key in done] == [CarriedState.CONFIRMED, CarriedState.ON_ITS_WAY, CarriedState.LOST]
    clinic.do(register())
    again = finish(carrying.export(clinic.vault, clinic.actor, folder=elsewhere))
    more = finish(carrying.export(clinic.vault, clinic.actor, folder=elsewhere))
    assert again is not None and more is not None
    clinic.do(partial(losing.stick_is_lost, log_key=again.log_key))
    states = {one.log_key: one.state for one in clinic.ask(carried.carried)}
    assert [states[key] for key in (done[1], more.log_key)] == [CarriedState.LOST] * 2


def test_a_bundle_that_was_half_written_is_said_beside_a_whole_one(
    network: Network, show: Show, tmp_path: Path
) -> None:
    clinic, central = network.clinics[0], network.central
    stick = tmp_path / "stick"
    stick.mkdir()
    central.answer()["Clínica 1"].rename(stick / "0001-aaaaaaaa.bundle")
    central.do(medicine("Sertralina"))
    newer = central.answer()["Clínica 1"].read_bytes()
    (stick / "0002-bbbbbbbb.bundle.part").write_bytes(newer[: len(newer) * 2 // 3])
    screen = show(clinic, stick)
    screen._carry()
    told = [c.words.text() for c in screen.pages.currentWidget().findChildren(Callout)]
    assert any("incomplete" in words for words in told) and any("only receipts" in words for words in told), told


def test_the_sheet_that_travels_names_no_person(network: Network) -> None:
    clinic = network.clinics[0]
    clinic.do(register())
    exported = clinic.export()
    sheet = clinic.vault.ask(partial(slip, exported=exported), replace(clinic.actor, name="Marta Saloj"))
    words = PdfDocument(sheet.pdf())[0].get_textpage().get_text_bounded()
    assert exported.control in words and "Marta" not in words and "Tzoc" not in words


def test_what_was_read_cannot_be_lost(network: Network) -> None:
    network.round()
    clinic = network.clinics[0]
    (key,) = clinic.sql("SELECT key FROM bundle_log WHERE way = 'in' LIMIT 1")[0]
    with pytest.raises(NotOurBundle):
        clinic.do(partial(losing.stick_is_lost, log_key=key))


def test_a_receipt_that_is_read_aloud_frees_what_the_bundle_carried(network: Network, show: Show) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    clinic.do(note(clinic.do(register())))
    exported = clinic.export()
    central.merge(exported.path)
    code = code_of(network, clinic, exported.number)
    assert len(code) == 14
    wrong = code.translate(str.maketrans("0123456789", "1234567890")).replace("A", "B")
    with pytest.raises(CodeIsWrong):
        clinic.do(partial(parcels.take_code, log_key=exported.log_key, code=wrong if wrong != code else code[::-1]))
    assert clinic.ask(waiting.waiting).new == 3
    screen = show(clinic)
    sheet = SentSheet(screen._office, screen)
    sheet.code.click()
    asked: Any = sheet.findChild(Asked)
    asked.edit.setText(code.lower().replace("-", " ").replace("0", "o").replace("1", "l"))
    asked.yes.click()
    assert clinic.ask(waiting.waiting).new == 0
    assert clinic.ask(carried.carried)[0].state is CarriedState.CONFIRMED
    assert clinic.export().segments == 0


def test_a_have_of_the_central_overrules_what_was_read_aloud(network: Network) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    central.save_copy("before")
    clinic.do(register())
    exported = clinic.export()
    central.merge(exported.path)
    clinic.do(partial(parcels.take_code, log_key=exported.log_key, code=code_of(network, clinic, exported.number)))
    central.restore("before")
    clinic.accept(central.answer()["Clínica 1"])
    assert clinic.ask(waiting.waiting).new == 1, "the central was put back and lost it: it travels again"


def test_a_code_before_the_first_answer_is_refused_with_words(network: Network) -> None:
    clinic = network.clinics[0]
    clinic.do(register())
    exported = clinic.export()
    with pytest.raises(NoReceiptKey):
        clinic.do(partial(parcels.take_code, log_key=exported.log_key, code="ABCD-EFGH-JKMN"))


def test_a_parcel_goes_to_any_folder_and_leaves_no_list(network: Network, show: Show, tmp_path: Path) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    folder = tmp_path / "correo"
    folder.mkdir()
    screen = show(clinic)
    screen.save_parcel(folder)
    assert screen.pages.currentIndex() == 2
    assert not [t for t in screen.pages.currentWidget().findChildren(Text) if "stick out" in t.text()]
    (path,) = folder.iterdir()
    assert sum(f.new_segments for f in central.merge(path).files) == 1


def test_a_stick_without_room_for_all_parts_carries_those_that_fit(
    network: Network, show: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    network.round()
    clinic, central = network.clinics[0], network.central
    for _ in range(3):
        clinic.do(register())
        finish(carrying.cut_waiting(clinic.vault, clinic.actor))
    room = len(list(clinic.stick.glob("*.bundle"))) + 2

    def free(path: Path) -> int:
        return 10**9 if path != clinic.stick or len(list(path.glob("*.bundle"))) < room else 0

    monkeypatch.setattr("clinic_desktop.storage.files.free_bytes", free)
    exported = finish(carrying.export(clinic.vault, clinic.actor, folder=clinic.stick, most=10))
    assert exported is not None
    assert (len(exported.files), exported.left, exported.volumes) == (2, 1, 3)
    screen = show(clinic)
    screen._exported_to(exported)
    assert any("found no room" in c.words.text() for c in screen.findChildren(Callout))
    paper = PdfDocument(clinic.ask(partial(slip, exported=exported)).pdf())
    words = paper[0].get_textpage().get_text_bounded()
    assert exported.control in words and exported.files[1].control in words
    assert exported.path.name in words and clinic.vault.place.site_name in words
    second = tmp_path / "second"
    second.mkdir()
    rest = finish(carrying.export(clinic.vault, clinic.actor, folder=second, most=10))
    assert rest is not None
    first_there = rest.files[0].path
    report = central.merge(*(one.path for one in exported.files), first_there)
    assert [f.new_segments for f in report.files] == [1, 1, 1], "what was on no stick yet goes first"


def test_the_list_of_a_stick_can_be_looked_at(network: Network, show: Show, tmp_path: Path) -> None:
    network.round()
    stick = tmp_path / "stick"
    stick.mkdir()
    for clinic in network.clinics:
        clinic.do(register())
        finish(carrying.export(clinic.vault, clinic.actor, folder=stick))
    screen = show(network.clinics[0], stick)
    assert screen.route.isVisibleTo(screen)
    sheet = RouteSheet(screen._office, screen.sticks.chosen().route, screen)
    assert sheet.table.count() == 2
    newest: Any = sheet.table.rows.row(0)
    assert newest.site_name == "Clínica 2"


def test_a_clinic_is_told_what_of_the_central_has_not_arrived(network: Network, show: Show) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    for phone in ("1", "2"):
        central.do(change(patient, phone=phone))
        central.do(segments.cut)
    site_ids = [clinic.vault.place.site_id]
    write = carrying.write_receipt(central.vault, central.actor, folder=central.stick, most=1, site_ids=site_ids)
    (done,) = list(finish(write) or ())
    first, *rest = [one.path for one in done.files]
    clinic.accept(*rest)
    (gap,) = clinic.ask(waiting.confirmed).missing
    assert not gap.ours
    words = [one.words.text() for one in show(clinic).findChildren(Callout)]
    assert any(one.startswith("Of the central office a bundle has not arrived, written before") for one in words)
    clinic.accept(first)
    assert not clinic.ask(waiting.confirmed).missing
