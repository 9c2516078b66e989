"""Words of the screens and papers. The msgid is English; Spanish is read from resources/translations."""

import gettext as _gettext

from clinic_desktop.kernel.assets import resource

LANGUAGES = ("es", "en")


class _Spoken:
    language = "en"
    catalog: _gettext.NullTranslations = _gettext.NullTranslations()


def set_language(language: str) -> None:
    """Speak `language` ("es" or "en") from now on; widgets built before keep their words until rebuilt."""
    if language not in LANGUAGES:
        raise ValueError(language)
    if language == "en":
        _Spoken.catalog = _gettext.NullTranslations()
    else:
        with resource(f"translations/{language}.mo").open("rb") as file:
            _Spoken.catalog = _gettext.GNUTranslations(file)
    _Spoken.language = language


def language() -> str:
    return _Spoken.language


def _(message: str) -> str:
    # The empty msgid is the catalogue's header, not a word.
    return _Spoken.catalog.gettext(message) if message else ""


def N_(message: str) -> str:
    """Marks a constant for translation; `_` translates it when it is shown."""
    return message


def ngettext(one: str, many: str, count: int) -> str:
    return _Spoken.catalog.ngettext(one, many, count)
