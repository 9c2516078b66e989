"""The consent sheet and the note that takes a yes back: plain, large, and silent about the kind of clinic."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.patients.letters import consents as letters
from clinic_desktop.features.patients.rules import consents as rules
from clinic_desktop.features.patients.rules.consents import PURPOSES, REFUSABLE, ConsentPurpose, NothingToWithdraw
from clinic_desktop.features.patients.service import consents as service
from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.printing.paper import Ticks
from tests.patients.talking import no, yes
from tests.printing.reading import bare, sizes, texts

P = ConsentPurpose


ILLNESS = ("mental", "psiqui", "psico", "psychi", "psycho", "locura", "trastorno", "depres", "suicid")


def pdf_text(paper: Any) -> str:
    return "\n".join(texts(paper.pdf()))


@pytest.mark.parametrize("language", ["es", "en"])
def test_nothing_on_the_papers_says_mental_health(language, ask, say, take_back, entry_of, maria) -> None:
    set_language(language)
    say(*(yes(rule.purpose, "Juana" if rule.about else "") for rule in PURPOSES))
    given_before = entry_of(P.CALLS)
    act, back = given_before.act_id, take_back(given_before.id)
    made = (
        ask(lambda r: letters.consent_paper(r, maria, photo=True)),
        ask(lambda r: letters.paper_of_act(r, maria, act)),
        ask(lambda r: letters.withdrawal_paper(r, back)),
    )
    for paper in made:
        said = pdf_text(paper).casefold()
        assert [word for word in ILLNESS if word in said] == []


def test_the_paper_says_every_purpose_what_a_yes_and_what_a_no_means_and_that_a_no_costs_nothing(ask, maria) -> None:
    paper = ask(lambda r: letters.consent_paper(r, maria, photo=True))
    boxes = {block.head: [item.text for item in block.items] for block in paper.blocks if isinstance(block, Ticks)}
    for rule in REFUSABLE:
        assert boxes[rule.title] == [f"Yes. {rule.yes}", f"No. {rule.no}"]
    said = bare(pdf_text(paper))
    for words in (rules.FREE_TO_REFUSE, rules.MAY_CHANGE, "Signature or thumbprint", "Witness", "Interpreter"):
        assert bare(words) in said


def test_an_empty_paper_ticks_nothing_and_leaves_the_day_to_be_written(ask, maria) -> None:
    paper = ask(lambda r: letters.consent_paper(r, maria))
    ticked = [item for block in paper.blocks for item in getattr(block, "items", ()) if item.ticked]
    assert ticked == []
    assert "____" in paper.dateline


def test_a_kept_talk_is_printed_as_it_was_answered(say, ask, maria) -> None:
    act = new_id()
    say(yes(P.RELATIVE, "Juana Pérez, </para>&<b>"), no(P.TEACHING), act_id=act)
    say(yes(P.TEACHING))
    paper = ask(lambda r: letters.paper_of_act(r, maria, act))
    ticked = [item.text for block in paper.blocks for item in getattr(block, "items", ()) if item.ticked]
    assert [words for words in ticked if words.startswith("Yes")] == [f"Yes. {rules.RULES[P.RELATIVE].yes}"]
    assert f"No. {rules.RULES[P.TEACHING].no}" in ticked
    said = bare(pdf_text(paper))
    assert "JuanaPérez,</para>&<b>" in said
    assert bare("Catarina Brito, vecina") in said and bare("Pedro Cobo") in said and "23-nov-2026" in said
    assert paper.pdf() == ask(lambda r: letters.paper_of_act(r, maria, act)).pdf()


@pytest.mark.parametrize("size", ["letter", "a4", "half-letter"])
def test_the_papers_fit_every_size_of_sheet(size, ask, say, take_back, maria) -> None:
    paper = replace(ask(lambda r: letters.consent_paper(r, maria)), size=size)
    assert len(sizes(paper.pdf())) <= (3 if size == "half-letter" else 2)
    (kept,) = say(yes(P.CALLS))
    back = take_back(kept, note="My sister-in-law answers the telephone.")
    note = replace(ask(lambda r: letters.withdrawal_paper(r, back)), size=size)
    assert len(sizes(note.pdf())) == 1
    assert bare("My sister-in-law answers") in bare(pdf_text(note))


def test_only_a_yes_that_was_taken_back_has_a_note(say, ask) -> None:
    (kept,) = say(yes(P.CALLS))
    with pytest.raises(NothingToWithdraw):
        ask(lambda r: letters.withdrawal_paper(r, kept))


def test_that_a_paper_left_is_in_the_ledger(do, vault, actor, maria) -> None:
    do(partial(service.note_printed, patient_id=maria, what="consent", way="print", copies=2))
    line = vault.ask(
        lambda r: r.connection.exec_driver_sql("SELECT act, row_id FROM ledger ORDER BY seq DESC LIMIT 1").one(), actor
    )
    assert tuple(line) == ("patients.note_printed", maria)
