"""A month of a pharmacy: every line beside our voucher, and totals that agree to the cent."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_desktop.features.medication.letters import statement as letters
from clinic_desktop.features.medication.queries import statements as queries
from clinic_desktop.features.medication.rules.kinds import PartnerKind
from clinic_desktop.features.medication.rules.money import Money, from_minor
from clinic_desktop.features.medication.rules.statements import (
    Billed,
    Difference,
    MonthToCome,
    MonthUnclear,
    Ours,
    StatementChanged,
    StatementCorrected,
    StatementEmpty,
    StatementThere,
    match,
    read_month,
    totals,
)
from clinic_desktop.features.medication.rules.vouchers import VoucherState
from clinic_desktop.features.medication.screens.statement import StatementPage
from clinic_desktop.features.medication.service import partners
from clinic_desktop.features.medication.service import statements as service
from clinic_desktop.features.medication.service.agreements import AgreementTerms, keep_agreement
from clinic_desktop.features.medication.service.statements import ClosedStatement
from clinic_desktop.kernel.clock import StillClock
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.vault import Vault
from clinic_desktop.storage.work import Actor
from clinic_desktop.uikit import dialogs
from tests.medication.counter import Counter
from tests.medication.pharmacy import TODAY, Alliance, make_agreement, open_alliance


@pytest.fixture
def alliance(counter: Counter) -> Alliance:
    return open_alliance(counter)


def q(amount: str) -> Money:
    return Money(Decimal(amount), "GTQ")


def line(folio: str, amount: str, accepted: str = "") -> Billed:
    return Billed(new_id(), folio, q(amount), accepted)


def filled(alliance: Alliance, units: int = 30) -> tuple[str, str]:
    """A voucher that was handed out, with its folio."""
    voucher_id = alliance.send(alliance.counter.prescribe(), accept_early=True)
    alliance.answer(voucher_id, units)
    return voucher_id, alliance.row(voucher_id).folio


def close(alliance: Alliance, *lines: Billed, **more: Any) -> str:
    closed = ClosedStatement(
        more.pop("statement_id", new_id()), more.pop("partner_id", alliance.partner), more.pop("month", "2026-11"),
        "GTQ", lines, more.pop("document", "F-77"), "", more.pop("amends_id", None),
    )  # fmt: skip
    return alliance.counter.do(partial(service.close_statement, closed=closed, **more))


def told(alliance: Alliance, *lines: Billed) -> list[tuple[Difference | None, Money]]:
    found = alliance.counter.ask(partial(queries.matched, partner_id=alliance.partner, currency="GTQ", lines=lines))
    return [(one.difference, one.agreed) for one in found]


def test_each_difference_is_said_beside_its_line(counter: Counter, alliance: Alliance) -> None:
    _one, good = filled(alliance)
    _two, part = filled(alliance, 15)
    out = alliance.row(alliance.send(counter.prescribe(), accept_early=True)).folio
    not_had = alliance.send(counter.prescribe(), accept_early=True)
    alliance.answer(not_had, 0)
    off = alliance.send(counter.prescribe(), accept_early=True)
    alliance.cancel(off)
    lines = [
        line(good, "120"), line(good, "120"), line(part, "120"), line(out, "120"), line("PRU-ZZ99999-1", "50"),
        line(alliance.row(not_had).folio, "120"), line(alliance.row(off).folio, "120"),
    ]  # fmt: skip
    assert told(alliance, *lines) == [
        (None, q("120")),
        (Difference.TWICE_HERE, q("0")),
        (Difference.PRICE, q("60")),
        (Difference.UNANSWERED, q("0")),
        (Difference.NOT_OURS, q("0")),
        (Difference.NOT_FILLED, q("0")),
        (Difference.CANCELLED, q("0")),
    ]


def test_what_another_pharmacy_was_sent_is_not_paid_here_whatever_is_written(
    counter: Counter, alliance: Alliance
) -> None:
    other = counter.do(partial(partners.add_partner, kind=PartnerKind.PHARMACY, name="Farmacia Otra"))
    counter.do(partial(make_agreement, partner_id=other, prices={counter.fluoxetine: (9_000, 30)}))
    voucher_id = alliance.send(counter.prescribe(), partner_id=other)
    alliance.answer(voucher_id, 30)
    folio = alliance.row(voucher_id).folio
    assert told(alliance, line(folio, "90", "así lo pidieron")) == [(Difference.OTHER_PHARMACY, q("0"))]


def test_without_a_price_nothing_is_agreed_until_somebody_writes_why(counter: Counter) -> None:
    alliance = open_alliance(counter, prices={})
    _id, folio = filled(alliance)
    assert told(alliance, line(folio, "88.20")) == [(Difference.NO_PRICE, q("0"))]
    assert told(alliance, line(folio, "88.20", "precio del día")) == [(Difference.NO_PRICE, q("88.20"))]


def test_a_closed_month_has_a_number_and_is_paid_once(counter: Counter, alliance: Alliance) -> None:
    voucher_id, folio = filled(alliance)
    assert [row.voucher_id for row in counter.ask(queries.unpaid)] == [voucher_id]
    same = new_id()
    number = close(alliance, line(folio, "130"), statement_id=same)
    assert close(alliance, line(folio, "130"), statement_id=same) == number, "a second Enter"
    assert counter.ask(queries.unpaid) == ()
    row = counter.ask(partial(queries.statement, statement_id=same))
    assert (row.billed, row.agreed) == (q("130"), q("120"))
    with pytest.raises(StatementThere):
        close(alliance, line(folio, "120"))
    assert told(alliance, line(folio, "120")) == [(Difference.TWICE_EARLIER, q("0"))]
    october = close(alliance, line(folio, "120"), month="2026-10")
    assert october != number
    (kept,) = counter.ask(partial(queries.lines_of, statement_id=same))
    assert (kept.difference, kept.folio_text) == (Difference.PRICE, folio)


def test_a_correction_is_a_new_statement_and_the_old_one_pays_nothing_any_more(
    counter: Counter, alliance: Alliance
) -> None:
    _one, first = filled(alliance)
    _two, second = filled(alliance)
    old = new_id()
    number = close(alliance, line(first, "120"), statement_id=old)
    newer = new_id()
    corrected = close(alliance, line(first, "120"), line(second, "120"), statement_id=newer, amends_id=old)
    rows = {row.number: row for row in counter.ask(queries.statements)}
    assert rows[number].amended_by == corrected and rows[corrected].amends == number
    assert rows[corrected].agreed == q("240")
    with pytest.raises(StatementCorrected):
        close(alliance, line(first, "120"), amends_id=old)


def test_nothing_is_closed_that_is_empty_to_come_or_not_what_was_seen(counter: Counter, alliance: Alliance) -> None:
    _id, folio = filled(alliance)
    with pytest.raises(StatementEmpty):
        close(alliance)
    with pytest.raises(MonthToCome):
        close(alliance, line(folio, "120"), month="2026-12")
    with pytest.raises(StatementChanged):
        close(alliance, line(folio, "120"), agreed=q("110"))


def test_a_paid_voucher_that_was_refused_first_is_paid_later(counter: Counter, alliance: Alliance) -> None:
    voucher_id = alliance.send(counter.prescribe())
    folio = alliance.row(voucher_id).folio
    close(alliance, line(folio, "120"), month="2026-10")
    alliance.answer(voucher_id, 30)
    assert told(alliance, line(folio, "120")) == [(None, q("120"))]


def test_months_are_read_as_they_are_typed() -> None:
    for typed in ("11/2026", "2026-11", "11/26", "11"):
        assert read_month(typed, TODAY) == "2026-11", typed
    assert read_month("12", TODAY) == "2025-12"
    for typed in ("", "13/2026", "0/2026", "noviembre"):
        with pytest.raises(MonthUnclear):
            read_month(typed, TODAY)
    with pytest.raises(MonthToCome):
        read_month("12/2026", TODAY)


_MONEY = st.integers(0, 10**9).map(lambda minor: from_minor(minor, "GTQ"))
_OURS = st.builds(
    Ours,
    voucher_id=st.sampled_from(["a", "b", "c"]), folio=st.just("F"), partner_id=st.sampled_from(["p", "other"]),
    medicine=st.just("m"), state=st.sampled_from(VoucherState), price=st.none() | _MONEY, answered_on=st.just(TODAY),
    issued_on=st.just(TODAY), paid_with=st.sampled_from([None, None, "S-1"]),
)  # fmt: skip
_LINES = st.lists(
    st.builds(
        Billed, line_id=st.just("x"), folio_text=st.sampled_from(["1", "2", "3", "4"]), amount=_MONEY,
        accepted=st.sampled_from(["", "sí"]),
    ),
    max_size=30,
)  # fmt: skip


@given(_LINES, st.dictionaries(st.sampled_from(["1", "2", "3", "4"]), _OURS))
def test_totals_agree_to_the_cent_for_any_lines(lines: list[Billed], known: dict[str, Ours]) -> None:
    found = match(lines, known.get, "p", "GTQ")
    told = totals(found, "GTQ")
    assert told.difference == sum((one.left for one in found), q("0"))
    assert told.billed.amount == sum((one.amount.amount for one in lines), Decimal(0))
    for one in found:
        assert q("0") <= one.agreed <= one.billed.amount
        assert one.difference is not None or one.agreed == one.billed.amount
    paid = [one.ours.voucher_id for one in found if one.ours is not None and one.agreed.amount]
    assert len(paid) == len(set(paid)), "no voucher is paid twice"


def test_the_paper_holds_lines_totals_and_nobodys_name(counter: Counter, alliance: Alliance) -> None:
    from tests.printing.reading import texts

    _id, folio = filled(alliance)
    statement_id = new_id()
    close(alliance, line(folio, "130"), line("no es folio", "1"), statement_id=statement_id)
    said = " ".join(texts(counter.ask(partial(letters.statement_paper, statement_id=statement_id)).pdf()))
    for words in (folio, "Q 131.00", "Q 120.00", "Q 11.00", "Agreed was Q 120.00", "Farmacia Nueva"):
        assert words in said, words
    assert "Ceto" not in said


def test_numbers_say_what_came_of_the_vouchers_and_what_they_mean(counter: Counter, alliance: Alliance) -> None:
    filled(alliance)
    filled(alliance, 15)
    alliance.send(counter.prescribe(), accept_early=True)
    (one,) = counter.ask(partial(queries.voucher_figures, since=TODAY, until=TODAY))
    assert (one.known, one.filled, one.part, one.out, one.rate, one.days) == (2, 1, 1, 1, 50, 0)
    assert (one.cost, one.per_month, one.avoided) == ((q("180"),), q("120"), 2)
    from tests.printing.reading import texts

    said = " ".join(texts(counter.ask(partial(letters.figures_paper, since=TODAY, until=TODAY)).pdf()))
    assert "Cost of a patient-month" in said and "30 days of treatment" in said


def test_who_keeps_agreements_but_sends_no_vouchers_sees_money_and_no_medicine(
    counter: Counter, alliance: Alliance, vault: Vault
) -> None:
    filled(alliance)
    office = Actor(new_id(), "Central", frozenset({Permission.KEEP_PARTNERS}))
    (row,) = vault.ask(queries.unpaid, office)
    assert (row.patient_id, row.said, row.medicine_text, row.due) == ("", "", "", q("120"))
    assert vault.ask(partial(queries.voucher_figures, since=TODAY, until=TODAY), office)[0].cost == (q("120"),)


def test_a_correction_is_begun_with_the_lines_of_the_old_one_and_closes_under_a_new_number(
    counter: Counter, alliance: Alliance, open_screen: Any
) -> None:
    _id, folio = filled(alliance)
    number = close(alliance, line(folio, "110"))
    page = open_screen(StatementPage)
    page.views.set_at(2)
    page._show()
    page.correct.click()
    assert not page.pharmacy.isEnabled() and [one.folio_text for one in page._lines] == [folio]
    page.table.choose_at(0)
    page.take_out()
    page.folio.setText(folio)
    page.amount.setText("120")
    page.add_line()
    page.close_month.click()
    front: Any = dialogs.front()
    front.yes.click()
    rows = counter.ask(queries.statements)
    assert {(row.number == number, row.agreed.amount, row.amended_by is None) for row in rows} == {
        (True, 110, False),
        (False, 120, True),
    }
    shown: Any = dialogs.front()
    shown.reject()


def test_a_correction_begun_by_mistake_is_left_again(counter: Counter, alliance: Alliance, open_screen: Any) -> None:
    _id, folio = filled(alliance)
    close(alliance, line(folio, "120"))
    page = open_screen(StatementPage)
    page.views.set_at(2)
    page._show()
    page.correct.click()
    page.table.choose_at(0)
    page.take_out()
    page.discard.click()
    front: Any = dialogs.front()
    front.yes.click()
    again = open_screen(StatementPage)
    for shown in (page, again):
        assert shown.pharmacy.isEnabled() and shown.month.isEnabled() and shown.amended is None


def test_figures_are_of_the_currency_agreed_in_that_month_whatever_is_chosen_meanwhile(
    counter: Counter, open_screen: Any, clock: StillClock
) -> None:
    alliance = open_alliance(counter, ends_on=date(2026, 11, 30))
    _id, folio = filled(alliance)
    other = counter.do(partial(partners.add_partner, kind=PartnerKind.PHARMACY, name="Farmacia Sur"))
    in_dollars = AgreementTerms("En dólares", "USD", starts_on=date(2026, 12, 1))
    for partner_id in (alliance.partner, other):
        keeping = partial(keep_agreement, agreement_id=new_id(), partner_id=partner_id, terms=in_dollars, items=())
        counter.do(keeping)
    clock.advance(days=10)
    page = open_screen(StatementPage)
    page.pharmacy.set_value(alliance.partner)
    page.month.setText("11/2026")
    page.folio.setText(folio)
    page._folio_typed()
    assert page.amount.text() == "120.00"
    page.add_line()
    assert [(one.difference, one.agreed) for one in page.lines()] == [(None, q("120"))]
    page.pharmacy.set_value(other)
    assert [one.agreed for one in page.lines()] == [from_minor(0, "USD")]
    page.pharmacy.set_value(alliance.partner)
    page.close_month.click()
    front: Any = dialogs.front()
    front.yes.click()
    assert counter.ask(queries.statements)[0].agreed == q("120")
    shown: Any = dialogs.front()
    shown.reject()


def test_what_costs_nothing_is_settled_by_its_statement_too(counter: Counter) -> None:
    alliance = open_alliance(counter, prices={counter.fluoxetine: (0, 30)})
    _id, folio = filled(alliance)
    assert len(counter.ask(queries.unpaid)) == 1
    close(alliance, line(folio, "0"))
    assert counter.ask(queries.unpaid) == ()
    assert told(alliance, line(folio, "0")) == [(Difference.TWICE_EARLIER, q("0"))]


def test_what_differs_is_paid_only_with_a_reason(counter: Counter, alliance: Alliance, open_screen: Any) -> None:
    _id, folio = filled(alliance)
    page = open_screen(StatementPage)
    page.folio.setText(folio)
    page.amount.setText("125")
    page.add_line()
    assert page.accept.isEnabled()
    page.accept.click()
    asked: Any = dialogs.front()
    asked.edit.setText("subió el precio")
    asked.yes.click()
    (shown,) = page.lines()
    assert (shown.agreed, shown.billed.accepted) == (q("125"), "subió el precio")
