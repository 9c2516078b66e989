"""Sets of people as the index keeps them: per term, in chunks of 4096 filing numbers.

A chunk of few people is their positions as 16-bit numbers, a chunk of many is 4096 bits. So a rare word costs a few
bytes, a common one 512 per chunk, and filing one more person touches one small row per term. In memory a set is a dict
from chunk to an int used as bits: "and" over common words is then one operation on 512 bytes.
"""

from array import array
from collections.abc import Iterable, Iterator

CHUNK_BITS = 12
CHUNK = 1 << CHUNK_BITS
_DENSE = CHUNK // 8

People = dict[int, int]
"""From chunk to bits; an empty chunk has no entry."""


def pack(bits: int) -> bytes:
    """A chunk as it is stored."""
    if bits.bit_count() * 2 >= _DENSE:
        return bits.to_bytes(_DENSE, "little")
    return array("H", positions(bits)).tobytes()


def unpack(data: bytes) -> int:
    if len(data) == _DENSE:
        return int.from_bytes(data, "little")
    bits = 0
    for position in array("H", data):
        bits |= 1 << position
    return bits


def positions(bits: int) -> Iterator[int]:
    """The set bits, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def join(rows: Iterable[tuple[int, bytes]]) -> People:
    """One set out of stored chunks, of however many terms."""
    people: People = {}
    for chunk, data in rows:
        people[chunk] = people.get(chunk, 0) | unpack(data)
    return people


def united(*sets: People) -> People:
    people: People = {}
    for one in sets:
        for chunk, bits in one.items():
            people[chunk] = people.get(chunk, 0) | bits
    return people


def common(sets: Iterable[People]) -> People:
    """Those who are in every set."""
    ordered = sorted(sets, key=len)
    if not ordered:
        return {}
    people = ordered[0]
    for other in ordered[1:]:
        people = {chunk: both for chunk, bits in people.items() if (both := bits & other.get(chunk, 0))}
    return people


def without(people: People, others: People) -> People:
    return {chunk: left for chunk, bits in people.items() if (left := bits & ~others.get(chunk, 0))}


def size(people: People) -> int:
    return sum(bits.bit_count() for bits in people.values())


def of_entries(entries: Iterable[int]) -> People:
    people: People = {}
    for entry in entries:
        chunk = entry >> CHUNK_BITS
        people[chunk] = people.get(chunk, 0) | 1 << (entry & (CHUNK - 1))
    return people


def newest(people: People, limit: int) -> list[int]:
    """The last filed first."""
    found: list[int] = []
    for chunk in sorted(people, reverse=True):
        bits = people[chunk]
        while bits and len(found) < limit:
            top = bits.bit_length() - 1
            found.append(chunk << CHUNK_BITS | top)
            bits ^= 1 << top
        if len(found) >= limit:
            break
    return found
