"""`python -m clinic_desktop`: opens the program, or runs one command without a window."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 a bug, 2 wrong usage, 3 refused by a rule, 4 trouble."""
    from clinic_desktop.app.arguments import read

    wanted = read(sys.argv[1:] if arguments is None else arguments)
    if wanted.command is None:
        from clinic_desktop.app.run import open_window

        return open_window(wanted.data)
    from clinic_desktop.app.cli import run

    return run(wanted)


if __name__ == "__main__":
    sys.exit(main())
