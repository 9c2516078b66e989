"""`demo --instruments DIR`: the official questionnaires of a folder, taken into every demonstration clinic."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from clinic_desktop.app.demo.network import sign_in
from clinic_desktop.app.demo.sites import CLINICS
from clinic_desktop.features.consults.service import instruments
from clinic_desktop.kernel.clock import Clock
from clinic_desktop.kernel.errors import Refused


def import_all(clinics: Sequence[Path], folder: Path, clock: Clock) -> int:
    """Import what can be imported; a file that is not a questionnaire is passed over. How many each clinic has now."""
    contents = [file.read_bytes() for file in sorted(folder.rglob("*.json"))]
    taken = 0
    for site, path in zip(CLINICS, clinics, strict=False):
        clinic, taken = sign_in(path, site.coordinator, clock), 0
        try:
            for content in contents:
                try:
                    clinic.vault.do(
                        partial(instruments.import_instrument, data=content, confirmed=True),
                        clinic.actor,
                    )
                except Refused:
                    continue
                taken += 1
        finally:
            clinic.close()
    return taken
