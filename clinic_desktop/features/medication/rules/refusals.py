"""What the services of this room refuse or ask about, each in one sentence."""

from clinic_desktop.features.medication.rules.shelf import NotEnough
from clinic_desktop.kernel.errors import NeedsConfirmation, Refused
from clinic_desktop.kernel.i18n import N_


class NameMissing(Refused):
    text = N_("Write the name.")


class NothingToReceive(Refused):
    text = N_("This delivery has no lines yet.")


class LotNumberMissing(Refused):
    text = N_("Write the lot number, or say that the box has none.")


class ShortExpiry(NeedsConfirmation):
    text = N_("Lot {lot} expires on {day}. Receive it all the same?")


class NotYet(Refused):
    text = N_("{day} is still to come.")


class DoseMissing(Refused):
    text = N_("Write the dose, or say in words how it is taken.")


class UnitsMissing(Refused):
    text = N_("Write how many bottles.")


class MedicineUnchosen(Refused):
    text = N_("Choose a medicine of the list, or write its name.")


class BottlesMissing(Refused):
    text = N_("Nobody wrote what this bottle holds. Write how many after the days, for example 30 x2.")


class MedicineMissing(Refused):
    text = N_("Say which medicine.")


class SameLineTwice(Refused):
    text = N_("The same line stands twice in this prescription. Take one out.")


class OwnPrescription(Refused):
    text = N_("A prescription is signed by somebody other than who wrote it.")


class WaitsForSignature(Refused):
    text = N_("A supervisor has to sign prescription {folio} first. It is not printed or handed out before.")


class MoreThanPortion(Refused):
    text = N_("{medicine} is handed out for {days} days at a time: today at most {most}, the next on {day}.")


class NoDepot(Refused):
    text = N_("{medicine} is not prescribed as an injection that is repeated.")


class GivenAlready(NeedsConfirmation):
    text = N_("It was injected on {day} already. Write down another injection all the same?")


class AlreadyStopped(Refused):
    text = N_("This medicine was already stopped on {day}.")


class StoppedMeanwhile(Refused):
    text = N_("{medicine} was stopped on {day}. It is not handed out.")


class OfSomebodyElse(Refused):
    text = N_("This prescription belongs to another person.")


class NotInFormulary(Refused):
    text = N_("{medicine} is not in the formulary and cannot be handed out here.")


class MoreThanOwed(Refused):
    text = N_("Of {medicine} only {owed} are still owed.")


class AlreadyHandedOut(Refused):
    text = N_("{medicine} was already handed out in full.")


class StillCovered(NeedsConfirmation):
    text = N_("{medicine} was handed out on {day} and lasts until {until}. Hand it out all the same?")


class PaperServed(NeedsConfirmation):
    text = N_("The paper prescription {folio} was already served on {day}. Hand it out all the same?")


class FolioMissing(Refused):
    text = N_("Write the folio of the paper prescription.")


class PrescriberMissing(Refused):
    text = N_("Write who prescribed it.")


class FolioIsOurs(Refused):
    text = N_("Prescription {folio} is in this program. Open the person and hand it out from there.")


class NotTheseLots(Refused):
    text = N_("The chosen lots do not make up the quantity.")


class NotFirstExpiring(Refused):
    text = N_("Another lot expires first. Write why this one is given.")


class LotExpired(Refused):
    text = N_("This lot has expired and cannot be given.")


class OtherShelf(Refused):
    text = N_("This happened in another clinic; it is countered there.")


class AlreadyCountered(Refused):
    text = N_("This movement was already countered.")


class MirrorIsFinal(Refused):
    text = N_("This line itself counters a mistake. Write the right movement instead.")


class AlreadyBroughtBack(Refused):
    text = N_("Only {units} of it are with the person any more.")


class NotByHand(Refused):
    text = N_("This kind of movement is not written by hand.")


class NotExpiredYet(Refused):
    text = N_("This lot may be given until {day}.")


class AlreadyJoined(Refused):
    text = N_("This paper was already joined to a prescription.")


class NotTheSame(Refused):
    text = N_("The paper and the prescription are not of the same person and medicine.")


class NotEnoughOf(NotEnough):
    text = N_("{medicine}: only {usable} can be given now. Nothing was handed out.")


class NotThereThatDay(NotEnough):
    text = N_(
        "{medicine}: on {day} only {usable} could have left. Look at the day and the amount. Nothing was handed out."
    )


class FitsBadly(NeedsConfirmation):
    text = N_(
        "From the paper {units} were handed out on {day}. The prescription is of {signed}, and {owed} are owed. "
        "Are they the same? It cannot be undone."
    )


class OtherProduct(NeedsConfirmation):
    text = N_(
        "From the paper {units} of {given} were handed out on {day}. Prescribed on {signed} is {asked}, and {owed} are "
        "owed. Units of another strength are another dose. Are they the same? It cannot be undone."
    )


class LastsTooShort(NeedsConfirmation):
    text = N_(
        "{medicine}: lot {lot} expires on {day}, before all of it is used up. Only {lasting} last. "
        "Hand out {units} all the same?"
    )


class LotWithheld(Refused):
    text = N_("This lot was called back and is not given to anybody.")


