"""Who may see the two values of a conflict."""

import pytest

from clinic_desktop.features.bundles import queries
from clinic_desktop.features.staff.rules import FIRST_ROLES
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor


@pytest.mark.parametrize("code", ["receptionist", "coordinator", "community-worker", "transcriber", "auditor"])
def test_carrying_the_stick_shows_no_values_of_a_conflict(vault: Vault, code: str) -> None:
    (role,) = (role for role in FIRST_ROLES if role.code == code)
    desk = Actor("0193a000-0000-7000-8000-000000000009", "Ana", role.permissions)
    with pytest.raises(NotAllowed):
        vault.ask(queries.open_conflicts, desk)
    with pytest.raises(NotAllowed):
        vault.ask(lambda reading: queries.blocking_of(reading, "any"), desk)
