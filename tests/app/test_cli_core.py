"""The command line at its edges: what is missing, wrong or open elsewhere ends in one sentence and the right code."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clinic_desktop.app.clinic import NewClinic, OpenClinic, found_clinic, open_clinic, opener
from clinic_desktop.features.patients.queries import people as patients
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import registering as patients_service
from clinic_desktop.features.staff import queries as staff_queries
from clinic_desktop.features.staff import service as staff
from clinic_desktop.kernel.clock import StillClock, SystemClock
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.storage import keys
from clinic_desktop.storage.files import DATABASE, HEAD, HEADER
from clinic_desktop.storage.vault import DiskFull, Vault
from tests.consults.questionnaires import as_bytes, questionnaire
from tests.makers.desk import PASSWORD, Terminal

pytestmark = pytest.mark.whole

REPOSITORY = Path(__file__).resolve().parents[2]
NEW = NewClinic("Prueba", "PRU", "clinic", "America/Guatemala", None, "Coordinación", PASSWORD)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Founded once, since making keys takes its time; each test works on a copy."""
    folder = tmp_path_factory.mktemp("founded")
    new_terminal(folder).done("init", "--site", "Prueba", "--code", "PRU", "--recovery-file", folder / "code")
    return folder


@pytest.fixture
def clinic(founded: Path, tmp_path: Path) -> Terminal:
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return Terminal(tmp_path / "data", tmp_path / "keys")


def new_terminal(folder: Path) -> Terminal:
    (folder / "keys").mkdir()
    return Terminal(folder / "data", folder / "keys")


def inside(terminal: Terminal) -> OpenClinic:
    clock = SystemClock()
    return open_clinic(terminal.data, opener(terminal.data, "Coordinación", PASSWORD, clock), clock)


def register(clinic: OpenClinic) -> tuple[str, str]:
    """Somebody's id and number."""
    patient_id = PatientId(new_id())
    details = Details(given_names="Rosa", family_name="Quispe")
    clinic.vault.do(lambda work: patients_service.register(work, patient_id, details), clinic.actor)
    return patient_id, clinic.vault.ask(lambda r: patients.header(r, patient_id), clinic.actor).number


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["--code", "abc"], 3, "BadSiteCode"),
        (["--zone", "Nowhere/Land"], 3, "NoSuchZone"),
        (["--zone", "../../etc/passwd"], 3, "NoSuchZone"),
        (["--municipality", "9999"], 3, "UnknownMunicipality"),
        (["--site", "  "], 3, "SiteNameMissing"),
        (["--coordinator", " "], 3, "NameMissing"),
    ],
)
def test_a_clinic_that_is_not_founded_leaves_nothing_in_the_way(
    tmp_path: Path, words: list[str], code: int, error: str
) -> None:
    terminal, secret = new_terminal(tmp_path), tmp_path / "code"
    said = terminal.run("init", "--site", "Uno", "--code", "UNO", "--recovery-file", secret, *words)
    assert (said.code, said.facts["error"]) == (code, error)
    assert not secret.exists()
    assert not [p for p in terminal.data.glob("vault.*") if p.name != "vault.lock"]
    assert terminal.done("init", "--site", "Uno", "--code", "UNO", "--recovery-file", secret)["site_id"]


def test_a_recovery_code_is_never_made_without_a_place_for_it_nor_over_another(
    clinic: Terminal, tmp_path: Path
) -> None:
    first = (tmp_path / "code").read_text()
    other = Terminal(tmp_path / "other", clinic.keys)
    found = ["init", "--site", "Dos", "--code", "DOS"]
    assert other.run(*found).facts["error"] == "NowhereForTheCode"
    assert other.run(*found, "--recovery-file", tmp_path / "gone" / "code").code == 4
    assert other.run(*found, "--recovery-file", tmp_path / "code").facts["error"] == "CodeFileTaken"
    assert (tmp_path / "code").read_text() == first
    assert not (other.data / HEADER).exists()


def test_a_founding_that_the_disk_ends_can_be_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()

    def full(*_arguments: Any, **_more: Any) -> None:
        raise DiskFull()

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "settle_in", full)
        with pytest.raises(DiskFull):
            found_clinic(tmp_path, NEW, clock)
    found_clinic(tmp_path, NEW, clock)[0].close()


