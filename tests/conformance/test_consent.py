"""All that leaves the clinic on paper, as a file or on a stick asks the person's consent, or says why it need not.

A new letter, list, export or copy that is not named here fails: its author decides which purpose it asks for.
"""

import ast
from pathlib import Path

import pytest

import clinic_desktop
from clinic_desktop.features.patients.rules.consents import ConsentPurpose

PROGRAM = Path(clinic_desktop.__path__[0])
ROOMS = PROGRAM / "features"
Functions = dict[str, list[ast.FunctionDef]]

# What makes a paper, and the purpose it asks for or the reason why none is needed.
PAPERS: dict[str, ConsentPurpose | str] = {
    "agenda.call_list": ConsentPurpose.CALLS,
    "agenda.patient_card": "handed to the person, with a number and no kind of illness",
    "agenda.appointment_card": "handed to the person, with a day and no kind of illness",
    "agenda.desk_list": "stays at the desk: care",
    "agenda.clinicians_list": "stays in the consulting room and is shredded: care",
    "agenda.turn_slip": "handed to the person; a number and no name",
    "agenda.consult_sheet": "stays in the consulting room: care",
    "agenda.set_of_day": "the consult sheets of a day, which stay here: care",
    "bundles.slip": "numbers and control letters, nobody's name",
    "bundles.root_sheets": "the organisation's root key, sealed; nobody who is cared for",
    "consults.blank_form": "an empty form, about nobody",
    "consults.reaction_page": ConsentPurpose.OTHER_SERVICE,
    "consults.trend_paper": "for the folder, it stays here: care",
    "medication.prescription_paper": "handed to the person, for whichever pharmacy they choose: care",
    "medication.order_paper": "products and numbers, nobody who is cared for",
    "medication.stock_paper": "products and numbers, nobody who is cared for",
    "medication.expiry_paper": "products and numbers, nobody who is cared for",
    "medication.lay_out": "the page of a prescription; whoever has it made asks",
    "medication.book_page": "the book of controlled medicines, which the law wants; stays here: reserved people as N",
    "medication.draft_page": "the same before it is closed; it stays here",
    "medication.voucher_paper": "handed to the person, who carries it or does not; a medicine and never why: care",
    "medication.vouchers_pdf": "the same, several at once: care",
    "medication.lay_out_voucher": "the page of a voucher; whoever has it made asks",
    "medication.statement_paper": "folios, medicines and money, nobody's name",
    "medication.figures_paper": "numbers by pharmacy, nobody's name",
    "medication.labels_of": "goes home on the box, with a name, a medicine and no illness: care",
    "medication.receipt_of": "stays in the folder, signed by whoever took it away: care",
    "medication.lay_out_receipt": "the page of a receipt; whoever has it made asks",
    "medication.blank_sheet": "what to count on the shelf; names nobody who is cared for",
    "medication.result_paper": "what was counted on the shelf; names nobody who is cared for",
    "medication.packing_slip": "medicines that go to another place; names nobody who is cared for",
    "medication.slip_halves": "the halves of a packing slip; names nobody who is cared for",
    "medication.act_paper": "medicines that were destroyed or given back; names nobody who is cared for",
    "medication.contact_list": "for those who tell people of a lot: whom, how safely, a medicine, no reason: care",
    "medication.directory_paper": "of pharmacies, donors and services; nobody who is cared for",
    "medication.donor_paper": ConsentPurpose.DONOR_COUNTS,
    "consults.case_log_paper": ConsentPurpose.TEACHING,
    "consults.supervision_record": "of two people of the clinic; names nobody who is cared for",
    "patients.consent_paper": "the consent itself, for the person and the folder",
    "patients.paper_of_act": "the consent itself, for the person and the folder",
    "patients.withdrawal_paper": "that a yes was taken back, for the person and the folder",
    "rights.leaflet": "of nobody",
    "rights.question_sheet": "without a name; filled in by the person",
    "rights.wishes_paper": "their own wishes, handed to the person",
    "medication.receipt_list": "what came with a delivery and from whom; names nobody who is cared for",
    "medication.thank_you": "to a donor about a gift; names nobody who is cared for",
    "medication.refusal": "to a donor about lots that expire too soon; names nobody who is cared for",
    "rights.receipt": "handed to whoever complained, without a name",
    "rights.own_data_paper": "their own record, handed to the person who asks for it",
    "consults.plan_paper": "the person's own plan, handed to them; the name they are called by and no kind of illness",
    "consults.relative_copy": ConsentPurpose.RELATIVE,
    "consults.looking_for_list": "for those who look for people: whom and how safely, nothing of why: care",
    "referrals.lay_out": "the page of a letter; whoever has it made asks",
    "referrals.prepare": ConsentPurpose.OTHER_SERVICE,
    "referrals.again": ConsentPurpose.OTHER_SERVICE,
}
# What writes data elsewhere than into the vault.
EXPORTS: dict[str, ConsentPurpose | str] = {
    "bundles.export": "to the own central office and the clinic's other computers, sealed: goes with care",
    "bundles.answer": "to the clinics whose people they are, sealed: goes with care",
    "bundles.write_receipt": "to the clinic whose people they are, sealed: goes with care",
    "bundles.archive": "the central's segments, sealed to the office that is to be built again: goes with care",
    "bundles.ask_to_enter": "this computer's public keys, nobody's data",
    "bundles.write_invitation": "this computer's public keys, nobody's data",
    "bundles.carry": "one file of bundles.export, write_receipt or archive: sealed, goes with care",
    "bundles.save_parcel": "as bundles.export, into a folder: sealed, goes with care",
    "bundles.fit_stick": "only looks at the list on a stick",
    "bundles.name_unfit": "the list on a stick: which office wrote what and who read it, nobody's data",
    "bundles.note": "the list on a stick: which office wrote what and who read it, nobody's data",
    "bundles.clear": "takes off a stick what had arrived; writes nothing",
    "bundles.receive": "takes in, and keeps the list on the stick: nobody's data",
    "bundles.write_request": "this computer's public keys, nobody's data",
    "bundles.write_request_steps": "this computer's public keys, nobody's data",
    "bundles.approve": "public keys, nobody's data",
    "bundles.approve_steps": "public keys, nobody's data",
    "backups.back_up": "the vault itself, with its lock: goes with care",
    "backups.back_up_daily": "the vault itself, with its lock: goes with care",
}
# Use cases that keep something which needs a yes of its own.
KEPT = {
    "referrals.write_referral": ConsentPurpose.OTHER_SERVICE,
    "referrals.write_and_print": ConsentPurpose.OTHER_SERVICE,
}
# Queries that put a telephone number on a list.
NUMBERS = {
    "agenda.calls": ConsentPurpose.CALLS,
    "agenda.moved_from": ConsentPurpose.CALLS,
    "consults.looking_for": ConsentPurpose.CALLS,
    "medication.receivers": ConsentPurpose.CALLS,
}
# Files outside the letters of a room that make a paper by themselves, and why.
ELSEWHERE = {
    "app/self_test.py": "a paper of nobody, to see that printing works",
}


