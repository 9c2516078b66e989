"""The words of screens and paper: from the code to resources/translations/es/<unit>.po, and from there to es.mo.

    python installer/translations.py extract [UNIT…]   adds the messages that no .po has yet; --prune drops unused ones
    python installer/translations.py compile           merges every .po into resources/translations/es.mo
    python installer/translations.py check             says what is missing, doubtful or stale; exit code 1 if anything

A unit is a room (patients, agenda…) or a floor (kernel, storage, exchange, printing, uikit, shell, app). A message that
several units use is translated once, in any of them. The .mo is committed: a clone runs without a build step.
"""

import argparse
import ast
import os
import re
import string
import struct
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "clinic_desktop"
LANGUAGE = "es"
FOLDER = ROOT / "resources" / "translations" / LANGUAGE
COMPILED = FOLDER.with_suffix(".mo")

# How many texts each function takes: ngettext has one for one and one for many.
TEXTS = {"_": 1, "N_": 1, "ngettext": 2}

HEADER = {
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}

# "R&egister" has an access key, "R && D" has none.
_ACCESS_KEY = re.compile(r"(?<!&)&(?:&&)*(?=\w)")

# A message as the code writes it: (one,) or (one, many).
Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """One place in the code that says a message."""

    texts: Texts
    unit: str
    file: str


def unit_of(path: Path) -> str:
    """The unit of a source file: its room, else its floor; what stands on the roof belongs to app."""
    floor, *inside = path.relative_to(CODE).parts
    if not inside:
        return "app"
    return inside[0] if floor == "features" and len(inside) > 1 else floor