def test_data_whose_key_file_is_lost_are_not_founded_over(clinic: Terminal) -> None:
    for name in (HEADER, f"{HEADER}.bak", f"{HEADER}.bak2"):
        (clinic.data / name).unlink()
    before = (clinic.data / DATABASE).read_bytes()
    with pytest.raises(keys.VaultExists):
        found_clinic(clinic.data, NEW, SystemClock())
    assert (clinic.data / DATABASE).read_bytes() == before
    assert not (clinic.data / HEADER).exists()


def test_whatever_is_not_there_is_said_in_a_sentence(clinic: Terminal, tmp_path: Path) -> None:
    nothing, out = tmp_path / "nothing", tmp_path / "out"
    for words in (
        ["restore", nothing, "--to", out],
        ["instrument", "import", nothing],
        ["enroll", "accept", nothing],
        ["user", "reset", "Coordinación", "--new-password-file", nothing],
        ["show", "patient", "nobody"],
        ["user", "reset", "Nadie", "--new-password-file", clinic.file_with("p", "luna rama pino tela")],
        ["user", "add", "Ana", "--role", "wizard"],
    ):
        said = clinic.run(*words)
        assert said.code in (3, 4), words
        assert said.facts["sentence"]
        assert said.err == ""
    elsewhere = Terminal(nothing, clinic.keys, user="Coordinación")
    assert elsewhere.run("search", "a").code == 4
    assert not nothing.exists()


def test_a_questionnaire_that_no_scale_knows_is_imported_only_after_a_yes(clinic: Terminal, tmp_path: Path) -> None:
    known, own = tmp_path / "known.json", tmp_path / "own.json"
    known.write_bytes(as_bytes(questionnaire()))
    own.write_bytes(as_bytes(questionnaire(4, code=[])))
    assert clinic.run("instrument", "import", known).facts["scale"] == "phq9"
    refused = clinic.run("instrument", "import", own)
    assert (refused.code, refused.facts["error"]) == (3, "NoScaleOfOurs")
    assert clinic.run("--yes", "instrument", "import", own).facts["scale"] is None
    assert clinic.run("--yes", "instrument", "import", own).facts["again"] is True
    own.write_bytes(b" " * 5_000_000)
    too_large = clinic.run("--yes", "instrument", "import", own)
    assert (too_large.code, too_large.facts["error"]) == (3, "QuestionnaireTooLarge")
    assert clinic.run("--yes", "instrument", "import", tmp_path).code == 4


@pytest.mark.parametrize(
    "words",
    [["bundle", "inspect"], ["bundle", "merge"], ["bundle", "accept"], ["enroll", "approve", "--to", "out"]],
    ids=lambda words: "-".join(words[:2]),
)
def test_a_mistyped_bundle_is_not_called_a_stick_that_was_pulled_out(
    clinic: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = clinic.run(*words, tmp_path / "0001-mistyped.bundle")
    assert (said.code, said.facts["error"]) == (4, "CannotRead")
    assert "0001-mistyped.bundle" in said.facts["sentence"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, 4), (b"", 3), (b"\xff\xfem\0e\0", 3), (b"\xef\xbb\xbfmesa lago pino tela\r\n", 0), (b"a\nb\n", 3)],
)
def test_a_password_file_is_read_as_editors_write_it(clinic: Terminal, content: bytes | None, code: int) -> None:
    file = clinic.keys / "typed"
    if content is not None:
        file.write_bytes(content)
    said = clinic.run("report", "day", "--password-file", file)
    assert said.code == code
    assert "ok" in said.facts


def test_neither_password_nor_recovery_code_is_ever_in_the_json(clinic: Terminal, tmp_path: Path) -> None:
    assert clinic.run("user", "add", "Ana", "--role", "nurse").facts["error"] == "NowhereForThePassword"
    given = clinic.file_with("given", "luna rama pino tela")
    said = clinic.run("user", "add", "Ana", "--role", "nurse", "--new-password-file", given)
    assert said.code == 0
    assert "luna" not in said.out + said.err
    shown = clinic.run("user", "reset", "Ana", json_=False, user="Coordinación")
    assert len(shown.out.strip().splitlines()[-1].split(": ")[-1].split()) == 4
    assert (tmp_path / "code").read_text().strip() not in shown.out


