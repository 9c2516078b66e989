"""Sets of people as the index keeps them: stored per term in chunks of 4096 filing numbers, in memory as one int.

A stored chunk of few people is their positions as 16-bit numbers, one of many is 4096 bits. So a rare word costs a few
bytes, a common one 512 per chunk, and filing one more person touches one small row per term. In memory a set is an int
with a bit for each filing number: "and" over 200,000 people is one operation on 25 kB.
"""

from array import array
from collections.abc import Iterable, Iterator

CHUNK_BITS = 12
CHUNK = 1 << CHUNK_BITS
DENSE = CHUNK // 8
"""Bytes of a chunk that is written as bits."""

People = int
NOBODY: People = 0
_BIT = tuple(1 << place for place in range(8))


def pack(bits: int) -> bytes:
    """A chunk as it is stored."""
    if bits.bit_count() * 2 >= DENSE:
        return bits.to_bytes(DENSE, "little")
    return array("H", positions(bits)).tobytes()


def unpack(data: bytes) -> int:
    if len(data) == DENSE:
        return int.from_bytes(data, "little")
    bits = 0
    for position in array("H", data):
        bits |= 1 << position
    return bits


def size_of_chunk(data: bytes) -> int:
    return int.from_bytes(data, "little").bit_count() if len(data) == DENSE else len(data) // 2


def positions(bits: int) -> Iterator[int]:
    """The set bits, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def join(rows: Iterable[tuple[int, bytes]]) -> People:
    """One set out of stored chunks, of however many terms."""
    bits: dict[int, int] = {}
    for chunk, data in rows:
        bits[chunk] = bits.get(chunk, 0) | unpack(data)
    if not bits:
        return NOBODY
    whole = bytearray(DENSE * (max(bits) + 1))
    for chunk, inside in bits.items():
        whole[chunk * DENSE : (chunk + 1) * DENSE] = inside.to_bytes(DENSE, "little")
    return int.from_bytes(whole, "little")


def chunks(people: People) -> dict[int, int]:
    """The set by stored chunks; those without anybody are left out."""
    whole = people.to_bytes((people.bit_length() >> 3) + 1, "little")
    cut = {at: int.from_bytes(whole[at * DENSE : (at + 1) * DENSE], "little") for at in range(len(whole) // DENSE + 1)}
    return {at: bits for at, bits in cut.items() if bits}


def united(*sets: People) -> People:
    people = NOBODY
    for one in sets:
        people |= one
    return people


def common(sets: Iterable[People]) -> People:
    """Those who are in every set."""
    people: People | None = None
    for one in sets:
        people = one if people is None else people & one
    return people or NOBODY


def without(people: People, others: People) -> People:
    return people & ~others


def size(people: People) -> int:
    return people.bit_count()


def of_entries(entries: Iterable[int]) -> People:
    known = list(entries)
    if not known:
        return NOBODY
    whole = bytearray((max(known) >> 3) + 1)
    for entry in known:
        whole[entry >> 3] |= _BIT[entry & 7]
    return int.from_bytes(whole, "little")


def newest(people: People, limit: int) -> list[int]:
    """The last filed first."""
    found: list[int] = []
    while people and len(found) < limit:
        top = people.bit_length() - 1
        found.append(top)
        people ^= 1 << top
    return found
