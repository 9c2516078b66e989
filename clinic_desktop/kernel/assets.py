"""Run-time data. In a clone it lies in ../resources, in a wheel or bundle in clinic_desktop/resources."""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def _root() -> Path:
    for folder in (_PACKAGE / "resources", _PACKAGE.parent / "resources"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("resources")


def resource(name: str) -> Path:
    """The path of a file below resources/, for example `resource("fonts/x.ttf")`."""
    return _root() / name


def read_catalog(name: str) -> list[dict[str, str]]:
    """The rows of resources/catalogs/`name`.csv, as text."""
    with resource(f"catalogs/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_json(name: str) -> Any:
    """The content of resources/catalogs/`name`.json."""
    return json.loads(resource(f"catalogs/{name}.json").read_text(encoding="utf-8"))
