"""enroll and root: which computers exchange, and what the root key on paper says."""

from functools import partial

from clinic_desktop.app.cli import Answer, Command, Desk
from clinic_desktop.features.bundles.queries import devices as known
from clinic_desktop.features.bundles.service import devices, joining
from clinic_desktop.kernel.i18n import _


def compared(desk: Desk) -> Answer:
    """Without --yes it only tells the code that must be compared, and is refused with it."""
    device: str = desk.wanted.device
    with desk.open() as clinic:
        said_yes = bool(desk.wanted.yes)
        clinic.vault.do(partial(joining.compared, device_id=device, confirmed=said_yes), clinic.actor)
    return Answer({"device": device}, [_("The computer was taken in.")])


def revoke(desk: Desk) -> Answer:
    device, why, note = desk.wanted.device, desk.wanted.why, desk.wanted.note
    with desk.open() as clinic:
        clinic.vault.do(partial(devices.cut_off, device_id=device, why=why, note=note), clinic.actor)
    return Answer({"device": device, "why": why}, [_("The computer was cut off.")])


def show(desk: Desk) -> Answer:
    with desk.open() as clinic:
        found = clinic.vault.ask(known.devices, clinic.actor)
    rows = [
        {"device": one.device_id, "site": one.site_code, "state": one.state, "aside": len(one.aside)} for one in found
    ]
    said = [f"{one.device_id}  {one.site_code}  {one.state}" for one in found]
    return Answer({"devices": rows}, said)


COMMANDS: dict[tuple[str, str | None], Command] = {
    ("enroll", "compared"): compared,
    ("enroll", "revoke"): revoke,
    ("enroll", "devices"): show,
}
