"""What is for a newer program is kept and receipted, and is there after the update, though nobody sends it again."""

from typing import Any

import msgspec
import pytest
import zstandard

from clinic_desktop.app import wiring
from clinic_desktop.exchange.carrying import intake
from clinic_desktop.exchange.carrying.intake import Taken
from clinic_desktop.exchange.format import canonical, manifest, minisign
from clinic_desktop.exchange.format.bundle import SealedSegment
from clinic_desktop.exchange.format.shape import shapes
from clinic_desktop.exchange.merge import applying, integrating
from clinic_desktop.features.bundles.queries import findings
from tests.exchange import test_sharing
from tests.exchange.test_sharing import agree
from tests.makers.erasing import erase
from tests.makers.network import Network, Office
from tests.makers.people import change, register
from tests.makers.segments import cut_now, give, held

moved = test_sharing.moved


@pytest.fixture(autouse=True)
def _wired() -> None:
    wiring.fill()


def _as_a_newer_program_writes(
    office: Office, one: SealedSegment, *, kind: str = "insert", reader: int = 1
) -> SealedSegment:
    """Of another kind, or for another reader; what is in its parts stays."""
    parts = [msgspec.structs.replace(part, kind=kind) for part in one.manifest.parts]
    told = msgspec.structs.replace(one.manifest, parts=parts, min_reader=reader)
    content = canonical.write(told)
    (key,) = office.sql("SELECT signing_key FROM this_device")[0]
    return SealedSegment(manifest.read_manifest(content), content, minisign.sign(key, content, "segment"), one.bodies)


@pytest.mark.parametrize("newer", [{"reader": 2}, {"kind": "census"}])
def test_it_is_kept_whole_and_is_not_taken_for_broken(network: Network, newer: dict[str, Any]) -> None:
    clinic, central = network.clinics[0], network.central
    clinic.do(register())
    cut_now(clinic)
    one = _as_a_newer_program_writes(clinic, held(clinic)[-1], **newer)
    assert give(central, [one, one]) == [Taken.HELD, Taken.KNOWN]
    integrating.take_up(central.vault)
    assert central.sql("SELECT id FROM patient") == [], "still not for this program"
    assert not central.ask(findings.findings)


def test_it_is_taken_in_when_the_program_can_read_it(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    cut_now(clinic)
    give(central, [_as_a_newer_program_writes(clinic, held(clinic)[-1], reader=2)])
    monkeypatch.setattr(manifest, "READER", 2)
    integrating.take_up(central.vault)
    assert central.sql("SELECT id FROM patient") == [(patient,)]
    assert central.sql("SELECT DISTINCT state FROM segment") == [("applied",)]
    assert not central.ask(findings.findings)


def test_what_was_erased_leaves_also_a_part_of_a_kind_that_is_not_known(network: Network) -> None:
    clinic, central = network.clinics[0], network.central
    patient = clinic.do(register())
    network.round()
    erase(central, patient)
    clinic.do(change(patient, mother_name="Xochitl"))
    cut_now(clinic)
    assert give(central, [_as_a_newer_program_writes(clinic, held(clinic)[-1], kind="census")]) == [Taken.HELD]
    (body,) = central.sql(
        "SELECT p.body FROM segment_part p JOIN segment s ON s.key = p.segment_key WHERE kind = 'census'"
    )[0]
    raw = zstandard.ZstdDecompressor().decompress(body)
    assert raw.endswith(b"null\n") and b"Xochitl" not in raw


def test_a_copy_with_a_field_that_is_not_known_is_complete_after_the_update(
    network: Network, moved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = network.clinics
    first.do(change(moved, phone="9", community="Pulay"))
    network.central.merge(first.export().path)
    answer = network.central.answer()["Clínica 2"]
    known = frozenset(shapes()["patient"].columns) - {"phone", "phone_note"}
    older = {**shapes(), "patient": shapes()["patient"].limited_to(known)}
    with monkeypatch.context() as then:
        for module in (applying, intake):
            then.setattr(module, "shapes", lambda: older)
        second.accept(answer)
    assert second.sql("SELECT phone, community FROM patient") == [("5555", "Pulay")]
    integrating.take_up(second.vault)
    agree(network, moved)
    assert second.sql("SELECT phone FROM patient") == [("9",)]
    assert second.sql("SELECT count(*) FROM held_change") == [(0,)]
