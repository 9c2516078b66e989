"""Changing what a clinic may change."""

from collections.abc import Mapping
from typing import Any

from clinic_desktop.features.settings.queries import setting_id
from clinic_desktop.features.settings.records import SettingValue
from clinic_desktop.features.settings.rules import checked, setting_named
from clinic_desktop.kernel.permissions import Permission
from clinic_desktop.storage.work import Work


def choose(work: Work, key: str, value: Any) -> None:
    """Set one setting of this site. Raises NotASetting or WrongSetting."""
    work.require(Permission.KEEP_SETTINGS)
    kept = checked(setting_named(key), value)
    row_id = setting_id(work.site_id, key)
    row = work.session.get(SettingValue, row_id)
    if row is None:
        work.add(SettingValue(id=row_id, key=key, value=kept))
    else:
        row.value = kept


def choose_several(work: Work, values: Mapping[str, Any]) -> None:
    """Set what a form changed, all or nothing."""
    for key, value in values.items():
        choose(work, key, value)