class HandedOutLater(Refused):
    text = N_("It cannot have been handed out on {day}: that day is still to come.")


class HandedOutLongAgo(Refused):
    text = N_("{day} is too long ago. Look at the date on the paper again.")


class LotUnnamed(Refused):
    text = N_("Write the lot number, or say that every lot of this product is called back.")


class CalledBackAlready(Refused):
    text = N_("This lot is called back already.")


class NotOurRecall(Refused):
    text = N_("The central office called this lot back, and only it can say that it may be given again.")


class RecallOver(Refused):
    text = N_("This recall ended on {day}.")


class ClassMissing(Refused):
    text = N_("Write the class, as its list names it.")


class SourceMissing(Refused):
    text = N_("Write where it stands: the law, or the list and its year. Without a source it is not written down.")


class CountryUnclear(Refused):
    text = N_("Write the country as two letters, for example GT.")


class OtherLetters(Refused):
    text = N_("Write {name} with the same letters; only some of them in capitals.")


class SenderMissing(Refused):
    text = N_("Say who sent it: a pharmacy, a donor, or another of our clinics.")


class DamageTooMuch(Refused):
    text = N_("More units are damaged than came.")


class DamageUntold(Refused):
    text = N_("Write what was damaged.")


class TransferReceived(NeedsConfirmation):
    text = N_("Of this sending something was received on {day} already. Receive this as well?")


class OwnClinic(Refused):
    text = N_("That is this clinic. Say from which other one it came.")


class GiftOfSomebodyElse(Refused):
    text = N_("That gift is of another donor.")


class GiftOfOtherKind(Refused):
    text = N_("That gift is not one of medicines.")


class DonorMissing(Refused):
    text = N_("Choose who gave it.")


class GoodsMissing(Refused):
    text = N_("Write which goods.")


class AmountMissing(Refused):
    text = N_("Write how much money.")


class LeastDaysUnclear(Refused):
    text = N_("Write the days as a number between 1 and 3,650, for example 180.")


class ProgrammeMissing(Refused):
    text = N_("Write for which programme it is.")


class ThankedBefore(Refused):
    text = N_("A gift is not thanked for before it was given.")


class BarcodeOfAnother(NeedsConfirmation):
    text = N_("So far this barcode meant {known}. From now on it means {new}?")


class InListAlready(Refused):
    text = N_("{product} is in the list already.")


class JoinInstead(Refused):
    text = N_("{product} is in the list already. Join the proposal with it.")


class RetiredInList(Refused):
    text = N_("{product} is in the list and was retired. Bring it back instead.")


class CentralKeeps(Refused):
    text = N_(
        "The central office keeps this list. Add what is missing: it is in force here at once and proposed to it."
    )


class DecidedByCentral(Refused):
    text = N_("The central office decided on this product. Ask there.")


class AtcUnclear(Refused):
    text = N_("Write the ATC code as the WHO does, for example N06AB03, or leave it empty.")


class BecomesNew(NeedsConfirmation):
    text = N_(
        "There is stock or a prescription of {product}, so it stays as it is. "
        "What you changed becomes a product of its own. Go on?"
    )


class NotAProposal(Refused):
    text = N_("Nothing is left to decide here: somebody decided it already.")


class JoinedWithItself(Refused):
    text = N_("Choose another product, one that the list has.")


class ListedAlready(Refused):
    text = N_("A class of {country} is written down for it already. End that one first.")


class EmailUnclear(Refused):
    text = N_("Write the e-mail with its @ and its ending, or leave it empty.")


class PartnerThere(NeedsConfirmation):
    text = N_("There is already {partner}, of that name or telephone. Is this another one?")


class TitleMissing(Refused):
    text = N_("Write what the agreement is called.")


class EndsBeforeItStarts(Refused):
    text = N_("The agreement would end before it starts. Look at the days again.")


class ItemMissing(Refused):
    text = N_("Choose a medicine of the list, or write what it is.")


class ItemTwice(Refused):
    text = N_("The same thing stands twice in this agreement. Take one line out.")


class AgreementOverlaps(NeedsConfirmation):
    text = N_("«{title}» with the same partner is in force on some of these days. Keep both?")


class CountIsFinal(Refused):
    text = N_("This line comes from a count. It is not countered: count the lot again.")


class NothingCounted(Refused):
    text = N_("This count has no lots yet.")


class CountedLater(Refused):
    text = N_("The moment of a count cannot be still to come.")


class ClockDoubted(NeedsConfirmation):
    text = N_(
        "The clock of this computer says that today is {today}, and the shelf was last used on {day}. "
        "A count with a wrong day spoils the balance. Is it {today} today?"
    )


class CountedTwice(Refused):
    text = N_("The same lot stands twice in this count. Add both numbers up on one line.")


class CountedWithoutSecond(Refused):
    text = N_("Write who counted with you.")


class SecondIsFirst(Refused):
    text = N_("A count is closed by two people: the second is somebody other than you.")


class CountImplausible(Refused):
    text = N_("What was counted must be between 0 and {most}.")


class CountUnexplained(Refused):
    text = N_("Lot {lot} was counted otherwise than it was noted. Count it again, or write why.")
