"""Who gets in, who does not, and what a stranger with the files finds."""

import random
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.storage import header as header_file
from clinic_desktop.storage.files import HEADER
from clinic_desktop.storage.header import (
    HeaderChanged,
    HeaderDamaged,
    HeaderFinding,
    HeaderMissing,
    HeaderNewer,
    read_header,
    write_header,
)
from clinic_desktop.storage.keys import (
    KeyUse,
    LastWayIn,
    NewSlot,
    Opened,
    VaultExists,
    WrongCode,
    WrongPassword,
    add_escrow,
    add_slot,
    change_password,
    create_header,
    mend,
    new_recovery_code,
    note_backup,
    open_with_code,
    open_with_key,
    open_with_password,
    remove_slot,
    rename_slot,
    reset_by_code,
    reset_slot,
    show_names,
    sub_key,
)
from clinic_desktop.storage.recovery import new_code
from clinic_desktop.storage.sealing import FLOOR, Cost, measure_cost, new_pair
from clinic_desktop.storage.slots import SlotKind
from clinic_desktop.storage.throttle import Throttle
from clinic_desktop.storage.words import WeakPassword

CLOCK = StillClock(datetime(2026, 11, 23, 14, tzinfo=UTC))
PASSWORD = "Río Usumacinta 88"
STAFF = "0193a000-0000-7000-8000-000000000001"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Opened, str]:
    folder = tmp_path_factory.mktemp("made")
    opened, code = create_header(folder, "Clínica Nebaj", [NewSlot("María Ixchel", STAFF, PASSWORD)])
    return folder, opened, code


@pytest.fixture
def folder(made: tuple[Path, Opened, str], tmp_path: Path) -> Path:
    return shutil.copytree(made[0], tmp_path / "data")


@pytest.fixture
def opened(made: tuple[Path, Opened, str]) -> Opened:
    return made[1]


@pytest.fixture
def code(made: tuple[Path, Opened, str]) -> str:
    return made[2]


@pytest.fixture
def throttle(folder: Path) -> Throttle:
    return Throttle(folder, CLOCK)


