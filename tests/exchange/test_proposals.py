"""What a clinic puts into the list holds there at once; the central accepts, joins or refuses it and says why."""

from functools import partial
from typing import Any

import pytest

from clinic_desktop.features.bundles.queries import conflicts
from clinic_desktop.features.bundles.rules.said import said_unit
from clinic_desktop.features.bundles.service.settling import settle_conflict
from clinic_desktop.features.medication.queries import formulary as lists
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.queries import shelf
from clinic_desktop.features.medication.queries.formulary import Standing
from clinic_desktop.features.medication.rules.kinds import Decision, Form, PartnerKind, Route, Unit
from clinic_desktop.features.medication.rules.refusals import (
    CentralKeeps,
    DecidedByCentral,
    JoinInstead,
    NotAProposal,
)
from clinic_desktop.features.medication.screens.formulary import FormularyPage
from clinic_desktop.features.medication.service import formulary, partners
from clinic_desktop.features.medication.service.formulary import NewPresentation
from clinic_desktop.features.medication.service.partners import PartnerCard
from clinic_desktop.features.medication.service.receiving import DeliveryLine, receive_delivery
from clinic_desktop.kernel.ids import new_id
from clinic_desktop.uikit import office as uikit_office
from tests.makers.network import Network, Office
from tests.medication.counter import JUNE


def _add(office: Office, strength: str, pack: int = 100) -> str:
    new = NewPresentation("litio", Form.TABLET, strength, Unit.TABLET, pack, Route.ORAL)
    return office.do(partial(formulary.add_presentation, new=new))


def _row(office: Office, presentation_id: str) -> lists.FormularyRow:
    return office.ask(partial(lists.formulary_row, presentation_id=presentation_id))


def _offered(office: Office) -> list[str | None]:
    return [product.strength_text for product in office.ask(partial(shelf.find_presentation, words="litio"))]


def _standing(office: Office, presentation_id: str) -> Standing:
    return _row(office, presentation_id).standing


def test_a_proposal_is_in_force_at_home_at_once_and_elsewhere_once_it_is_accepted(network: Network) -> None:
    central, (first, second) = network.central, network.clinics
    found = _add(first, "300 mg")
    assert (_offered(first), _standing(first, found)) == (["300 mg"], Standing.PROPOSED)
    network.round()
    assert [row.presentation_id for row in central.ask(lists.proposals)] == [found]
    assert _offered(central) == []
    central.do(partial(formulary.accept, presentation_id=found))
    with pytest.raises(NotAProposal):
        central.do(partial(formulary.accept, presentation_id=found))
    network.round()
    offered = {office.name: office.ask(partial(shelf.find_presentation, words="litio")) for office in network.all()}
    assert [[product.strength_text for product in found] for found in offered.values()] == [["300 mg"]] * 3
    assert [office.ask(lists.proposals) for office in network.all()] == [(), (), ()]
    assert (offered[first.name][0].presentation_id, _standing(first, found)) == (found, Standing.LISTED)
    (twin,) = (product.presentation_id for product in offered[second.name])
    assert twin != found
    assert twin == offered[central.name][0].presentation_id


def test_what_the_central_lists_as_controlled_is_controlled_where_it_was_proposed(network: Network) -> None:
    central, (clinic, _other) = network.central, network.clinics
    found = _add(clinic, "300 mg")
    network.round()
    twin = central.do(partial(formulary.accept, presentation_id=found))
    listing = partial(formulary.add_listing, listing_id=new_id(), presentation_id=twin)
    central.do(partial(listing, country="GT", class_code="III", source="the law"))
    network.round()
    assert clinic.ask(partial(lists.control_of, presentation_id=found))


def test_a_reason_travels_back_and_the_clinic_does_not_undo_it(network: Network) -> None:
    central, (clinic, _other) = network.central, network.clinics
    found = _add(clinic, "300 mg")
    network.round()
    central.do(partial(formulary.refuse, presentation_id=found, reason="use the 400 mg"))
    network.round()
    assert _offered(clinic) == []
    row = _row(clinic, found)
    assert (row.standing, row.decision_text) == (Standing.REFUSED, "use the 400 mg")
    with pytest.raises(DecidedByCentral):
        clinic.do(partial(formulary.bring_back, presentation_id=found))
    central.do(partial(formulary.bring_back, presentation_id=found))
    network.round()
    assert (_offered(clinic), _standing(clinic, found)) == (["300 mg"], Standing.PROPOSED)


