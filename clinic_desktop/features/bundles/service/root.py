"""The organisation's root key: drawn, shown and printed once, typed back, and forgotten. It lies on paper only."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from clinic_desktop.exchange.records import Revoked
from clinic_desktop.exchange.steps import Steps
from clinic_desktop.exchange.troubles import NotARequest, OnlyCentral
from clinic_desktop.exchange.trust import authority, certificates, following, root_code
from clinic_desktop.exchange.trust.authority import CentralDevice, Charter, Followed, NotFollowed
from clinic_desktop.exchange.trust.enrolment import read_request
from clinic_desktop.exchange.trust.new_keys import become_another
from clinic_desktop.exchange.trust.records import RootUse
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.exchange.trust.troubles import (
    AlreadyCentral,
    MistypedRoot,
    MoreCodes,
    NoRootYet,
    NotTheRootKey,
    RootExists,
    TwoPeople,
)
from clinic_desktop.features.bundles.service.travel import need
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import Progress
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor, Work

NAMING = N_("Naming this computer the central office")


@dataclass(frozen=True, slots=True, repr=False)
class Drawn:
    """Codes that were drawn just now, for the sheets; nobody keeps them but the paper."""

    codes: tuple[str, ...]
    threshold: int

    @property
    def sheets(self) -> tuple[str, ...]:
        """One code on two equal sheets, or three codes on a sheet each."""
        return self.codes * 2 if len(self.codes) == 1 else self.codes


@dataclass(frozen=True, slots=True)
class Occasion:
    """A use of the root key: who else was there, and why."""

    second_name: str
    reason: str


def draw(*, two_of_three: bool) -> Drawn:
    """A root key on two equal sheets; or three keys of which any two are needed."""
    return Drawn(tuple(root_code.draw() for _n in range(3 if two_of_three else 1)), 2 if two_of_three else 1)


def make(work: Work, drawn: Drawn, typed: Sequence[str], occasion: Occasion) -> None:
    """Begin the chain of authority at this central, once every code was typed back from its paper."""
    _may(work)
    if authority.newest(work) is not None:
        raise RootExists()
    keys = _proved(drawn, typed)
    charter = authority.next_charter(work, None, [_ourselves(work)], roots=keys, threshold=drawn.threshold)
    _keep(work, charter, keys, occasion, "exchange.root.make")


def change(work: Work, codes: Sequence[str], drawn: Drawn, typed: Sequence[str], occasion: Occasion) -> None:
    """Other root keys in place of those before, which sign it."""
    _may(work)
    before = _newest(work).charter
    keys = _enough(before, codes)
    new = _proved(drawn, typed)
    charter = authority.next_charter(work, before, before.centrals, roots=new, threshold=drawn.threshold)
    _keep(work, charter, [*keys, *new], occasion, "exchange.root.change")


def name_central(
    vault: Vault,
    actor: Actor,
    *,
    codes: Sequence[str],
    occasion: Occasion,
    why: str = Revoked.STOLEN,
    request: bytes | None = None,
) -> None:
    """This computer is the central now, and the one before it no more. The clinics obey without joining again.

    A central put back from a backup draws keys of its own first: whoever has the old computer has the old ones. One
    that was set up anew and knows no root key learns the documents from a clinic's `request`.
    """
    need(actor, Permission.KEEP_DEVICES)
    was_central = vault.do(partial(_before_naming, codes=codes, occasion=occasion, request=request), actor)
    if was_central:
        vault.do(partial(become_another, why=Revoked(why)), actor)
        vault.learn_place()
        vault.begin_epoch(actor, "the central is another computer now")
    vault.do(partial(_name, codes=codes, occasion=occasion, why=Revoked(why)), actor)


def _before_naming(work: Work, codes: Sequence[str], occasion: Occasion, request: bytes | None) -> bool:
    """Whether this computer carries the keys that the document names. Refuses before anything is changed."""
    _may(work)
    _words(occasion)
    if authority.newest(work) is None and request is not None:
        _learn(work, request)
    charter = _newest(work).charter
    _enough(charter, codes)
    return charter.names(work.device_id) is not None


def _name(work: Work, codes: Sequence[str], occasion: Occasion, why: Revoked) -> None:
    _may(work)
    before = _newest(work).charter
    if before.names(work.device_id) is not None:
        raise AlreadyCentral()
    former = [one.device for one in before.centrals]
    replaced = former if why is Revoked.REPLACED else []
    keys = _enough(before, codes)
    charter = authority.next_charter(work, before, [_ourselves(work)], replaced=replaced)
    _keep(work, charter, keys, occasion, "exchange.root.name_central")
    following.obey(work, charter)
    certificates.certify_self(work)
    certificates.reissue_all(work)


def _learn(work: Work, request: bytes) -> None:
    asked, _content = read_request(request, "")
    try:
        new = authority.follow(None, asked.authority)
    except NotFollowed as error:
        raise NotARequest(name="") from error
    for link, charter in new:
        authority.keep(work, link, charter)


def _keep(work: Work, charter: Charter, keys: Sequence[bytes], occasion: Occasion, act: str) -> None:
    _words(occasion)
    link = authority.sign_next(charter, keys)
    authority.keep(work, link, authority.read(link))
    work.session.add(
        RootUse(
            used_at=work.now,
            used_by=work.actor.staff_id,
            used_by_name=work.actor.name,
            second_name=occasion.second_name.strip(),
            version=charter.version,
            reason=occasion.reason.strip(),
        )
    )
    work.session.flush()
    work.act = act
    work.about("authority", str(charter.version))
    work.detail = {"second": occasion.second_name.strip(), "reason": occasion.reason.strip()}
    work.also_changed |= {"root_use", "authority"}


def _may(work: Work) -> None:
    work.require(Permission.KEEP_DEVICES)
    if not work.place.is_central:
        raise OnlyCentral()


def _words(occasion: Occasion) -> None:
    if not occasion.second_name.strip() or not occasion.reason.strip():
        raise TwoPeople()


def _newest(work: Work) -> Followed:
    found = authority.newest(work)
    if found is None:
        raise NoRootYet()
    return found


def _proved(drawn: Drawn, typed: Sequence[str]) -> list[bytes]:
    """The keys of what was drawn, if the same was typed back from paper."""
    keys = [root_code.key_of(code) for code in typed]
    if keys != [root_code.key_of(code) for code in drawn.codes]:
        raise MistypedRoot()
    return keys


def _enough(charter: Charter, codes: Sequence[str]) -> list[bytes]:
    keys = [root_code.key_of(code) for code in codes if code.strip()]
    if len(set(keys)) < charter.threshold:
        raise MoreCodes(needed=charter.threshold)
    if not authority.enough(charter, keys):
        raise NotTheRootKey()
    return keys


def _ourselves(work: Work) -> CentralDevice:
    here = standing(work).here
    key = base64.b64encode(here.public_key).decode()
    return CentralDevice(here.device_id, key, here.recipient, here.site_id, here.site_code, here.site_name)


def name_central_steps(
    vault: Vault,
    actor: Actor,
    *,
    codes: Sequence[str],
    occasion: Occasion,
    why: str = Revoked.STOLEN,
    request: bytes | None = None,
) -> Steps[None]:
    """`name_central` as a long job: it takes several transactions."""
    yield Progress(0, 0, _(NAMING))
    name_central(vault, actor, codes=codes, occasion=occasion, why=why, request=request)