def uses_in(source: str, unit: str, file: str) -> Iterator[Use]:
    for node in ast.walk(ast.parse(source, file)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEXTS):
            continue
        texts = [
            argument.value
            for argument in node.args[: TEXTS[node.func.id]]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        # `_(variable)` says a constant that N_ marked where it is written.
        if len(texts) == TEXTS[node.func.id] and all(texts):
            yield Use(tuple(texts), unit, file)


@cache
def uses() -> list[Use]:
    """Every message of the program, in the order of its files."""
    return [
        use
        for path in sorted(CODE.rglob("*.py"))
        for use in uses_in(path.read_text(encoding="utf-8"), unit_of(path), path.relative_to(ROOT).as_posix())
    ]


def texts_of(value: str | Iterable[str] | None) -> Texts:
    return (value,) if isinstance(value, str) else tuple(value or ())


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def read_unit(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, ignore_obsolete=True, abort_invalid=True)


def read_units() -> dict[str, Catalog]:
    return {path.stem: read_unit(path) for path in sorted(FOLDER.glob("*.po"))}


def is_translated(message: Message) -> bool:
    said = texts_of(message.string)
    return bool(said) and all(said) and not message.fuzzy


def write_unit(unit: str, catalog: Catalog) -> None:
    """Writes the unit's .po sorted by message and without line numbers, so that a change shows as that change."""
    body = BytesIO()
    write_po(body, catalog, width=110, omit_header=True, sort_output=True, include_lineno=False)
    header = "".join(f'"{name}: {value}\\n"\n' for name, value in HEADER.items())
    content = f'msgid ""\nmsgstr ""\n{header}\n'.encode() + body.getvalue().strip() + b"\n"
    _replace(FOLDER / f"{unit}.po", content)


def _replace(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def extract(units: list[str], *, prune: bool) -> None:
    """Adds what no .po has yet to the .po of the first unit that says it; refreshes where each message is said."""
    found = uses()
    catalogs = read_units()
    known = {texts_of(message.id)[0] for catalog in catalogs.values() for message in messages(catalog)}
    files: dict[str, set[str]] = defaultdict(set)
    for use in found:
        files[use.texts[0]].add(use.file)
    for unit in units or sorted({use.unit for use in found} | set(catalogs)):
        old, new = catalogs.get(unit, Catalog(locale=LANGUAGE)), Catalog(locale=LANGUAGE)
        kept = [message for message in messages(old) if not prune or texts_of(message.id)[0] in files]
        added = {use.texts: use for use in found if use.unit == unit and use.texts[0] not in known}
        known |= {texts[0] for texts in added}
        for message in kept:
            new.add(message.id, message.string, _places(files[texts_of(message.id)[0]]), message.flags, (),
                    message.user_comments)  # fmt: skip
        for texts in added:
            new.add(texts if len(texts) == 2 else texts[0], locations=_places(files[texts[0]]))
        if messages(new):
            write_unit(unit, new)
        print(f"{unit}: {len(messages(new))} messages, {len(added)} new, {len(messages(old)) - len(kept)} dropped")


def _places(files: set[str]) -> list[tuple[str, int]]:
    return [(file, 1) for file in sorted(files)]


def merged(catalogs: dict[str, Catalog]) -> dict[Texts, Texts]:
    """What each message is in Spanish; of two units that differ the first by name holds, and `check` names both."""
    spoken: dict[Texts, Texts] = {}
    for catalog in catalogs.values():
        for message in messages(catalog):
            if is_translated(message):
                spoken.setdefault(texts_of(message.id), texts_of(message.string))
    return spoken


def compiled(catalogs: dict[str, Catalog]) -> bytes:
    """The bytes of es.mo: the same for the same words, on every machine."""
    header = "".join(f"{name}: {value}\n" for name, value in HEADER.items())
    pairs = {"": header} | {"\0".join(texts): "\0".join(said) for texts, said in merged(catalogs).items()}
    entries = sorted((key.encode(), value.encode()) for key, value in pairs.items())
    count, start = len(entries), 7 * 4
    keys, values, blob = bytearray(), bytearray(), bytearray()
    texts_at = start + 16 * count
    for table, texts in ((keys, [key for key, _ in entries]), (values, [value for _, value in entries])):
        for text in texts:
            table += struct.pack("<2I", len(text), texts_at + len(blob))
            blob += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, count, start, start + 8 * count, 0, texts_at)
    return head + keys + values + blob


def findings() -> list[str]:
    """What keeps the Spanish of the program from being whole, one sentence each."""
    catalogs, found = read_units(), uses()
    said = {use.texts for use in found}
    first_said = {texts[0] for texts in said}
    spoken = merged(catalogs)
    ones = {texts[0]: texts for texts in spoken}
    listed: dict[str, None] = {}
    for use in found:
        if use.texts not in spoken and not (len(use.texts) == 1 and use.texts[0] in ones):
            listed[f"{use.file}: no Spanish for {use.texts[0]!r}"] = None
    by_message: dict[str, dict[Texts, list[str]]] = defaultdict(lambda: defaultdict(list))
    for unit, catalog in catalogs.items():
        for message in messages(catalog):
            texts, spanish = texts_of(message.id), texts_of(message.string)
            where = f"{unit}.po: {texts[0]!r}"
            if texts not in said and texts[0] not in first_said:
                listed[f"{where} is said nowhere"] = None
            if message.fuzzy:
                listed[f"{where} is marked fuzzy"] = None
            elif is_translated(message):
                by_message[texts[0]][spanish].append(unit)
                listed |= dict.fromkeys(f"{where} {wrong}" for wrong in _disagreements(texts, spanish))
    for one, versions in by_message.items():
        if len(versions) > 1:
            told = " / ".join(f"{spanish[0]!r} ({', '.join(units)})" for spanish, units in versions.items())
            listed[f"two translations of {one!r}: {told}"] = None
    if not COMPILED.exists() or COMPILED.read_bytes() != compiled(catalogs):
        listed["es.mo is stale: run `installer/translations.py compile`"] = None
    return list(listed)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _disagreements(texts: Texts, spanish: Texts) -> Iterator[str]:
    if len(spanish) != len(texts):
        yield f"has {len(spanish)} forms instead of {len(texts)}"
        return
    for english, said in zip(texts, spanish, strict=True):
        try:
            expected, written = placeholders(english), placeholders(said)
        except ValueError as error:
            yield f"has a broken placeholder: {error}"
            continue
        # "One person" may leave out the count that "{count} people" needs.
        alone = len(texts) == 2 and english == texts[0]
        allowed = expected | placeholders(texts[-1])
        if not (written <= allowed if alone else written == expected):
            yield f"has the placeholders {sorted(written)} instead of {sorted(expected)}"
        if said and said == said[: len(said) // 2] * 2 and english != english[: len(english) // 2] * 2:
            yield "says everything twice"
        if bool(_ACCESS_KEY.search(english)) != bool(_ACCESS_KEY.search(said)):
            yield "has an access key in one language only"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    extracting = commands.add_parser("extract")
    extracting.add_argument("unit", nargs="*")
    extracting.add_argument("--prune", action="store_true", help="drop the messages that the code no longer says")
    commands.add_parser("compile")
    commands.add_parser("check")
    asked = parser.parse_args(arguments)
    if asked.command == "extract":
        extract(asked.unit, prune=asked.prune)
        return 0
    if asked.command == "compile":
        _replace(COMPILED, compiled(read_units()))
        return 0
    found = findings()
    for line in found:
        print(line)
    print(f"translations: {len(found)} findings" if found else "translations: complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