def test_a_weak_password_or_a_taken_name_leaves_nobody_half_added(clinic: Terminal) -> None:
    weak, good = clinic.file_with("weak", "12345"), clinic.file_with("good", "luna rama pino tela")
    assert clinic.run("user", "add", "Ana", "--role", "nurse", "--new-password-file", weak).code == 3
    taken = clinic.run("user", "add", "Coordinación", "--role", "nurse", "--new-password-file", good)
    assert taken.facts["error"] == "NameTaken"
    opened = inside(clinic)
    names = [m.display_name for m in opened.vault.ask(staff_queries.members, opened.actor)]
    opened.close()
    assert names == ["Coordinación"]


def test_an_ended_access_is_refused_though_its_slot_is_still_there(clinic: Terminal) -> None:
    good = clinic.file_with("good", "luna rama pino tela")
    staff_id = clinic.done("user", "add", "Ana", "--role", "receptionist", "--new-password-file", good)["staff_id"]
    opened = inside(clinic)
    opened.vault.do(partial(staff.end_access, staff_id=staff_id), opened.actor)
    opened.close()
    said = clinic.run("search", "a", user="Ana", password="luna rama pino tela")
    assert (said.code, said.facts["error"]) == (3, "NotInService")
    assert clinic.run("search", "a", user="Coordinación").code == 0, "the lock was given back"


def test_each_role_does_by_command_what_its_permissions_say(clinic: Terminal, tmp_path: Path) -> None:
    opened = inside(clinic)
    _patient, number = register(opened)
    opened.close()
    words = {"pharmacy": "luna rama pino tela", "auditor": "rama lago pino tela"}
    for role, password in words.items():
        given = clinic.file_with(role, password)
        clinic.done("user", "add", role, "--role", role, "--new-password-file", given, user="Coordinación")
    for role, allowed in {
        "pharmacy": {"search": 0, "day": 3, "stock": 0, "backup": 3, "add": 3, "check": 3},
        "auditor": {"search": 3, "day": 3, "stock": 3, "backup": 3, "add": 3, "check": 0},
    }.items():
        by = partial(clinic.run, user=role, password=words[role])
        more = clinic.file_with("more", "tela luna pino rama")
        assert {
            "search": by("search", "quispe").code,
            "day": by("report", "day").code,
            "stock": by("report", "stock").code,
            "backup": by("backup", "--to", tmp_path / "b").code,
            "add": by("user", "add", "Otra", "--role", "coordinator", "--new-password-file", more).code,
            "check": by("check").code,
        } == allowed, role
    shown = clinic.done("show", "patient", number, user="pharmacy", password=words["pharmacy"])
    assert shown["name"] == "QUISPE, Rosa"


def test_showing_a_person_leaves_a_line_that_names_who_looked(clinic: Terminal) -> None:
    opened = inside(clinic)
    patient_id, number = register(opened)
    opened.close()
    clinic.done("show", "patient", number.lower())
    opened = inside(clinic)
    cursor = opened.vault._raw.cursor()
    lines = cursor.execute("SELECT actor_id FROM ledger WHERE act = 'looked' AND row_id = ?", (patient_id,)).fetchall()
    assert lines == [(opened.actor.staff_id,)]
    opened.close()


def test_a_check_with_findings_ends_with_four(clinic: Terminal) -> None:
    opened = inside(clinic)
    opened.vault._raw.execute("UPDATE site SET phone = 'by hand'")
    opened.close()
    said = clinic.run("check")
    assert (said.code, said.facts["ok"]) == (4, False)
    assert [f["kind"] for f in said.facts["findings"]] == ["changed-outside"]


def test_a_restore_counts_tries_beside_the_data_and_leaves_the_backup_as_it_is(
    clinic: Terminal, tmp_path: Path
) -> None:
    made = Path(clinic.done("backup", "--to", tmp_path / "stick")["path"])
    before = sorted(path.name for path in made.iterdir())
    assert clinic.run("restore", made, "--to", tmp_path / "new", password="not this one").code == 3
    assert not (tmp_path / "new").exists()
    assert sorted(path.name for path in made.iterdir()) == before


