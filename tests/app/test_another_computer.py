"""One more computer of a clinic, founded from an invitation with the windows that a coordinator sees."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from clinic_desktop.app.clinic import NewClinic, OpenClinic, found_clinic
from clinic_desktop.app.program import Program
from clinic_desktop.exchange.steps import finish
from clinic_desktop.features.bundles.screens.devices import DevicesPage
from clinic_desktop.features.bundles.screens.village import VillageScreen
from clinic_desktop.features.bundles.service import carrying, pairing, taking
from clinic_desktop.features.staff import queries as staff
from clinic_desktop.features.staff.records import Site, StaffMember
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.shell.first_run import FirstRun, Invitation
from clinic_desktop.shell.new_clinic import NewClinicWizard
from clinic_desktop.shell.recovery_code import CodeShown
from clinic_desktop.shell.slowly import run_at_once
from clinic_desktop.storage.work import Work
from clinic_desktop.uikit import theme

pytestmark = pytest.mark.whole


def _say_more(work: Work) -> None:
    site, person = work.load(Site, work.site_id), work.load(StaffMember, work.actor.staff_id)
    site.address, site.phone = "Calle 3", "7762 0000"
    person.full_name, person.licence = "Juana Brito Ceto", "1234"


def _first_code(first: FirstRun, invitation: Path) -> CodeShown:
    first.take("beside")
    first.findChildren(Invitation)[0].take(invitation)
    wizard = first.findChildren(NewClinicWizard)[0]
    assert wizard.place.value() == "0710" and not wizard.place.isEnabled()
    wizard.step_on()
    wizard.new.propose()
    wizard.step_on()
    return first.findChildren(CodeShown)[0]


def _facts(clinic: OpenClinic) -> Any:
    member = partial(staff.member, staff_id=clinic.actor.staff_id)
    return clinic.vault.ask(staff.site, clinic.actor), clinic.vault.ask(member, clinic.actor)


def test_it_takes_nothing_back_of_what_the_clinic_says_of_itself_and_leads_to_the_computers(
    tmp_path: Path, clock: StillClock, qapp: QApplication, qtbot: Any
) -> None:
    set_language("es")
    theme.start(qapp)
    new = NewClinic("Clínica de prueba", "PRU", "clinic", "America/Guatemala", "0710", "Juana", "una clave larga")
    one, _code = found_clinic(tmp_path / "one", new, clock)
    one.vault.do(_say_more, one.actor)
    before = _facts(one)
    invitation = finish(pairing.write_invitation(one.vault, one.actor, folder=tmp_path))
    clock.advance(seconds=60)
    program = Program(tmp_path / "two", clock, set_language, run=run_at_once)
    qtbot.addWidget(program.window)
    first = program.window.currentWidget()
    assert isinstance(first, FirstRun) and invitation is not None
    shown = _first_code(first, invitation)
    shown.kept.emit()
    assert program.home is not None
    (screen,) = program.home.page.findChildren(VillageScreen)
    assert isinstance(screen.page(), DevicesPage)
    two = program.home.clinic
    assert _facts(two) == before
    request = finish(pairing.ask_to_enter(two.vault, two.actor, folder=tmp_path))
    assert request is not None
    taken = finish(pairing.take_in(one.vault, one.actor, file=request, confirmed=True))
    assert taken is not None
    two.vault.do(partial(pairing.enter, content=taken[0].read_bytes(), confirmed=True), two.actor)
    for giver, taker in ((two, one), (one, two)):
        clock.advance(seconds=60)
        made = finish(carrying.export(giver.vault, giver.actor, folder=tmp_path))
        assert made is not None
        finish(taking.accept(taker.vault, taker.actor, files=[made.path]))
    assert _facts(one) == _facts(two) == before
    program.leave()
    one.close()
