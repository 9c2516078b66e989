"""What the merge notices, in the words of the desk: what it is, and what to do."""

from typing import NamedTuple

from clinic_desktop.kernel.i18n import N_


class Words(NamedTuple):
    title: str
    means: str
    to_do: str


UNKNOWN = Words(
    N_("Something unusual"),
    N_("The program noticed something that this page has no words for."),
    N_("Tell whoever looks after the program."),
)
WORDS: dict[str, Words] = {
    "fork": Words(
        N_("The same computer twice"),
        N_("Two different parts came with the same number: the computer was copied, or put back and used twice."),
        N_("Find out which computer is the right one. What was kept aside can be let in under “Computers”."),
    ),
    "chain": Words(
        N_("A part that does not fit"),
        N_("It names another part before it than the one that is here. It was kept aside, whole."),
        N_("Ask the clinic whether its computer was put back from a backup. It can be let in under “Computers”."),
    ),
    "different-final": Words(
        N_("A signed record came with another content"),
        N_("What was here first stays as it is; a signed record is never overwritten."),
        N_("Compare it with the paper of the clinic. If the other content is right, it is written as a correction."),
    ),
    "restored": Words(
        N_("A computer was restored"),
        N_("It was put back from a backup, moved or copied. Nothing that a bundle carried was lost."),
        N_("Ask what was entered after the backup and before the last stick; it comes back with the next receipt."),
    ),
    "revoked": Words(
        N_("Written by a computer that was cut off"),
        N_("It was kept aside, whole; nothing of it was taken in."),
        N_("If the clinic had written it before the loss, let it in under “Computers”."),
    ),
    "forgotten": Words(
        N_("Its clinic says that this computer was cut off"),
        N_("Here it still counts: perhaps the central office was put back from a backup made before the cut."),
        N_("Ask the clinic, and cut the computer off again under “Computers”."),
    ),
    "authority": Words(
        N_("Another root key was shown"),
        N_("Somebody showed other root keys than those this computer follows. Nothing was taken from them."),
        N_("Call the central office before anything else is exchanged."),
    ),
    "erased": Words(
        N_("Something erased came again"),
        N_("Something of a person who was erased arrived, old or newly written; it was blanked as it arrived."),
        N_("If the person came again since, ask the clinic and register anew. Destroy old sticks that still hold it."),
    ),
    "stranger": Words(
        N_("From a computer that is not known here"),
        N_("Nobody here can check who wrote it. It was kept aside and is taken in once the computer has joined."),
        N_("If it is of a clinic, take that computer in. Otherwise leave it."),
    ),
    "no-right": Words(
        N_("Written without the right to"),
        N_("The computer wrote something that its clinic may not write. It was kept aside, whole."),
        N_("Look under “Computers” what it may write, or let this part in after all."),
    ),
    "clock": Words(
        N_("A clock far ahead"),
        N_("The clock of a computer is far ahead. Everything was taken in, but its days and hours are wrong."),
        N_("Call the clinic and let them set the clock."),
    ),
    "unreadable": Words(
        N_("A part that cannot be read"),
        N_("It is signed, but its content is not as agreed. It was kept aside, whole."),
        N_("Update this computer and the clinic's; then let the clinic copy again."),
    ),
    "same-number": Words(
        N_("Two people with one number"),
        N_("The same printed number is on two records. Nothing was renamed."),
        N_("Look at both. If it is one person, join them; if not, give one of them a new card."),
    ),
    "orphans": Words(
        N_("Waiting for what they belong to"),
        N_("These rows name a record that has not arrived. They are complete by themselves when it does."),
        N_("Ask the clinic for the stick that is missing, or let it copy again."),
    ),
    "held": Words(
        N_("Written by a newer program"),
        N_("It is kept word for word and is taken in by itself after the update."),
        N_("Update this computer."),
    ),
}
"""By the kind of a finding, and of the questions that no merge asks. Untranslated."""
ORDER = tuple(WORDS)
KEPT_ASIDE = frozenset({"fork", "chain", "revoked", "stranger", "no-right", "unreadable"})
"""Of these a part lies aside; the page of the computers lets it in."""


def words_of(kind: str) -> Words:
    return WORDS.get(kind, UNKNOWN)
