"""The places of the demonstration: three clinics of Sololá and their central, none of which exists."""

from dataclasses import dataclass

from clinic_desktop.app.demo.people import Region
from clinic_desktop.app.demo.team import Post

ZONE = "America/Guatemala"
CENTRAL = "central"


@dataclass(frozen=True, slots=True)
class DemoSite:
    """One clinic: where, who, and how long it has been open."""

    folder: str
    name: str
    code: str
    region: Region
    coordinator: str
    posts: tuple[Post, ...]
    share: float
    """Of the people asked for."""
    days: int


def _posts(names: tuple[str, str, str, str, str]) -> tuple[Post, ...]:
    reception, doctor, resident, nurse, pharmacy = names
    return (
        Post("receptionist", reception, f"{reception} (nombre inventado)"),
        Post("psychiatrist", doctor, f"{doctor} (nombre inventado)", "0000"),
        Post("resident", resident, f"{resident} (nombre inventado)", "0001"),
        Post("nurse", nurse, f"{nurse} (nombre inventado)"),
        Post("pharmacy", pharmacy, f"{pharmacy} (nombre inventado)"),
    )


PANAJACHEL = DemoSite(
    "panajachel",
    "Clínica demostración Panajachel",
    "PAN",
    Region(("0710", "0709", "0711", "0701"), "cak", "P"),
    "Marta Saloj",
    _posts(("Ana Sical", "Dra. Elena Pop", "Dr. Mateo Tum", "Rosa Batz", "Juana Cux")),
    1.0,
    365,
)
SANTIAGO = DemoSite(
    "santiago",
    "Clínica demostración Santiago Atitlán",
    "ATI",
    Region(("0719", "0713", "0718"), "tzj"),
    "Diego Petzey",
    _posts(("Lucía Coché", "Dr. Andrés Quiejú", "Dra. Sara Ixbalán", "Marcos Sosof", "Ester Mendoza")),
    0.75,
    240,
)
NAHUALA = DemoSite(
    "nahuala",
    "Clínica demostración Nahualá",
    "NAH",
    Region(("0705", "0706", "0704"), "quc"),
    "Tomasa Guarchaj",
    _posts(("Irma Tzep", "Dra. Lidia Tambriz", "Dr. Pascual Xum", "Pedro Ecomac", "Micaela Calel")),
    0.5,
    150,
)
CLINICS = (PANAJACHEL, SANTIAGO, NAHUALA)
CENTRAL_NAME, CENTRAL_CODE, CENTRAL_PERSON = "Central demostración Sololá", "CEN", "Olga Ralón"
MUNICIPALITY_OF_CENTRAL = "0701"
