"""Qt's own words (context menus, standard dialogs) in the language of the program."""

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator


class _Loaded:
    translator: QTranslator | None = None


def speak(app: QCoreApplication, language: str) -> bool:
    """Load Qt's words in `language`; false when Qt has none (English is built in)."""
    if _Loaded.translator is not None:
        app.removeTranslator(_Loaded.translator)
        _Loaded.translator = None
    if language == "en":
        return True
    translator = QTranslator(app)
    # The folder differs between the wheels of Linux and Windows; Qt knows which it is.
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if not translator.load(f"qtbase_{language}", folder):
        return False
    app.installTranslator(translator)
    _Loaded.translator = translator
    return True
