"""Keeping a small picture of a person, and taking it off."""

import base64

from clinic_desktop.features.patients.queries import photos, restricted
from clinic_desktop.features.patients.records import Patient, PatientPhoto
from clinic_desktop.features.patients.rules.photos import check_picture
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import N_
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


class PhotosAreOff(Refused):
    text = N_("This clinic keeps no pictures of people.")


class NoConsentToPhoto(Refused):
    text = N_("The person did not agree to a picture. Ask for consent first.")


def keep_photo(work: Work, *, photo_id: str, patient_id: str, jpeg: bytes) -> None:
    """Keep a picture under an id that the screen drew; the same id twice keeps it once. It replaces the one before."""
    work.require(Permission.REGISTER_PATIENTS)
    _must_be_there(work, patient_id)
    if not photos.are_on(work):
        raise PhotosAreOff()
    if not photos.may_keep(work, patient_id):
        raise NoConsentToPhoto()
    check_picture(jpeg)
    _add(work, photo_id, patient_id, base64.b64encode(jpeg).decode("ascii"))


def take_off(work: Work, *, photo_id: str, patient_id: str) -> None:
    """No picture is shown any more. The row before stays in the data of this clinic, as every row does."""
    work.require(Permission.REGISTER_PATIENTS)
    _must_be_there(work, patient_id)
    _add(work, photo_id, patient_id, None)


def _must_be_there(work: Work, patient_id: str) -> None:
    work.about("patient", patient_id)
    restricted.must_open(work, patient_id)
    work.load(Patient, patient_id)


def _add(work: Work, photo_id: str, patient_id: str, picture: str | None) -> None:
    if work.session.get(PatientPhoto, photo_id) is None:
        step = photos.last_step(work, patient_id) + 1
        work.add(PatientPhoto(id=photo_id, patient_id=patient_id, jpeg=picture, step=step))
