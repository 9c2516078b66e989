"""Fields and values of any table, as a person reads them."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, cast

from clinic_desktop.features.consults.rules.diagnoses import CLINICAL_WORDS, VERIFICATION_WORDS
from clinic_desktop.features.consults.rules.sections import KIND_WORDS
from clinic_desktop.features.medication.rules.kinds import (
    FORM_WORDS,
    GIFT_WORDS,
    MAY_RECEIVE_WORDS,
    PARTNER_WORDS,
    ROUTE_WORDS,
)
from clinic_desktop.features.patients.rules.identity import said_id
from clinic_desktop.features.patients.rules.patient import ALLERGY_WORDS
from clinic_desktop.features.patients.rules.places import language_name, municipality_name
from clinic_desktop.features.patients.rules.self_told import (
    identification_name,
    say_functioning,
    tidy_functioning,
    way_found,
)
from clinic_desktop.features.patients.rules.sex import SEX_WORDS
from clinic_desktop.kernel.dates import PartialDate
from clinic_desktop.kernel.i18n import N_, _, ngettext

UNIT_WORDS: dict[tuple[str, str], str] = {
    ("patient", "name"): N_("Name of the person"),
    ("patient", "birth"): N_("Birth date"),
    ("patient", "sex"): N_("Sex"),
    ("patient", "phone"): N_("Phone"),
    ("patient", "address"): N_("Address"),
    ("patient", "contact"): N_("Contact person"),
    ("patient", "national-id"): N_("Identity document"),
    ("patient", "mother_name"): N_("Mother's name"),
    ("patient", "died_on"): N_("Death"),
    ("patient", "allergy_status"): N_("Allergies"),
    ("allergy", "substance"): N_("Allergy"),
    ("", "patient_id"): N_("Whose record it is"),
    ("", "encounter_id"): N_("Consultation it belongs to"),
    ("", "retired"): N_("No longer used"),
    ("", "retired_at"): N_("No longer used"),
    ("", "municipality_code"): N_("Municipality"),
    ("", "place"): N_("Place in the list"),
    ("", "minutes_to_clinic"): N_("Minutes to the clinic"),
    ("patient", "number"): N_("Number of the record"),
    ("patient", "known_as"): N_("Preferred name"),
    ("patient", "language_code"): N_("Language"),
    ("patient", "needs_interpreter"): N_("Interpreter needed"),
    ("patient", "folder_number"): N_("Number of the folder"),
    ("patient", "self_identification_code"): N_("How the person identifies"),
    ("patient", "functioning"): N_("Questions about functioning"),
    ("patient", "found-by"): N_("How the person found the clinic"),
    ("patient", "safe-contact"): N_("How to call and visit safely"),
    ("patient", "guardian"): N_("Guardian"),
    ("patient", "unidentified"): N_("Not identified"),
    ("patient", "restricted"): N_("Reserved record"),
    ("patient", "import_run_id"): N_("File that was imported"),
    ("allergy", "reaction"): N_("Allergy: what it did"),
    ("community", "name"): N_("Name of the community"),
    ("community", "same_as_id"): N_("Same community as"),
    ("kept_apart", "first_id"): N_("Two records that are two people"),
    ("kept_apart", "second_id"): N_("Two records that are two people"),
    ("import_run", "file_name"): N_("File that was imported"),
    ("import_run", "sha256"): N_("File that was imported"),
    ("import_run", "columns"): N_("Columns of the file"),
    ("import_run", "people"): N_("People in the file"),
    ("consultation_day", "day"): N_("Day of consultations"),
    ("consultation_day", "place_id"): N_("Place of consultations"),
    ("consultation_day", "clinician_id"): N_("Clinician"),
    ("consultation_day", "capacity"): N_("How many people fit"),
    ("consultation_day", "begins_text"): N_("When the day begins"),
    ("consultation_place", "name"): N_("Place of consultations"),
    ("encounter", "appointment_id"): N_("Consultation: its appointment"),
    ("encounter", "kind"): N_("Kind of consultation"),
    ("encounter", "occurred_on"): N_("Day of the consultation"),
    ("encounter", "started_at"): N_("Consultation: when it began"),
    ("encounter", "clinician_id"): N_("Consultation: with whom"),
    ("encounter", "clinician_name"): N_("Consultation: with whom"),
    ("encounter", "language"): N_("Consultation: language and interpreter"),
    ("encounter", "template"): N_("Consultation: parts of the note"),
    ("encounter", "with_whom"): N_("Consultation: who was spoken with"),
    ("encounter", "paper_folio"): N_("Consultation: number of the sheet"),
    ("condition", "code"): N_("Diagnosis: its code"),
    ("condition", "title"): N_("Diagnosis"),
    ("condition", "official_title"): N_("Diagnosis: its official title"),
    ("condition", "clinical_status"): N_("Diagnosis: how it stands"),
    ("condition", "verification_status"): N_("Diagnosis: presumptive or confirmed"),
    ("condition", "since"): N_("Diagnosis: since when"),
    ("condition", "confirmed_on"): N_("Diagnosis: when it was last confirmed"),
    ("condition", "note_text"): N_("Diagnosis: remark"),
    ("short_diagnosis", "diagnosis"): N_("Line of the short list of diagnoses"),
    ("goal", "words"): N_("What the person wants to reach"),
    ("goal", "set_on"): N_("What the person wants to reach: since when"),
    ("outside_medicine", "medicine"): N_("Medicine from elsewhere: name and dose"),
    ("outside_medicine", "from_whom"): N_("Medicine from elsewhere: who gave it"),
    ("outside_medicine", "since"): N_("Medicine from elsewhere: since when"),
    ("outside_medicine", "ended"): N_("Medicine from elsewhere: until when"),
    ("outside_medicine", "told_on"): N_("Medicine from elsewhere: when it was told"),
    ("outside_paper", "title"): N_("Paper from elsewhere"),
    ("outside_paper", "written_on"): N_("Paper from elsewhere: its date"),
    ("outside_paper", "from_whom"): N_("Paper from elsewhere: who wrote it"),
    ("outside_paper", "pages"): N_("Paper from elsewhere: pages"),
    ("shared_care", "who"): N_("Who follows the person"),
    ("shared_care", "may_change"): N_("Who follows the person: what they may change"),
    ("shared_care", "call_when"): N_("Who follows the person: when they call"),
    ("shared_care", "since"): N_("Who follows the person: since when"),
    ("shared_care", "ended"): N_("Who follows the person: until when"),
    ("risk_question", "words"): N_("Question about danger"),
    ("phrase", "staff_id"): N_("Whose phrase it is"),
    ("phrase", "phrase"): N_("Own phrase"),
    ("instrument", "scale_code"): N_("Questionnaire: its scale"),
    ("instrument", "title"): N_("Questionnaire: its title"),
    ("instrument", "url"): N_("Questionnaire: its address"),
    ("instrument", "version"): N_("Questionnaire: its version"),
    ("instrument", "language_code"): N_("Questionnaire: its language"),
    ("instrument", "copyright"): N_("Questionnaire: its licence"),
    ("instrument", "questionnaire"): N_("Questionnaire: its wording"),
    ("instrument", "sha256"): N_("Questionnaire: its file"),
    ("instrument", "item_links"): N_("Questionnaire: order of its questions"),
    ("instrument", "may_print"): N_("Questionnaire: whether it may be printed"),
    ("instrument", "confirmed_by_name"): N_("Questionnaire: who confirmed its scale"),
    ("medicine", "name"): N_("Name of the medicine"),
    ("medicine", "atc_code"): N_("Medicine: its code"),
    ("presentation", "medicine_id"): N_("Presentation: of which medicine"),
    ("presentation", "product"): N_("Presentation of a medicine"),
    ("presentation", "controlled"): N_("Presentation: controlled medicine"),
    ("partner", "kind"): N_("Supplier or receiver: its kind"),
    ("partner", "name"): N_("Supplier or receiver"),
    ("partner", "contact_text"): N_("Supplier or receiver: contact"),
    ("partner", "phone"): N_("Phone"),
    ("partner", "place_text"): N_("Supplier or receiver: place"),
    ("partner", "email"): N_("Supplier or receiver: e-mail"),
    ("partner", "gives"): N_("Supplier or receiver: what it gives"),
    ("partner", "may_receive"): N_("Supplier or receiver: what it may be told"),
    ("partner", "note_text"): N_("Supplier or receiver: remark"),
    ("agreement", "partner_id"): N_("Agreement: with whom"),
    ("agreement", "title_text"): N_("Agreement"),
    ("agreement", "document_text"): N_("Agreement: its document"),
    ("agreement", "dates"): N_("Agreement: from when until when"),
    ("agreement", "limit"): N_("Agreement: limit of the month"),
    ("agreement", "condition_text"): N_("Agreement: its conditions"),
    ("agreement_item", "agreement_id"): N_("Agreement: of which the line is"),
    ("agreement_item", "presentation_id"): N_("Agreement: medicine of the line"),
    ("agreement_item", "item_text"): N_("Agreement: what the line is about"),
    ("agreement_item", "price"): N_("Agreement: price"),
    ("agreement_item", "monthly_units"): N_("Agreement: units of the month"),
    ("donation", "partner_id"): N_("Gift: from whom"),
    ("donation", "kind"): N_("Gift: its kind"),
    ("donation", "document_text"): N_("Gift: its document"),
    ("donation", "given_on"): N_("Gift: its day"),
    ("donation", "value"): N_("Gift: its value"),
    ("donation", "condition_text"): N_("Gift: its conditions"),
    ("donation", "programme_text"): N_("Gift: for which programme"),
    ("donation", "least_days"): N_("Gift: how long it should last"),
    ("donation", "goods_text"): N_("Gift: what it is"),
    ("donation", "note_text"): N_("Gift: remark"),
    ("donation", "thanked_on"): N_("Gift: when thanks were given"),
    ("medicine", "tall_name"): N_("Medicine: how its name is shown"),
    ("presentation", "decision"): N_("Presentation: what the central office decided"),
    ("presentation", "retired_text"): N_("Presentation: why it is no longer used"),
    ("product_barcode", "gtin"): N_("Barcode"),
    ("product_barcode", "presentation_id"): N_("Barcode: of which product"),
    ("product_barcode", "pack_units"): N_("Barcode: units in its box"),
    ("control_listing", "presentation_id"): N_("Controlled: which product"),
    ("control_listing", "country"): N_("Controlled: in which country"),
    ("control_listing", "class_code"): N_("Controlled: its class"),
    ("control_listing", "source_text"): N_("Controlled: who says so"),
    ("control_rule", "country"): N_("Rule for controlled medicines: country"),
    ("control_rule", "class_code"): N_("Rule for controlled medicines: class"),
    ("control_rule", "title_text"): N_("Rule for controlled medicines"),
    ("control_rule", "most_packs"): N_("Rule for controlled medicines: boxes"),
    ("control_rule", "valid_days"): N_("Rule for controlled medicines: days that a prescription holds"),
    ("control_rule", "most_fillings"): N_("Rule for controlled medicines: how often it is served"),
    ("control_rule", "is_retained"): N_("Rule for controlled medicines: the prescription is kept"),
    ("control_rule", "in_register"): N_("Rule for controlled medicines: written in the book"),
    ("control_rule", "witness_wanted"): N_("Rule for controlled medicines: a witness"),
    ("control_rule", "keep_years"): N_("Rule for controlled medicines: years that papers are kept"),
    ("control_rule", "source_text"): N_("Rule for controlled medicines: who says so"),
    ("recall", "presentation_id"): N_("Lot called back: product"),
    ("recall", "lot_number"): N_("Lot called back"),
    ("recall", "reason"): N_("Lot called back: why"),
    ("recall", "source_text"): N_("Lot called back: by whom"),
    ("recall", "opened_on"): N_("Lot called back: since when"),
    ("recall", "closed"): N_("Lot called back: that it is over"),
    ("stock_level", "site_id"): N_("Least and most on the shelf: clinic"),
    ("stock_level", "presentation_id"): N_("Least and most on the shelf: product"),
    ("stock_level", "level"): N_("Least and most on the shelf"),
    ("record_share", "to_site_id"): N_("Record that goes to another clinic: to which"),
    ("record_share", "consent_id"): N_("Record that goes to another clinic: what the person said"),
    ("record_share", "since_on"): N_("Record that goes to another clinic: since when"),
    ("record_share", "reason_text"): N_("Record that goes to another clinic: why"),
    ("site", "closed"): N_("Clinic: that it closed"),
    ("role", "code"): N_("Role of a colleague"),
    ("role", "title"): N_("Role of a colleague"),
    ("role", "permissions"): N_("What a role may do"),
    ("site", "code"): N_("Clinic: its letters"),
    ("site", "name"): N_("Name of the clinic"),
    ("site", "kind"): N_("Clinic: its kind"),
    ("site", "address"): N_("Address"),
    ("site", "phone"): N_("Phone"),
    ("site", "zone"): N_("Clinic: time zone"),
    ("staff_member", "display_name"): N_("Name of a colleague"),
    ("staff_member", "full_name"): N_("Name of a colleague"),
    ("staff_member", "role_id"): N_("Role of a colleague"),
    ("staff_member", "licence"): N_("Colleague: licence"),
    ("staff_member", "supervisor_id"): N_("Colleague: supervisor"),
    ("staff_member", "valid_until"): N_("Colleague: until when"),
    ("staff_member", "active"): N_("Colleague: in service"),
    ("setting_value", "key"): N_("Setting"),
    ("setting_value", "value"): N_("Setting"),
}
"""Of each unit that can differ; under an empty table what is called so in all of them."""
VOIDED, EMPTY, STANDS = N_("Record taken back"), N_("empty"), N_("It stands")
CLINICAL = N_("For those who read the chart")
FLAGS: dict[str, str] = {
    "confidentiality_accepted": N_("confidence of the interpreter accepted"),
    "interpreter_is_family": N_("of the family"),
    "asked_again_alone": N_("asked again alone"),
    "may_print": N_("may be printed"),
    "is_retained": N_("the prescription is kept"),
    "in_register": N_("written in the book"),
    "witness_wanted": N_("with a witness"),
    "retired": N_("retired"),
    "active": N_("in service"),
    "do_not_call": N_("do not call"),
    "do_not_visit": N_("do not visit"),
    "shared_phone": N_("shared phone"),
    "needs_interpreter": N_("needs an interpreter"),
    "birth_estimated": N_("estimated"),
    "has_no_family_name": N_("no family name"),
    "unidentified": N_("not identified"),
    "restricted": N_("reserved"),
}
"""Columns that hold yes or no, and what is answered so."""


def said_unit(table: str, unit: str) -> str:
    """What a field is called on the screen, untranslated; an unknown one by its own name."""
    if unit == "void":
        return VOIDED
    return UNIT_WORDS.get((table, unit)) or UNIT_WORDS.get(("", unit)) or f"{table}: {unit}"


UNIT_NAMES = {
    "tablet": N_("tablet"),
    "capsule": N_("capsule"),
    "ampoule": N_("ampoule"),
    "vial": N_("vial"),
    "bottle": N_("bottle"),
    "sachet": N_("sachet"),
    "piece": N_("piece"),
}
DECISION_WORDS = {"accepted": N_("accepted"), "joined": N_("it is another product"), "refused": N_("not accepted")}
VALUE_WORDS: dict[tuple[str, str], Mapping[Any, str]] = {
    ("condition", "clinical_status"): CLINICAL_WORDS,
    ("condition", "verification_status"): VERIFICATION_WORDS,
    ("encounter", "kind"): KIND_WORDS,
    ("patient", "allergy_status"): ALLERGY_WORDS,
    ("patient", "sex"): SEX_WORDS,
    ("partner", "kind"): PARTNER_WORDS,
    ("donation", "kind"): GIFT_WORDS,
    ("presentation", "form"): FORM_WORDS,
    ("presentation", "route"): ROUTE_WORDS,
    ("presentation", "unit"): UNIT_NAMES,
    ("presentation", "decision"): DECISION_WORDS,
}
"""Of columns that hold codes."""
_A_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_DAYS = ("_on", "since", "ended", "birth_date", "valid_until", "day")
_JSON = frozenset(
    {"functioning", "permissions", "gives", "may_receive", "columns", "questionnaire", "item_links", "value"}
)
Names = Mapping[tuple[str, object], str]
"""What a reference says, by column and id."""
NOT_HERE = N_("a record that is not here")


def said_values(
    table: str, columns: Sequence[str], values: Sequence[object], names: Names = MappingProxyType({})
) -> str:
    """The columns of a unit in one line, in words; nothing where they may not be read."""
    if not values:
        return _(CLINICAL)
    if tuple(columns[:1]) == ("voided_at",):
        return _("Taken back: {reason}").format(reason=values[-1] or "") if values[0] else _(STANDS)
    if tuple(columns) == ("national_id_kind", "national_id") and values[1]:
        return f"{str(values[0] or '').upper()} {said_id(str(values[0] or ''), str(values[1]))}".strip()
    told = [_said(table, *pair, names) for pair in zip(columns, values, strict=False) if pair[1] not in (None, "")]
    return ", ".join(dict.fromkeys(told)) if told else _(EMPTY)


def is_reference(column: str) -> bool:
    return column.endswith("_id") and column != "national_id"


def _said(table: str, column: str, value: object, names: Names) -> str:
    if is_reference(column):
        return names.get((column, value)) or _(NOT_HERE)
    words = VALUE_WORDS.get((table, column), {}).get(value)
    if words is not None:
        return _(words)
    if column.endswith(_DAYS) and isinstance(value, str) and _A_DAY.fullmatch(value):
        with suppress(ValueError):
            return PartialDate.parse(value).said()
    if column in FLAGS:
        return f"{_(FLAGS[column])}: {_('yes') if value else _('no')}"
    if column in _JSON:
        return _said_content(column, value)
    return _CODES.get(column, str)(str(value))


def _said_content(column: str, value: object) -> str:
    """What is kept as a list or a table of its own, never as it is written there."""
    try:
        content: Any = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return str(value)
    if isinstance(content, bool):
        return _("yes") if content else _("no")
    if column == "functioning" and isinstance(content, dict):
        answers = cast("dict[str, int]", content)
        return "; ".join(f"{title}: {answer.lower()}" for title, answer in say_functioning(tidy_functioning(answers)))
    if column == "may_receive" and isinstance(content, list):
        told = cast("list[str]", content)
        return ", ".join(_(_RECEIVED[one]) for one in told if one in _RECEIVED) or _(EMPTY)
    if isinstance(content, dict | list):
        count = len(cast("list[object]", content))
        return ngettext("{count} entry", "{count} entries", count).format(count=count)
    return str(content)


_RECEIVED: dict[str, str] = {str(code): words for code, words in MAY_RECEIVE_WORDS.items()}
_CODES: dict[str, Callable[[str], str]] = {
    "language_code": language_name,
    "municipality_code": municipality_name,
    "self_identification_code": identification_name,
    "found_by_code": way_found,
}
