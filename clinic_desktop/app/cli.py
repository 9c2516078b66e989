"""Commands without a window: the same services, plain sentences or one JSON object, documented exit codes.

0 done; 1 a bug; 2 wrong usage; 3 refused by a rule (also: the vault is open elsewhere); 4 trouble, or `check` found
something. A password is read from --password-file or asked for; it is never taken from the command line itself.
"""

import io
import json
import sys
import traceback
from argparse import Namespace
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from getpass import getpass
from pathlib import Path
from typing import Any

from clinic_desktop.app.clinic import OpenClinic, open_clinic, opener
from clinic_desktop.app.doors import remembered
from clinic_desktop.kernel.clock import Clock, SystemClock
from clinic_desktop.kernel.errors import ClinicError, NeedsConfirmation, Refused, Trouble
from clinic_desktop.kernel.i18n import LANGUAGES, N_, _, set_language
from clinic_desktop.storage.header import read_header

DONE, BUG, USAGE, REFUSED, TROUBLE = 0, 1, 2, 3, 4


class WhoSignsIn(Refused):
    text = N_("Say who signs in with --user. This computer knows: {names}.")


class NoPassword(Refused):
    text = N_("There is nobody to type the password. Name a file with --password-file.")


class CannotRead(Trouble):
    text = N_("“{name}” could not be read. Check that it is there.")


class NotAPassword(Refused):
    text = N_("“{name}” is not a file of plain words with one password.")


@dataclass(slots=True)
class Answer:
    """What a command has to say: facts for --json, sentences for a person."""

    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    sentences: list[str] = field(default_factory=list[str])
    code: int = DONE


@dataclass(slots=True)
class Desk:
    """What a command works with: the arguments, the clock, and how to get the vault open."""

    wanted: Namespace
    clock: Clock = field(default_factory=SystemClock)

    @contextmanager
    def open(self) -> Generator[OpenClinic]:
        """The vault of --data, opened as --user; closed again whatever happens."""
        folder: Path = self.wanted.data
        name = self.wanted.user or self.only_person(folder)
        read_header(folder)  # says at once that there are no data here
        clinic = open_clinic(folder, opener(folder, name, self.password(), self.clock), self.clock)
        try:
            yield clinic
        finally:
            clinic.close()

    def password(self, path: Path | None = None, question: str = "") -> str:
        """The password from a file, or asked for at the terminal."""
        file = path or self.wanted.password_file
        if file is not None:
            return _password_in(file)
        if not sys.stdin.isatty():
            raise NoPassword()
        return getpass((question or _("Password")) + ": ")

    def only_person(self, folder: Path) -> str:
        """Who signs in when nobody is named."""
        names = [p.display_name for p in read_header(folder).people]
        if len(names) != 1:
            raise WhoSignsIn(names=", ".join(names))
        return names[0]


def _password_in(file: Path) -> str:
    try:
        # Editors on Windows put a mark of three bytes before the text.
        password = file.read_text(encoding="utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise NotAPassword(name=file.name) from error
    if not password or "\n" in password:
        raise NotAPassword(name=file.name)
    return password


Command = Callable[[Desk], Answer]


def run(wanted: Namespace) -> int:
    """Run one command; the exit code."""
    _speak(wanted.data)
    try:
        answer = _command(wanted)(Desk(wanted))
    except NeedsConfirmation as error:
        return _tell(wanted, error, REFUSED)
    except Refused as error:
        return _tell(wanted, error, REFUSED)
    except ClinicError as error:
        return _tell(wanted, error, TROUBLE)
    except OSError as error:
        # A file or folder that was named and is not there, or may not be touched.
        return _tell(wanted, CannotRead(name=Path(str(error.filename or "")).name), TROUBLE)
    except KeyboardInterrupt:
        return TROUBLE
    except Exception as error:  # noqa: BLE001 - the last resort: a bug ends with its own exit code
        # Type and places only: a message might quote a record.
        frames = traceback.extract_tb(error.__traceback__)
        sys.stderr.write(f"{type(error).__name__} at {frames[-1].name}:{frames[-1].lineno}\n")
        if wanted.json:
            sys.stdout.write(json.dumps({"ok": False, "error": type(error).__name__}) + "\n")
        return BUG
    if wanted.json:
        sys.stdout.write(
            json.dumps({"ok": answer.code == DONE, **answer.facts}, ensure_ascii=False, default=str) + "\n"
        )
    else:
        for sentence in answer.sentences:
            sys.stdout.write(sentence + "\n")
    return answer.code


def _tell(wanted: Namespace, error: ClinicError, code: int) -> int:
    if wanted.json:
        sys.stdout.write(
            json.dumps({"ok": False, "error": str(error), "sentence": error.sentence()}, ensure_ascii=False) + "\n"
        )
    else:
        sys.stderr.write(error.sentence() + "\n")
    return code


def _speak(folder: Path) -> None:
    """As the window last spoke here, else Spanish unless the system speaks English. Output is always UTF-8."""
    import locale

    # Not getlocale: it calls the plain "C" of a bare system English.
    system = "en" if locale.setlocale(locale.LC_CTYPE).lower().startswith("en") else "es"
    chosen = remembered(folder).get("language", system)
    set_language(chosen if chosen in LANGUAGES else "es")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def _command(wanted: Namespace) -> Command:
    """Each group of commands is imported when it is asked for."""
    from clinic_desktop.app.commands import importing, keeping, making, reading, sticks, trust

    named: dict[tuple[str, str | None], Command] = {
        **making.COMMANDS,
        **importing.COMMANDS,
        **sticks.COMMANDS,
        **trust.COMMANDS,
        **keeping.COMMANDS,
        **reading.COMMANDS,
    }
    return named[wanted.command, getattr(wanted, "verb", None)]
