"""Who may settle which conflict."""

from clinic_desktop.kernel.permissions import Permission

PRESCRIBERS_ONLY: frozenset[tuple[str, str]] = frozenset(
    {("allergy", "*"), ("patient", "allergy_status"), ("patient", "died_on"), ("condition", "*"), ("risk_event", "*")}
    | {("outside_medicine", "*")}
)
"""Table and unit whose conflicts only a prescriber settles; the data manager may ask the clinic."""
CHART_TABLES = frozenset({"condition", "encounter", "goal", "outside_medicine", "outside_paper", "shared_care"})
"""Of the chart: whoever merges and reads no charts learns that there is a conflict, not what it says."""


def who_settles(table: str, unit: str) -> tuple[Permission, ...]:
    """The permissions of which one is needed to settle a conflict of this unit."""
    if (table, unit) in PRESCRIBERS_ONLY or (table, "*") in PRESCRIBERS_ONLY:
        return (Permission.PRESCRIBE,)
    if table in ("patient", "partner"):
        return (Permission.MERGE_BUNDLES, Permission.RECEPTION, Permission.REGISTER_PATIENTS)
    if table in ("agreement", "agreement_item", "donation"):
        return (Permission.MERGE_BUNDLES, Permission.KEEP_PARTNERS)
    if table == "stock_level":
        return (Permission.MERGE_BUNDLES, Permission.ORDER_STOCK)
    if table == "recall":
        return (Permission.MERGE_BUNDLES, Permission.RECALL_LOTS)
    if table in CHART_TABLES:
        return (Permission.SIGN_NOTES, Permission.WRITE_NOTES)
    if table in ("short_diagnosis", "risk_question"):
        return (Permission.MERGE_BUNDLES, Permission.KEEP_CATALOGS)
    return (Permission.MERGE_BUNDLES,)
