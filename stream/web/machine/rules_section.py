"""How often the alerts of each rule were right, as a small table that folds into blocks on a telephone."""

from collections.abc import Mapping

from models.bilingual import Bilingual, Language
from models.errors import ServiceError
from models.machinery.machine import Machine
from stream.web.components.elements import container, set_attributes, text
from stream.web.data.alert_record import FleetRecord, FleetRecords
from stream.web.machine.rules_view import RulesView, rules_view

__all__ = ["RulesSection"]

_TROUBLE = Bilingual("Findings cannot be read: {error}", "无法读取反馈：{error}")


class RulesSection:
    """Reads by itself and draws anew only what has changed."""

    def __init__(
        self, records: FleetRecords, machine: Machine, machines: Mapping[str, Machine], language: Language
    ) -> None:
        self._records, self._machine, self._machines, self._language = records, machine, machines, language
        self._read: FleetRecord | None = None
        self._shown: RulesView | None = None
        self.root = container("section", "panel rules")
        with self.root:
            self._title = text("h2", "panel-title")
            self._trouble = text("p", "trouble")
            self._table = container("table", "rules-table")
            self._guide = text("p", "guide")

    async def refresh(self) -> None:
        """Read what is due and draw what changed."""
        try:
            record = await self._records.read()
        except ServiceError as error:
            self._trouble.set_text(_TROUBLE.say(self._language, error=error))
            return
        self._trouble.set_text("")
        if record is self._read:
            return
        self._read = record
        view = rules_view(self._machine, self._machines, record.alerts, record.actions, self._language)
        if view != self._shown:
            self._show(view)
            self._shown = view

    def _show(self, view: RulesView) -> None:
        self._title.set_text(view.title)
        self._guide.set_text(view.guide)
        self._table.clear()
        if not view.rows:
            return
        with self._table:
            with container("thead", ""), container("tr", ""):
                for column in view.columns:
                    set_attributes(text("th", "", column), scope="col")
            with container("tbody", ""):
                for row in view.rows:
                    with container("tr", ""):
                        set_attributes(text("th", "", row.cells[0]), scope="row")
                        for column, cell in zip(view.columns[1:], row.cells[1:], strict=True):
                            set_attributes(text("td", "", cell), data_column=column)
