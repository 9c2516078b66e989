"""What is set at this site."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa

from clinic_desktop.features.settings.records import SettingValue
from clinic_desktop.features.settings.rules import SETTINGS, setting_named
from clinic_desktop.storage.work import Asker

TABLES = frozenset({SettingValue.__tablename__})


def setting(asker: Asker, key: str) -> Any:
    """The value in force here: what the site chose, else the default."""
    known = setting_named(key)
    row = asker.first(sa.select(SettingValue.value).where(SettingValue.id == setting_id(asker.site_id, key)))
    return known.default if row is None else row[0]


def all_settings(asker: Asker) -> dict[str, Any]:
    """Every setting by its key, as in force here."""
    here = sa.select(SettingValue.key, SettingValue.value).where(SettingValue.origin_site_id == asker.site_id)
    chosen: dict[str, Any] = {row[0]: row[1] for row in asker.all(here)}
    return {s.key: chosen.get(s.key, s.default) for s in SETTINGS}


def setting_id(site_id: str, key: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"clinic-desktop:setting:{site_id}:{key}"))
