"""Every catalog holds what docs/facts.md says it holds, and screens may trust its columns."""

import re
from collections import Counter

import pytest

from clinic_desktop.kernel.assets import read_catalog, read_json
from clinic_desktop.kernel.names import fold

# name: (columns, rows)
CATALOGS = {
    "demo_given_names": (["name", "sex"], 99),
    "pet_names": (["called", "names"], 90),
    "complaint_kinds": (["code", "name", "source"], 10),
    "demo_presentations": (
        ["code", "atc", "medicine", "strength", "form", "pack_size", "content_ml", "controlled", "source"],
        34,
    ),
    "demo_surnames": (["name", "kind"], 156),
    "diagnosis_short_list": (["code", "label"], 20),
    "found_by": (["code", "name", "source"], 11),
    "icd10": (["code", "title", "section", "unaccented", "source"], 1818),
    "identifications": (["code", "name", "sigsa_code", "source"], 7),
    "lab_tests": (["code", "name", "unit"], 20),
    "languages": (["code", "name", "country", "clinic", "iso639_3"], 43),
    "medicines": (["atc", "name"], 67),
    "safety_medicines": (["name", "atc"], 47),
    "respectful_terms": (["official", "said"], 13),
    "mental_state": (["code", "title_es", "title_en", "normal_es", "normal_en", "source"], 12),
    "municipalities": (["code", "country", "department_code", "department", "name", "source"], 464),
    "risk_questions": (["code", "es", "en", "source"], 6),
    "plan_items": (["code", "kind", "es", "en", "source"], 23),
}


@pytest.mark.parametrize("name", sorted(CATALOGS))
def test_a_catalog_has_its_columns_its_rows_and_no_stray_spaces(name: str) -> None:
    rows = read_catalog(name)
    columns, count = CATALOGS[name]
    assert (list(rows[0]), len(rows)) == (columns, count)
    assert all(value == value.strip() for row in rows for value in row.values())
    assert all(row[columns[0]] for row in rows)


@pytest.mark.parametrize("name", sorted(set(CATALOGS) - {"demo_surnames"}))
def test_the_first_column_names_a_row_once(name: str) -> None:
    first = CATALOGS[name][0][0]
    assert [code for code, times in Counter(row[first] for row in read_catalog(name)).items() if times > 1] == []


def test_guatemala_has_340_municipalities_in_22_departments_and_chiapas_124() -> None:
    rows = read_catalog("municipalities")
    assert Counter(row["country"] for row in rows) == {"GT": 340, "MX": 124}
    assert len({row["department_code"] for row in rows if row["country"] == "GT"}) == 22
    assert {row["department"] for row in rows if row["country"] == "MX"} == {"Chiapas"}
    solola = [row["code"] for row in rows if row["country"] == "GT" and row["department"] == "Sololá"]
    assert solola == [f"07{number:02}" for number in range(1, 20)]


def test_a_code_of_icd10_is_written_as_the_who_writes_it_and_chapter_v_is_whole() -> None:
    rows = read_catalog("icd10")
    assert all(re.fullmatch(r"[A-Z]\d\d(\.\d)?", row["code"]) for row in rows)
    assert Counter(row["section"] for row in rows) == {"mental": 467, "other": 1351}
    assert {row["code"][0] for row in rows if row["section"] == "mental"} == {"F"}


def test_the_short_list_of_diagnoses_and_the_demonstrated_medicines_are_known_codes() -> None:
    codes = {row["code"] for row in read_catalog("icd10")}
    assert {row["code"] for row in read_catalog("diagnosis_short_list")} <= codes
    medicines = {(row["atc"], row["name"]) for row in read_catalog("medicines")}
    shown = read_catalog("demo_presentations")
    assert {(row["atc"], row["medicine"]) for row in shown} <= medicines
    assert all(int(row["pack_size"]) > 0 for row in shown)
    assert all(bool(row["content_ml"]) == (row["form"] == "suspensión") for row in shown)


def test_what_the_formulary_marks_as_controlled_is_marked_with_its_source_and_nothing_else_is() -> None:
    marked = [row for row in read_catalog("demo_presentations") if row["controlled"]]
    assert sorted(f"{row['medicine']} {row['strength']} {row['form']}" for row in marked) == [
        "amitriptilina 50 mg tableta",
        "clonazepam 2 mg tableta",
        "diazepam 10 mg tableta",
        "fenobarbital 100 mg tableta",
        "haloperidol 5 mg/mL ampolla",
        "lorazepam 1 mg tableta",
        "metilfenidato 10 mg tableta",
    ]
    assert {row["source"] for row in marked} == {"formulario CES Chiapas"}


