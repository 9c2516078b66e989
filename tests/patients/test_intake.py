"""People from a sheet: nobody lost, nobody twice, all or nobody, and taken back as a whole."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic_desktop.features.patients.queries import communities, intake, people
from clinic_desktop.features.patients.queries.search import find
from clinic_desktop.features.patients.rules.intake import (
    Field,
    Judgement,
    Line,
    Sheet,
    Verdict,
    propose,
)
from clinic_desktop.features.patients.rules.patient import Details
from clinic_desktop.features.patients.service import intake as service
from clinic_desktop.features.patients.service import registering
from clinic_desktop.features.patients.service.sheets import sheet_of
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.kernel.progress import finish
from clinic_desktop.storage.vault import DiskFull, Vault
from clinic_desktop.storage.work import Actor, ReasonMissing, Work
from tests.makers.sheets import HEADINGS, ROWS, csv_of
from tests.makers.sheets import people as invented

TODAY = date(2026, 11, 23)


def sheet(rows: Sequence[Sequence[object]] = ROWS, headings: Sequence[str] = HEADINGS) -> Sheet:
    return sheet_of("gente.csv", csv_of(rows, headings))


@pytest.fixture
def judge(vault: Vault, actor: Actor) -> Callable[..., Judgement]:
    return lambda one, told_on=None: finish(service.judge_in_steps(vault, actor, one, propose(one.headings), told_on))


@pytest.fixture
def take_in(vault: Vault, actor: Actor) -> Callable[..., service.Taken]:
    def taking(one: Sheet, **how: Any) -> service.Taken:
        how.setdefault("run_id", new_id())
        return finish(service.take_in_steps(vault, actor, sheet=one, columns=propose(one.headings), **how))

    return taking


def counted(ask: Any) -> int:
    return ask(lambda r: r.plain("SELECT count(*) FROM patient WHERE voided_at IS NULL"))[0][0]


# -- columns


def test_columns_are_remembered_by_their_headings_wherever_they_stand(ask: Any, vault: Vault, actor: Actor) -> None:
    one = sheet_of("a.csv", b"Quien,Donde,Clave\nTzoc,Pulay,1\n")
    columns = (Field.FAMILIES, Field.COMMUNITY, Field.FOLDER)
    finish(service.take_in_steps(vault, actor, run_id=new_id(), sheet=one, columns=columns))
    asked = partial(intake.remembered_columns, headings=("Clave", "Edad", "Quien", "Donde"))
    assert ask(asked) == (Field.FOLDER, Field.AGE, Field.FAMILIES, Field.COMMUNITY)
    assert ask(partial(intake.remembered_columns, headings=("Quien", "Donde"))) is None


# -- judging


def test_a_whole_name_is_split_by_its_comma_or_by_how_people_here_use_the_words(
    judge: Any, take_in: Any, ask: Any, register: Any
) -> None:
    register("Zutuj Xicay, Florinda")
    take_in(sheet((("Florinda Zutuj",), ("Tzoc Pérez, María",)), ("Nombre completo",)), doubtful="add")
    rows = ask(lambda r: r.plain("SELECT given_names, family_name FROM patient WHERE import_run_id IS NOT NULL"))
    assert sorted(rows) == [("Florinda", "Zutuj"), ("María", "Tzoc")]
    judged = judge(sheet((("Qwertz Yxcvb",),), ("Nombre completo",)))
    assert judged.counts[Verdict.DOUBTFUL] == 1, "which of two unknown words is the surname is looked at"


def test_the_same_folder_is_known_only_where_the_name_is_alike(judge: Any, register: Any) -> None:
    maria = register("Tzoc Pérez, María Ixchel", "1987", folder_number="E-1")
    register("Brito, Gaspar", "1950", folder_number="E-2")
    known, doubtful, new = judge(sheet()).lines
    assert (known.verdict, known.patient_id) == (Verdict.KNOWN, maria)
    assert doubtful.verdict is Verdict.DOUBTFUL
    assert "E-2" in doubtful.reasons[0]
    assert "BRITO, Gaspar" in doubtful.reasons[0]
    assert new.verdict is Verdict.NEW


def test_the_same_card_is_known(judge: Any, register: Any) -> None:
    register("Tzoc, María", national_id="2345678901401", national_id_kind="GT_CUI")
    judged = judge(sheet((("María", "Tzok", "2345 67890 1401"),), ("Nombres", "Apellidos", "DPI")))
    assert judged.lines[0].verdict is Verdict.KNOWN


def test_somebody_likely_is_doubtful_with_reasons_in_words(judge: Any, register: Any) -> None:
    set_language("es")
    maria = register("Tzoc Pérez, María Ixchel", "1987", community="Pulay", mother_name="Ana Tzoc")
    line = judge(sheet((("", "María Ixchel", "Tzok Pérez", "F", "39", "Pulay", "", "Ana Tzoc"),))).lines[0]
    assert (line.verdict, line.patient_id) == (Verdict.DOUBTFUL, maria)
    assert len(line.reasons) > 1


def test_a_line_that_repeats_another_is_doubtful_and_says_which(judge: Any) -> None:
    again = ("E-9", "María Ixchel", "Tzok Pérez", "F", "39", "Pulay", "5123 4567", "Ana Tzoc")
    folder = ("E-3", "Diego", "Ceto", "M", "20", "Acul", "", "")
    judged = judge(sheet((*ROWS, again, folder, ROWS[1])))
    assert [line.verdict for line in judged.lines[3:]] == [Verdict.DOUBTFUL] * 3
    assert [words in line.reasons[0] for words, line in zip(("ine 2", "ine 4", "ine 3"), judged.lines[3:], strict=True)]


def test_a_look_changes_nothing(judge: Any, ask: Any, vault: Vault) -> None:
    before = vault.last_head
    judge(sheet())
    assert (counted(ask), vault.last_head) == (0, before)


def test_who_may_not_import_neither_looks_nor_takes_in(vault: Vault, actor: Actor) -> None:
    reception = replace(actor, permissions=actor.permissions - {Permission.IMPORT_PATIENTS})
    columns = propose(HEADINGS)
    with pytest.raises(NotAllowed):
        finish(service.judge_in_steps(vault, reception, sheet(), columns))
    with pytest.raises(NotAllowed):
        finish(service.take_in_steps(vault, reception, run_id=new_id(), sheet=sheet(), columns=columns))
    with pytest.raises(NotAllowed):
        vault.do(lambda work: service.undo_run(work, new_id(), "x"), reception)
    with pytest.raises(NotAllowed):
        vault.ask(intake.runs, reception)


def test_a_reserved_person_is_not_given_away(vault: Vault, actor: Actor, register: Any, do: Any) -> None:
    from clinic_desktop.features.patients.service.restricting import restrict

    someone = register("Tzoc Pérez, María Ixchel", "1987", folder_number="E-1")
    do(partial(restrict, patient_id=someone, reason="asked for it"))
    outside = replace(actor, permissions=actor.permissions - {Permission.OPEN_RESTRICTED})
    judged = finish(service.judge_in_steps(vault, outside, sheet(), propose(HEADINGS)))
    assert judged.lines[0].patient_id is None


def test_who_looked_does_not_wait_again_unless_somebody_was_registered_meanwhile(
    judge: Any, register: Any, vault: Vault, actor: Actor
) -> None:
    one, columns = sheet(), propose(HEADINGS)
    judge(one)
    assert list(service.judge_in_steps(vault, actor, one, columns)) == []
    assert list(service.judge_in_steps(vault, replace(actor, staff_id="other"), one, columns))
    judge(one)
    register("Tzoc Pérez, María Ixchel", "1987", folder_number="E-1")
    assert judge(one).counts[Verdict.KNOWN] == 1


# -- taking in


def test_those_taken_in_are_found_at_once_by_name_and_by_their_old_folder(take_in: Any, ask: Any) -> None:
    taken = take_in(sheet())
    assert (taken.added, taken.left_out) == (3, 0)
    for typed in ("tzoc maria", "E-1", "pulay"):
        assert ask(lambda r, typed=typed: find(r, typed)), typed
    (found,) = ask(lambda r: find(r, "E-2"))
    header = ask(lambda r: people.header(r, found.patient_id))
    assert header.number
    assert header.said == "DE LEÓN CUC, Juan"


def test_a_list_taken_in_is_one_line_of_the_ledger_and_one_run(take_in: Any, ask: Any, vault: Vault) -> None:
    before = vault.last_head.count
    taken = take_in(sheet())
    assert vault.last_head.count == before + 1
    assert ask(lambda r: r.plain("SELECT act, tbl, row_id FROM ledger ORDER BY seq DESC LIMIT 1"))[0] == (
        "patients.take_in", "import_run", taken.run_id,
    )  # fmt: skip
    (run,) = ask(intake.runs)
    assert (run.run_id, run.file_name, run.people, run.still_there, run.undone) == (
        taken.run_id, "gente.csv", 3, 3, False,
    )  # fmt: skip


def test_communities_of_the_sheet_become_rows_of_the_list_once(take_in: Any, ask: Any) -> None:
    headings = (*HEADINGS, "Municipio")
    take_in(sheet([(*row, "Nebaj") for row in ROWS], headings))
    assert [c.name for c in ask(lambda r: communities.find(r, "pulay"))] == ["Pulay"]
    assert [c.name for c in ask(lambda r: communities.find(r, "acul"))] == ["Acul"]


def test_doubtful_lines_are_left_out_added_or_chosen_one_by_one(take_in: Any, ask: Any) -> None:
    rows = (*ROWS, ("E-1", "Diego", "Ceto", "M", "20", "Acul", "", ""), ("E-2", "Eva", "Xol", "F", "5", "Acul", "", ""))
    assert take_in(sheet(rows), doubtful=frozenset({6})).added == 4
    assert ask(lambda r: find(r, "xol"))
    assert not ask(lambda r: find(r, "ceto"))


def test_the_same_run_twice_takes_in_once(take_in: Any, ask: Any) -> None:
    run_id = new_id()
    assert not take_in(sheet(), run_id=run_id).again
    again = take_in(sheet(), run_id=run_id)
    assert (again.again, again.added, counted(ask)) == (True, 3, 3)


def test_the_same_file_asks_first_and_then_adds_nobody(take_in: Any, ask: Any) -> None:
    rows = (*ROWS, ("", "Rosa", "Quispe", "", "", "", "", ""))
    take_in(sheet(rows))
    with pytest.raises(service.TakenBefore):
        take_in(sheet(rows))
    with pytest.raises(service.NobodyToTakeIn):
        take_in(sheet(rows), confirmed=True)
    assert counted(ask) == 4


def test_a_disk_that_fills_up_in_the_middle_leaves_nobody(
    take_in: Any, ask: Any, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic_desktop.storage import numbers

    real, before = numbers.next_number, vault.last_head

    def full(*arguments: Any) -> str:
        number = real(*arguments)
        if number.split("-")[1].endswith("00003"):
            raise DiskFull()
        return number

    with monkeypatch.context() as patch:
        patch.setattr(numbers, "next_number", full)
        with pytest.raises(DiskFull):
            take_in(sheet())
    assert (counted(ask), ask(intake.runs), vault.last_head) == (0, (), before)
    assert not ask(lambda r: find(r, "tzoc"))
    assert take_in(sheet()).added == 3


def test_a_process_that_is_killed_in_the_middle_leaves_nobody(vault_folder: Path, made_vault: Any) -> None:
    import os

    from clinic_desktop.kernel.clock import StillClock
    from clinic_desktop.storage import numbers
    from clinic_desktop.storage.opening import open_vault
    from tests.conftest import COORDINATOR_ID, MONDAY

    who = Actor(COORDINATOR_ID, "Coordinación", frozenset(Permission))
    child = os.fork()
    if child == 0:
        opened = open_vault(vault_folder, made_vault[1], StillClock(MONDAY))
        real = numbers.next_number

        def dies(*arguments: Any) -> str:
            number = real(*arguments)
            if number.split("-")[1].endswith("00003"):
                os._exit(9)
            return number

        numbers.next_number = dies
        finish(service.take_in_steps(opened, who, run_id=new_id(), sheet=sheet(), columns=propose(HEADINGS)))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    opened = open_vault(vault_folder, made_vault[1], StillClock(MONDAY))
    assert opened.ask(lambda r: r.plain("SELECT count(*) FROM patient, import_run"), who)[0][0] == 0
    opened.close()


def test_who_stops_it_has_taken_in_nobody(vault: Vault, actor: Actor, ask: Any) -> None:
    one = sheet(invented(300))
    steps = service.take_in_steps(vault, actor, run_id=new_id(), sheet=one, columns=propose(HEADINGS))
    while next(steps).words != "Taking in the people":
        pass
    steps.close()
    assert (counted(ask), ask(intake.runs)) == (0, ())


def test_somebody_registered_meanwhile_does_not_come_twice(vault: Vault, actor: Actor, ask: Any, register: Any) -> None:
    steps = service.take_in_steps(vault, actor, run_id=new_id(), sheet=sheet(), columns=propose(HEADINGS))
    real, done = vault.do, False

    def first_the_desk(use_case: Any, who: Actor, **how: Any) -> Any:
        nonlocal done
        if not done:
            done = True
            register("Tzoc Pérez, María Ixchel", "1987", folder_number="E-1")
        return real(use_case, who, **how)

    vault.do = first_the_desk  # type: ignore[method-assign]
    assert finish(steps).added == 2
    assert counted(ask) == 3


# -- taking back


def undoing(run_id: str, **how: Any) -> Callable[[Work], service.Undone]:
    return lambda work: service.undo_run(work, run_id, **{"reason": "wrong file", **how})


def test_a_run_is_taken_back_as_a_whole_and_only_once(take_in: Any, ask: Any, do: Any, register: Any) -> None:
    register("Otra, Persona")
    taken = take_in(sheet())
    with pytest.raises(ReasonMissing):
        do(undoing(taken.run_id, reason=" "))
    assert do(undoing(taken.run_id)) == service.Undone(3, 0)
    assert counted(ask) == 1
    assert not ask(lambda r: find(r, "tzoc"))
    (run,) = ask(intake.runs)
    assert (run.undone, run.still_there) == (True, 0)
    with pytest.raises(service.RunTakenBack):
        do(undoing(taken.run_id))
    assert take_in(sheet()).added == 3, "the file may come again"


def test_whoever_has_records_by_now_stays_after_a_question(
    take_in: Any, ask: Any, do: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = take_in(sheet())
    (maria,) = ask(lambda r: find(r, "tzoc"))
    (juan,) = ask(lambda r: find(r, "cuc"))
    monkeypatch.setattr(
        registering, "records_elsewhere", (lambda _asker, who: "1 visit" if who == maria.patient_id else None,)
    )
    do(partial(registering.add_allergy, patient_id=juan.patient_id, substance="penicilina"))
    with pytest.raises(service.SomeStay) as asked:
        do(undoing(taken.run_id))
    assert "2" in asked.value.sentence()
    assert counted(ask) == 3
    assert do(undoing(taken.run_id, confirmed=True)) == service.Undone(1, 2)
    assert ask(lambda r: find(r, "tzoc"))


# -- mending


def test_the_faulty_lines_come_back_to_be_mended_and_no_cell_is_a_formula(judge: Any) -> None:
    rows = (*ROWS, ("=1+1", "@Ana", "+502 Xol", "F", "ayer", "-Acul", "", ""))
    one = sheet(rows)
    content = service.faulty_csv(one, judge(one))
    table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(table) == 2
    assert table[1][:3] == ["'=1+1", "'@Ana", "'+502 Xol"]
    assert "ayer" in table[1][-1]
    back = sheet_of("mended.csv", content.replace(b"ayer,", b"30,"))
    line = judge(back).lines[0]
    assert (line.verdict, "@ANA" in line.said.upper()) == (Verdict.NEW, True)


CELLS = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(),
    st.sampled_from(["M", "F", "45", "8m", "1/3/84", "Nebaj", "E-1", "=1+1", "2345678901401", "1E+12", "'-", "?"]),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    columns=st.lists(st.sampled_from(list(Field)), min_size=1, max_size=9, unique=True),
    rows=st.lists(st.lists(CELLS, max_size=9), min_size=1, max_size=12),
)
def test_whatever_stands_in_the_cells_no_line_is_lost(
    vault: Vault, actor: Actor, columns: list[Field], rows: list[list[Any]]
) -> None:
    if Field.FAMILIES in columns:
        columns = [column for column in columns if column not in (Field.FAMILY, Field.SECOND_FAMILY)]
    if not {Field.GIVEN, Field.FAMILY, Field.FAMILIES, Field.WHOLE_NAME} & set(columns):
        columns = [Field.GIVEN, *columns]
    lines = tuple(Line(at, tuple(row)) for at, row in enumerate(rows, 2))
    one = Sheet("x.csv", "0" * 64, tuple(map(str, columns)), lines)
    judged = finish(service.judge_in_steps(vault, actor, one, columns))
    assert [line.number for line in judged.lines] == [line.number for line in lines]
    assert sum(judged.counts.values()) == len(lines)
    service.faulty_csv(one, judged)
    wanted = judged.counts[Verdict.NEW] + judged.counts[Verdict.DOUBTFUL]
    taking = service.take_in_steps(
        vault, actor, run_id=new_id(), sheet=one, columns=columns, doubtful="add", confirmed=True
    )
    if wanted:
        taken = finish(taking)
        assert taken.added + taken.left_out == len(lines)
        assert taken.added == wanted
    else:
        with pytest.raises(service.NobodyToTakeIn):
            finish(taking)


def test_details_hold_nothing_the_sheet_did_not_say(take_in: Any, ask: Any) -> None:
    take_in(sheet((("E-7", "Ana", "Xol", "", "", "", "", ""),)))
    (found,) = ask(lambda r: find(r, "E-7"))
    known = ask(lambda r: people.details(r, PatientId(found.patient_id)))
    assert known.details == Details(given_names="Ana", family_name="Xol", folder_number="E-7")
