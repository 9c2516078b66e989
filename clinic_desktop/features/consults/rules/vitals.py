"""Vital signs: what is measured, in which unit, and what sounds so unlikely that it is worth a second look."""

from enum import StrEnum


class Pregnancy(StrEnum):
    YES = "yes"
    NO = "no"
    POSSIBLE = "possible"
    NOT_ASKED = "not-asked"
