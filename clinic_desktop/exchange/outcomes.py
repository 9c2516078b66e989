"""What came of an export, a look into a bundle, a merge: for screens and commands."""

from dataclasses import dataclass
from pathlib import Path

from clinic_desktop.exchange.carrying.have import Gap
from clinic_desktop.exchange.carrying.outgoing import Load
from clinic_desktop.exchange.format import codes
from clinic_desktop.exchange.stick.route import RouteList


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that was read back from the stick and is right."""

    path: Path
    number: int
    sha256: str
    size: int
    loads: tuple[Load, ...]
    segments: int
    site_name: str
    """For a central's bundle: whom it is for."""
    made_at: str
    log_key: int = 0
    volume: int = 1
    volumes: int = 1
    others: "tuple[Exported, ...]" = ()
    """Of a load too big for one file: the volumes after this one that are on the stick."""
    left: int = 0
    """Volumes that found no room: they go with another stick."""
    removed: int = 0
    """Files taken off the stick because their addressee had confirmed them."""

    @property
    def files(self) -> "tuple[Exported, ...]":
        return (self, *self.others)

    @property
    def control(self) -> str:
        return codes.control_of(self.sha256)


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a bundle says of itself, after every byte of it was checked."""

    path: Path
    number: int
    site_code: str
    site_name: str
    made_at: str
    sha256: str
    size: int
    segments: int
    new_segments: int
    rows: int
    read_before: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """One file of a merge. `error` is the sentence if nothing was taken from it."""

    path: Path
    site_name: str = ""
    number: int = 0
    new_segments: int = 0
    known_segments: int = 0
    aside_segments: int = 0
    held_segments: int = 0
    rows: int = 0
    read_before: bool = False
    error: str | None = None
    new_epoch: bool = False
    ours: bool = False
    """This computer wrote it: it lies on the stick for somebody else."""

    @property
    def ok(self) -> bool:
        return self.error is None


@dataclass(frozen=True, slots=True)
class SeenStick:
    folder: Path
    label: str
    free: int
    bundles: tuple[Path, ...]
    """Files that open with the key of this computer, or that nobody can say for whom they are: to be taken in."""
    ours: int = 0
    """Bundles that this computer wrote."""
    mates: int = 0
    """Among `bundles`, those of another computer of this site."""
    others: int = 0
    """Bundles between other offices: to be left alone."""
    system: str = ""
    read_only: bool = False
    unfit: bool = False
    """It once gave back something else than what was written on it."""
    suspicious: tuple[str, ...] = ()
    """Names of files by which viruses of sticks start themselves."""
    backups: int = 0
    route: RouteList | None = None
    """What the list on it says; a hint."""
    unread: int = 0
    """Among `bundles`, those that were not taken in here yet."""


@dataclass(frozen=True, slots=True)
class MergeReport:
    files: tuple[Merged, ...]
    gaps: tuple[Gap, ...]
    open_conflicts: int