def test_a_moved_data_folder_opens_and_begins_a_new_epoch(clinic: Terminal, tmp_path: Path) -> None:
    opened = inside(clinic)
    epoch = opened.vault.place.epoch
    opened.close()
    moved = Terminal(clinic.data.rename(tmp_path / "otra carpeta ñ"), clinic.keys)
    assert moved.done("report", "day")["people"] == 0
    opened = inside(moved)
    assert opened.vault.place.epoch != epoch
    opened.close()


@pytest.mark.parametrize(
    "break_it", [lambda d: (d / DATABASE).unlink(), lambda d: (d / DATABASE).write_bytes(b"x" * 9)]
)
def test_after_an_opening_that_failed_the_lock_is_free(clinic: Terminal, break_it: Callable[[Path], Any]) -> None:
    whole = (clinic.data / DATABASE).read_bytes()
    break_it(clinic.data)
    assert clinic.run("report", "day").code == 4
    (clinic.data / DATABASE).write_bytes(whole)
    (clinic.data / HEAD).unlink(missing_ok=True)
    assert clinic.run("report", "day").code == 0


def test_another_process_is_refused_politely_while_this_one_has_the_vault(clinic: Terminal) -> None:
    opened = inside(clinic)
    secret = clinic.file_with("secret", PASSWORD)
    common = [sys.executable, "-m", "clinic_desktop", "--data", str(clinic.data), "--password-file", str(secret)]
    other = subprocess.run(
        [*common, "report", "day"], cwd=REPOSITORY, capture_output=True, text=True, check=False, encoding="utf-8",
        env={**os.environ, "LC_ALL": "C", "LANG": "C"},
    )  # fmt: skip
    opened.close()
    set_language("es")
    from clinic_desktop.kernel.i18n import _
    from clinic_desktop.storage.vault_lock import AlreadyOpen

    assert (other.returncode, other.stdout) == (3, "")
    assert other.stderr.strip() == _(AlreadyOpen.text), "one sentence, in Spanish where the system speaks nothing"


def test_a_bug_tells_where_but_not_whose_name_stood_there(
    clinic: Terminal, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_arguments: Any) -> Any:
        raise ValueError("Rosa Quispe tomó 400 mg")

    monkeypatch.setattr(finding, "find", broken)
    said = clinic.run("search", "rosa quispe")
    everything = said.out + said.err + "".join(capfd.readouterr())
    for path in clinic.data.rglob("*.log*"):
        everything += path.read_text()
    assert (said.code, json.loads(said.out)["error"]) == (1, "ValueError")
    assert "Rosa" not in everything
    assert "400" not in everything
    monkeypatch.undo()
    assert clinic.run("search", "rosa").code == 0, "the lock was given back"


def test_the_self_test_names_each_part(clinic: Terminal) -> None:
    assert {c["name"]: c["trouble"] for c in clinic.done("self-test")["checks"]} == dict.fromkeys(
        ("encrypted vault", "paper", "words", "catalogues", "bundle"), ""
    )


def test_a_person_whose_last_day_has_passed_does_not_get_in(tmp_path: Path, clock: StillClock) -> None:
    clinic, _code = found_clinic(tmp_path / "data", NEW, clock)
    ana = staff.NewMember(new_id(), "Ana", "Ana Sic", "nurse", valid_until=date(2026, 11, 23))
    clinic.vault.do(partial(staff.add_member, new=ana), clinic.actor)
    staff.give_access(clinic.vault, clinic.actor, ana.staff_id, "luna rama pino tela")
    clinic.close()
    opening = opener(tmp_path / "data", "Ana", "luna rama pino tela", clock)
    entered = open_clinic(tmp_path / "data", opening, clock)
    assert entered.must_change
    entered.close()
    clock.advance(days=1)
    with pytest.raises(staff.NotInService):
        open_clinic(tmp_path / "data", opening, clock)
    assert not clinic.lock.held
