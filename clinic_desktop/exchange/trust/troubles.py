"""What can go wrong with the root key, with cutting a computer off, and with letting in what was kept aside."""

from clinic_desktop.kernel.errors import NeedsConfirmation, NeedsWords, Refused
from clinic_desktop.kernel.i18n import N_


class MistypedRoot(Refused):
    text = N_("The code is not whole. It has two lines of four groups of four letters or digits.")


class MistypedLine(Refused):
    text = N_("Line {line} of the code is not copied right. Compare it with the sheet, letter by letter.")


class NotTheRootKey(Refused):
    text = N_("These codes are not those of the organisation's root key. Look whether it is the newest sheet.")


class MoreCodes(Refused):
    text = N_("{needed} sheets are needed to use the root key.")


class RootExists(Refused):
    text = N_("The root key was made already. Use its sheet to change it.")


class NoRootYet(Refused):
    text = N_("The root key has not been made yet.")


class TwoPeople(Refused):
    text = N_("Write the name of the second person who is there, and why the root key is used.")


class AlreadyCentral(Refused):
    text = N_("The root key names this computer already.")


class OtherCentral(Refused):
    text = N_("The root key names another computer as the central office. Nothing was changed.")


class CutOffForGood(NeedsWords):
    named = "note"
    text = N_(
        "Cut off the computer of {site}? This cannot be undone: it would have to join again. Write who said so and why."
    )


class CutOffAlready(Refused):
    text = N_("This computer was cut off already.")


class CodesCompared(NeedsConfirmation):
    text = N_("Read the code out by telephone, both ways: {code}. Does {site} see the same one?")


class CodesDiffer(NeedsConfirmation):
    text = N_("The codes differ: somebody changed the file on the way. Forget this request of {site}?")


class NotCompared(Refused):
    text = N_("The code of {site} was not compared yet. Call, compare it, and take the bundle in again.")


class CannotLetIn(Refused):
    text = N_("This cannot be let in: who wrote it is not known, or it cannot be read. It stays kept aside, whole.")


class NotAside(Refused):
    text = N_("This is not kept aside any more.")
