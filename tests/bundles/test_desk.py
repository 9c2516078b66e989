"""The central's desk as one person uses it for a month of sticks: everything at once, stopped and gone on with."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.exchange.outcomes import MergeReport
from clinic_desktop.exchange.steps import finish
from clinic_desktop.features.bundles.queries import clinics, findings, overdue, waiting
from clinic_desktop.features.bundles.screens.central import CentralDesk
from clinic_desktop.features.bundles.screens.clinic_sheet import ClinicSheet
from clinic_desktop.features.bundles.screens.findings import FindingsPage
from clinic_desktop.features.bundles.service import answering, sites, succession, taking
from clinic_desktop.features.bundles.service import findings as putting_away
from clinic_desktop.features.patients.rules.consents import ConsentAnswer
from clinic_desktop.features.patients.service.restricting import restrict
from clinic_desktop.features.settings import service as settings
from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.errors import NeedsConfirmation
from clinic_desktop.storage.work import Work
from clinic_desktop.uikit import theme
from clinic_desktop.uikit.office import Office as Window
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.voice import RememberingVoice
from tests.bundles.test_sharing import says
from tests.makers.network import Network, Office
from tests.makers.people import register

Show = Callable[..., Any]


@pytest.fixture
def show(qtbot: Any, qapp: Any) -> Show:
    theme.start(qapp)

    def open_for(office: Office, screen_class: Callable[..., Any]) -> Any:
        window = Window(office.vault, office.actor, voice=RememberingVoice(), immediate=True)
        screen = screen_class(window)
        qtbot.addWidget(screen)
        screen.resize(1282, 611)
        screen.show()
        return screen

    return open_for


def people_at(office: Office) -> int:
    return office.sql("SELECT count(*) FROM patient")[0][0]


def state(network: Network, at: int = 0) -> clinics.ClinicState:
    found = {c.site_name: c for c in network.central.ask(clinics.clinics)}
    return found[network.clinics[at].vault.place.site_name]


def know_itself(work: Work) -> None:
    place = work.place
    work.add(Site(id=place.site_id, code=place.site_code, name=place.site_name, kind="clinic", zone=str(place.zone)))


def damaged(file: Path) -> Path:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    return file


def words_of(desk: CentralDesk) -> list[str]:
    return [callout.words.text() for callout in desk.told_area.findChildren(Callout)]


def test_all_sticks_are_merged_by_one_press_and_a_damaged_file_stops_nothing(
    make: Callable[[int], Network], show: Show
) -> None:
    network = make(3)
    for clinic in network.clinics:
        clinic.do(register())
        clinic.export()
    bad = damaged(next(network.clinics[1].stick.glob("*.bundle")))
    desk = show(network.central, CentralDesk)
    desk.merge_files([clinic.stick for clinic in network.clinics])
    assert people_at(network.central) == 2
    told = words_of(desk)
    assert bad.name in told[0], "what was refused is said first"
    assert any("Clínica 1" in line for line in told) and any("Clínica 3" in line for line in told)
    desk.merge_files([network.clinics[0].stick])
    assert bad.name in words_of(desk)[0], "it is remembered while the window is open"
    assert people_at(network.central) == 2


def test_a_merge_that_was_stopped_keeps_what_is_done_and_goes_on(make: Callable[[int], Network]) -> None:
    network = make(3)
    for clinic in network.clinics:
        clinic.do(register())
        clinic.export()
    central = network.central
    files = [clinic.stick for clinic in network.clinics]
    steps = taking.merge(central.vault, central.actor, files=files)
    for step in steps:
        if len(getattr(step, "files", ())) == 1:
            break
    steps.close()
    assert people_at(central) == 1
    report = finish(taking.merge(central.vault, central.actor, files=files))
    assert isinstance(report, MergeReport)
    assert people_at(central) == 3
    assert sum(one.rows > 0 for one in report.files) == 2 and all(one.ok for one in report.files)


def test_progress_only_grows_and_names_the_clinic(make: Callable[[int], Network]) -> None:
    network = make(2)
    for clinic in network.clinics:
        clinic.do(register())
        clinic.export()
    central = network.central
    steps = taking.merge(central.vault, central.actor, files=[c.stick for c in network.clinics])
    seen = [step for step in steps if isinstance(step, taking.MergeProgress)]
    assert [s.done for s in seen] == sorted(s.done for s in seen)
    assert seen[-1].done == seen[-1].total
    assert any("Clínica 1" in s.words for s in seen) and any("Clínica 2" in s.words for s in seen)


def test_files_dropped_onto_the_page_are_merged(network: Network, show: Show) -> None:
    from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
    from PySide6.QtGui import QDropEvent

    clinic = network.clinics[0]
    clinic.do(register())
    clinic.export()
    desk = show(network.central, CentralDesk)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(clinic.stick))])
    modifiers, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    desk.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, buttons, modifiers))
    assert people_at(network.central) == 1


def test_a_missing_bundle_is_named_by_its_number(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    central.merge(clinic.export().path)
    clinic.accept(*central.answer().values())
    clinic.do(register(given_names="Ana"))
    lost = clinic.export()
    segments = clinic.sql("SELECT count(*) FROM segment WHERE receipted_at IS NULL")[0][0]
    assert segments
    clinic.vault.do(
        lambda work: work.session.connection().exec_driver_sql(
            "UPDATE segment SET receipted_at = '2026-11-23T14:00:00.000000Z' WHERE receipted_at IS NULL"
        ),
        clinic.actor,
    )
    lost.path.unlink()
    clinic.do(register(given_names="Luz"))
    central.merge(clinic.export().path)
    assert state(network).numbers == (lost.number,)
    assert state(network).weight > state(network, 1).weight, "what needs attention stands first"


def test_a_clinic_from_which_nothing_came_for_too_long_is_told_on_both_sides(network: Network) -> None:
    wiring.fill()
    clinic, central = network.clinics[0], network.central
    central.do(partial(settings.choose, key="stick_days", value=9))
    network.round()
    assert clinic.ask(overdue.stick_days) == 9, "the number of the central holds for its clinics"
    central.clock.advance(days=9)
    assert not state(network).late and not clinic.ask(overdue.own).late
    central.clock.advance(days=1)
    assert state(network).late and state(network).days == 10
    quiet = clinic.ask(overdue.own)
    assert quiet.late and quiet.days == 10
    assert any(icon == waiting.WARNING for _words, icon in clinic.ask(waiting.footer))
    assert any(icon == waiting.WARNING for _words, icon in central.ask(waiting.footer))
    clinic.do(register())
    central.merge(clinic.export().path)
    assert not state(network).late and not clinic.ask(overdue.own).late and state(network, 1).late


def test_a_restored_computer_is_told_once_and_put_away_by_a_person(network: Network, show: Show) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    clinic.save_copy("monday")
    network.round()
    clinic.restore("monday")
    clinic.do(register(given_names="Ana"))
    central.merge(clinic.export().path)
    clinic.do(register(given_names="Luz"))
    central.merge(clinic.export().path)
    assert [f.kind for f in central.ask(findings.findings)] == ["restored"]
    assert state(network).restored == 1
    page = show(central, FindingsPage)
    assert page.table.count() == 1
    page.seen.click()
    assert page.table.count() == 0 and state(network).restored == 0
    assert people_at(central) == 3


def test_a_closed_clinic_is_not_overdue_and_its_last_bundle_still_counts(network: Network) -> None:
    wiring.fill()
    clinic, central = network.clinics[0], network.central
    for office in network.clinics:
        office.do(know_itself)
    clinic.do(register())
    network.round()
    clinic.do(register(given_names="Ana"))
    last = clinic.export()
    closing = partial(
        sites.close_site, site_id=clinic.vault.place.site_id, closed_on=date(2026, 11, 23),
        successor_id=network.clinics[1].vault.place.site_id,
    )  # fmt: skip
    with pytest.raises(NeedsConfirmation):
        central.do(closing)
    assert state(network).closed_on is None
    central.do(partial(closing, confirmed=True))
    central.clock.advance(days=90)
    closed = state(network)
    assert closed.closed_on == date(2026, 11, 23) and not closed.late and closed.devices == 0
    assert closed.successor_name == "Clínica 2"
    assert finish(succession.send_people(central.vault, central.actor)) == 1
    report = central.merge(last.path)
    assert report.files[0].error is None and people_at(central) == 2
    shared = "SELECT count(*) FROM record_share WHERE to_site_id = ?"
    successor = network.clinics[1]
    assert central.sql(shared, (successor.vault.place.site_id,)) == [(2,)], "who came with the last stick goes too"
    successor.accept(central.answer()[successor.vault.place.site_name])
    assert people_at(successor) == 2
    central.do(partial(sites.reopen_site, site_id=clinic.vault.place.site_id))
    assert state(network).closed_on is None


def test_a_clinic_that_never_sent_anything_can_close_and_what_comes_after_all_is_taken_in(network: Network) -> None:
    wiring.fill()
    clinic, central = network.clinics[0], network.central
    clinic.do(know_itself)
    clinic.do(register())
    closing = partial(
        sites.close_site, site_id=clinic.vault.place.site_id, closed_on=date(2026, 11, 23),
        successor_id=network.clinics[1].vault.place.site_id, confirmed=True,
    )  # fmt: skip
    central.do(closing)
    assert state(network).closed_on == date(2026, 11, 23) and state(network).successor_name == "Clínica 2"
    assert central.merge(clinic.export().path).files[0].error is None
    assert state(network).closed_on == date(2026, 11, 23) and people_at(central) == 1
    assert not central.sql("SELECT 1 FROM open_conflict")
    assert central.sql("SELECT count(*) FROM record_share") == [(1,)]


def test_a_no_to_other_clinics_holds_when_the_own_one_closes_and_a_reserved_record_goes_along(network: Network) -> None:
    wiring.fill()
    clinic, central = network.clinics[0], network.central
    clinic.do(know_itself)
    goes, stays, reserved = (clinic.do(register(given_names=name)) for name in ("Ana", "Rosa", "Inés"))
    clinic.do(says(stays, ConsentAnswer.REFUSED))
    clinic.do(partial(restrict, patient_id=reserved, reason="lo pidió"))
    network.round()
    successor_id = network.clinics[1].vault.place.site_id
    site_id, day = clinic.vault.place.site_id, date(2026, 11, 23)
    central.do(partial(sites.close_site, site_id=site_id, closed_on=day, successor_id=successor_id, confirmed=True))
    finish(succession.send_people(central.vault, central.actor))
    assert {row[0] for row in central.sql("SELECT patient_id FROM record_share")} == {goes, reserved}
    successor = network.clinics[1]
    successor.accept(central.answer()[successor.vault.place.site_name])
    here = dict(successor.sql("SELECT id, restricted FROM patient"))
    assert here == {goes: None, reserved: 1}, "it stays reserved for whoever may not open such records"


def test_the_answer_of_one_clinic_is_written_alone(network: Network, tmp_path: Path) -> None:
    network.round()
    central = network.central
    wanted = network.clinics[1].vault.place
    for old in central.stick.iterdir():
        if old.is_file():
            old.unlink()
    done = finish(answering.answer(central.vault, central.actor, folder=central.stick, site_ids=[wanted.site_id]))
    assert done is not None and [one.site_name for one in done.written] == [wanted.site_name]
    assert done.refused == ()


def test_the_detail_of_a_clinic_says_what_it_told_and_what_to_read_aloud(network: Network, show: Show) -> None:
    wiring.fill()
    clinic = network.clinics[0]
    clinic.do(register())
    network.round()
    clinic.do(register(given_names="Ana"))
    network.central.merge(clinic.export().path)
    desk = show(network.central, CentralDesk)
    sheet = ClinicSheet(desk._office, state(network), desk)
    assert sheet.bundles.count() >= 2
    rows = [sheet.bundles.rows.row(at) for at in range(sheet.bundles.count())]
    assert any(row is not None and row.code for row in rows)
    assert state(network).told["program"]
    sheet.reject()


def test_looking_deeper_finds_numbers_on_two_people_and_who_waits(network: Network) -> None:
    central = network.central
    first = central.do(register())
    second = central.do(register(given_names="Ana"))
    number = central.sql("SELECT number FROM patient WHERE id = ?", (first,))[0][0]
    central.vault.do(
        lambda work: work.session.connection().exec_driver_sql(
            "UPDATE patient SET number = ? WHERE id = ?", (number, second)
        ),
        central.actor,
    )
    found = finish(putting_away.look_deeper(central.vault, central.actor))
    assert found is not None
    assert [set(one.patient_ids) for one in found.numbers] == [{first, second}]


def test_the_loss_of_the_central_is_rehearsed_from_the_desk(network: Network, show: Show) -> None:
    network.clinics[0].do(register())
    network.round()
    page = show(network.central, FindingsPage)
    page.rehearse.click()
    (said,) = page.right.findChildren(Callout)
    assert "1 row" in said.words.text() and not page.long_cover and page.rehearse.isEnabled()
    assert not show(network.clinics[0], FindingsPage).rehearse.isVisible()


def test_a_clinic_hears_that_the_central_keeps_its_data_safe_however_long_the_stick_travels(network: Network) -> None:
    wiring.fill()
    clinic, central = network.clinics[0], network.central
    assert central.ask(overdue.central_kept).late and clinic.ask(overdue.central_kept) is None
    central.do(lambda work: setattr(work, "act", "backups.back_up"))
    assert not central.ask(overdue.central_kept).late
    network.round()
    clinic.clock.advance(days=12)
    heard = clinic.ask(overdue.central_kept)
    assert heard.days == 0 and not heard.late
    assert central.ask(overdue.central_kept).days == 12 and central.ask(overdue.central_kept).late
    network.round()
    assert clinic.ask(overdue.central_kept).late
