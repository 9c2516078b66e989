"""What can go wrong with a stick, a bundle or an enrolment: one sentence each, with what to do."""

from clinic_desktop.kernel.errors import NeedsConfirmation, Refused, Trouble
from clinic_desktop.kernel.i18n import N_


class StickGone(Trouble):
    text = N_(
        "The stick was removed too early. Only what was read back whole counts as sent. Insert it and copy again."
    )


class StickFull(Trouble):
    text = N_("The stick is full: {needed} MB are needed and {free} MB are free. Make room on it or use another one.")


class StickReadOnly(Trouble):
    text = N_("The stick cannot be written. Move its small lock switch or use another stick.")


class StickLies(Trouble):
    text = N_("What was read back from the stick is not what was written. Use another stick, never this one again.")


class NotABundle(Trouble):
    text = N_("“{name}” is not a bundle of this program.")


class CutShort(Trouble):
    text = N_("“{name}” is incomplete: it was cut off while it was copied. Ask for the bundle again.")


class NotForUs(Trouble):
    text = N_("“{name}” does not open with the key of this computer: it is for another office, or it is damaged.")


class UnknownSender(Trouble):
    text = N_("“{name}” comes from a computer that is not enrolled here. Nothing was taken from it.")


class DamagedBundle(Trouble):
    text = N_("“{name}” is damaged or was changed on the way. Nothing was taken from it. Ask for the bundle again.")


class NewerBundle(Trouble):
    text = N_("“{name}” was written by a newer version of the program. Update this computer first.")


class NotEnrolled(Refused):
    text = N_("This clinic has not joined a central office yet, so there is nobody to carry to.")


class NothingToAnswer(Refused):
    text = N_("No clinic has joined this central office yet.")


class OnlyCentral(Refused):
    text = N_("Only the central office does this.")


class OnlyClinic(Refused):
    text = N_("Only a clinic does this; this computer is the central office.")


class NotARequest(Trouble):
    text = N_("“{name}” is not an enrolment file, or it was changed on the way.")


class AnswerToAnother(Refused):
    text = N_("This answer is for another computer. Make a new request here and take it to the central office.")


class OtherKeyKnown(Refused):
    text = N_("A computer with this name but other keys is already enrolled. Cut it off first if it was replaced.")


class CompareCode(NeedsConfirmation):
    text = N_("Call the central office. Both of you must see the same code: {code}. Is it the same?")


class ConflictGone(Refused):
    text = N_("This was already settled, or new changes arrived meanwhile. Look at it again.")


class DecisionGone(Refused):
    text = N_("This was changed or decided anew since. Look at the record; nothing was undone.")


class SiteCodeTaken(Refused):
    text = N_("The letters {code} already belong to {site}; printed numbers would be mixed up. Choose other letters.")


class DemoAndReal(Refused):
    text = N_("A demonstration never joins a real office. Nothing was changed.")


class CompareBoth(NeedsConfirmation):
    text = N_("Look at the other computer. Both must show the same code: {code}. Is it the same?")


class OtherSite(Refused):
    text = N_("This file is of another clinic ({site}). Two computers are joined only within one clinic.")


class StickGoneUnproved(StickGone):
    text = N_("The stick was removed while the copy was read back. It does not count. Insert it and copy again.")


class StickGoneFetching(StickGone):
    text = N_("The stick was removed while it was read. What was taken in stays. Insert it and take in the rest.")


class StickSmallFiles(Trouble):
    text = N_("This stick cannot hold a file of {needed} MB. Use another one, or let the central office format it.")


class StickUnfit(Refused):
    text = N_("Do not use this stick: it once gave back something else than what was written. Use another one.")


class NothingForUs(Refused):
    text = N_("There is nothing on this stick for this office. Look whether it is the right one.")


class CodeIsWrong(Refused):
    text = N_("This is not the code of this bundle. Nothing was changed. Let them read it to you again.")


class NoReceiptKey(Refused):
    text = N_("A code can be taken only after a first stick came back from the central office. Wait for the stick.")


class NotOurBundle(Refused):
    text = N_("This computer did not write that bundle, or it was never finished.")
