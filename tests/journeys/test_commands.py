"""The whole life of a network without a window: founding, joining, people, the stick, backup and restore."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.makers.desk import PASSWORD, Terminal

pytestmark = pytest.mark.whole

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    return folder


@pytest.fixture
def central(tmp_path: Path, keys: Path) -> Terminal:
    terminal = Terminal(tmp_path / "central", keys)
    code = keys / "central-code"
    terminal.done(
        "init", "--site", "Central de prueba", "--code", "CEN", "--role", "central", "--demo", "--recovery-file", code
    )
    assert code.read_text().count("-") >= 3
    return terminal


@pytest.fixture
def clinic(tmp_path: Path, keys: Path) -> Terminal:
    return _found(tmp_path / "clinic", keys)


@pytest.fixture
def training(tmp_path: Path, keys: Path) -> Terminal:
    return _found(tmp_path / "training", keys, "--demo")


def _found(folder: Path, keys: Path, *more: str) -> Terminal:
    terminal = Terminal(folder, keys)
    terminal.done(
        "init", "--site", "Clínica de prueba", "--code", "PRU", "--municipality", "0710", *more,
        "--recovery-file", keys / "clinic-code",
    )  # fmt: skip
    return terminal


def test_a_clinic_and_its_central_live_without_a_window(central: Terminal, training: Terminal, tmp_path: Path) -> None:
    clinic = training
    filled = clinic.done("generate", "--patients", 6, "--seed", 3)
    assert filled["patients"] == 6
    assert filled["consultations"] >= 6
    stick = tmp_path / "stick"
    _join(clinic, central, stick)

    sent = clinic.done("bundle", "export", "--to", stick)
    bundle = Path(sent["path"])
    looked = central.done("bundle", "inspect", bundle)
    assert looked["sha256"] == sent["sha256"]
    assert looked["rows"] > 50
    merged = central.done("bundle", "merge", bundle)
    assert [(one["ok"], one["rows"] > 50) for one in merged["files"]] == [(True, True)]
    again = central.done("bundle", "merge", bundle)
    assert again["files"][0]["rows"] == 0
    assert again["files"][0]["read_before"] is True
    answers = central.done("bundle", "receipt", "--to", stick)
    (answer,) = (one["path"] for one in answers["files"])
    assert clinic.done("bundle", "accept", answer)["files"][0]["ok"] is True

    here, there = clinic.done("search", "a"), central.done("search", "a")
    assert {p["id"] for p in here["found"]} == {p["id"] for p in there["found"]} != set()
    assert clinic.done("report", "sums")["wrong"] == 0

    (ours,), (theirs,) = clinic.done("bundle", "digest")["sites"], central.done("bundle", "digest")["sites"]
    assert (ours["code"], ours["rows"]) == (theirs["code"], theirs["rows"])
    assert central.done("bundle", "drill")["equal"] is True
    files = [one["path"] for one in central.done("bundle", "archive", "--to", tmp_path / "archive")["files"]]
    assert central.done("bundle", "rebuild", *files)["files"][0]["new_segments"] == 0


def _join(clinic: Terminal, central: Terminal, stick: Path) -> None:
    request = clinic.done("enroll", "request", "--to", stick)["path"]
    approved = central.done("enroll", "approve", request, "--to", stick)
    asked = clinic.run("enroll", "accept", approved["path"])
    assert (asked.code, asked.facts["ok"]) == (3, False)
    joined = clinic.done("enroll", "accept", approved["path"], "--yes")
    assert joined["code"].replace("-", "") == approved["code"].replace("-", "")
    assert central.run("enroll", "compared", approved["device"]).code == 3
    central.done("enroll", "compared", approved["device"], "--yes")
    assert {one["state"] for one in central.done("enroll", "devices")["devices"]} == {"here", "working"}


def test_what_is_backed_up_is_restored_and_checked(clinic: Terminal, keys: Path, tmp_path: Path) -> None:
    clinic.done("generate", "--patients", 4)
    found = clinic.done("search", "a")
    made = clinic.done("backup", "--to", tmp_path / "backups")
    assert clinic.done("check")["findings"] == []
    clinic.done("restore", made["path"], "--to", tmp_path / "restored")
    restored = Terminal(tmp_path / "restored", keys)
    assert restored.done("search", "a") == found
    assert restored.done("check")["findings"] == []
    # A place with something in it is never written over.
    assert clinic.run("restore", made["path"], "--to", tmp_path / "restored").code == 3


def test_a_person_is_added_given_another_password_and_sent_away(clinic: Terminal, keys: Path) -> None:
    first, second = clinic.file_with("first", "rama lago pino tela"), clinic.file_with("second", "luna rama pino tela")
    clinic.done("user", "add", "Ana", "--role", "receptionist", "--new-password-file", first)
    assert clinic.run("search", "a").code == 3  # now two people can sign in: who is it?
    assert clinic.done("search", "a", user="Ana", password="rama lago pino tela")["found"] == []
    clinic.user = "Coordinación"
    clinic.done("user", "reset", "Ana", "--new-password-file", second)
    assert clinic.run("search", "a", user="Ana", password="rama lago pino tela").facts["error"] == "WrongPassword"
    clinic.done("user", "revoke", "Ana")
    assert clinic.run("search", "a", user="Ana", password="luna rama pino tela").code == 3


def test_a_training_clinic_never_joins_a_real_central(central: Terminal, clinic: Terminal, tmp_path: Path) -> None:
    request = clinic.done("enroll", "request", "--to", tmp_path / "stick")["path"]
    assert central.run("enroll", "approve", request, "--to", tmp_path / "stick").facts["error"] == "DemoAndReal"


def test_a_vault_with_real_people_is_never_filled(clinic: Terminal, tmp_path: Path) -> None:
    _register_somebody(clinic)
    said = clinic.run("generate", "--patients", 3)
    assert (said.code, said.facts["error"]) == (3, "RealData")
    assert not (clinic.data / "DEMO.txt").exists()


def _register_somebody(terminal: Terminal) -> None:
    from clinic_desktop.app.clinic import open_clinic, opener
    from clinic_desktop.features.patients.rules.patient import Details
    from clinic_desktop.features.patients.service import registering as service
    from clinic_desktop.kernel.clock import SystemClock
    from clinic_desktop.kernel.ids import PatientId, new_id

    clock = SystemClock()
    clinic = open_clinic(terminal.data, opener(terminal.data, "Coordinación", PASSWORD, clock), clock)
    clinic.vault.do(
        lambda work: service.register(work, PatientId(new_id()), Details(given_names="Real", family_name="Persona")),
        clinic.actor,
    )
    clinic.close()


def test_a_command_says_how_it_ended(clinic: Terminal, central: Terminal, tmp_path: Path) -> None:
    assert clinic.run("search", "a", json_=False).out.strip()
    assert clinic.run("no-such-command").code == 2
    assert clinic.run("init", "--site", "x", "--code", "ñ", "--recovery-file", tmp_path / "c").code == 3
    assert clinic.run("bundle", "export", "--to", tmp_path / "stick").code == 3  # not joined yet
    assert clinic.run("bundle", "merge", tmp_path / "nothing").code == 4  # a file that is not there
    assert central.run("bundle", "merge", tmp_path / "nothing").code == 4
    assert clinic.run("report", "day").facts == {"ok": True, "people": 0, "by_state": {}}
    refused = clinic.run("search", "a", password="not the password")
    assert (refused.code, refused.facts["error"]) == (3, "WrongPassword")
    assert refused.facts["sentence"]


def test_a_vault_that_is_open_elsewhere_is_refused(clinic: Terminal) -> None:
    from clinic_desktop.storage.vault_lock import VaultLock

    with VaultLock(clinic.data):
        said = clinic.run("search", "a")
    assert (said.code, said.facts["error"]) == (3, "AlreadyOpen")


def test_one_object_goes_to_the_standard_output_and_the_code_is_that_of_the_process(tmp_path: Path) -> None:
    secret, data = tmp_path / "secret", tmp_path / "data"
    secret.write_text(PASSWORD + "\n")
    common = [sys.executable, "-m", "clinic_desktop", "--data", str(data), "--password-file", str(secret)]
    site = ["init", "--site", "Clínica Uno", "--code", "UNO", "--recovery-file", str(tmp_path / "code"), "--json"]
    made = subprocess.run([*common, *site], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    assert json.loads(made.stdout)["ok"] is True
    again = subprocess.run([*common, *site], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert again.returncode in (3, 4)
    assert json.loads(again.stdout)["ok"] is False
    wrong = subprocess.run([*common, "nonsense"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert (tmp_path / "code").read_text().strip() not in made.stdout


def test_a_second_computer_of_a_clinic_without_a_window(clinic: Terminal, keys: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    invitation = clinic.done("pair", "invite", "--to", stick)["path"]
    other = Terminal(tmp_path / "other", keys)
    other.done("init", "--beside", invitation, "--municipality", "0710", "--recovery-file", keys / "other-code")
    request = other.done("pair", "ask", "--to", stick)["path"]
    assert clinic.run("pair", "welcome", request).code == 3, "the code is compared first"
    answer = clinic.done("pair", "welcome", request, "--yes")
    assert other.done("pair", "enter", answer["path"], "--yes")["code"] == answer["code"]
    clinic.done("bundle", "export", "--to", stick)
    (file,) = stick.glob("*.bundle")
    assert other.done("bundle", "accept", file)["files"][0]["new_segments"] >= 1
