"""The small dialogs of the page of computers: what it is for, cutting off, what was kept aside."""

from collections.abc import Callable
from datetime import tzinfo

from PySide6.QtWidgets import QWidget

from clinic_desktop.exchange.records import Revoked
from clinic_desktop.features.bundles.queries.devices import Aside, Device
from clinic_desktop.features.bundles.rules.findings import words_of
from clinic_desktop.features.bundles.rules.rooms import SAID, Use
from clinic_desktop.kernel.dates import say_instant
from clinic_desktop.kernel.i18n import _
from clinic_desktop.uikit import cells
from clinic_desktop.uikit.buttons import Button
from clinic_desktop.uikit.choices import Choice
from clinic_desktop.uikit.dialogs import Sheet
from clinic_desktop.uikit.fields import Edit
from clinic_desktop.uikit.forms import Field
from clinic_desktop.uikit.surfaces import Callout
from clinic_desktop.uikit.tables import Column, ListTable
from clinic_desktop.uikit.words import Text

USES = tuple(Use)
REASONS = (Revoked.STOLEN, Revoked.REPLACED)


class _UseSheet(Sheet):
    def __init__(
        self, title: str, lead: str, use: Use, deed: str, parent: QWidget, then: Callable[[Use], None]
    ) -> None:
        super().__init__(title, parent, Text(lead, wrap=True))
        self._then = then
        self.use = Choice([_(SAID[one]) for one in USES], USES.index(use))
        self.body.addWidget(Field(_("What it may write"), self.use))
        limited = _("What it writes elsewhere is kept aside until you let it in. What it reads stays the same.")
        self.body.addWidget(Text(limited, "small", color="quiet", wrap=True))
        self.add_deed(Button(_("Leave"), kind="quiet"))
        self.go_on = self.add_deed(Button(deed, "save", "primary"), self._take)
        self.use.setFocus()

    def _take(self) -> None:
        use = USES[self.use.at() or 0]
        self.accept()
        self._then(use)


class TakeInSheet(_UseSheet):
    """Before a clinic's request is answered."""

    def __init__(self, name: str, parent: QWidget, then: Callable[[Use], None]) -> None:
        lead = _("The request “{name}” is answered beside it. Afterwards you both compare the code.").format(name=name)
        super().__init__(_("Take in a clinic"), lead, Use.ALL, _("Write its answer"), parent, then)


class UseSheet(_UseSheet):
    def __init__(self, device: Device, parent: QWidget, then: Callable[[Use], None]) -> None:
        lead = _("It holds from the next bundle that {site} takes in.").format(site=device.site_name)
        title = _("What this computer writes")
        super().__init__(title, lead, device.use or Use.ALL, _("Change"), parent, then)


class CutOffSheet(Sheet):
    """There is no way back: it says so, and asks who said it."""

    def __init__(self, device: Device, parent: QWidget, then: Callable[[str, str], None]) -> None:
        super().__init__(_("Cut off a computer"), parent, Text(device.site_name, "head", "semi", wrap=True), width=520)
        self._then = then
        self.why = Choice([_("Stolen or lost"), _("Replaced")], 0)
        self.said = Text("", wrap=True)
        self.note = Edit()
        self.field = Field(_("Who said so, and what happened"), self.note)
        self.body.addWidget(Field(_("Why"), self.why))
        self.body.addWidget(self.said)
        self.body.addWidget(self.field)
        gone = _("This cannot be undone. To work again, the computer would have to be set up anew and join again.")
        self.body.addWidget(Callout(gone, "danger", "alert-triangle"))
        self.add_deed(Button(_("Leave"), kind="quiet"))
        self.cut = self.add_deed(Button(_("Cut off"), kind="danger", icon="ban"), self._take)
        self.why.chosen.connect(self._explain)
        self._explain()
        self.why.setFocus()

    def _explain(self, _at: int = 0) -> None:
        stolen = _("Nothing that arrives from it later is taken in until you have looked at it.")
        replaced = _("What it had written and is still on its way counts. Nothing is sent to it any more.")
        self.said.setText(stolen if REASONS[self.why.at() or 0] is Revoked.STOLEN else replaced)

    def _take(self) -> None:
        if not self.note.text().strip():
            self.field.complain(_("Write it in a few words."))
            self.note.setFocus()
            return
        why, note = REASONS[self.why.at() or 0], self.note.text().strip()
        self.accept()
        self._then(why, note)


class AsideSheet(Sheet):
    """What was kept aside of one computer, with why; all of it that may be let in is let in together."""

    def __init__(self, device: Device, zone: tzinfo, parent: QWidget, then: Callable[[list[int], str], None]) -> None:
        super().__init__(_("What was kept aside"), parent, Text(device.site_name, "head", "semi", wrap=True), width=620)
        self._then, self._zone = then, zone
        self.keys = [one.key for one in device.aside if one.may_be_let_in]
        columns = [
            Column[Aside](_("Written"), lambda one: say_instant(one.cut_at, zone), 190),
            Column[Aside](_("Why"), lambda one: _(words_of(one.kind).title), stretch=True),
            Column[Aside](_("Rows"), lambda one: cells.number(str(one.rows)), 70, right=True),
        ]
        table = ListTable(columns, key=lambda one: one.key)
        table.show_rows(device.aside)
        table.setMinimumHeight(min(36 * len(device.aside), 180) + 44)
        self.body.addWidget(table)
        self.why = Edit()
        self.field = Field(_("Why it is taken in after all, and who was asked"), self.why)
        self.add_deed(Button(_("Leave it aside"), kind="quiet"))
        if self.keys:
            self.body.addWidget(self.field)
            told = _(
                "It is taken in as it was written. Two different values stand side by side until somebody decides."
            )
            self.body.addWidget(Text(told, "small", color="quiet", wrap=True))
            self.let_in = self.add_deed(Button(_("Take it in"), "save", "primary"), self._take)
            self.why.setFocus()
        else:
            told = _("Nobody can decide this here: the computer is not known, or the content cannot be read.")
            self.body.addWidget(Text(told, wrap=True))

    def _take(self) -> None:
        reason = self.why.text().strip()
        if not reason:
            self.field.complain(_("Write it in a few words."))
            self.why.setFocus()
            return
        self.accept()
        self._then(self.keys, reason)
