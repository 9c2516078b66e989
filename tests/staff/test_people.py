"""Who signs in, and what each may do."""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.settings import queries as settings_queries
from clinic_desktop.features.settings import service as settings
from clinic_desktop.features.settings.rules import NotASetting, WrongSetting
from clinic_desktop.features.staff import queries, service
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import keys
from clinic_desktop.storage.header import read_header
from clinic_desktop.storage.throttle import SlotStopped, Throttle
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor

Do = Callable[[Callable[..., Any]], Any]
COORDINATOR = "0193a000-0000-7000-8000-000000000001"


@pytest.fixture
def founded(do: Do) -> None:
    first = service.NewMember(COORDINATOR, "Coordinación", "Coordinación", "coordinator")
    do(partial(service.found, first=first, municipality_code="0701"))


def member(role: str = "receptionist", **more: Any) -> service.NewMember:
    return service.NewMember(new_id(), "Ana", "Ana Xicay", role, **more)


def test_a_new_clinic_has_its_site_roles_and_first_person(founded: None, vault: Vault) -> None:
    me = Actor(COORDINATOR, "", frozenset({Permission.KEEP_STAFF}))
    assert {r.code for r in vault.ask(queries.roles, me)} == {r.code for r in FIRST_ROLES}
    signed_in = vault.do(partial(service.sign_in, staff_id=COORDINATOR), me)
    assert signed_in.may(Permission.KEEP_STAFF)
    assert not signed_in.may(Permission.READ_CHART), "a coordinator does not read notes"


def test_founding_happens_once(founded: None, do: Do) -> None:
    with pytest.raises(service.AlreadyFounded):
        do(partial(service.found, first=member(), municipality_code=None))


def test_reception_and_pharmacy_never_read_charts() -> None:
    codes = {r.code: r.permissions for r in FIRST_ROLES}
    for code in ("receptionist", "pharmacy", "community-worker", "coordinator", "data-manager", "auditor"):
        assert Permission.READ_CHART not in codes[code], code
    assert Permission.SIGN_NOTES not in codes["resident"]


def test_an_access_ends_on_its_day_and_works_until_then(founded: None, do: Do, vault: Vault, clock: StillClock) -> None:
    ana = member(valid_until=date(2026, 11, 24))
    do(partial(service.add_member, new=ana))
    nobody = Actor("", "", frozenset())
    assert vault.do(partial(service.sign_in, staff_id=ana.staff_id), nobody).may(Permission.RECEPTION)
    clock.advance(days=2)
    with pytest.raises(service.NotInService):
        vault.do(partial(service.sign_in, staff_id=ana.staff_id), nobody)


def test_a_resident_needs_a_supervisor_and_nobody_ends_before_beginning(founded: None, do: Do) -> None:
    with pytest.raises(service.SupervisorMissing):
        do(partial(service.add_member, new=member("resident")))
    with pytest.raises(service.EndsInThePast):
        do(partial(service.add_member, new=member(valid_until=date(2026, 11, 22))))


def test_the_last_coordinator_cannot_be_put_out(founded: None, do: Do) -> None:
    with pytest.raises(service.LastCoordinator):
        do(partial(service.end_access, staff_id=COORDINATOR))


def test_only_who_keeps_staff_adds_people(founded: None, vault: Vault) -> None:
    reception = Actor(new_id(), "Ana", frozenset({Permission.RECEPTION}))
    with pytest.raises(NotAllowed):
        vault.do(partial(service.add_member, new=member()), reception)


def test_a_person_added_on_the_spot_signs_in_and_one_put_out_does_not(
    founded: None, vault: Vault, actor: Actor, do: Do, clock: StillClock
) -> None:
    ana = member()
    do(partial(service.add_member, new=ana))
    service.give_access(vault, actor, ana.staff_id, "una clave bastante larga")
    slot = service.slot_of(vault.folder, "Ana")
    opened = keys.open_with_password(vault.folder, slot, "una clave bastante larga", Throttle(vault.folder, clock))
    assert (opened.staff_id, opened.must_change) == (ana.staff_id, True)
    service.take_access(vault, actor, ana.staff_id)
    assert "Ana" not in {p.display_name for p in read_header(vault.folder).people}


def test_a_setting_is_typed_and_what_does_not_fit_changes_nothing(do: Do, vault: Vault, actor: Actor) -> None:
    def chosen(reading: Any) -> Any:
        return settings_queries.setting(reading, "day_capacity")

    do(partial(settings.choose, key="day_capacity", value=30))
    for wrong in (0, 201, "30", True, None):
        with pytest.raises(WrongSetting):
            do(partial(settings.choose, key="day_capacity", value=wrong))
    with pytest.raises(NotASetting):
        do(partial(settings.choose, key="colour", value="red"))
    assert vault.ask(chosen, actor) == 30
    assert vault.ask(settings_queries.all_settings, actor)["language"] == "es"


