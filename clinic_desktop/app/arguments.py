"""The words of the command line. Light: it is read before anything else is imported."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Commands = Any
"""What argparse gives for sub-commands; its class is private."""


def data_folder() -> Path:
    """Where a person's own installation keeps its data."""
    from platformdirs import user_data_path

    return user_data_path("ClinicDesktop", appauthor=False)


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse; wrong usage ends the process with 2, as argparse does."""
    parser = argparse.ArgumentParser(prog="clinic-desktop", description="A clinic's records, offline and encrypted.")
    _common(parser, top=True)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _making(commands)
    _sticks(commands)
    _keeping(commands)
    _reading(commands)
    wanted = parser.parse_args(arguments)
    if wanted.data is None:
        wanted.data = data_folder()
    return wanted


def _common(parser: argparse.ArgumentParser, *, top: bool = False) -> None:
    # Given before or after the command; the sub-parsers must not overwrite with their own defaults.
    unset = None if top else argparse.SUPPRESS
    parser.add_argument("--data", type=Path, default=unset, metavar="DIR", help="the data folder (default: the user's)")
    parser.add_argument(
        "--json", action="store_true", default=False if top else argparse.SUPPRESS, help="one JSON object"
    )
    parser.add_argument("--user", default=unset, metavar="NAME", help="who signs in (default: the only person)")
    parser.add_argument(
        "--password-file", type=Path, default=unset, metavar="FILE", help="the password; else it is asked"
    )
    parser.add_argument("--yes", action="store_true", default=False if top else argparse.SUPPRESS, help="answer yes")


def _add(commands: Commands, name: str, words: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words)
    _common(parser)
    return parser


def _making(commands: Commands) -> None:
    demo = _add(commands, "demo", "build the demonstration network and open it, or live a day in it")
    demo.add_argument("--no-window", action="store_true", help="live the day without a window")
    demo.add_argument("--output", type=Path, metavar="DIR", help="where pictures, papers and the summary go")
    demo.add_argument("--patients", type=int, default=None, metavar="N", help="generated people in each clinic")
    demo.add_argument("--instruments", type=Path, metavar="DIR", help="import the questionnaires of this folder")
    init = _add(commands, "init", "make a new vault with its first coordinator")
    init.add_argument("--site", metavar="NAME")
    init.add_argument("--code", metavar="ABC", help="three capital letters")
    init.add_argument(
        "--beside", type=Path, metavar="FILE", help="one more computer of a clinic, from the first one's invitation"
    )
    init.add_argument("--role", choices=("clinic", "central"), default="clinic")
    init.add_argument("--municipality", metavar="CODE", default=None)
    init.add_argument("--zone", default="America/Guatemala")
    init.add_argument("--coordinator", metavar="NAME", default="Coordinación")
    init.add_argument(
        "--recovery-file", type=Path, metavar="FILE", help="where the recovery code goes; else the terminal"
    )
    init.add_argument("--demo", action="store_true", help="for training: marked DEMO, never joined to a real office")
    generate = _add(commands, "generate", "fill a training vault with generated people; refused beside real data")
    generate.add_argument("--patients", type=int, required=True, metavar="N")
    generate.add_argument("--years", type=int, default=1, metavar="Y")
    generate.add_argument("--seed", type=int, default=1, metavar="S")
    instrument = _add(commands, "instrument", "questionnaires")
    verbs = instrument.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add(verbs, "import", "import a FHIR Questionnaire").add_argument("file", type=Path)
    _importing(commands)


def _importing(commands: Commands) -> None:
    people = _add(commands, "import", "people from a spreadsheet")
    verbs = people.add_subparsers(dest="verb", required=True, metavar="VERB")
    sheet = _add(verbs, "patients", "take in the people of an .xlsx or .csv, all of them or nobody")
    sheet.add_argument("file", type=Path)
    sheet.add_argument(
        "--columns", type=Path, metavar="FILE", help="JSON: from each heading to what its column holds (else proposed)"
    )
    sheet.add_argument("--told-on", metavar="DATE", help="the day the ages were written, 2026-11-28 (default: today)")
    sheet.add_argument("--dry-run", action="store_true", help="only tell what would be taken in")
    sheet.add_argument("--doubtful", choices=("leave-out", "add"), default="leave-out", help="people to look at")
    sheet.add_argument("--faulty-to", type=Path, metavar="FILE", help="where the lines with a fault go, as .csv")
    undo = _add(verbs, "undo", "take a whole list back")
    undo.add_argument("run", metavar="RUN")
    undo.add_argument("--reason", required=True, metavar="TEXT")
    _add(verbs, "runs", "the lists that were taken in")


def _sticks(commands: Commands) -> None:
    enroll = _add(commands, "enroll", "the two-way exchange of keys between a clinic and its central")
    verbs = enroll.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add(verbs, "request", "write this device's request").add_argument("--to", type=Path, required=True, metavar="DIR")
    approve = _add(verbs, "approve", "at the central: read a request, write the answer")
    approve.add_argument("file", type=Path)
    approve.add_argument("--to", type=Path, required=True, metavar="DIR")
    _add(verbs, "accept", "at the clinic: take the central's answer").add_argument("file", type=Path)
    read_out = _add(verbs, "compared", "at the central: the clinic read out the same code")
    read_out.add_argument("device", metavar="DEVICE")
    revoke = _add(verbs, "revoke", "at the central: cut a computer off, for good")
    revoke.add_argument("device", metavar="DEVICE")
    revoke.add_argument("--why", choices=("stolen", "replaced"), required=True)
    revoke.add_argument("--note", required=True, metavar="TEXT", help="who said so, and what happened")
    _add(verbs, "devices", "the computers that exchange, and what was kept aside of each")
    pair = _add(commands, "pair", "two computers of one clinic that know each other without a central")
    verbs = pair.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, said in (("invite", "at the first: write an invitation"), ("ask", "at the second: ask to be taken in")):
        _add(verbs, verb, said).add_argument("--to", type=Path, required=True, metavar="DIR")
    _add(verbs, "welcome", "at the first: take the second in").add_argument("file", type=Path)
    _add(verbs, "enter", "at the second: take the answer").add_argument("file", type=Path)
    bundle = _add(commands, "bundle", "the stick, without a window")
    verbs = bundle.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add(verbs, "export", "write a bundle and read it back").add_argument(
        "--to", type=Path, required=True, metavar="DIR"
    )
    _add(verbs, "inspect", "tell what a bundle is").add_argument("file", type=Path)
    _add(verbs, "merge", "merge bundles").add_argument("files", type=Path, nargs="+", metavar="FILE")
    _add(verbs, "receipt", "write the central's answer for the clinics").add_argument(
        "--to", type=Path, required=True, metavar="DIR"
    )
    _add(verbs, "accept", "take the central's answer").add_argument("file", type=Path)
    _rebuilding(verbs)


def _rebuilding(verbs: Commands) -> None:
    _add(verbs, "digest", "a code for what is here of each clinic, to compare by telephone")
    _add(verbs, "drill", "build everything again from what arrived, in a second place, and compare")
    archive = _add(verbs, "archive", "at the central: everything it holds, in bundles for itself")
    archive.add_argument("--to", type=Path, required=True, metavar="DIR")
    archive.add_argument("--for", action="append", default=[], dest="recipients", metavar="AGE-KEY")
    _add(verbs, "rebuild", "at a central that lost its state: take in an archive").add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="the files of an archive, or the folder of them"
    )


def _keeping(commands: Commands) -> None:
    _add(commands, "backup", "make a verified backup").add_argument("--to", type=Path, default=None, metavar="DIR")
    restore = _add(commands, "restore", "make a data folder from a backup, beside the present one")
    restore.add_argument("file", type=Path, metavar="BACKUP")
    restore.add_argument("--to", type=Path, required=True, metavar="DIR")
    _add(commands, "check", "every page, the ledger, each row against its newest line")
    user = _add(commands, "user", "people who sign in")
    verbs = user.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = _add(verbs, "add", "add a person, effective at once")
    add.add_argument("name")
    add.add_argument("--role", required=True)
    add.add_argument(
        "--new-password-file", type=Path, metavar="FILE", help="else a password of words is made and shown"
    )
    reset = _add(verbs, "reset", "a new password for a person")
    reset.add_argument("name")
    reset.add_argument("--new-password-file", type=Path, metavar="FILE")
    _add(verbs, "revoke", "end a person's access").add_argument("name")
    _add(commands, "self-test", "the checks that the installer runs")


def _reading(commands: Commands) -> None:
    _add(commands, "search", "find people").add_argument("text")
    show = _add(commands, "show", "one record")
    show.add_argument("kind", choices=("patient",))
    show.add_argument("id")
    _add(commands, "report", "a small count").add_argument("name", choices=("day", "stock", "sums"))
