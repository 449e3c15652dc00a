"""The root of everything that OpenEOI raises on purpose."""


class OpenEoiError(Exception):
    """Something went wrong in a way the code foresaw; each folder's `errors.py` derives its own from it.

    The message is one sentence in English for developers and logs. It never holds a secret (PIN, PUK, CAN, key) or
    personal data. The edges (CLI, web, status word) translate the *type* and its fields for people.
    """
