"""Printed numbers: SITE-BBNNNNN-C. Two clinics never print the same one, and a restored clinic never repeats one."""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.storage.device import NumberBlock

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BLOCK_SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters that are not taken for another when read aloud or copied by hand."""


LAST = 99_999
"""The last number of a block; the next one begins another block."""


class NumbersUsedUp(Trouble):
    text = N_("This computer has used up all its numbers. Tell the central office.")


def check_sign(text: str) -> str:
    """The check character of ISO 7064 MOD 37,36: finds every single wrong sign and swap of neighbours but very few."""
    product = 36
    for sign in text:
        total = (product + _ALPHABET.index(sign)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def is_whole(number: str) -> bool:
    """Whether a printed number carries the right check character."""
    signs = number.upper().replace("-", "")
    return len(signs) > 1 and all(s in _ALPHABET for s in signs) and check_sign(signs[:-1]) == signs[-1]


def next_number(session: Session, kind: str, site_code: str, epoch: str) -> str:
    """Issue the next number of `kind` ("patient", "prescription", "referral"…), inside the caller's transaction."""
    block = session.get(NumberBlock, (kind, epoch))
    if block is not None and block.last >= LAST:
        # Kept under another name, so that its two letters are never drawn again.
        block.epoch = f"{epoch} {block.block}"
        session.flush()
        block = None
    if block is None:
        # Of any kind: a folio that is written like somebody's number would be taken for it.
        used = set(session.scalars(sa.select(NumberBlock.block)))
        block = NumberBlock(kind=kind, epoch=epoch, block=_draw_block(used), last=0)
        session.add(block)
    block.last += 1
    session.flush()
    body = f"{site_code}-{block.block}{block.last:05d}"
    return f"{body}-{check_sign(body.replace('-', ''))}"


def _draw_block(used: set[str]) -> str:
    free = [first + second for first in _BLOCK_SIGNS for second in _BLOCK_SIGNS if first + second not in used]
    if not free:
        raise NumbersUsedUp()
    return secrets.choice(free)
