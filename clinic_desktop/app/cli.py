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
from clinic_desktop.kernel.clock import Clock, SystemClock
from clinic_desktop.kernel.errors import ClinicError, NeedsConfirmation, Refused
from clinic_desktop.kernel.i18n import N_, _, set_language
from clinic_desktop.storage.header import read_header

DONE, BUG, USAGE, REFUSED, TROUBLE = 0, 1, 2, 3, 4


class WhoSignsIn(Refused):
    text = N_("Say who signs in with --user. This computer knows: {names}.")


class NoPassword(Refused):
    text = N_("There is nobody to type the password. Name a file with --password-file.")


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
        name = self.wanted.user or self._only_person(folder)
        clinic = open_clinic(folder, opener(folder, name, self.password(), self.clock), self.clock)
        try:
            yield clinic
        finally:
            clinic.close()

    def password(self, path: Path | None = None, question: str = "") -> str:
        """The password from a file, or asked for at the terminal."""
        file = path or self.wanted.password_file
        if file is not None:
            return file.read_text(encoding="utf-8").rstrip("\r\n")
        if not sys.stdin.isatty():
            raise NoPassword()
        return getpass((question or _("Password")) + ": ")

    def _only_person(self, folder: Path) -> str:
        names = [p.display_name for p in read_header(folder).people]
        if len(names) != 1:
            raise WhoSignsIn(names=", ".join(names))
        return names[0]


Command = Callable[[Desk], Answer]


def run(wanted: Namespace) -> int:
    """Run one command; the exit code."""
    _speak()
    try:
        answer = _command(wanted)(Desk(wanted))
    except NeedsConfirmation as error:
        return _tell(wanted, error, REFUSED)
    except Refused as error:
        return _tell(wanted, error, REFUSED)
    except ClinicError as error:
        return _tell(wanted, error, TROUBLE)
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


def _speak() -> None:
    """In Spanish, unless the system speaks English. Output is UTF-8 whatever the console's code page."""
    import locale

    spoken = (locale.getlocale()[0] or "es")[:2].lower()
    set_language("en" if spoken == "en" else "es")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


def _command(wanted: Namespace) -> Command:
    """Each group of commands is imported when it is asked for."""
    from clinic_desktop.app.commands import keeping, making, reading, sticks

    named: dict[tuple[str, str | None], Command] = {
        **making.COMMANDS,
        **sticks.COMMANDS,
        **keeping.COMMANDS,
        **reading.COMMANDS,
    }
    return named[wanted.command, getattr(wanted, "verb", None)]
