"""Deeds of trust as a data manager does them: a root key, a computer taken in for something, cut off, let in."""

from functools import partial

from clinic_desktop.exchange.steps import finish
from clinic_desktop.exchange.trust import authority
from clinic_desktop.features.bundles.queries import devices as known
from clinic_desktop.features.bundles.queries import findings
from clinic_desktop.features.bundles.rules.rooms import Use
from clinic_desktop.features.bundles.service import devices, joining, root
from clinic_desktop.features.bundles.service.root import Drawn, Occasion
from tests.makers.network import Office

WHY = Occasion("Marta Tum", "simulacro")


def make_root(central: Office, *, two_of_three: bool = False) -> Drawn:
    drawn = root.draw(two_of_three=two_of_three)
    central.do(partial(root.make, drawn=drawn, typed=drawn.codes, occasion=WHY))
    return drawn


def join(central: Office, clinic: Office, use: Use = Use.ALL) -> str:
    request = joining.write_request(clinic.vault, clinic.actor, folder=clinic.stick)
    path, approval = joining.approve(central.vault, central.actor, file=request, folder=clinic.stick, use=use)
    clinic.do(partial(joining.join, content=path.read_bytes(), confirmed=True))
    central.do(partial(joining.compared, device_id=approval.device_id, confirmed=True))
    return approval.device_id


def cut_off(central: Office, clinic: Office, why: str = "stolen") -> None:
    device_id = clinic.vault.place.device_id
    central.do(partial(devices.cut_off, device_id=device_id, why=why, note="lo dijo la coordinadora"))


def let_in(central: Office) -> int:
    keys = [aside.key for one in central.ask(known.devices) for aside in one.aside if aside.may_be_let_in]
    finish(devices.take_in_steps(central.vault, central.actor, keys=keys, reason="se miró"))
    return len(keys)


def found_kinds(office: Office) -> list[str]:
    return [one.kind for one in office.ask(findings.findings)]


def given_names(office: Office) -> set[str]:
    return {name for (name,) in office.sql("SELECT given_names FROM patient")}


def authority_version(office: Office) -> int:
    followed = office.ask(authority.newest)
    return followed.charter.version if followed else 0
