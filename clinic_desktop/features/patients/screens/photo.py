"""A small picture on the person's page, where the clinic turned pictures on: chosen from a file, no camera."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QLabel, QSizePolicy, QWidget

from clinic_desktop.features.patients.queries import photos as queries
from clinic_desktop.features.patients.rules.photos import LARGEST, TALLEST, WIDEST, NotAPicture
from clinic_desktop.features.patients.service import photos as service
from clinic_desktop.kernel.errors import Refused
from clinic_desktop.kernel.i18n import _
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit import dialogs, pictures
from clinic_desktop.uikit.buttons import Button, Link
from clinic_desktop.uikit.layouts import column, row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S3
from clinic_desktop.uikit.words import Text


def small_jpeg(path: str) -> bytes:
    """The file as a bare small JPEG, upright. Raises NotAPicture."""
    found = pictures.small_jpeg(path, widest=WIDEST, tallest=TALLEST, largest=LARGEST)
    if found is None:
        raise NotAPicture()
    return found


class Face(QLabel):
    """The picture, small; hidden where there is none."""

    def __init__(self, tallest: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tallest = tallest
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAccessibleName(_("Picture of the person"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_jpeg(self, jpeg: bytes | None) -> None:
        picture = QPixmap()
        there = jpeg is not None and picture.loadFromData(jpeg)
        if there and picture.height() > self._tallest:
            picture = picture.scaledToHeight(self._tallest, Qt.TransformationMode.SmoothTransformation)
        self.setPixmap(picture)
        self.setVisible(there)


class PhotoPanel(QWidget):
    def __init__(self, office: Office, patient_id: PatientId, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office, self._patient_id = office, patient_id
        self.face = Face(160)
        self.none = Text("", color="quiet", wrap=True)
        self.choose = Button(_("Choose a picture…"), icon="upload")
        self.choose.clicked.connect(self._choose)
        self.off = Link(_("Take the picture off"), small=True)
        self.off.clicked.connect(self._take_off)
        deeds = row(self.choose, self.off, None, gap=S3)
        stack(self, row(self.face, (column(self.none, deeds, None), 1), gap=S3))
        office.follow(queries.TABLES, self, self.reload)
        self.reload()

    def reload(self) -> None:
        jpeg = self._office.ask(queries.photo_of, self._patient_id)
        agreed = self._office.ask(queries.may_keep, self._patient_id)
        may = self._office.may(Permission.REGISTER_PATIENTS)
        self.face.show_jpeg(jpeg)
        self.none.setText(_("No picture yet.") if agreed else _("Ask for consent first: a picture is only with a yes."))
        self.none.setVisible(jpeg is None)
        self.choose.setText(_("Choose a picture…") if jpeg is None else _("Choose another picture…"))
        self.choose.setVisible(may and agreed)
        self.off.setVisible(may and jpeg is not None)

    def _choose(self) -> None:
        kinds = "*.jpg *.jpeg *.png *.bmp"
        name, _kind = QFileDialog.getOpenFileName(self, _("Choose a picture…"), "", f"{_('Pictures')} ({kinds})")
        if name:
            self.take_file(name)

    def take_file(self, name: str) -> None:
        try:
            jpeg = small_jpeg(name)
        except Refused as refused:
            dialogs.say(refused.sentence(), self)
            return
        keep = partial(service.keep_photo, photo_id=new_id(), patient_id=self._patient_id, jpeg=jpeg)
        self._office.do(keep, self, then=lambda _none: self._office.notice(_("Picture kept")))

    def _take_off(self) -> None:
        take_off = partial(service.take_off, photo_id=new_id(), patient_id=self._patient_id)
        self._office.do(take_off, self, then=lambda _none: self._office.notice(_("Picture taken off")))
