"""init, demo, generate, instrument import: making a vault and filling it."""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from clinic_desktop.app.cli import Answer, Command, Desk
from clinic_desktop.app.clinic import NewClinic, found_clinic
from clinic_desktop.app.demo.marks import mark_folder
from clinic_desktop.exchange.trust.pairing import read_invitation
from clinic_desktop.features.bundles.service.joining import read_small
from clinic_desktop.features.consults.service import instruments
from clinic_desktop.features.patients.rules.places import municipality
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.storage.files import write_durably


class NowhereForTheCode(Refused):
    text = N_("The recovery code must go somewhere: run this at a terminal, or name a file with --recovery-file.")


class CodeFileTaken(Refused):
    text = N_("“{name}” is there already, perhaps with the code of another clinic. Name a new file.")


class UnknownMunicipality(Refused):
    text = N_("No municipality has the code {code}.")


def init(desk: Desk) -> Answer:
    wanted = desk.wanted
    if wanted.recovery_file is None and not sys.stdout.isatty():
        raise NowhereForTheCode()
    if wanted.recovery_file is not None:
        _must_take_the_code(wanted.recovery_file)
    if wanted.municipality is not None and municipality(wanted.municipality) is None:
        raise UnknownMunicipality(code=wanted.municipality)
    password = desk.password(question=_("Password for {name}").format(name=wanted.coordinator))
    new = NewClinic(
        wanted.site or "", wanted.code or "", wanted.role, wanted.zone, wanted.municipality, wanted.coordinator,
        password, demo=wanted.demo,
    )  # fmt: skip
    if wanted.beside is not None:
        told = read_invitation(read_small(wanted.beside), wanted.beside.name)
        same = told.person_id if wanted.coordinator == told.person_name else ""
        new = replace(new, site_name=told.site_name, site_code=told.site_code, role="clinic", site_id=told.site_id,
                      person_id=same, zone=told.beginning.zone or new.zone, beginning=told.beginning)  # fmt: skip
    clinic, code = found_clinic(wanted.data, new, desk.clock)
    place = clinic.vault.place
    clinic.close()
    if wanted.demo:
        mark_folder(wanted.data)
    said = [_("The clinic is ready in {folder}.").format(folder=wanted.data)]
    if wanted.recovery_file is not None:
        write_durably(wanted.recovery_file, (code + "\n").encode())
        said.append(
            _("The recovery code is in {file}. Print it, seal it, and remove the file.").format(
                file=wanted.recovery_file
            )
        )
    else:
        said.append(_("Recovery code, shown only now: {code}").format(code=code))
    return Answer({"site_id": place.site_id, "device_id": place.device_id, "data": str(wanted.data)}, said)


def _must_take_the_code(file: Path) -> None:
    """Tried before the clinic is made: a code that then cannot be kept would be lost for ever."""
    if file.exists():
        raise CodeFileTaken(name=file.name)
    write_durably(file, b"")
    file.unlink()


def import_instrument(desk: Desk) -> Answer:
    path: Path = desk.wanted.file
    content = instruments.content_of(path)
    with desk.open() as clinic:
        imported = clinic.vault.do(
            partial(instruments.import_instrument, data=content, confirmed=desk.wanted.yes), clinic.actor
        )
    facts = {"instrument": imported.instrument_id, "title": imported.title, "scale": imported.scale_code}
    return Answer({**facts, "again": imported.again}, [_("The questionnaire was imported.")])


def generate(desk: Desk) -> Answer:
    from clinic_desktop.app.demo.fill import fill

    with desk.open() as clinic:
        counts = fill(clinic, patients=desk.wanted.patients, years=desk.wanted.years, seed=desk.wanted.seed)
    return Answer(counts, [_("Generated people were added. They are marked as demonstration.")])


def demo(desk: Desk) -> Answer:
    from clinic_desktop.app.demo.start import start

    return start(desk)


COMMANDS: dict[tuple[str, str | None], Command] = {
    ("init", None): init,
    ("instrument", "import"): import_instrument,
    ("generate", None): generate,
    ("demo", None): demo,
}