def functions_of(folder: Path) -> Functions:
    """Every function below a folder by its name."""
    found: Functions = {}
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append(node)
    return found


def public(files: list[Path]) -> list[ast.FunctionDef]:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in files if file.exists()]
    nodes = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [node for node in nodes if not node.name.startswith("_")]


def rooms() -> list[Path]:
    return sorted(folder for folder in ROOMS.iterdir() if (folder / "__init__.py").exists())


def makes_paper(node: ast.FunctionDef) -> bool:
    """It gives back a paper, or the bytes of one."""
    returned = {n.id for n in ast.walk(node.returns) if isinstance(n, ast.Name)} if node.returns else set[str]()
    return bool(returned & {"Paper", "bytes"})


def papers() -> set[str]:
    return {
        f"{room.name}.{node.name}"
        for room in rooms()
        for node in public(sorted((room / "letters").glob("*.py")))
        if makes_paper(node)
    }


def exports() -> set[str]:
    """By what a room calls its services that write files."""
    found: set[str] = set()
    for room in rooms():
        files = [room / "service.py", *sorted((room / "service").glob("*.py"))]
        for node in public(files):
            takes = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
            written = node.name.startswith(("export", "write_", "approve", "back_up"))
            if {"vault", "folder"} <= takes or (written and "work" not in takes and node.name != "backup_folder"):
                found.add(f"{room.name}.{node.name}")
    return found


def purposes(name: str, known: Functions, depth: int = 4) -> set[str]:
    """The purposes named in a function or, some calls deep, in what it calls."""
    found: set[str] = set()
    for function in known.get(name, []):
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "ConsentPurpose":
                found.add(node.attr)
            if isinstance(node, ast.Call) and depth:
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called != name:
                    found |= purposes(called, known, depth - 1)
    return found


def test_every_paper_says_which_consent_it_asks_for_or_why_none() -> None:
    found = papers()
    assert sorted(found - set(PAPERS)) == [], "a paper that does not say which consent it asks for"
    assert sorted(set(PAPERS) - found) == [], "a paper that is made no more"


def test_everything_that_writes_data_elsewhere_says_which_consent_it_asks_for_or_why_none() -> None:
    found = exports()
    assert sorted(found - set(EXPORTS)) == [], "an export that does not say which consent it asks for"
    assert sorted(set(EXPORTS) - found) == [], "an export that is there no more"


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        (name, purpose)
        for listed in (PAPERS, EXPORTS, KEPT, NUMBERS)
        for name, purpose in listed.items()
        if isinstance(purpose, ConsentPurpose)
    ],
)
def test_what_names_a_purpose_asks_for_it(name: str, purpose: ConsentPurpose) -> None:
    room, function = name.split(".")
    assert purpose.name in purposes(function, functions_of(ROOMS / room))


def test_papers_are_made_in_the_letters_of_a_room_and_nowhere_else() -> None:
    making: set[str] = set()
    for file in PROGRAM.rglob("*.py"):
        place = file.relative_to(PROGRAM)
        if "letters" in place.parts or place.parts[0] == "printing":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Paper", "listing"):
                making.add(place.as_posix())
    assert sorted(making - set(ELSEWHERE)) == []
    assert sorted(set(ELSEWHERE) - making) == [], "an exception that is needed no more"


def test_no_answer_is_remembered_between_two_papers() -> None:
    """A withdrawal holds for the next one only if each asks the vault anew."""
    file = ROOMS / "patients" / "queries" / "consents.py"
    assert "cache" not in file.read_text(encoding="utf-8")
