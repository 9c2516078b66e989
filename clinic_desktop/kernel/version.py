"""The version of the program: shown at the sign-in, written into bundles and backups, read by the build."""

__version__ = "0.1.0"
