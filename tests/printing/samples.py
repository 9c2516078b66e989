"""Papers of invented people, as a clinic would print them."""

from io import BytesIO

from PIL import Image, ImageDraw

from clinic_desktop.printing.paper import (
    Align,
    Blank,
    Column,
    Fact,
    Facts,
    Heading,
    Letterhead,
    Notice,
    Paper,
    PaperSize,
    Rows,
    Signature,
    Signer,
    Slip,
    Tick,
    Ticks,
    Words,
    printed_words,
)

FOOTER = printed_words(by="Juana Chavajay", at="23 de noviembre de 2026, 08:40")
COURSE = (
    "Inicio hace ocho meses, después de la muerte de su madre. Duerme tres a cuatro horas, despierta a las dos de la "
    "mañana y ya no vuelve a dormir. Come una vez al día y ha perdido peso; dejó de tejer y de vender.\n\n"
    "Acude con su hermana. Conversación en tz'utujil con intérprete. Orientada, colaboradora, habla poco y en voz baja."
)


def logo() -> bytes:
    image = Image.new("RGBA", (240, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((20, 0, 220, 200), outline="black", width=14)
    pen.polygon([(60, 140), (120, 50), (180, 140)], fill="black")
    held = BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def letterhead(**changes: object) -> Letterhead:
    given: dict[str, object] = {
        "name": "Clínica Las Nubes",
        "lines": ("Cantón Panabaj, Santiago Atitlán, Sololá", "Lunes a viernes, 8:00 a 16:00"),
        "phone": "7721-0000",
        "logo": logo(),
    }
    return Letterhead(**(given | changes))  # pyright: ignore[reportArgumentType]


def referral(size: PaperSize = PaperSize.LETTER, course: str = COURSE, name: str = "TZOC PÉREZ, María Ixchel") -> Paper:
    return Paper(
        "Hoja de referencia",
        (
            Notice("Alergia: penicilina (ronchas, 2019)"),
            Facts(
                (
                    Fact("Nombre", name, wide=True),
                    Fact("Edad y sexo", "39 años (hacia 1987), mujer"),
                    Fact("Expediente", "SOL-AB00012-K"),
                    Fact("CUI", None),
                    Fact("Teléfono", "5512-0000 (de la hermana)"),
                    Fact("Comunidad", "Chukmuk, Santiago Atitlán"),
                    Fact("Idioma", "Tz'utujil; necesita intérprete"),
                    Fact("Acompañante", None, needed=False),
                    Fact("Se refiere a", "Hospital Nacional de Sololá, consulta externa", wide=True),
                ),
                columns=3,
            ),
            Ticks((Tick("Emergencia"), Tick("Prioritaria", True), Tick("Electiva")), head="Urgencia", columns=3),
            Words("Valoración y laboratorio de tiroides antes de seguir el tratamiento.", head="Motivo de envío"),
            Words(course, head="Resumen"),
            Words("", head="No se imprime"),
            Rows(
                (
                    Column("Medicamento", 3, strong=True),
                    Column("Mañana", 1, Align.CENTRE),
                    Column("Mediodía", 1, Align.CENTRE),
                    Column("Noche", 1, Align.CENTRE),
                    Column("Desde", 1.4),
                ),
                (
                    ("Fluoxetina 20 mg, tableta", "1", "", "", "12 sep 2026"),
                    ("Ácido fólico 5 mg, tableta", "", "1", "", "3 oct 2026"),
                ),
                head="Medicamentos actuales",
            ),
            Signature(
                (
                    Signer("Dra. Ana Lucía Sicay Mendoza", ("Médica, colegiado 12345",)),
                    Signer("", ("Sello de la clínica",)),
                )
            ),
            Slip(
                "Contrarreferencia",
                (
                    Facts((Fact("Nombre", name), Fact("Fecha de atención", None, to_write=True))),
                    Blank(2 if size is PaperSize.HALF_LETTER else 3, "Diagnóstico, tratamiento e indicaciones"),
                    Signature((Signer("", ("Nombre y firma de quien atendió",)), Signer("", ("Próxima cita",)))),
                ),
                folio="REF-AB00031-7",
                return_to=("Clínica Las Nubes", "Cantón Panabaj, Santiago Atitlán", "Tel. 7721-0000"),
            ),
        ),
        letterhead=letterhead(),
        size=size,
        subject=name,
        folio="REF-AB00031-7",
        code="REF-AB00031-7",
        dateline="Santiago Atitlán, 23 de noviembre de 2026, 08:40",
        footer=FOOTER,
    )


def consent(size: PaperSize = PaperSize.HALF_LETTER) -> Paper:
    return Paper(
        "Lo que autorizo",
        (
            Words("Me lo explicaron en mi idioma y pude preguntar. Puedo cambiar de opinión.", large=True),
            Heading("Autorizo"),
            Ticks(
                (
                    Tick("Que esta clínica guarde mi expediente", True),
                    Tick("Que la oficina central de la misma organización lo vea", True),
                    Tick("Que me llamen por teléfono"),
                ),
                columns=1,
            ),
            Signature((Signer("María Ixchel Tzoc Pérez", thumbprint=True), Signer("Testigo", ("De fuera",)))),
        ),
        letterhead=letterhead(logo=None),
        size=size,
        folio="CON-AB00007-2",
        dateline="Santiago Atitlán, 23 de noviembre de 2026",
        footer=FOOTER,
    )
