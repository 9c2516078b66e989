"""The kinds of what offices say to each other."""

from enum import StrEnum


class MessageKind(StrEnum):
    NOTE = "note"
    QUESTION = "question"
    """About two values, or two records; an answer is a message that names it."""
    ANSWER = "answer"


class MessageStep(StrEnum):
    READ = "read"
    DONE = "done"
