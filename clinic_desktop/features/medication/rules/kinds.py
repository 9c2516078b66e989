"""The kinds of things in this room, and how they are said."""

from enum import StrEnum

from clinic_desktop.kernel.i18n import N_, _
from clinic_desktop.kernel.names import fold


class Form(StrEnum):
    TABLET = "tablet"
    CAPSULE = "capsule"
    AMPOULE = "ampoule"
    VIAL = "vial"
    SOLUTION = "solution"
    SUSPENSION = "suspension"
    SYRUP = "syrup"
    DROPS = "drops"
    OTHER = "other"


class Route(StrEnum):
    ORAL = "oral"
    SUBLINGUAL = "sublingual"
    INTRAMUSCULAR = "intramuscular"
    INTRAVENOUS = "intravenous"
    INJECTED = "injected"
    """An injection whose way its source does not tell."""


class Unit(StrEnum):
    """What is counted on the shelf and put into the hand."""

    TABLET = "tablet"
    CAPSULE = "capsule"
    AMPOULE = "ampoule"
    VIAL = "vial"
    BOTTLE = "bottle"
    SACHET = "sachet"
    PIECE = "piece"


class PartnerKind(StrEnum):
    PHARMACY = "pharmacy"
    DONOR = "donor"
    HEALTH_SERVICE = "health-service"
    HEALTH_POST = "health-post"
    HOSPITAL = "hospital"
    COMMUNITY_LEADER = "community-leader"
    SCHOOL = "school"
    RADIO = "radio"
    MICROFINANCE = "microfinance"
    ASSOCIATION = "association"
    CENTRAL_OFFICE = "central-office"
    OUR_CLINIC = "our-clinic"
    """Until the stick brings the names of the other clinics, they are sent to and received from as partners."""
    OTHER = "other"


class Gift(StrEnum):
    MEDICINE = "medicine"
    MONEY = "money"
    GOODS = "goods"


class MayReceive(StrEnum):
    """What a partner may be told or sent. Whatever is not named, it is not told."""

    VOUCHERS = "vouchers"
    """A person's name and a medicine, never a reason."""
    NAME_AND_PHONE = "name-and-phone"
    REFERRALS = "referrals"
    NUMBERS = "numbers"
    """Counts in groups, nobody's name."""
    STOCK = "stock"


class Decision(StrEnum):
    """What the central office said to a product that a clinic put into its own list."""

    ACCEPTED = "accepted"
    JOINED = "joined"
    """It is another product of the list under a name of its own."""
    REFUSED = "refused"


class MovementKind(StrEnum):
    RECEIPT = "receipt"
    DISPENSE = "dispense"
    RETURN = "return"
    TRANSFER_OUT = "transfer-out"
    TRANSFER_IN = "transfer-in"
    LOSS = "loss"
    EXPIRY = "expiry"
    DESTRUCTION = "destruction"
    COUNT = "count-adjustment"
    LATE = "late-counter"
    """Takes out of the balance what became known after the count of a later moment: the count had seen it already."""
    MIRROR = "mirror"


