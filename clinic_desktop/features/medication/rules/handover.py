"""Who took a medicine away, and how that is shown on the paper."""

from dataclasses import dataclass

from clinic_desktop.features.medication.rules.kinds import ReceiverSign


@dataclass(frozen=True, slots=True)
class Receiver:
    """Without a name it is the person. `document` and the witness are asked where a rule of the country says so."""

    name: str = ""
    kinship: str = ""
    sign: ReceiverSign | None = None
    document: str = ""
    witness_id: str | None = None
    witness_name: str = ""

    @property
    def said(self) -> str | None:
        """ "Juan Ceto (hijo)"; None for the person."""
        name, kinship = " ".join(self.name.split()), " ".join(self.kinship.split())
        return f"{name} ({kinship})" if name and kinship else name or None
