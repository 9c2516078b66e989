"""What is said of the stick that is in, before anything is copied to it or taken from it."""

from clinic_desktop.exchange.outcomes import SeenStick
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.uikit.surfaces import Callout


def said_stick(stick: SeenStick) -> list[Callout]:
    """What a person must know of it, the worst first."""
    return [*_said_dangers(stick), *_said_contents(stick)]


def _said_dangers(stick: SeenStick) -> list[Callout]:
    told: list[Callout] = []
    if stick.unfit:
        words = _("Do not use this stick: it once gave back something else than what was written. Mark it and tell.")
        told.append(Callout(words, "danger", "ban"))
    if stick.read_only:
        words = _("This stick cannot be written. Move its small lock switch, or use another one to copy.")
        told.append(Callout(words, "warning", "lock"))
    if stick.suspicious:
        words = _(
            "A virus seems to live on this stick. Open nothing on it by hand. You may copy and take in here as always; "
            "ask the central office to clean it."
        )
        told.append(Callout(words, "danger", "alert-triangle"))
    if stick.backups:
        words = _("This stick holds a backup of the program. Keep it at home and use another one for the journey.")
        told.append(Callout(words, "warning", "archive"))
    return told


def _said_contents(stick: SeenStick) -> list[Callout]:
    told: list[Callout] = []
    for_us = len(stick.bundles) - stick.mates
    if for_us:
        words = ngettext("{count} bundle for this office", "{count} bundles for this office", for_us)
        told.append(Callout(words.format(count=for_us), "well", "download"))
    if stick.mates:
        words = ngettext("{count} bundle of the other computer", "{count} bundles of the other computer", stick.mates)
        told.append(Callout(words.format(count=stick.mates), "well", "download"))
    if stick.ours:
        words = ngettext(
            "{count} bundle of ours is still on its way",
            "{count} bundles of ours are still on their way",
            stick.ours,
        )
        told.append(Callout(words.format(count=stick.ours), "neutral", "truck"))
    if stick.others:
        words = ngettext(
            "{count} bundle of other clinics: leave it there",
            "{count} bundles of other clinics: leave them there",
            stick.others,
        )
        told.append(Callout(words.format(count=stick.others), "neutral", "truck"))
    return told


def stick_steps() -> tuple[str, ...]:
    """What comes after the copy."""
    return (
        _("1   Take the stick out and put it into the envelope with the travel sheet."),
        _("2   Give it to who travels; that person signs the sheet."),
        _("3   When the receipt comes back, insert the stick: what waits goes to zero."),
    )


def parcel_steps() -> tuple[str, ...]:
    return (
        _("1   Send the files as you usually send something to that office, whole and unchanged."),
        _("2   When they arrived, the central office reads you twelve signs by telephone for each file."),
        _("3   Type them under “Sticks that left…”: what waits goes to zero."),
    )
