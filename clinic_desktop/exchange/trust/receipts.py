"""A receipt that is read aloud: where the return bundle is far away, a telephone call frees what a bundle carried.

The central gives each site a key of its own, inside its sealed bundles. Of a bundle that was merged whole it can then
say twelve characters that only somebody who has this key can make. A `have` of the central overrules it as always.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

import sqlalchemy as sa

from clinic_desktop.exchange.format import codes
from clinic_desktop.exchange.format.bundle import Keys
from clinic_desktop.exchange.records import BundleContent, BundleLog, BundleWay, Segment
from clinic_desktop.exchange.troubles import CodeIsWrong, NoReceiptKey
from clinic_desktop.exchange.trust.records import SiteKey
from clinic_desktop.storage.work import Asker, Work

LENGTH = 12
_BYTES = 32
_MOST_LOST = 1000


def code_of(key: bytes, sha256: str) -> str:
    """Twelve characters: the first 60 bits of HMAC-SHA256 over the bundle's hash."""
    return codes.grouped(hmac.new(key, bytes.fromhex(sha256), hashlib.sha256).digest(), LENGTH)


def key_for(work: Work, site_id: str) -> str:
    """At the central: the key shared with a site, drawn when it is first needed; as it travels."""
    row = work.session.get(SiteKey, site_id)
    if row is None:
        row = SiteKey(site_id=site_id, key=secrets.token_bytes(_BYTES))
        work.session.add(row)
        work.session.flush()
    return base64.b64encode(row.key).decode()


def take_key(work: Work, keys: Keys) -> None:
    """At a clinic: the key that came in the central's bundle."""
    try:
        key = base64.b64decode(keys.receipt, validate=True)
    except (binascii.Error, ValueError):
        return
    if len(key) == _BYTES:
        work.session.merge(SiteKey(site_id=work.site_id, key=key))
        work.session.flush()


def code_for(asker: Asker, site_id: str, sha256: str) -> str | None:
    """At the central: what to read aloud of a bundle of this site that was merged whole; None where there is none."""
    key = asker.value(sa.select(SiteKey.key).where(SiteKey.site_id == site_id))
    whole = asker.first(
        sa.select(BundleLog.key)
        .where(BundleLog.way == BundleWay.IN, BundleLog.sha256 == sha256, BundleLog.site_id == site_id)
        .where(BundleLog.done_at.is_not(None), BundleLog.refused_segments == 0, BundleLog.segments > 0)
        .limit(1)
    )
    return code_of(key, sha256) if key is not None and whole is not None else None


def confirm(work: Work, log_key: int, typed: str) -> int:
    """At a clinic: mark what a bundle carried as received, if the code is the central's; gives how many segments."""
    log = work.load(BundleLog, log_key)
    key = work.session.get(SiteKey, work.site_id)
    if key is None:
        raise NoReceiptKey()
    if not hmac.compare_digest(codes.heard(typed).encode(), code_of(key.key, log.sha256).encode()):
        raise CodeIsWrong()
    carried = sa.select(BundleContent.segment_key).where(BundleContent.log_key == log_key)
    waiting = list(work.session.scalars(_unconfirmed(carried)))
    for segment in waiting:
        segment.receipted_at = work.now
    work.session.flush()
    work.act = "exchange.confirm"
    work.about("bundle", f"{log.device_id}-{log.epoch}-{log.number}")
    work.detail = {"sha256": log.sha256}
    work.also_changed |= {"segment", "bundle_log"}
    return len(waiting)


def _unconfirmed(carried: sa.Select[int]) -> sa.Select[Segment]:
    return sa.select(Segment).where(Segment.key.in_(carried), Segment.receipted_at.is_(None))


def waiting_of(asker: Asker, log_keys: Iterable[int]) -> dict[int, int]:
    """Of bundles we wrote: how many of their segments the central has not confirmed. Those fully confirmed are left
    out."""
    rows = asker.all(
        sa.select(BundleContent.log_key, sa.func.count())
        .join(Segment, Segment.key == BundleContent.segment_key)
        .where(BundleContent.log_key.in_(list(log_keys)), Segment.receipted_at.is_(None))
        .group_by(BundleContent.log_key)
    )
    return {row[0]: row[1] for row in rows}


def lost_numbers(asker: Asker, epoch: str) -> list[int]:
    """Our bundles of this epoch whose stick was lost and that carried something still unconfirmed."""
    rows = asker.all(
        sa.select(BundleLog.key, BundleLog.number)
        .where(BundleLog.way == BundleWay.OUT, BundleLog.epoch == epoch, BundleLog.lost_at.is_not(None))
        .order_by(BundleLog.number.desc())
        .limit(_MOST_LOST)
    )
    open_ones = waiting_of(asker, [key for key, _number in rows]) if rows else {}
    return sorted({number for key, number in rows if key in open_ones})
