"""What takes the page's place while something stands in the search box."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from clinic_desktop.features.patients.queries import memory
from clinic_desktop.features.patients.queries import people as queries
from clinic_desktop.features.patients.queries import search as finding
from clinic_desktop.features.patients.queries import similar as likely
from clinic_desktop.features.patients.rules.rows import Found, Results
from clinic_desktop.features.patients.screens.people_table import PeopleTable
from clinic_desktop.features.patients.screens.preview import PersonPreview
from clinic_desktop.kernel.errors import ClinicError
from clinic_desktop.kernel.i18n import _, ngettext
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.layouts import line_up, row
from clinic_desktop.uikit.marks import Icon, KeyCap
from clinic_desktop.uikit.office import Office
from clinic_desktop.uikit.surfaces import Card, EmptyState, Line
from clinic_desktop.uikit.theme import S2, S3, S4
from clinic_desktop.uikit.words import Text

_LONGEST_SHOWN = 32
_REST_MS = 90


class SearchPage(QWidget):
    """Results at the left, the chosen one at the right. The frame hands it the words and the keys of the box."""

    def __init__(self, office: Office, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._office = office
        self._words = ""
        self._results_shown: tuple[Found, ...] = ()
        self.head = Text("", "head", "semi")
        self._of = Text("", color="quiet")
        self.table = PeopleTable(EmptyState(_("Nobody is found under these words.")), reasons=True)
        self.table.setAccessibleName(_("People found"))
        self.preview = PersonPreview(office)
        self.new = Button(_("New person"), key="new", icon="user-plus")
        if not office.may(Permission.REGISTER_PATIENTS):
            # Never shown before it has its place: as a window of its own it would take the focus from the search box.
            self.new.hide()
        self.new.clicked.connect(self._register)
        # What costs more than a letter may is asked when the hand rests.
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._rested)
        self._loading = False
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._open)
        self._hint = Text(_("You can also type a year, a community or a record number"), "small", color="quiet")
        line_up(self, (self._results(), 1), self.preview, margins=(S4, S4, S4, S4), gap=S3)
        self._count_all()
        office.follow(queries.TABLES, self, self._again)
        self._load_index()

    def _load_index(self) -> None:
        """People are found meanwhile, only slower."""
        if not self._loading and not self._office.ask(memory.is_loaded):
            self._loading = True
            self._office.run_long(
                memory.load, self, then=self._loaded, failed=self._loaded, cancelled=self._loaded, apart=True
            )

    def _loaded(self, *_outcome: object) -> None:
        self._loading = False

    def _results(self) -> Card:
        title = row(self.head, self._of, None, Icon("info-circle", "quiet", 16), self._hint, gap=6)
        title.setContentsMargins(S4, S3, S4, S3)
        offer = row(Text(_("Not on the list?"), color="quiet"), self.new, None, gap=S2)
        offer.setContentsMargins(S4, S2, S4, S3)
        self._keys = QWidget()
        line_up(
            self._keys,
            *_said_keys((_("Arrows"), _("choose")), (_("Enter"), _("open the page")), (_("Esc"), _("go back"))),
            None,
            margins=(S4, 0, S4, S3),
            gap=6,
        )
        return Card(title, Line(), (self.table, 1), Line(), offer, self._keys, margins=(1, 1, 1, 1), gap=0)

    def look_for(self, words: str) -> None:
        """What stands in the box now."""
        self._words = words
        self._show(self._office.ask(finding.search, words))
        self.table.choose_at(0)
        self._rest.start()

    def _choose(self, found: Found | None) -> None:
        self.preview.expect(found)
        self._rest.start()

    def _rested(self) -> None:
        try:
            self.show_rest()
        except ClinicError:
            # The data were locked meanwhile: there is nothing left to show it beside.
            return

    def show_rest(self) -> None:
        """What stands beside the results, for those that are shown now."""
        self._rest.stop()
        self.preview.show_person(self.table.row())
        shown = [row.patient_id for row in self._results_shown]
        if shown:
            linked = self._office.ask(likely.linked_numbers, shown)
            doubted = self._office.ask(queries.doubted_people, shown)
            self.table.show_more(linked, self._office.ask(queries.last_visits_of, shown), doubted)
        self._load_index()

    def move_choice(self, step: int) -> None:
        self.table.choose_at(max(0, min(self.table.currentIndex().row() + step, self.table.count() - 1)))

    def open_chosen(self) -> None:
        found = self.table.row()
        if found is not None:
            self._open(found)

    def _count_all(self) -> None:
        # Once, not at every key: counting reads more than finding does.
        self._of.setText(_("of {count}").format(count=f"{self._office.ask(queries.count):,}"))

    def _again(self) -> None:
        self._count_all()
        if self._words:
            self._show(self._office.ask(finding.search, self._words))
            self.show_rest()

    def _show(self, results: Results) -> None:
        count = results.total
        said = ngettext("{count} similar person", "{count} similar people", count)
        self.head.setText(said.format(count=f"{count:,}") if count else _("Nobody found"))
        self.new.setText(_("New person «{name}»").format(name=shortened(self._words)))
        self._results_shown = results.rows
        self.table.show_found(results.rows, results.typed)

    def _open(self, found: Found) -> None:
        self._office.go("persons", patient_id=found.patient_id)

    def _register(self) -> None:
        self._office.go("persons", new=True, words=self._words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.preview.fit(self.window().width(), self.height())
        self._keys.setVisible(self.height() > 460)
        self._hint.setVisible(self.width() > 900)


def _said_keys(*pairs: tuple[str, str]) -> list[QWidget]:
    said: list[QWidget] = []
    for key, deed in pairs:
        said += [KeyCap(key), Text(deed, "small", color="quiet")]
    return said


def shortened(words: str) -> str:
    """What was typed, without the numbers, as far as a button has room."""
    names = " ".join(word for word in words.split() if not any(c.isdigit() for c in word))
    return names if len(names) <= _LONGEST_SHOWN else names[:_LONGEST_SHOWN].rstrip() + "…"
