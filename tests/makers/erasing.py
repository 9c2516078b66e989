"""Somebody who is to be erased, and every place where a word of theirs could be left."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import zstandard
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from clinic_desktop.exchange.carrying import segments
from clinic_desktop.exchange.format import bundle
from clinic_desktop.exchange.merge import conflicts
from clinic_desktop.exchange.trust.standing import standing
from clinic_desktop.features.bundles.queries import erasing as queries
from clinic_desktop.features.bundles.service import erasing
from clinic_desktop.features.bundles.service.travel import own_identity
from clinic_desktop.features.patients.service.filing import refresh_search
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.storage import ledger
from clinic_desktop.storage.cipher import PAGE_SIZE
from clinic_desktop.storage.files import DATABASE
from clinic_desktop.storage.work import Work
from tests.makers.network import Office
from tests.makers.people import allergy, note, register
from tests.makers.state import whole

SECRET = "Xochiquetzal"
"""In every field of the person that is erased, and nowhere else."""


def person(office: Office, word: str = SECRET) -> str:
    """Somebody with a record, an allergy that was corrected, and a note."""
    patient = office.do(register(given_names=word, family_name=f"{word} Tzoc", phone="5550 1234", mother_name=word))
    office.do(partial(_file, patient=patient))
    office.do(allergy(patient, f"polen de {word}"))
    office.do(note(patient, f"{word} duerme mejor."))
    return patient


def _file(work: Work, patient: str) -> None:
    refresh_search(work, [patient])


def erase(central: Office, patient: str, **other: Any) -> int:
    number = central.ask(partial(queries.asked_number, patient_id=patient))
    told: dict[str, Any] = {
        "reason": "lo pide la persona",
        "asked_by": "la persona",
        "asked_on": date(2026, 11, 20),
        "second_name": "Ana Pop",
        "typed_number": number,
    }
    return central.do(partial(erasing.erase_person, erasure_id=new_id(), patient_id=patient, **told | other))


# -- where a word could be left


def rows_with(office: Office, word: str) -> list[str]:
    """Tables of the database in which the word stands, parts of segments unpacked."""
    found: list[str] = []
    tables = office.sql("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables:
        for row in office.sql(f'SELECT * FROM "{table}"'):
            values = [unpacked(value) for value in row]
            if any(word in str(value) or word.casefold() in str(value) for value in values):
                found.append(table)
                break
    return found


def unpacked(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return zstandard.ZstdDecompressor().decompress(value).decode()
    except (zstandard.ZstdError, UnicodeError):
        return value.decode("utf-8", "replace")


def pages(office: Office) -> Iterator[bytes]:
    """Every page of the file as it is under the cipher, free ones and the unused places of others among them."""
    key, raw = office.vault.cipher_key, (office.folder / DATABASE).read_bytes()
    for at in range(0, len(raw), PAGE_SIZE):
        start, end = at + (16 if at == 0 else 0), at + PAGE_SIZE - 80
        vector = raw[end : end + 16]
        yield Cipher(algorithms.AES256(key), modes.CBC(vector)).decryptor().update(raw[start:end])


def is_in_file(office: Office, word: str) -> bool:
    return any(word.encode() in page or word.casefold().encode() in page for page in pages(office))


def in_bundle(reader: Office, path: Path, word: str) -> bool:
    identity = reader.ask(own_identity)
    reading = bundle.verify(path, path.name, identity, reader.ask(standing), lambda _listed: set())
    found = _run(reading)
    wanted = {listed.folder for listed in found.head.segments}
    return any(
        word in unpacked(body)
        for one in bundle.segments(path, path.name, identity, found.head, wanted)
        for body in one.bodies
    )


def _run(steps: Any) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def sound(office: Office) -> None:
    """The ledger vouches for every row, and building again from the operations changes nothing."""
    cursor = office.vault._raw.cursor()
    assert ledger.broken_at(cursor) is None
    assert list(ledger.stale_rows(cursor)) == []
    office.do(cut)
    assert office.vault.do(conflicts.rebuild, office.actor, importing=True) == 0


def cut(work: Work) -> None:
    segments.cut_all(work)


def same(*offices: Office) -> None:
    first, *others = (of_person(office) for office in offices)
    for other in others:
        assert other == first


def of_person(office: Office) -> dict[str, list[Any]]:
    """Every row that was erased and every operation on it, as this office has them."""
    erased = office.sql("SELECT tbl, id FROM erased_row ORDER BY 1, 2")
    ids = {row_id for _table, row_id in erased}
    found = {table: [r for r in rows if r[0] in ids or r[1] in ids] for table, rows in whole(office).items()}
    return {**found, "erased": erased, "open conflicts": []}
