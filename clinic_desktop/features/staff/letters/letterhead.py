"""Who sends a paper of this clinic: one letterhead for every room's letters, lists and slips."""

from clinic_desktop.features.settings.queries import setting
from clinic_desktop.features.staff import queries
from clinic_desktop.printing.paper import Letterhead, PaperSize
from clinic_desktop.storage.work import Asker


def letterhead(asker: Asker) -> Letterhead:
    """The letterhead as the clinic set it, else made of what is known of the site."""
    site = queries.site(asker)
    name = setting(asker, "letterhead_name") or (site.name if site else asker.place.site_name)
    address = setting(asker, "letterhead_address") or (site.address if site else None)
    phone = setting(asker, "letterhead_phone") or (site.phone if site else None)
    return Letterhead(name=name, lines=tuple(line for line in (address,) if line), phone=phone)


def paper_size(asker: Asker) -> str:
    return setting(asker, "paper_size")


def whole_size(asker: Asker) -> str:
    """For what half a sheet has no room for."""
    size = paper_size(asker)
    return PaperSize.LETTER if size == PaperSize.HALF_LETTER else size
