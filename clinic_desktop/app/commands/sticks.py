"""enroll and bundle: the stick, without a window."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from clinic_desktop.app.cli import DONE, REFUSED, TROUBLE, Answer, CannotRead, Command, Desk
from clinic_desktop.exchange.outcomes import Exported, Inspected, MergeReport
from clinic_desktop.exchange.steps import Steps, finish
from clinic_desktop.features.bundles.service import carrying, joining, pairing, rebuilding, taking
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.progress import Result


def request(desk: Desk) -> Answer:
    with desk.open() as clinic:
        path = joining.write_request(clinic.vault, clinic.actor, folder=_folder(desk))
    said = _("Take {file} to the central office. The code is compared when its answer comes.").format(file=path)
    return Answer({"path": str(path)}, [said])


def approve(desk: Desk) -> Answer:
    file, folder = _file(desk.wanted.file), _folder(desk)
    with desk.open() as clinic:
        path, approval = joining.approve(clinic.vault, clinic.actor, file=file, folder=folder)
    said = [
        _("{site} was taken in. Take {file} to it.").format(site=approval.site_name, file=path),
        _("Read this code out to the clinic: {code}").format(code=approval.code),
    ]
    facts = {"path": str(path), "site": approval.site_name, "code": approval.code, "device": approval.device_id}
    return Answer(facts, said)


def accept_answer(desk: Desk) -> Answer:
    """Without --yes it only tells the code that must be compared, and is refused with it."""
    file: Path = desk.wanted.file
    join = partial(joining.join, content=file.read_bytes(), name=file.name, confirmed=bool(desk.wanted.yes))
    with desk.open() as clinic:
        joined = clinic.vault.do(join, clinic.actor)
    said = _("This clinic belongs to {central} now.").format(central=joined.central_name)
    return Answer({"central": joined.central_name, "code": joined.code}, [said])


def export(desk: Desk) -> Answer:
    made = _run(desk, lambda vault, actor: carrying.export(vault, actor, folder=_folder(desk)))
    said = [_("{file} was written, read back and is right.").format(file=one.path.name) for one in made.files]
    if made.left:
        words = ngettext(
            "{count} part found no room: run this again with another stick.",
            "{count} parts found no room: run this again with another stick.",
            made.left,
        )
        said.append(words.format(count=made.left))
    return Answer(_exported(made) | {"others": [_exported(one) for one in made.others], "left": made.left}, said)


def inspect(desk: Desk) -> Answer:
    file = _file(desk.wanted.file)
    found: Inspected = _run(desk, lambda vault, actor: taking.inspect(vault, actor, file=file))
    said = _("{file}: number {number} of {site}, {rows} rows in {segments} segments, every byte is right.").format(
        file=found.path.name, number=found.number, site=found.site_name, rows=found.rows, segments=found.segments
    )
    return Answer({**asdict(found), "path": str(found.path)}, [said])


def merge(desk: Desk) -> Answer:
    files = [_file(path) for path in desk.wanted.files]
    report = _run(desk, lambda vault, actor: taking.merge(vault, actor, files=files))
    return _merged(report)


def receipt(desk: Desk) -> Answer:
    made = _run(desk, lambda vault, actor: carrying.write_receipt(vault, actor, folder=_folder(desk)))
    said = [_("For {site}: {file}").format(site=one.site_name, file=one.path.name) for one in made]
    return Answer({"files": [_exported(one) for one in made]}, said)


def accept(desk: Desk) -> Answer:
    file = _file(desk.wanted.file)
    report = _run(desk, lambda vault, actor: taking.accept(vault, actor, files=[file]))
    return _merged(report)


def digest(desk: Desk) -> Answer:
    found = _run(desk, rebuilding.compare)
    sites = [{**asdict(one), "site": name} for one, name in found]
    said = [
        ngettext("{site}: {code}, {count} row.", "{site}: {code}, {count} rows.", one.rows).format(
            site=name, code=one.code, count=one.rows
        )
        for one, name in found
    ]
    return Answer({"sites": sites}, said)


def drill(desk: Desk) -> Answer:
    done = _run(desk, rebuilding.drill)
    facts = {**asdict(done), "equal": done.equal}
    if done.equal:
        said = _("Everything was built again from {segments} segments with {rows} rows, and it is equal.")
        return Answer(facts, [said.format(segments=done.segments, rows=done.rows)])
    said = [
        _("{table}, {what}: {here} here, {again} built again.").format(
            table=one.table, what=one.what, here=one.here, again=one.again
        )
        for one in done.differences
    ]
    said += [_("Not believed again: {segment}").format(segment=name) for name in done.not_taken]
    if done.disturbed:
        said.append(_("Somebody saved meanwhile. Repeat it while nobody works."))
    return Answer(facts, said, TROUBLE)


def archive(desk: Desk) -> Answer:
    folder, recipients = _folder(desk), desk.wanted.recipients
    made = _run(desk, lambda vault, actor: rebuilding.archive(vault, actor, folder=folder, recipients=recipients))
    said = [_("{file} was written, read back and is right.").format(file=one.path.name) for one in made]
    return Answer({"files": [_exported(one) for one in made]}, said)


def rebuild(desk: Desk) -> Answer:
    files = [_file(one) for path in desk.wanted.files for one in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return _merged(_run(desk, lambda vault, actor: rebuilding.rebuild(vault, actor, files=files)))


def _run(desk: Desk, job: Callable[[Any, Any], Steps[Result]]) -> Result:
    with desk.open() as clinic:
        result = finish(job(clinic.vault, clinic.actor))
    assert result is not None, "nobody stops it"
    return result


def _file(path: Path) -> Path:
    """A name that was mistyped is told before anybody signs in; nobody pulled out a stick."""
    if not path.is_file():
        raise CannotRead(name=path.name)
    return path


def _folder(desk: Desk) -> Path:
    folder: Path = desk.wanted.to
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _exported(made: Exported) -> dict[str, Any]:
    return {
        "path": str(made.path),
        "number": made.number,
        "sha256": made.sha256,
        "bytes": made.size,
        "segments": made.segments,
        "site": made.site_name,
        "control": made.control,
        "loads": [asdict(load) for load in made.loads],
    }


def _merged(report: MergeReport) -> Answer:
    """One bundle that was refused makes the whole command refused, though the others were taken in."""
    files = [{**asdict(one), "path": str(one.path), "ok": one.ok} for one in report.files]
    facts = {"files": files, "gaps": len(report.gaps), "open_conflicts": report.open_conflicts}
    said = [
        one.error
        or ngettext("{file}: {count} row taken in.", "{file}: {count} rows taken in.", one.rows).format(
            file=one.path.name, count=one.rows
        )
        for one in report.files
    ]
    return Answer(facts, said, DONE if all(one.ok for one in report.files) else REFUSED)


def invite(desk: Desk) -> Answer:
    path = _run(desk, lambda vault, actor: pairing.write_invitation(vault, actor, folder=_folder(desk)))
    said = _("Take {file} to the new computer: init --beside.").format(file=path)
    return Answer({"path": str(path)}, [said])


def ask_mate(desk: Desk) -> Answer:
    path = _run(desk, lambda vault, actor: pairing.ask_to_enter(vault, actor, folder=_folder(desk)))
    return Answer({"path": str(path)}, [_("Take {file} to the first computer: pair welcome.").format(file=path)])


def welcome(desk: Desk) -> Answer:
    """Without --yes it only tells the code that must be compared, and is refused with it."""
    file, yes = _file(desk.wanted.file), bool(desk.wanted.yes)
    path, paired = _run(desk, lambda vault, actor: pairing.take_in(vault, actor, file=file, confirmed=yes))
    said = _("Take {file} to the new computer: pair enter. Code: {code}").format(file=path, code=paired.code)
    return Answer({"path": str(path), "code": paired.code}, [said])


def enter(desk: Desk) -> Answer:
    file = _file(desk.wanted.file)
    use = partial(pairing.enter, content=file.read_bytes(), name=file.name, confirmed=bool(desk.wanted.yes))
    with desk.open() as clinic:
        code = clinic.vault.do(use, clinic.actor)
    return Answer({"code": code}, [_("The two computers know each other now.")])


COMMANDS: dict[tuple[str, str | None], Command] = {
    ("enroll", "request"): request,
    ("enroll", "approve"): approve,
    ("enroll", "accept"): accept_answer,
    ("pair", "invite"): invite,
    ("pair", "ask"): ask_mate,
    ("pair", "welcome"): welcome,
    ("pair", "enter"): enter,
    ("bundle", "export"): export,
    ("bundle", "inspect"): inspect,
    ("bundle", "merge"): merge,
    ("bundle", "receipt"): receipt,
    ("bundle", "accept"): accept,
    ("bundle", "archive"): archive,
    ("bundle", "digest"): digest,
    ("bundle", "drill"): drill,
    ("bundle", "rebuild"): rebuild,
}
