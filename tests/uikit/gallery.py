"""Draws every widget of the kit to a picture, to be looked at.

`python tests/uikit/gallery.py FOLDER [--dark]`; QT_SCALE_FACTOR=1.5 draws for a screen at 150 %.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtWidgets import QApplication, QWidget

from clinic_desktop.kernel.i18n import set_language
from clinic_desktop.uikit import cells, theme
from clinic_desktop.uikit.buttons import Button, Link, Tabs
from clinic_desktop.uikit.cells import ChipIn
from clinic_desktop.uikit.choices import Check, Choice, Select, Suggest
from clinic_desktop.uikit.dialogs import Question
from clinic_desktop.uikit.fields import Edit, PasswordEdit, TextArea
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import column, line_up, page, row, stack
from clinic_desktop.uikit.marks import Avatar, Chip, Icon, KeyCap, ProgressBar, Seal, Steps
from clinic_desktop.uikit.surfaces import Banner, Callout, Card, EmptyState, Line, Strip
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.words import Facts, Phrase, bold, marked, quiet, semi


@dataclass(frozen=True)
class Row:
    turn: str
    hour: str
    name: str
    state: str
    waits: str
    urgent: bool = False


ROWS = (
    Row("1", "08:00", "LÓPEZ CHOC, Pedro", "En consulta", "35 min"),
    Row("2", "08:15", "BRITO RAYMUNDO, Ana", "En espera", "12 min"),
    Row("3", "08:30", "RAMÍREZ COBO, Tomás", "En espera", "8 min", urgent=True),
    Row("–", "10:30", "TZOC PÉREZ, <b>María</b> Ixchel", "Por llegar", "–"),
    Row("–", "10:45", "COBO SÁNCHEZ, Gaspar Antonio de la Santísima Trinidad y de todos los Santos", "Por llegar", "–"),
)
COLUMNS: tuple[Column[Row], ...] = (
    Column("Turno", lambda r: cells.number(r.turn, "strong" if r.turn != "–" else "quiet"), 64, right=True),
    Column("Hora", lambda r: r.hour, 70),
    Column(
        "Persona",
        lambda r: (
            cells.strong(r.name, *((ChipIn("Prioridad", "warning", "flag"),) if r.urgent else ()))
            if r.turn != "–"
            else r.name
        ),
        stretch=True,
    ),
    Column(
        "Estado",
        lambda r: (
            cells.quiet(r.state)
            if r.turn == "–"
            else cells.chip(r.state, "accent" if "consulta" in r.state else "neutral", "clock")
        ),
        150,
    ),
    Column("Espera", lambda r: cells.number(r.waits, "quiet" if r.waits == "–" else "plain"), 84, right=True),
)


def made_table() -> ListTable[Row]:
    table = ListTable(COLUMNS, lambda r: r.name)
    table.show_rows(ROWS)
    table.choose_at(2)
    return table


def made_form() -> Form:
    form = Form()
    surnames = form.add("family_name", "Apellidos", Edit("TZOK PÉREZ"))
    names = form.add("given_names", "Nombres", Edit("María Ixchel"))
    born = form.add("born", "Nacimiento o edad", Edit("~39"))
    sex = form.add("sex", "Sexo", Choice(["Mujer", "Hombre", "No consta"], 0))
    place = form.add("place", "Comunidad", Suggest(lambda _words: [(1, "Nebaj, Pulay")]))
    language = form.add("language", "Idioma", Select([("ixl", "Ixil"), ("es", "Español")]), optional=True)
    phone = form.add("phone", "Teléfono", Edit("5512 44"), optional=True)
    cui = form.add(
        "cui", "CUI (DPI)", Edit("", "13 cifras"), optional=True, beside=[Button("No tiene", key="has_none")]
    )
    born.say("Nacida hacia 1987 · edad estimada, 39 años")
    phone.complain("Faltan 2 cifras: van 6 de 8")
    pairs = [(surnames, names), (born, sex), (place, language), (phone, cui)]
    stack(form, *(row((a, 1), (b, 1), gap=16) for a, b in pairs), gap=12)
    return form


def left_column() -> QWidget:
    tabs = Tabs(["Todos", "En espera", "Por llegar"])
    tabs.set_counts([12, 4, 5])
    bar = ProgressBar()
    bar.set_progress(7, 12, "Leyendo la copia de nuevo")
    strip = Strip(
        "Riesgo abierto", "Pregunta 9: 1 hoy", quiet("  ·  A cargo "), semi("Juana Brito"),
        button=Button("Anotar resultado", key="section_6"),
    )  # fmt: skip
    return page(
        Card(row(tabs, None, margins=(8, 0, 16, 0)), Line(), (made_table(), 1), margins=(1, 2, 1, 1), gap=0),
        strip,
        row(
            Chip("En espera", icon="clock"), Chip("Prioridad", "warning", "flag"), Chip("Lista", "well", "check"),
            Chip("Vencido", "danger", "alert-circle"), Chip("En consulta", "accent", "stethoscope"), None,
        ),
        Steps(["Memoria", "Qué va", "Copiando", "Listo"], 2),
        bar,
        Phrase(bold("fluoxetina"), " 20 mg — cápsula ", quiet("DOSIS "), semi("20 mg"), " cada mañana — 30 días"),
        Phrase(marked("TZO"), "C PÉREZ, ", marked("María"), " Ixchel <i>no es marca</i>"),
        margins=(16, 12, 16, 12),
    )  # fmt: skip


def right_column() -> QWidget:
    off = Button("Apagado", key="save_only")
    off.setEnabled(False)
    empty = EmptyState("Nadie espera. Escriba un nombre arriba o use Ctrl+N.", Button("Nueva persona", key="new"))
    password = PasswordEdit()
    password.setText("arbolluna7")
    area = TextArea("Duerme mejor, unas 6 horas.\nVolvió a tejer con su hermana.")
    area.setFixedHeight(70)
    side = column(
        Facts([("Nacida", (semi("14-jul-1987"), quiet(" (39 a)"))), ("Expediente", "NB-004512")]),
        Callout("No llamar a casa. Avisar con la promotora del puesto.", icon="phone"),
        row(Avatar("Dr. Pu"), Icon("lock", "accent"), KeyCap("Ctrl+K"), Seal(size=40), Link("Ver ficha"), None),
        Button("Abrir ficha", key="open"),
        Button("Llegó", key="arrived", kind="primary", icon="user-check", tall=True),
        row(Button("Volver", key="back", kind="quiet"), off, Button("Anular", kind="danger"), None),
        None,
    )
    fields = column(
        password, area, Choice(list("0123"), 1, cell=34), Check("Lo dijo con sus palabras", checked=True), empty
    )
    return page(
        Card(made_form(), margins=(24, 16, 24, 16)), row((side, 1), (fields, 1), gap=16), margins=(0, 12, 16, 12)
    )


def gallery() -> QWidget:
    inside = QWidget()
    line_up(inside, (left_column(), 1), (right_column(), 1), gap=0)
    allergy = Callout("penicilina", "danger", "alert-triangle", head="Alergias conocidas")
    facts = [("Nacida", (semi("14-jul-1987"), quiet(" (39 a)"))), ("Sexo", "Mujer"), ("Expediente", "NB-004512")]
    banner = Banner("TZOC PÉREZ, María Ixchel", "Prefiere «Mari» · ixil, con intérprete", facts, allergy)
    whole = QWidget()
    stack(whole, banner, (inside, 1), gap=0)
    return whole


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    app = QApplication(sys.argv[:1])
    set_language("es")
    theme.start(app)
    dark = "--dark" in sys.argv
    theme.wear(app, theme.DARK if dark else theme.LIGHT)
    shown = gallery()
    shown.resize(1366, 860)
    shown.show()
    app.processEvents()
    shown.grab().save(str(folder / f"gallery{'_dark' if dark else ''}.png"))
    question = Question(
        "Ya hay 2 personas parecidas. ¿Guardar de todos modos?", None, yes_text="Sí, guardar", no_text="No, volver",
        default_yes=False, tone="warning", title="Confirme",
    )  # fmt: skip
    question.show()
    app.processEvents()
    question.grab().save(str(folder / "question.png"))


if __name__ == "__main__":
    main()
