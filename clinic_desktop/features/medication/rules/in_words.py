"""Whole numbers in Spanish words, as a pharmacy needs them beside the figures: nobody makes a 60 out of a 6."""

_SMALL = (
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "trece",
    "catorce", "quince", "dieciséis", "diecisiete", "dieciocho", "diecinueve", "veinte", "veintiuno", "veintidós",
    "veintitrés", "veinticuatro", "veinticinco", "veintiséis", "veintisiete", "veintiocho", "veintinueve",
)  # fmt: skip
_TENS = ("treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_HUNDREDS = (
    "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos", "seiscientos", "setecientos",
    "ochocientos", "novecientos",
)  # fmt: skip


def in_spanish(number: int) -> str:
    """ "sesenta y tres"; from 0 to 999,999."""
    if number < 30:
        return _SMALL[number]
    if number < 100:
        ten, rest = divmod(number, 10)
        return _TENS[ten - 3] + (f" y {_SMALL[rest]}" if rest else "")
    if number == 100:
        return "cien"
    if number < 1000:
        hundred, rest = divmod(number, 100)
        return _HUNDREDS[hundred - 1] + (f" {in_spanish(rest)}" if rest else "")
    thousand, rest = divmod(number, 1000)
    before = "mil" if thousand == 1 else f"{_before_mil(thousand)} mil"
    return before + (f" {in_spanish(rest)}" if rest else "")


def _before_mil(number: int) -> str:
    said = in_spanish(number)
    if said.endswith("veintiuno"):
        return said.removesuffix("veintiuno") + "veintiún"
    return said.removesuffix("o") if said.endswith("uno") else said
