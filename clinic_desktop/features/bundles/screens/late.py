"""What a clinic is told on the stick's page when something has waited for too long, there or at the central."""

from clinic_desktop.features.bundles.queries import overdue
from clinic_desktop.kernel.i18n import ngettext
from clinic_desktop.uikit.office import Office


def late_words(office: Office) -> list[str]:
    """Nothing where all is well."""
    told: list[str] = []
    quiet = office.ask(overdue.own)
    if quiet is not None and quiet.late:
        words = ngettext(
            "No stick has left for {count} day. Tell the coordination and send one with the next journey.",
            "No stick has left for {count} days. Tell the coordination and send one with the next journey.",
            quiet.days,
        )
        told.append(words.format(count=quiet.days))
    kept = office.ask(overdue.central_kept)
    if kept is not None and kept.late and kept.days is not None:
        words = ngettext(
            "{name} had made no backup for {count} day when it wrote its last stick. Call them.",
            "{name} had made no backup for {count} days when it wrote its last stick. Call them.",
            kept.days,
        )
        told.append(words.format(name=kept.name, count=kept.days))
    return told
