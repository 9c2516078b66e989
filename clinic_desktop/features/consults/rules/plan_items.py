"""What is agreed and taught beside medicines: a list of the project's own (resources/catalogs/plan_items.csv)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from clinic_desktop.kernel.assets import read_catalog
from clinic_desktop.kernel.i18n import language


class PlanItemKind(StrEnum):
    PLAN = "plan"
    TEACHING = "teaching"


@dataclass(frozen=True, slots=True)
class PlanItem:
    code: str
    kind: PlanItemKind
    spanish: str
    english: str

    @property
    def said(self) -> str:
        return self.english if language() == "en" else self.spanish


@cache
def plan_items() -> tuple[PlanItem, ...]:
    rows = read_catalog("plan_items")
    return tuple(PlanItem(row["code"], PlanItemKind(row["kind"]), row["es"], row["en"]) for row in rows)


def say_plan_item(code: str) -> str:
    """In the spoken language; one of a newer program by its code."""
    return next((item.said for item in plan_items() if item.code == code), code)
