"""The printers of this computer, and which of them are not printers at all."""

from PySide6.QtPrintSupport import QPrinterInfo

from clinic_desktop.kernel.errors import Refused, Trouble
from clinic_desktop.kernel.i18n import N_

# Parts of names, in small letters, as Windows, office programs and CUPS give them. They write the paper as a plain
# file, to a folder or to somebody's cloud.
_FILES_NOT_PAPER = (
    "adobe pdf",
    "bullzip",
    "cups-pdf",
    "cutepdf",
    "dopdf",
    "fax",
    "foxit",
    "novapdf",
    "onenote",
    "pdf24",
    "pdfcreator",
    "primopdf",
    "print to file",
    "print to pdf",
    "send to",
    "xps",
)


class NotPaper(Refused):
    text = N_("{printer} does not print: it writes an unprotected file. Choose a real printer.")


class NoPrinter(Refused):
    text = N_("No printer is installed on this computer. Connect one, or save the PDF.")


class PrinterFailed(Trouble):
    text = N_("{printer} did not take the paper. Check that it is on and has paper, then print again.")


def printer_names() -> list[str]:
    """The computer's default first."""
    default = QPrinterInfo.defaultPrinterName()
    return sorted(QPrinterInfo.availablePrinterNames(), key=lambda name: (name != default, is_file_writer(name), name))


def is_file_writer(name: str) -> bool:
    folded = name.casefold()
    return folded == "pdf" or any(part in folded for part in _FILES_NOT_PAPER)
