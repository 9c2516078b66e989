"""What a person may agree to, purpose by purpose, and how. A refusal costs nothing; a withdrawal holds from then on."""

from enum import StrEnum


class ConsentPurpose(StrEnum):
    """To what somebody says yes or no. Care itself and the own central office go together with coming here."""

    CARE = "care"
    CENTRAL = "central"
    MINISTRY = "ministry"
    """The ministry's register by name."""
    DONOR_COUNTS = "donor-counts"
    TEACHING = "teaching"
    STUDY = "study"
    RELATIVE = "relative"
    OTHER_SERVICE = "other-service"
    CALLS = "calls"
    """Being called or written to."""
    PHOTO = "photo"


class ConsentAnswer(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConsentWay(StrEnum):
    """How a yes stands on the paper."""

    SIGNATURE = "signature"
    THUMBPRINT = "thumbprint"
    MARK = "mark"
    SPOKEN = "spoken"
