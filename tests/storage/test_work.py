"""What a use case may rely on: identity, refusal when somebody else was faster, drafts, printed numbers."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.staff.records import Site
from clinic_desktop.kernel.errors import NotAllowed
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage import drafts
from clinic_desktop.storage.device import NumberBlock
from clinic_desktop.storage.numbers import LAST, NumbersUsedUp, check_sign, is_whole
from clinic_desktop.storage.vault import Vault, act_of
from clinic_desktop.storage.work import Actor, AlreadyVoided, ChangedMeanwhile, ReasonMissing, Work

Do = Callable[[Callable[[Work], Any]], Any]


def make_site(work: Work, row_id: str) -> None:
    work.add(Site(id=row_id, code="AAA", name="a", kind="clinic", zone="UTC", phone="1"))


def test_a_change_is_refused_with_the_names_of_the_fields_that_changed_meanwhile(do: Do) -> None:
    row_id = new_id()
    do(partial(make_site, row_id=row_id))
    seen = {"name": "a", "phone": "1"}
    do(lambda work: work.revise(work.load(Site, row_id), seen=seen, to={"phone": "2"}))
    with pytest.raises(ChangedMeanwhile) as refused:
        do(lambda work: work.revise(work.load(Site, row_id), seen=seen, to={"name": "b", "phone": "3"}))
    assert refused.value.fields == ("phone",)
    assert do(lambda work: work.load(Site, row_id).name) == "a", "nothing of a refused change is kept"


def test_saving_what_is_there_already_changes_nothing(do: Do) -> None:
    row_id = new_id()
    do(partial(make_site, row_id=row_id))
    assert do(lambda work: work.revise(work.load(Site, row_id), seen={"name": "old"}, to={"name": "a"})) is False


def test_voiding_needs_a_reason_and_happens_once(do: Do) -> None:
    row_id = new_id()
    do(partial(make_site, row_id=row_id))
    with pytest.raises(ReasonMissing):
        do(lambda work: work.void(work.load(Site, row_id), "  "))
    do(lambda work: work.void(work.load(Site, row_id), "twice"))
    with pytest.raises(AlreadyVoided):
        do(lambda work: work.void(work.load(Site, row_id), "again"))


def test_without_the_permission_nothing_is_done(vault: Vault) -> None:
    nobody = Actor(new_id(), "Nadie", frozenset())
    with pytest.raises(NotAllowed):
        vault.do(lambda work: work.require(Permission.RECEPTION), nobody)


def test_a_draft_is_of_its_author_and_is_found_again(vault: Vault, actor: Actor) -> None:
    other = Actor(new_id(), "Otra", frozenset())
    vault.do(lambda work: drafts.keep_draft(work, "consult", "e1", {"plan": "ñ"}, {"field": "plan", "at": 3}), actor)
    vault.do(lambda work: drafts.keep_draft(work, "consult", "e1", {"plan": "ño"}, {"field": "plan", "at": 4}), actor)
    found = vault.ask(lambda reading: drafts.find_draft(reading, "consult", "e1"), actor)
    assert found is not None
    assert (found.fields, found.caret) == ({"plan": "ño"}, {"field": "plan", "at": 4})
    assert vault.ask(lambda reading: drafts.find_draft(reading, "consult", "e1"), other) is None
    vault.do(lambda work: drafts.drop_draft(work, "consult", "e1"), actor)
    assert vault.ask(drafts.my_drafts, actor) == ()


def test_a_draft_leaves_no_line_and_nothing_to_carry(vault: Vault, actor: Actor) -> None:
    before = vault.last_head
    vault.do(lambda work: drafts.keep_draft(work, "consult", "e1", {"plan": "x"}, {}), actor)
    assert vault.last_head == before
    assert vault._raw.execute("SELECT count(*) FROM dirty").fetchone()[0] == 0


def test_a_paper_that_left_leaves_a_line_though_nothing_else_changed(vault: Vault, actor: Actor) -> None:
    def note_printed(work: Work) -> None:
        work.about("recall", "r1")
        work.detail = {"way": "printed", "copies": 2}

    vault.do(note_printed, actor)
    newest = vault._raw.execute("SELECT tbl, row_id, detail FROM ledger ORDER BY seq DESC LIMIT 1").fetchone()
    assert newest[:2] == ("recall", "r1") and "copies" in newest[2]
    count = vault.last_head.count
    vault.do(lambda work: work.about("recall", "r1"), actor)
    assert vault.last_head.count == count, "a second Enter that does nothing is not written down"


def test_followers_hear_which_tables_changed_and_only_after_the_commit(vault: Vault, actor: Actor) -> None:
    heard: list[frozenset[str]] = []
    stop = vault.follow(heard.append)
    vault.do(partial(make_site, row_id=new_id()), actor)
    with pytest.raises(ZeroDivisionError):
        vault.do(lambda work: (make_site(work, new_id()), 1 / 0), actor)
    stop()
    vault.do(partial(make_site, row_id=new_id()), actor)
    assert heard == [frozenset({"site"})]


def test_the_ledger_names_a_use_case_by_room_and_verb() -> None:
    from clinic_desktop.features.agenda.service import day as service

    assert act_of(partial(partial(service.check_in), appointment_id="x")) == "agenda.check_in"


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3, max_size=12), st.data())
def test_a_printed_number_finds_each_single_wrong_sign(body: str, data: st.DataObject) -> None:
    number = body + check_sign(body)
    assert is_whole(number)
    at = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from([s for s in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" if s != number[at]]))
    assert not is_whole(number[:at] + wrong + number[at + 1 :])


def test_after_the_last_number_of_a_block_another_block_begins_and_none_is_drawn_twice(
    vault: Vault, actor: Actor
) -> None:
    def jump(work: Work, to: int) -> None:
        block = work.session.scalars(sa.select(NumberBlock).where(NumberBlock.epoch == work.place.epoch)).one()
        block.last = to

    seen = [vault.do(lambda work: work.next_number("patient"), actor)]
    for _ in range(3):
        vault.do(partial(jump, to=LAST - 1), actor)
        seen += [vault.do(lambda work: work.next_number("patient"), actor) for _ in range(2)]
    assert all(len(number) == len("PRU-AB00001-K") and is_whole(number) for number in seen)
    assert len({number[4:6] for number in seen}) == 4
    assert len(set(seen)) == len(seen)


def test_when_every_block_is_used_up_it_is_said(vault: Vault, actor: Actor) -> None:
    def use_all(work: Work) -> None:
        letters = "ABCDEFGHJKMNPQRSTVWXYZ"
        for block in (a + b for a in letters for b in letters):
            work.session.add(NumberBlock(kind="patient", epoch=block, block=block, last=1))

    vault.do(use_all, actor)
    with pytest.raises(NumbersUsedUp):
        vault.do(lambda work: work.next_number("patient"), actor)


def test_no_two_kinds_of_numbers_are_written_alike(vault: Vault, actor: Actor) -> None:
    blocks = {vault.do(lambda work, k=f"kind {at}": work.next_number(k), actor)[4:6] for at in range(120)}
    assert len(blocks) == 120


def test_numbers_carry_site_block_count_and_check(vault: Vault, actor: Actor) -> None:
    first, second = (vault.do(lambda work: work.next_number("patient"), actor) for _ in range(2))
    assert first[:4] == "PRU-"
    assert is_whole(first)
    assert first[4:6] == second[4:6]
    assert int(second[6:11]) == int(first[6:11]) + 1