class ColdChain(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    NOT_SEEN = "not-seen"


class ReceiverSign(StrEnum):
    SIGNATURE = "signature"
    THUMBPRINT = "thumbprint"


class VoucherOutcome(StrEnum):
    FILLED = "filled"
    PART = "part"
    NOT_FILLED = "not-filled"
    CANCELLED = "cancelled"
    """By the clinic, before the pharmacy handed anything out."""


class OrderStep(StrEnum):
    SENT = "sent"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class RecallStep(StrEnum):
    TOLD = "told"
    NOT_FOUND = "not-found"
    BROUGHT_BACK = "brought-back"


class DispenseKind(StrEnum):
    GIVEN = "given"
    MISTAKE = "mistake"
    """Takes back what was typed wrong and never left."""
    RETURNED = "returned"
    """The person brought units back; what was owed stays given."""


MOVEMENT_WORDS: dict[MovementKind, str] = {
    MovementKind.RECEIPT: N_("Received"),
    MovementKind.DISPENSE: N_("Handed out"),
    MovementKind.RETURN: N_("Brought back"),
    MovementKind.TRANSFER_OUT: N_("Sent to another place"),
    MovementKind.TRANSFER_IN: N_("Came from another place"),
    MovementKind.LOSS: N_("Lost or broken"),
    MovementKind.EXPIRY: N_("Taken off: expired"),
    MovementKind.DESTRUCTION: N_("Destroyed"),
    MovementKind.COUNT: N_("Count"),
    MovementKind.LATE: N_("Counted already"),
    MovementKind.MIRROR: N_("Mistake countered"),
}
RECALL_WORDS: dict[RecallStep, str] = {
    RecallStep.TOLD: N_("Told"),
    RecallStep.NOT_FOUND: N_("Not found"),
    RecallStep.BROUGHT_BACK: N_("Brought it back"),
}
COLD_WORDS: dict[ColdChain, str] = {
    ColdChain.KEPT: N_("Came cold"),
    ColdChain.BROKEN: N_("Came warm"),
    ColdChain.NOT_SEEN: N_("Nobody looked"),
}
GIFT_WORDS: dict[Gift, str] = {
    Gift.MEDICINE: N_("Medicine"),
    Gift.MONEY: N_("Money"),
    Gift.GOODS: N_("Goods"),
}
MAY_RECEIVE_WORDS: dict[MayReceive, str] = {
    MayReceive.VOUCHERS: N_("Vouchers: a name and a medicine"),
    MayReceive.NAME_AND_PHONE: N_("A name and a telephone"),
    MayReceive.REFERRALS: N_("Referral letters"),
    MayReceive.NUMBERS: N_("Counts in groups"),
    MayReceive.STOCK: N_("Medicines of ours"),
}
PARTNER_WORDS: dict[PartnerKind, str] = {
    PartnerKind.PHARMACY: N_("Pharmacy"),
    PartnerKind.DONOR: N_("Donor"),
    PartnerKind.HEALTH_SERVICE: N_("Health service"),
    PartnerKind.HEALTH_POST: N_("Health post"),
    PartnerKind.HOSPITAL: N_("Hospital"),
    PartnerKind.COMMUNITY_LEADER: N_("Community leader"),
    PartnerKind.SCHOOL: N_("School"),
    PartnerKind.RADIO: N_("Radio"),
    PartnerKind.MICROFINANCE: N_("Microfinance"),
    PartnerKind.ASSOCIATION: N_("Association"),
    PartnerKind.CENTRAL_OFFICE: N_("Our central office"),
    PartnerKind.OUR_CLINIC: N_("Another of our clinics"),
    PartnerKind.OTHER: N_("Other"),
}
FORM_WORDS: dict[Form, str] = {
    Form.TABLET: N_("tablet"),
    Form.CAPSULE: N_("capsule"),
    Form.AMPOULE: N_("ampoule"),
    Form.VIAL: N_("vial"),
    Form.SOLUTION: N_("solution"),
    Form.SUSPENSION: N_("suspension"),
    Form.SYRUP: N_("syrup"),
    Form.DROPS: N_("drops"),
    Form.OTHER: "",
}
ROUTE_WORDS: dict[Route, str] = {
    Route.ORAL: N_("by mouth"),
    Route.SUBLINGUAL: N_("under the tongue"),
    Route.INTRAMUSCULAR: N_("into the muscle"),
    Route.INTRAVENOUS: N_("into the vein"),
    Route.INJECTED: N_("injection"),
}
TAKEN_OFF = (MovementKind.LOSS, MovementKind.EXPIRY, MovementKind.TRANSFER_OUT)
"""The kinds a person may write by hand. Destruction needs two names, a count its sheet."""

# Spanish names that are taken for each other in reading or hearing (docs/facts.md, "Names that look alike").
_ALIKE = (
    ("fluoxetina", "paroxetina", "duloxetina"),
    ("clonazepam", "lorazepam"),
    ("alprazolam", "lorazepam"),
    ("bupropion", "buspirona"),
    ("carbamazepina", "oxcarbazepina"),
    ("haloperidol", "haloperidol decanoato"),
)


def look_alikes(name: str) -> tuple[str, ...]:
    """Other medicines whose name is easily taken for this one."""
    key = fold(name)
    return tuple(other for group in _ALIKE if key in group for other in group if other != key)


def matches(words: str, name: str) -> bool:
    """Whether every typed word begins some word of the name, without accents and in any order."""
    said = fold(name).split()
    return all(any(there.startswith(typed) for there in said) for typed in fold(words).split())


def say_product(form: Form | None, strength: str | None, route: Route | None) -> str:
    """What follows the name: "2 mg — tablet — by mouth". Never shortened."""
    form_word = FORM_WORDS.get(form, "") if form else ""
    route_word = ROUTE_WORDS.get(route, "") if route else ""
    return " — ".join(part for part in (strength or "", _(form_word), _(route_word)) if part)
