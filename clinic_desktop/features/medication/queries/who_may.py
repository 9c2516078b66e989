"""Who sees the shelf."""

from clinic_desktop.kernel.permissions import Permission

SHELF = (
    Permission.SEE_STOCK,
    Permission.DISPENSE,
    Permission.RECEIVE_STOCK,
    Permission.CORRECT_STOCK,
    Permission.PRESCRIBE,
)