def row_of(do: Do, staff_id: str) -> Any:
    return do(lambda work: queries.member(work, staff_id))


def role_named(code: str) -> str:
    return queries.role_id(code)


def test_nobody_gives_themselves_another_role_or_a_longer_stay(founded: None, do: Do) -> None:
    for to in ({"role_id": role_named("psychiatrist")}, {"valid_until": date(2030, 1, 1)}):
        with pytest.raises(service.OwnRole):
            do(partial(service.change_member, staff_id=COORDINATOR, seen={}, to=to))
    do(partial(service.change_member, staff_id=COORDINATOR, seen={}, to={"full_name": "Lic. Rosa Sic"}))
    assert row_of(do, COORDINATOR).role_code == "coordinator"


def test_another_who_keeps_the_team_gives_the_role_and_the_ledger_tells_it(founded: None, do: Do, vault: Vault) -> None:
    second = member("coordinator")
    do(partial(service.add_member, new=second))
    other = vault.do(partial(service.sign_in, staff_id=second.staff_id), Actor("", "", frozenset()))
    change = partial(service.change_member, staff_id=COORDINATOR, seen={}, to={"role_id": role_named("psychiatrist")})
    vault.do(change, other)
    line = vault._raw.execute("SELECT actor_id, act, row_id FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    assert line == (second.staff_id, "staff.change_member", COORDINATOR)


def test_a_change_obeys_what_adding_obeys(founded: None, do: Do) -> None:
    ana = member()
    do(partial(service.add_member, new=ana))
    for to, refusal in (
        ({"role_id": role_named("resident")}, service.SupervisorMissing),
        ({"role_id": role_named("resident"), "supervisor_id": ana.staff_id}, service.SupervisorMissing),
        ({"role_id": "nowhere"}, service.NoSuchRole),
        ({"valid_until": date(2026, 11, 22)}, service.EndsInThePast),
        ({"full_name": " "}, service.NameMissing),
    ):
        with pytest.raises(refusal):
            do(partial(service.change_member, staff_id=ana.staff_id, seen={}, to=to))
    with pytest.raises(ValueError, match="not changed here"):
        do(partial(service.change_member, staff_id=ana.staff_id, seen={}, to={"active": False}))
    with pytest.raises(service.NoSuchRole):
        do(partial(service.add_member, new=member("wizard")))
    assert row_of(do, ana.staff_id).role_code == "receptionist"


def test_who_can_no_longer_sign_in_does_not_count_as_keeping_the_team(founded: None, do: Do, clock: StillClock) -> None:
    do(partial(service.add_member, new=member("coordinator", valid_until=date(2026, 11, 24))))
    clock.advance(days=3)
    with pytest.raises(service.LastCoordinator):
        do(partial(service.end_access, staff_id=COORDINATOR))


def test_two_people_of_one_name_never_get_each_others_key(
    founded: None, vault: Vault, actor: Actor, do: Do, clock: StillClock
) -> None:
    """A merge brings people of other clinics; one of them may be called like somebody here."""
    first, second = member(), member("psychiatrist")
    for new in (first, second):
        do(partial(service.add_member, new=new))
    service.give_access(vault, actor, first.staff_id, "una clave bastante larga")
    with pytest.raises(service.NameTaken):
        service.give_access(vault, actor, second.staff_id, "otra clave bastante larga")
    do(partial(service.end_access, staff_id=second.staff_id))
    service.take_access(vault, actor, second.staff_id)
    slot = service.slot_of(vault.folder, "Ana")
    opened = keys.open_with_password(vault.folder, slot, "una clave bastante larga", Throttle(vault.folder, clock))
    assert opened.staff_id == first.staff_id


def test_no_key_is_given_to_somebody_whose_access_has_ended(founded: None, vault: Vault, actor: Actor, do: Do) -> None:
    ana = member()
    do(partial(service.add_member, new=ana))
    do(partial(service.end_access, staff_id=ana.staff_id))
    with pytest.raises(service.NotInService):
        service.give_access(vault, actor, ana.staff_id, "una clave bastante larga")


def test_a_new_password_opens_a_name_that_was_stopped(
    founded: None, vault: Vault, actor: Actor, do: Do, clock: StillClock
) -> None:
    ana = member()
    do(partial(service.add_member, new=ana))
    service.give_access(vault, actor, ana.staff_id, "una clave bastante larga")
    slot = service.slot_of(vault.folder, "Ana")
    (vault.folder / "tries.json").write_text(json.dumps({"version": 1, "base": 0, "misses": {slot: 100}}))
    with pytest.raises(SlotStopped):
        keys.open_with_password(vault.folder, slot, "una clave bastante larga", Throttle(vault.folder, clock))
    service.give_access(vault, actor, ana.staff_id, "otra clave bastante larga")
    again = keys.open_with_password(vault.folder, slot, "otra clave bastante larga", Throttle(vault.folder, clock))
    assert again.must_change