def test_what_is_joined_keeps_its_stock_and_is_offered_until_that_is_used_up(network: Network) -> None:
    central, (clinic, _other) = network.central, network.clinics
    ours = _add(central, "300 mg", pack=50)
    network.round()
    theirs = _add(clinic, "300 mg", pack=100)
    partner = clinic.do(partial(partners.add_partner, kind=PartnerKind.DONOR, name="Donante"))
    line = DeliveryLine(theirs, "A1", JUNE, 100)
    clinic.do(partial(receive_delivery, delivery_id=new_id(), partner_id=partner, document_text=None, lines=[line]))
    network.round()
    central.do(partial(formulary.join, presentation_id=theirs, with_id=ours))
    network.round()
    row = _row(clinic, theirs)
    assert (row.standing, row.decision, row.joined_id) == (Standing.JOINED, Decision.JOINED, ours)
    balance = clinic.ask(partial(shelf.balance, presentation_id=theirs))
    assert (balance.units, balance.usable) == (100, 100)
    found = clinic.ask(partial(shelf.find_presentation, words="litio"))
    assert {(product.presentation_id, product.usable) for product in found} == {(theirs, 100), (ours, 0)}
    assert [p.presentation_id for p in central.ask(partial(shelf.find_presentation, words="litio"))] == [ours]


def test_what_a_second_clinic_proposes_once_more_is_joined_not_listed_twice(network: Network) -> None:
    central, (first, second) = network.central, network.clinics
    one, again = _add(first, "300 mg"), _add(second, "300mg")
    network.round()
    twin = central.do(partial(formulary.accept, presentation_id=one))
    with pytest.raises(JoinInstead):
        central.do(partial(formulary.accept, presentation_id=again))
    central.do(partial(formulary.join, presentation_id=again, with_id=twin))
    network.round()
    assert [_offered(office) for office in network.all()] == [["300 mg"]] * 3


def test_a_clinic_changes_what_it_put_in_and_not_what_the_central_has(network: Network) -> None:
    central, (clinic, _other) = network.central, network.clinics
    ours, theirs = _add(central, "300 mg"), _add(clinic, "400 mg")
    network.round()
    to = NewPresentation("litio", Form.TABLET, "450 mg", Unit.TABLET, 100, Route.ORAL)
    change = partial(formulary.change_presentation, to=to, seen={}, new_id=new_id())
    with pytest.raises(CentralKeeps):
        clinic.do(partial(change, presentation_id=ours))
    assert clinic.do(partial(change, presentation_id=theirs)) == theirs
    with pytest.raises(CentralKeeps):
        clinic.do(partial(formulary.accept, presentation_id=theirs))
    network.round()
    assert [row.strength_text for row in central.ask(lists.proposals)] == ["450 mg"]


def test_what_two_places_wrote_of_one_partner_comes_together_field_by_field(network: Network) -> None:
    central, (clinic, _other) = network.central, network.clinics
    card = PartnerCard(PartnerKind.PHARMACY, "Farmacia Nueva")
    partner_id = clinic.do(partial(partners.keep_partner, partner_id=new_id(), card=card))
    network.round()

    def write(office: Office, **told: Any) -> None:
        changed = PartnerCard(PartnerKind.PHARMACY, "Farmacia Nueva", **told)
        office.do(partial(partners.keep_partner, partner_id=partner_id, card=changed))

    write(clinic, phone="7762 0000")
    write(central, place_text="Sololá")
    network.round()
    network.round()
    for office in (central, clinic):
        (row,) = office.ask(directory.directory)
        assert (row.phone, row.place_text) == ("7762 0000", "Sololá")


def test_a_partner_renamed_at_two_places_is_asked_about_in_words_and_settled_everywhere(network: Network) -> None:
    central, (clinic, _other) = network.central, network.clinics
    rename = partial(partners.keep_partner, partner_id=new_id())
    clinic.do(partial(rename, card=PartnerCard(PartnerKind.PHARMACY, "Farmacia Nueva")))
    network.round()
    clinic.do(partial(rename, card=PartnerCard(PartnerKind.PHARMACY, "Farmacia Uno")))
    central.do(partial(rename, card=PartnerCard(PartnerKind.PHARMACY, "Farmacia Dos")))
    network.round()
    network.round()
    for office in (central, clinic):
        (one,) = office.ask(conflicts.open_conflicts)
        assert said_unit(one.table, one.unit) == "Supplier or receiver"
        assert {side.values[0] for side in one.sides} == {"Farmacia Uno", "Farmacia Dos"}
    (one,) = central.ask(conflicts.open_conflicts)
    chosen = next(side.values for side in one.sides if side.values[0] == "Farmacia Uno")
    central.do(lambda work: settle_conflict(work, one.table, one.row_id, one.unit, chosen, one.sides))
    network.round()
    for office in (central, clinic):
        assert office.ask(conflicts.open_conflicts) in ((), [])
        assert [row.name for row in office.ask(directory.directory)] == ["Farmacia Uno"]


def test_the_central_accepts_a_proposal_from_its_worklist(network: Network, qtbot: Any) -> None:
    central, (clinic, _other) = network.central, network.clinics
    _add(clinic, "300 mg")
    network.round()
    page = FormularyPage(uikit_office.Office(central.vault, central.actor, immediate=True))
    qtbot.addWidget(page)
    page.show()
    assert page.which.itemText(1) == "Proposals (1)"
    assert not page.accept.isVisible()
    page.which.set_value(Standing.PROPOSED)
    page.reload()
    page.table.choose_at(0)
    assert page.accept.isVisible()
    page.accept.click()
    assert (central.ask(lists.proposals), _offered(central)) == ((), ["300 mg"])
