"""What a day without a window leaves: pictures, papers, and what was checked on the way."""

import json
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clinic_desktop.kernel.errors import Trouble
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.storage.files import write_durably

PICTURES, PAPERS, STICK = "screenshots", "pdf", "stick"


class NotAsExpected(Trouble):
    """The walk stops at the first thing that is not as it should be."""

    text = N_("The day stopped: “{what}” is not as expected.")


@dataclass(slots=True)
class Summary:
    """Grows while the day is lived."""

    output: Path
    checks: list[str] = field(default_factory=list[str])
    counts: dict[str, Any] = field(default_factory=dict[str, Any])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    pictures: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        for folder in (PICTURES, PAPERS, STICK):
            (self.output / folder).mkdir(parents=True, exist_ok=True)
            for old in (self.output / folder).iterdir():
                if old.is_file():
                    old.unlink()

    def check(self, what: str, holds: object) -> None:
        """Note that something was looked at; stop if it is not so."""
        if not holds:
            raise NotAsExpected(what=what)
        self.checks.append(what)

    @contextmanager
    def timed(self, what: str) -> Generator[None]:
        began = time.monotonic()
        yield
        self.seconds[what] = round(time.monotonic() - began, 1)

    def papers(self) -> list[str]:
        return sorted(p.name for p in (self.output / PAPERS).iterdir())

    def bundles(self) -> list[str]:
        return sorted(p.name for p in (self.output / STICK).iterdir())

    def facts(self) -> dict[str, Any]:
        return {
            "checks": self.checks,
            "counts": self.counts,
            "seconds": self.seconds,
            "screenshots": self.pictures,
            "pdf": self.papers(),
            "stick": self.bundles(),
        }

    def sentences(self) -> list[str]:
        said = [
            _("The day was lived: {checks} checks, {pictures} pictures, {papers} papers, {bundles} bundles.").format(
                checks=len(self.checks),
                pictures=len(self.pictures),
                papers=len(self.papers()),
                bundles=len(self.bundles()),
            )
        ]
        return [*said, *(f"  {name}: {seconds} s" for name, seconds in self.seconds.items())]

    def write(self) -> None:
        """summary.json for programs, resumen.txt for people."""
        facts = json.dumps(self.facts(), ensure_ascii=False, indent=2)
        write_durably(self.output / "summary.json", (facts + "\n").encode())
        lines = [*self.sentences(), "", *(f"  {name}: {count}" for name, count in self.counts.items())]
        lines += ["", *(f"+ {check}" for check in self.checks)]
        write_durably(self.output / "resumen.txt", ("\n".join(lines) + "\n").encode())