def everything_in(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_the_password_opens_the_same_key_however_the_keyboard_composes_accents(
    folder: Path, opened: Opened, throttle: Throttle
):
    again = open_with_password(folder, opened.slot_id, "Ri\u0301o Usumacinta 88", throttle)
    assert again == opened
    assert again.staff_id == STAFF


def test_a_wrong_password_and_an_unknown_person_are_told_the_same(folder: Path, opened: Opened, throttle: Throttle):
    for slot_id, typed in ((opened.slot_id, PASSWORD.lower()), (None, PASSWORD)):
        with pytest.raises(WrongPassword):
            open_with_password(folder, slot_id, typed, throttle)


def test_before_sign_in_names_and_the_backup_day_are_known_and_nothing_secret(folder: Path, opened: Opened):
    note_backup(folder, opened, CLOCK.now())
    header = read_header(folder)
    assert [p.display_name for p in header.people] == ["María Ixchel"]
    assert header.last_backup_at == CLOCK.now()
    assert header.site_name == "Clínica Nebaj"
    assert header.find("  maría   IXCHEL ") == opened.slot_id
    assert header.find("nobody") is None
    show_names(folder, opened, False)
    assert not read_header(folder).names_shown


def test_no_file_holds_a_password_a_code_or_a_key(folder: Path, opened: Opened, code: str):
    held = everything_in(folder)
    secrets = (PASSWORD, code, code.replace("-", ""), opened.data_key, opened.private_key)
    for secret in secrets:
        raw = secret.encode() if isinstance(secret, str) else secret
        assert raw not in held
        assert raw.hex().encode() not in held
    assert "data_key" not in repr(opened)


def test_each_use_has_a_key_of_its_own(opened: Opened):
    keys = [sub_key(opened, use) for use in KeyUse]
    assert len({*keys, opened.data_key}) == len(KeyUse) + 1
    assert {len(key) for key in keys} == {32}
    other_vault = replace(opened, vault_id="another")
    assert sub_key(other_vault, KeyUse.DATABASE) != sub_key(opened, KeyUse.DATABASE)


def test_the_recovery_code_gives_a_new_password_and_dies(folder: Path, opened: Opened, code: str, throttle: Throttle):
    inside, fresh = reset_by_code(
        folder, code.lower().replace("-", " "), opened.slot_id, "otra clave larga 7", throttle
    )
    assert inside.data_key == opened.data_key
    assert inside.private_key != opened.private_key
    with pytest.raises(WrongCode):
        open_with_code(folder, code)
    with pytest.raises(WrongPassword):
        open_with_password(folder, opened.slot_id, PASSWORD, throttle)
    CLOCK.advance(minutes=10)
    assert open_with_password(folder, opened.slot_id, "otra clave larga 7", throttle) == inside
    assert open_with_code(folder, fresh).kind is SlotKind.RECOVERY


def test_a_new_code_replaces_the_old_one(folder: Path, opened: Opened, code: str):
    fresh = new_recovery_code(folder, opened)
    assert open_with_code(folder, fresh).data_key == opened.data_key
    with pytest.raises(WrongCode):
        open_with_code(folder, code)
    assert len([s for s in read_header(folder).slots if s.kind is SlotKind.RECOVERY]) == 1


def test_a_code_of_another_clinic_opens_nothing(folder: Path):
    with pytest.raises(WrongCode):
        open_with_code(folder, new_code())


def test_changing_a_password_keeps_the_pair_and_kills_the_old_one(folder: Path, opened: Opened, throttle: Throttle):
    changed = change_password(folder, opened, PASSWORD, "palma lino correo tinta", throttle)
    assert (changed.data_key, changed.private_key) == (opened.data_key, opened.private_key)
    # Generated words are compared by their letters, and the slot remembers that they are such.
    assert open_with_password(folder, opened.slot_id, "PALMA-linó  correotinta", throttle) == changed
    with pytest.raises(WrongPassword):
        open_with_password(folder, opened.slot_id, PASSWORD, throttle)
    # The old lock is in no copy either.
    old = read_header_lock(folder, opened.slot_id)
    assert all(old in path.read_bytes() for path in folder.glob("vault.json*"))


def read_header_lock(folder: Path, slot_id: str) -> bytes:
    import base64

    slot = read_header(folder).slot(slot_id)
    assert slot is not None
    assert slot.lock is not None
    return base64.b64encode(slot.lock.wrapped)


def test_a_weak_new_password_changes_nothing(folder: Path, opened: Opened, throttle: Throttle):
    before = everything_in(folder)
    for weak in ("corta", "María Ixchel 2026", "Clinica Nebaj!"):
        with pytest.raises(WeakPassword):
            change_password(folder, opened, PASSWORD, weak, throttle)
    assert everything_in(folder) == before


def test_a_person_is_added_reset_renamed_and_removed(folder: Path, opened: Opened, throttle: Throttle):
    added = add_slot(folder, opened, NewSlot("Ana Chávez", "s2", "rama pera nido luna", must_change=True))
    inside = open_with_password(folder, added, "rama pera nido luna", throttle)
    assert inside.data_key == opened.data_key
    assert inside.must_change
    reset_slot(folder, opened, added, "tinta lago miel puma", must_change=False, throttle=throttle)
    rename_slot(folder, opened, added, "Ana Chávez Tzoc")
    again = open_with_password(folder, added, "tinta lago miel puma", throttle)
    assert (again.display_name, again.staff_id, again.must_change) == ("Ana Chávez Tzoc", "s2", False)
    remove_slot(folder, opened, added)
    with pytest.raises(WrongPassword):
        open_with_password(folder, added, "tinta lago miel puma", throttle)
    for path in folder.glob("vault.json*"):
        assert added.encode() not in path.read_bytes()


def test_the_last_person_cannot_be_removed(folder: Path, opened: Opened):
    with pytest.raises(LastWayIn):
        remove_slot(folder, opened, opened.slot_id)


def test_the_centrals_key_opens_and_leaves_no_secret_here(folder: Path, opened: Opened):
    private, public = new_pair()
    add_escrow(folder, opened, "Central", public)
    assert open_with_key(folder, private).data_key == opened.data_key
    assert private not in everything_in(folder)
    with pytest.raises(WrongCode):
        open_with_key(folder, new_pair()[0])


def test_a_vault_is_not_founded_over_another(folder: Path):
    before = everything_in(folder)
    with pytest.raises(VaultExists):
        create_header(folder, "Otra", [NewSlot("X", "x", PASSWORD)])
    assert everything_in(folder) == before


def test_a_folder_without_a_header_says_so(tmp_path: Path):
    with pytest.raises(HeaderMissing):
        read_header(tmp_path)


def test_of_300_flipped_bits_none_opens(folder: Path, opened: Opened):
    data = (folder / HEADER).read_bytes()
    for copy in folder.glob("vault.json.*"):
        copy.unlink()
    rng = random.Random(20261122)
    for bit in rng.sample(range(len(data) * 8), 300):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        (folder / HEADER).write_bytes(changed)
        with pytest.raises((HeaderDamaged, HeaderNewer)):
            read_header(folder)


def test_a_change_with_a_right_checksum_is_still_not_opened(folder: Path, opened: Opened, throttle: Throttle):
    header = read_header(folder)
    forged = replace(header, site_name="Otra clínica", findings=())
    (folder / HEADER).write_bytes(header_file.encode(forged))
    assert read_header(folder).site_name == "Otra clínica"
    with pytest.raises(HeaderChanged):
        open_with_password(folder, opened.slot_id, PASSWORD, throttle)
    with pytest.raises(HeaderChanged):
        note_backup(folder, opened, CLOCK.now())


def test_a_slot_of_another_vault_does_not_open_here(folder: Path, opened: Opened, tmp_path: Path, throttle: Throttle):
    other, _code = create_header(tmp_path, "Otra", [NewSlot("Eva", "e", PASSWORD)])
    theirs = read_header(tmp_path).slot(other.slot_id)
    assert theirs is not None
    write_header(folder, read_header(folder).with_slot(theirs), opened.data_key)
    with pytest.raises(WrongPassword):
        open_with_password(folder, other.slot_id, PASSWORD, throttle)


@pytest.mark.parametrize(
    "cost", [Cost(4 * 1024 * 1024, 3), Cost(64 * 1024, 11), Cost(8, 1), Cost(64 * 1024, 2), Cost(64 * 1024, 3, 64)]
)
def test_a_cost_out_of_bounds_is_refused_before_it_is_computed(folder: Path, opened: Opened, cost: Cost):
    header = read_header(folder)
    slot = header.slot(opened.slot_id)
    assert slot is not None
    assert slot.lock is not None
    changed = header.with_slot(replace(slot, lock=replace(slot.lock, cost=cost)))
    for path in folder.glob("vault.json*"):
        path.write_bytes(header_file.encode(changed))
    with pytest.raises(HeaderDamaged):
        read_header(folder)


def test_a_damaged_or_missing_main_file_is_read_from_a_copy_and_mended(folder: Path, opened: Opened):
    whole = (folder / HEADER).read_bytes()
    (folder / HEADER).write_bytes(whole[:100])
    assert read_header(folder).findings == (HeaderFinding.MAIN_DAMAGED,)
    assert mend(folder, opened)
    assert read_header(folder).findings == ()
    (folder / HEADER).unlink()
    assert read_header(folder).findings == (HeaderFinding.MAIN_MISSING,)
    assert mend(folder, opened)
    assert not mend(folder, opened)


def test_an_old_main_file_put_back_and_an_old_copy_are_noticed(folder: Path, opened: Opened):
    old = (folder / HEADER).read_bytes()
    note_backup(folder, opened, CLOCK.now())
    new = (folder / HEADER).read_bytes()
    (folder / HEADER).write_bytes(old)
    assert read_header(folder).findings == (HeaderFinding.MAIN_OLDER,)
    (folder / HEADER).write_bytes(new)
    (folder / (HEADER + ".bak")).write_bytes(old)
    (folder / (HEADER + ".bak2")).write_bytes(b"")
    assert set(read_header(folder).findings) == {HeaderFinding.COPY_OLDER, HeaderFinding.COPY_DAMAGED}


def test_a_header_of_a_newer_program_is_not_called_damaged(folder: Path):
    data = (folder / HEADER).read_bytes().replace(b'"version": 1', b'"version": 2')
    (folder / HEADER).write_bytes(data)
    with pytest.raises(HeaderNewer):
        read_header(folder)


def test_the_measured_cost_is_never_below_the_floor():
    # A clock that stands still measures nothing, so nothing higher is taken.
    assert measure_cost(CLOCK) == FLOOR
