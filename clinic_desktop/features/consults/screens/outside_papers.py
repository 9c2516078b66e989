"""Papers from elsewhere: pictures chosen from files, made small enough to travel, and read here page by page."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QLabel, QScrollArea, QWidget

from clinic_desktop.features.consults.queries import outside as queries
from clinic_desktop.features.consults.queries.outside import PaperRow
from clinic_desktop.features.consults.rules.papers import LARGEST, LONGEST_SIDE, NotAPage
from clinic_desktop.features.consults.screens.beside import LinesSheet, PastField, Standing
from clinic_desktop.features.consults.service import outside as service
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.ids import PatientId, new_id
from clinic_desktop.uikit import dialogs, pictures
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Form
from clinic_desktop.uikit.layouts import row, stack
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.theme import S2, S3, S6
from clinic_desktop.uikit.words import Text, quiet, semi

_WIDEST_PAGE = 1200
_KINDS = "*.jpg *.jpeg *.png *.bmp"


class PapersSheet(LinesSheet):
    def __init__(self, office: Office, patient_id: str, encounter_id: str | None, parent: QWidget) -> None:
        self._office, self._patient_id, self._encounter_id = office, patient_id, encounter_id
        self._paper_id = new_id()
        self._pages: list[bytes] = []
        self.title, self.whom, self.when = Edit(), Edit(), PastField(office.today())
        self.choose = Button(_("Choose pictures…"), icon="upload")
        self.chosen = Text(_("No page chosen yet."), "small", color="quiet")
        self.choose.clicked.connect(self._choose)
        form = Form()
        stack(
            form,
            form.add("title", _("What paper it is"), self.title),
            row(
                (form.add("whom", _("From whom"), self.whom, optional=True), 3),
                (form.add("when", _("Written when"), self.when, optional=True, check=self.when.complaint), 2),
                gap=S3,
            ),
            row(self.choose, (self.chosen, 1), gap=S3),
            gap=S3,
        )
        super().__init__(
            _("Papers from elsewhere"), parent, form, empty=_("No paper is attached yet."), keep=_("Attach the paper"),
            width=640,
        )  # fmt: skip
        office.follow(queries.TABLES, self, self.reload)
        self.reload()
        self.title.setFocus()

    def reload(self) -> None:
        rows = self._office.ask(queries.papers, self._patient_id)
        self.show_lines([self._line(row_) for row_ in rows])

    def _line(self, paper: PaperRow) -> Standing:
        pages = ngettext("{count} page", "{count} pages", paper.pages).format(count=paper.pages)
        if paper.here < paper.pages:
            pages = _("{here} of {all} pages have come").format(here=paper.here, all=paper.pages)
        written = paper.written_on.said() if paper.written_on else ""
        told = " · ".join(words for words in (paper.from_whom, written, pages) if words)
        return Standing(
            (semi(paper.title), quiet(f"  {told}")),
            ((_("Look"), partial(self._look, paper)), (_("Wrong chart"), partial(self._take_back, paper))),
        )

    def _choose(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(self, _("Choose pictures…"), "", f"{_('Pictures')} ({_KINDS})")
        if names:
            self.take_files(names)

    def take_files(self, names: list[str]) -> None:
        """One page a file, in the order of their names."""
        pages: list[bytes] = []
        for name in sorted(names):
            page = pictures.small_jpeg(name, widest=LONGEST_SIDE, tallest=LONGEST_SIDE, largest=LARGEST)
            if page is None:
                dialogs.say(NotAPage().sentence(), self)
                return
            pages.append(page)
        self._pages = pages
        count = ngettext("{count} page chosen", "{count} pages chosen", len(pages)).format(count=len(pages))
        self.chosen.setText(count)

    def keep_form(self) -> None:
        if self.form.find_faults():
            return
        attach = partial(
            service.attach_paper, paper_id=self._paper_id, patient_id=self._patient_id, title=self.title.text(),
            pages=tuple(self._pages), written_on=self.when.value(), from_whom=self.whom.text(),
            encounter_id=self._encounter_id,
        )  # fmt: skip
        self._office.do(attach, self, then=self._kept, failed=lambda e: self.form.complain("title", e.sentence()))

    def _kept(self, _none: None) -> None:
        self._paper_id, self._pages = new_id(), []
        self.form.clear()
        self.chosen.setText(_("No page chosen yet."))
        self._office.notice(_("The paper is attached"))
        self.title.setFocus()

    def _look(self, paper: PaperRow) -> None:
        PageSheet(self._office, paper, self).open()

    def _take_back(self, paper: PaperRow) -> None:
        question = _("Why is this paper taken off this chart?")
        dialogs.ask_text(question, self, partial(self._take_off, paper), yes_text=_("Take it off"))

    def _take_off(self, paper: PaperRow, reason: str) -> None:
        self._office.do(partial(service.take_paper_back, paper_id=paper.paper_id, reason=reason), self)


class PageSheet(Sheet):
    """One page after the other, as wide as the sheet."""

    def __init__(self, office: Office, paper: PaperRow, parent: QWidget) -> None:
        self._office, self._paper, self._at = office, paper, 1
        self.picture = QLabel()
        self.picture.setAccessibleName(paper.title)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        area = self.area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(self.picture)
        area.setMinimumSize(560, 280)
        self.where = Text("", "small", color="quiet")
        head = row(Text(paper.title, "head", "semi"), None, self.where, gap=S2)
        super().__init__(paper.title, parent, head, (area, 1), width=620)
        self.setMaximumWidth(_WIDEST_PAGE)
        self.add_deed(Button(_("Go back"), "back", "quiet"))
        self.before = self.add_deed(Button(_("Page before"), icon="chevron-left"), partial(self._turn, -1))
        self.next = self.add_deed(Button(_("Next page"), icon="chevron-right"), partial(self._turn, 1))
        # Handwriting needs all the room there is.
        behind = parent.window()
        self.resize(min(_WIDEST_PAGE, max(640, behind.width() - 40)), max(420, behind.height() - 20))
        self._show()

    def _turn(self, by: int, *_clicked: object) -> None:
        self._at = min(max(self._at + by, 1), self._paper.pages)
        self._show()

    def _show(self) -> None:
        jpeg = self._office.ask(queries.page, self._paper.paper_id, self._at)
        self.where.setText(_("Page {at} of {all}").format(at=self._at, all=self._paper.pages))
        self.before.setEnabled(self._at > 1)
        self.next.setEnabled(self._at < self._paper.pages)
        page = QPixmap()
        if jpeg is None or not page.loadFromData(jpeg):
            self.picture.setText(_("This page has not come yet. Pictures travel after everything else."))
            return
        room = min(page.width(), self.width() - 2 * S6 - 24)
        self.picture.setPixmap(page.scaledToWidth(max(room, 1), Qt.TransformationMode.SmoothTransformation))
        self.area.verticalScrollBar().setValue(0)


def look_at_paper(office: Office, patient_id: str, screen: QWidget, paper_id: str) -> bool:
    """Shows the pages of one paper of this person; False where there is none of this id."""
    found = next((row_ for row_ in office.ask(queries.papers, patient_id) if row_.paper_id == paper_id), None)
    if found is not None:
        PageSheet(office, found, screen).open()
    return found is not None


def open_papers(office: Office, patient_id: PatientId, encounter_id: str | None, screen: QWidget) -> None:
    PapersSheet(office, patient_id, encounter_id, screen).open()