def test_a_short_label_never_uses_the_word_that_stigmatises() -> None:
    labels = [row["label"] for row in read_catalog("diagnosis_short_list")]
    assert [label for label in labels if re.search(r"retras|adict|alcoh[oó]lic|demen", label, re.IGNORECASE)] == []


def _instruments() -> list[dict]:
    return read_json("instruments")["instruments"]


@pytest.mark.parametrize("instrument", _instruments(), ids=lambda instrument: instrument["code"])
def test_the_bands_of_a_scale_cover_every_total_once(instrument: dict) -> None:
    total = instrument["total"]
    reachable = [sum(edge(item["values"]) for item in instrument["items"]) * total["factor"] for edge in (min, max)]
    assert reachable == [total["from"], total["to"]]
    covered = [value for band in instrument["bands"] for value in range(band["from"], band["to"] + 1)]
    assert covered in ([], list(range(total["from"], total["to"] + 1)))


@pytest.mark.parametrize("instrument", _instruments(), ids=lambda instrument: instrument["code"])
def test_a_scale_says_its_source_and_licence_and_judges_only_where_it_was_verified(instrument: dict) -> None:
    assert instrument["source"]
    assert instrument["licence"]
    if not instrument["confidence"].startswith("verificado"):
        assert (instrument["bands"], instrument["cutoffs"], instrument["change"]) == ([], [], None)
    items = [*instrument["items"], *instrument.get("further", [])]
    assert [item["number"] for item in items] == list(range(1, len(items) + 1))
    assert all(critical["item"] <= len(instrument["items"]) for critical in instrument["critical"])


def test_nine_scales_are_scored_and_of_eleven_only_a_total_is_typed_without_any_judgement() -> None:
    codes = [instrument["code"] for instrument in _instruments()]
    assert codes == ["phq9", "phq2", "gad7", "gad2", "audit", "srq20", "who5", "cgi-s", "cgi-i"]
    only = read_json("instruments")["totals_only"]
    assert len(only) == 11
    assert {"epds", "gaf", "panss", "honos", "ymrs", "sdq", "mmse", "mchat"} <= {table["code"] for table in only}
    assert not any(field in table for table in only for field in ("bands", "cutoffs", "items"))
    assert all(table["total"]["from"] < table["total"]["to"] and table["licence"] for table in only)
    assert [table["code"] for table in only if table["flag"]] == ["epds"]


def test_the_label_of_an_item_is_a_word_or_three_never_the_wording_of_the_scale() -> None:
    asked = [item for one in _instruments() for item in [*one["items"], *one.get("further", [])]]
    labels = [item["label"] for item in asked if item["label"]]
    assert labels
    assert all(len(label[language].split()) <= 3 for label in labels for language in ("en", "es"))


def test_item_nine_of_the_phq9_opens_the_risk_from_one_on() -> None:
    (phq9,) = (instrument for instrument in _instruments() if instrument["code"] == "phq9")
    assert phq9["critical"] == [{"item": 9, "at_least": 1, "opens": "suicide-risk"}]


@pytest.mark.parametrize("names", read_json("name_rules")["same"], ids="-".join)
def test_spellings_of_one_surname_share_a_key(names: list[str]) -> None:
    def key(name: str) -> str:
        folded = fold(name)
        for pattern, written in read_json("name_rules")["key"]:
            folded = re.sub(pattern, written, folded)
        return folded

    assert len({key(name) for name in names}) == 1


def test_the_rules_of_safety_are_all_verified_have_a_source_and_groups_of_atc_codes() -> None:
    catalog = read_json("safety_rules")
    assert len(catalog["rules"]) == 16
    assert len(catalog["groups"]) == 15
    codes = [raw["code"] for raw in catalog["rules"]]
    assert len(codes) == len(set(codes))
    for raw in catalog["rules"]:
        assert raw["shown"] is True
        assert raw["confidence"].startswith("verified")
        assert raw["source"]
        assert {raw["first"], raw.get("second", raw["first"])} <= set(catalog["groups"])
    atc = [code for group in catalog["groups"].values() for code in group]
    atc += [code for raw in catalog["allergy_classes"] for code in raw["atc"]]
    assert all(re.fullmatch(r"[A-Z]\d\d([A-Z]([A-Z](\d\d)?)?)?", code) for code in atc)
    assert all(re.fullmatch(r"[A-Z]\d\d[A-Z][A-Z]\d\d", row["atc"]) for row in read_catalog("safety_medicines"))
