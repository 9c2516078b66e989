"""The list of medicines and the directory of partners as windows."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from clinic_desktop.features.medication.queries import agreements as agreed
from clinic_desktop.features.medication.queries import formulary as lists
from clinic_desktop.features.medication.queries import partners as directory
from clinic_desktop.features.medication.rules.kinds import MayReceive, PartnerKind
from clinic_desktop.features.medication.rules.money import from_minor
from clinic_desktop.features.medication.screens.agreements import AgreementSheet, AgreementsSheet
from clinic_desktop.features.medication.screens.formulary import FormularyPage
from clinic_desktop.features.medication.screens.formulary_sheets import ChangeSheet, ControlSheet, ProductSheet
from clinic_desktop.features.medication.screens.partner_sheet import PartnerCardSheet
from clinic_desktop.features.medication.screens.partners import PartnersPage
from clinic_desktop.features.medication.service import partners
from clinic_desktop.features.medication.service.partners import PartnerCard
from clinic_desktop.kernel.ids import new_id
from tests.medication.counter import Counter

Open = Callable[..., Any]


def sheet(page: Any, kind: type[QDialog]) -> Any:
    found = [one for one in page.findChildren(kind) if one.isVisible()]
    assert found, kind.__name__
    return found[-1]


def test_a_medicine_is_added_changed_and_retired_from_the_list(
    counter: Counter, open_screen: Open, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_screen(FormularyPage)
    assert [row.shown_name for row in counter.ask(lists.formulary)] == ["FLUoxetina"]
    page.add.click()
    new = sheet(page, ProductSheet)
    qtbot.keyClicks(new.name, "litio")
    new.strength.setText("300 mg")
    new.pack.setText("100")
    new.save.click()
    assert page.table.count() == 2
    page.words.setText("litio")
    page.table.choose_at(0)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    changed = sheet(page, ChangeSheet)
    changed.strength.setText("400 mg")
    changed.tall.setText("liTIO")
    changed.save.click()
    assert [row.said.split(" —")[0] for row in counter.ask(partial(lists.formulary, words="litio"))] == ["liTIO 400 mg"]
    page.retire.click()
    asked = sheet(page, QDialog)
    asked.edit.setText("no longer bought")
    asked.findChildren(type(page.add))[-1].click()
    assert page.table.count() == 0
    page.which.set_value(lists.Standing.RETIRED)
    page.reload()
    page.table.choose_at(0)
    assert "no longer bought" in page.told.text()
    page.back.click()
    assert len(counter.ask(partial(lists.formulary, words="litio"))) == 1


def test_a_class_without_a_source_is_not_written_down(counter: Counter, open_screen: Open) -> None:
    page = open_screen(FormularyPage)
    page.table.choose_at(0)
    page.control.click()
    control = sheet(page, ControlSheet)
    assert control.country.text() == "GT"
    control.class_code.setText("IV")
    control.save.click()
    assert control.form.fields["source"].is_wrong()
    control.source.setText("Reglamento, art. 1")
    control.save.click()
    assert (control.table.count(), control.class_code.text()) == (1, "")
    assert "Reglamento, art. 1" in page.told.text()


def test_a_partner_of_a_known_name_is_asked_about_and_what_it_may_receive_is_ticked(
    counter: Counter, office: Any, open_screen: Open
) -> None:
    page = open_screen(PartnersPage)
    page.add.click()
    card = sheet(page, PartnerCardSheet)
    card.name.setText("farmacia nueva")
    card.phone.setText("7762")
    assert card.form.fields["phone"].message()
    card.kind.set_value(PartnerKind.PHARMACY)
    assert not any(check.isChecked() for check in card.may_receive.values())
    card.may_receive[MayReceive.VOUCHERS].setChecked(True)
    card.place.setText("Sololá")
    office.voice.answer = False
    card._save()
    assert "Farmacia Nueva" in office.voice.asked[-1]
    assert len(counter.ask(directory.directory)) == 1, "nothing before the yes"
    office.voice.answer = True
    card._save()
    rows = counter.ask(partial(directory.directory, words="solola"))
    assert [(row.name, row.may_receive) for row in rows] == [("farmacia nueva", (MayReceive.VOUCHERS,))]


def test_an_agreement_is_typed_with_its_prices_and_what_is_still_in_the_line_is_kept_too(
    counter: Counter, open_screen: Open, qtbot: Any
) -> None:
    page = open_screen(PartnersPage)
    page.table.choose_at(0)
    page.agreements.click()
    several = sheet(page, AgreementsSheet)
    several._add()
    one = sheet(several, AgreementSheet)
    one.title.setText("Convenio")
    one.starts.setText("1/1/2026")
    one.ends.setText("31/12/2026")
    one.limit.setText("5,000")
    qtbot.keyClicks(one.what, "fluo")
    one.what.take_best()
    one.price.setText("45.005")
    one._add_line()
    assert one.items == []
    one.price.setText("45")
    one.per.setText("20")
    qtbot.keyClick(one.monthly, Qt.Key.Key_Return)
    assert len(one.items) == 1
    one.what.setText("Jeringa")
    one._save()
    (kept,) = counter.ask(agreed.agreements)
    assert (kept.ends_on, kept.monthly_limit) == (date(2026, 12, 31), from_minor(500_000, "GTQ"))
    told = {
        item.item_text or item.presentation_id: item.price
        for item in counter.ask(partial(agreed.items, agreement_id=kept.agreement_id))
    }
    assert told == {"Jeringa": None, counter.fluoxetine: from_minor(4_500, "GTQ")}
    assert several.table.count() == 1


def test_the_directory_is_filtered_and_printed_as_it_is_shown(counter: Counter, open_screen: Open) -> None:
    card = PartnerCard(PartnerKind.RADIO, "Radio", phone="7762 0000")
    counter.do(partial(partners.keep_partner, partner_id=new_id(), card=card))
    page = open_screen(PartnersPage)
    assert page.table.count() == 2
    page.kind.set_value(PartnerKind.RADIO)
    page.reload()
    assert page.table.count() == 1
    page.print.click()
    assert [one for one in page.findChildren(QDialog) if one.isVisible()]
    page.findChildren(QDialog)[-1].reject()
