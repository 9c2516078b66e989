"""Learning once which product a barcode means. What a clinic learned is in force there and proposed to the central."""

from clinic_desktop.features.medication.queries import barcodes, shelf
from clinic_desktop.features.medication.records.formulary import Presentation, ProductBarcode
from clinic_desktop.features.medication.rules.gs1 import read_gtin
from clinic_desktop.features.medication.rules.refusals import BarcodeOfAnother
from clinic_desktop.features.medication.rules.shelf import check_units
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def learn_barcode(
    work: Work,
    barcode_id: str,
    gtin: str,
    presentation_id: str,
    *,
    pack_units: int | None = None,
    instead: bool = False,
) -> None:
    """From now on `gtin` means this product. Where it meant another, that is asked, and the old meaning retired."""
    work.require(Permission.RECEIVE_STOCK, Permission.KEEP_CATALOGS)
    if shelf.is_there(work, ProductBarcode, barcode_id):
        return
    read = read_gtin(gtin)
    work.load(Presentation, presentation_id)
    if pack_units is not None:
        check_units(pack_units)
    known = barcodes.meaning(work, read)
    if known is not None and (known.presentation_id, known.pack_units) == (presentation_id, pack_units):
        return
    if known is not None:
        if known.presentation_id != presentation_id and not instead:
            raise BarcodeOfAnother(
                again={"instead": True},
                known=shelf.presentation(work, known.presentation_id).said,
                new=shelf.presentation(work, presentation_id).said,
            )
        work.revise(work.load(ProductBarcode, known.barcode_id), seen={}, to={"retired_at": work.now})
    work.about("presentation", presentation_id)
    work.add(ProductBarcode(id=barcode_id, gtin=read, presentation_id=presentation_id, pack_units=pack_units))


def refuse_barcode(work: Work, barcode_id: str) -> None:
    """The central says that a clinic's code does not mean that product; there it is asked about anew."""
    work.require(Permission.KEEP_CATALOGS)
    row = work.load(ProductBarcode, barcode_id)
    if row.retired_at is None:
        work.revise(row, seen={}, to={"retired_at": work.now})
