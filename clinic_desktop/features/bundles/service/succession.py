"""The people of a clinic that closed go on at another one: their records go there too, in steps."""

from functools import partial
from uuid import NAMESPACE_URL, uuid5

from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import OnlyCentral
from clinic_desktop.features.bundles.queries import sites
from clinic_desktop.features.bundles.records.offices import RecordShare
from clinic_desktop.features.bundles.service.entitled import owe_again
from clinic_desktop.features.bundles.service.travel import need
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

MOVING = N_("Preparing the records for the clinic that goes on")
_AT_ONCE = 50


def send_people(vault: Vault, actor: Actor) -> Steps[int]:
    """Of every clinic that closed, the records that its successor has not been promised yet; gives how many.

    Repeating it goes on where it ended: for people who came with a last stick after the clinic had closed.
    """
    need(actor, Permission.SHARE_RECORDS)
    if not vault.place.is_central:
        raise OnlyCentral()
    done = 0
    for site_id, successor_id in vault.ask(sites.succeeded, actor):
        while moved := vault.do(partial(send_some, site_id=site_id, successor_id=successor_id), actor):
            done += moved
            yield Progress(done, 0, _(MOVING))
    return done


def send_some(work: Work, site_id: str, successor_id: str) -> int:
    """The next few of them. Nobody is asked anew: the clinic that goes on takes the place of the one that closed. A no
    that somebody had said holds; their record waits at the central until they come and say yes.

    Reserved records go along, reserved; nothing of anybody is shown here.
    """
    work.require(Permission.SHARE_RECORDS)
    people = sites.not_yet_sent(work, site_id, successor_id, _AT_ONCE)
    for patient_id in people:
        work.add(
            RecordShare(
                id=str(uuid5(NAMESPACE_URL, f"clinic-desktop:succession:{patient_id}:{successor_id}")),
                patient_id=patient_id,
                to_site_id=successor_id,
                since_on=work.today,
            )
        )
    if people:
        owe_again(work, people)
        work.about("site", site_id)
    return len(people)
