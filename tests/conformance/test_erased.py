"""Of whom everything was erased, no question and no paper says anything to anybody, and none of them fails over it."""

from functools import partial
from typing import Any

import pytest

from clinic_desktop.app import wiring
from clinic_desktop.exchange.erasure.erasing import carry_out
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from tests.conformance import reserved
from tests.conformance.asking import answers, printed, telling
from tests.conformance.reserved import Scene

scene, vault_folder, told_once = reserved.scene, reserved.vault_folder, reserved.told_once


@pytest.fixture
def erased(do: Any, scene: Scene) -> None:
    wiring.fill()
    do(partial(carry_out, erasure_id=new_id(), patient_id=scene.patient_id))


_SOME = ("receptionist", "data-manager")
ROLES = {"all at once": frozenset(Permission)} | {r.code: r.permissions for r in FIRST_ROLES if r.code in _SOME}


@pytest.mark.usefixtures("erased")
@pytest.mark.parametrize("role", ROLES)
def test_no_query_says_anything_of_an_erased_person(vault: Vault, scene: Scene, role: str) -> None:
    assert telling(answers(vault, Actor(new_id(), "Ana", ROLES[role]), scene), scene) == set()


@pytest.mark.usefixtures("erased")
def test_no_paper_says_anything_of_an_erased_person(vault: Vault, actor: Actor, scene: Scene) -> None:
    assert telling(printed(vault, actor, scene), scene) == set()
