"""Day zero: how long five thousand people of a sheet take, looked at and taken in."""

import time
from typing import Any

import pytest

from clinic_desktop.features.patients.queries.search import find
from clinic_desktop.features.patients.rules.intake import Verdict, propose
from clinic_desktop.features.patients.service.intake import judge_in_steps, take_in_steps, undo_run
from clinic_desktop.features.patients.service.sheets import sheet_of
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.progress import finish
from tests.makers.sheets import HEADINGS, csv_of, people, xlsx

PEOPLE = 5_000


@pytest.mark.benchmark
def test_five_thousand_lines(vault: Any, actor: Any) -> None:
    rows = people(PEOPLE)
    took: dict[str, float] = {}

    def timed(what: str, call: Any) -> Any:
        start = time.perf_counter()
        result = call()
        took[what] = time.perf_counter() - start
        return result

    timed("open as xlsx", lambda: sheet_of("gente.xlsx", xlsx([HEADINGS, *rows])))
    sheet = timed("open as csv", lambda: sheet_of("gente.csv", csv_of(rows)))
    columns = propose(sheet.headings)
    dry = timed("look at them", lambda: finish(judge_in_steps(vault, actor, sheet, columns)))
    taken = timed(
        "take them in",
        lambda: finish(
            take_in_steps(vault, actor, run_id=new_id(), sheet=sheet, columns=columns, doubtful="add", confirmed=True)
        ),
    )
    found = timed("find one", lambda: vault.ask(lambda reading: find(reading, "E-04321"), actor))
    again = timed("look at the same file again", lambda: finish(judge_in_steps(vault, actor, sheet, columns)))
    bare = timed("a bare read of all", lambda: vault.ask(lambda r: r.plain("SELECT * FROM patient"), actor))
    timed("take it back", lambda: vault.do(lambda work: undo_run(work, taken.run_id, "wrong list"), actor))
    print(f"\n{PEOPLE} lines: {dict(dry.counts)}, {taken.added} taken in")
    for what, seconds in took.items():
        print(f"  {what:30} {seconds:8.2f} s  {seconds / took['a bare read of all']:8.1f} bare reads")
    assert len(bare) == taken.added
    assert found
    assert again.counts[Verdict.NEW] == 0
