"""The table of this room."""

from typing import Any

from sqlalchemy.orm import Mapped

from clinic_desktop.storage.base import MergeClass, Synced, field
from clinic_desktop.storage.types import Code, JsonText


class SettingValue(Synced):
    """One setting of one site. Its id is derived from site and key, so that two laptops of a site mean the same row."""

    __tablename__ = "setting_value"
    __merge__ = MergeClass.REGISTERS

    key: Mapped[str] = field(0, Code, nullable=False)
    value: Mapped[Any] = field(1, JsonText)
