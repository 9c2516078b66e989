"""The command line as a person at a terminal uses it, without starting a process for each command."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinic_desktop.__main__ import main

PASSWORD = "mesa lago pino tela"


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> dict[str, Any]:
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        return json.loads(lines[0])


@dataclass
class Terminal:
    """One installation, addressed from a terminal by one person."""

    data: Path
    keys: Path
    user: str | None = None

    def file_with(self, name: str, text: str) -> Path:
        path = self.keys / name
        path.write_text(text + "\n", encoding="utf-8")
        return path

    def run(self, *words: object, json_: bool = True, user: str | None = None, password: str = PASSWORD) -> Said:
        """One command with a password file, as one JSON object."""
        secret = self.file_with("secret", password)
        who = user or self.user
        common = ["--data", str(self.data), "--password-file", str(secret)]
        arguments = [*common, *(["--user", who] if who else []), *map(str, words), *(["--json"] if json_ else [])]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(arguments)
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Said(code, out.getvalue(), err.getvalue())

    def done(self, *words: object, **how: Any) -> dict[str, Any]:
        """A command that must end well; its facts."""
        said = self.run(*words, **how)
        assert said.code == 0, (words, said)
        assert said.facts["ok"] is True
        return said.facts
