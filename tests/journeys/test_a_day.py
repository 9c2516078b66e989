"""The demonstration's day, lived by its own command on a small network: what it leaves is really there."""

import json
from pathlib import Path

import pytest

from clinic_desktop.__main__ import main
from clinic_desktop.app.demo import start
from clinic_desktop.app.demo.network import Wanted
from clinic_desktop.app.demo.sites import NAHUALA, PANAJACHEL, SANTIAGO

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of `demo --no-window` with some forty people and a few weeks of past."""
    folder = tmp_path_factory.mktemp("demo")
    small = pytest.MonkeyPatch()
    small.setattr(start, "_wanted", lambda _desk: Wanted(18, (PANAJACHEL, SANTIAGO, NAHUALA), 0.15, apart=False))
    try:
        code = main(
            ["demo", "--no-window", "--data", str(folder / "red"), "--output", str(folder / "salida"), "--json"]
        )
    finally:
        small.undo()
    assert code == 0
    return folder / "salida"


@pytest.fixture(scope="module")
def summary(lived: Path) -> dict[str, list[str]]:
    return json.loads((lived / "summary.json").read_text(encoding="utf-8"))


def test_the_day_is_lived_from_the_first_arrival_to_the_receipt(summary: dict[str, list[str]]) -> None:
    for step in (
        "la persona nueva está en la sala de espera",
        "sin cita también llega",
        "el borrador tiene lo escrito",
        "la nota está firmada",
        "la respuesta 9 pide una respuesta",
        "la carta está en la lista",
        "primero salió el lote que vence primero",
        "cada saldo es la suma de sus movimientos",
        "el respaldo se comprobó",
        "Clínica demostración Panajachel: la central tiene lo mismo",
        "Clínica demostración Santiago Atitlán: la central tiene lo mismo",
        "recibir dos veces no cambia nada",
        "otra vez los mismos paquetes: todo sigue igual",
        "la revisión completa no encuentra nada",
    ):
        assert step in summary["checks"], step


def test_it_leaves_pictures_papers_bundles_and_a_summary(lived: Path, summary: dict[str, list[str]]) -> None:
    pictures = sorted(p.name for p in (lived / "screenshots").glob("*.png"))
    assert pictures == summary["screenshots"]
    assert len(pictures) >= 40
    assert all((lived / "screenshots" / p).read_bytes().startswith(b"\x89PNG") for p in pictures)
    assert sorted(p.name for p in (lived / "pdf").iterdir()) == ["lista-del-dia.pdf", "referencia.pdf"]
    assert len(list((lived / "stick").glob("*.bundle"))) == 3  # the answers; what was confirmed is gone
    assert "la nota está firmada" in (lived / "resumen.txt").read_text(encoding="utf-8")


def test_what_leaves_the_clinic_names_no_illness_and_the_stick_holds_no_plain_name(lived: Path) -> None:
    names = [p.name.lower() for p in lived.rglob("*")]
    assert not [n for n in names if "mental" in n or "psiq" in n or "xicay" in n]
    for bundle in (lived / "stick").iterdir():
        content = bundle.read_bytes()
        assert b"Xicay" not in content
        assert b"Panajachel" not in content


def test_every_folder_of_the_network_is_marked_and_no_real_folder_is_touched(lived: Path, tmp_path: Path) -> None:
    network = lived.parent / "red"
    for folder in (network, network / "central", network / "panajachel", network / "santiago", network / "nahuala"):
        assert "DEMO" in (folder / "DEMO.txt").read_text(encoding="utf-8")
    real = tmp_path / "real"
    real.mkdir()
    (real / "vault.json").write_text("{}")
    assert main(["demo", "--no-window", "--data", str(real), "--json"]) == 3
    assert main(["demo", "--no-window", "--data", str(real / "inside"), "--json"]) == 3
    assert sorted(p.name for p in real.iterdir()) == ["vault.json"]
