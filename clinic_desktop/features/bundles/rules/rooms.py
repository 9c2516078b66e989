"""What a computer may be for: presets of the rooms it may write to."""

from enum import StrEnum

from clinic_desktop.kernel.i18n import N_

EVERYWHERE = ("bundles", "rights", "settings", "staff")
"""What every computer writes: its people, its own words to the central, complaints."""


class Use(StrEnum):
    ALL = "all"
    RECEPTION = "reception"
    STOCK = "stock"


ROOMS: dict[Use, tuple[str, ...] | None] = {
    Use.ALL: None,
    Use.RECEPTION: ("agenda", "patients", *EVERYWHERE),
    Use.STOCK: ("medication", *EVERYWHERE),
}

SAID: dict[Use, str] = {
    Use.ALL: N_("Everything"),
    Use.RECEPTION: N_("Reception only"),
    Use.STOCK: N_("Stock only"),
}


def use_of(rights: list[str] | None) -> Use | None:
    """The preset of these rooms; None if they are none of them."""
    if rights is None:
        return Use.ALL
    return next((use for use, rooms in ROOMS.items() if rooms is not None and set(rooms) == set(rights)), None)
