"""The errors Exhibit raises on purpose. Each says what happened and what to type next.

ExhibitError
├── SettingsError          a setting is missing, misspelt or out of range
├── LibraryError
│   ├── NoLibrary          nothing has been indexed yet
│   ├── LibraryBusy        another process has the embedded store open
│   ├── EncoderMismatch    the store was built with other encoders
│   ├── StoreDown          the Qdrant server does not answer
│   ├── StoreLost          the vectors are gone, damaged or incomplete
│   ├── DiskFull           nothing more can be written where the library is
│   └── NotInLibrary       an id, key, page or source that the library does not have
├── UsageError             a command or a function was given arguments that make no sense
├── QuestionError          a question that is empty or too long
├── UnreadableFile         broken, encrypted, empty, too large or of an unknown format
├── WeightsError           weights are missing or are not the ones that were expected
├── ToolError              a tool was called with arguments it cannot take
│   └── ApiError           an external API answers nonsense or refuses
│       └── ApiDown        it is down, slow or at fault: the same call may succeed later
└── ModelError
    ├── ModelDown          the model server does not answer
    ├── ModelMissing       the model is not pulled, or cannot be loaded by this server
    └── ModelNonsense      the reply fits no schema, even after one repair
"""

import re

_LOGIN = re.compile(r"(?<=://)[^\s/]*@")


def without_login(text: str) -> str:
    """The text without the names and passwords in its URLs."""
    return _LOGIN.sub("…@", text)


class ExhibitError(Exception):
    """Base of all. `message` says what happened, `next_step` what to do about it (may be empty). Neither has the
    password of a URL."""

    def __init__(self, message: str, next_step: str = "") -> None:
        self.message, self.next_step = without_login(message), without_login(next_step)
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class SettingsError(ExhibitError):
    """A setting is missing, misspelt or out of range."""


class LibraryError(ExhibitError):
    """Something about the library as a whole."""


class NoLibrary(LibraryError):
    """Nothing has been indexed yet."""


class LibraryBusy(LibraryError):
    """Another process has the embedded store open."""


class EncoderMismatch(LibraryError):
    """The store was built with other encoders than the ones that are set now."""


class StoreDown(LibraryError):
    """The Qdrant server does not answer, or refuses."""


class StoreLost(LibraryError):
    """The vectors are gone, damaged or incomplete, though the catalogue has what they are made of."""


class DiskFull(LibraryError):
    """Nothing more can be written where the library is."""


class NotInLibrary(LibraryError):
    """An id, key, page or source that the library does not have."""


class UsageError(ExhibitError):
    """A command or a function was given arguments that make no sense, such as an option's unknown value."""


class QuestionError(ExhibitError):
    """A question that is empty, or longer than any model is shown."""


class UnreadableFile(ExhibitError):
    """One file cannot be read; the others are not affected."""


class WeightsError(ExhibitError):
    """Weights are missing or are not the ones that were expected."""


class ToolError(ExhibitError):
    """A tool was called with arguments it cannot take. The model sees the message and may mend its call."""


class ApiError(ToolError):
    """An external API is down, slow, or answers something other than it declared."""


class ApiDown(ApiError):
    """An external API does not answer now, or has a fault of its own: the same call may succeed later."""


class ModelError(ExhibitError):
    """The language model."""


class ModelDown(ModelError):
    """The model server does not answer."""


class ModelMissing(ModelError):
    """The model is not pulled, or this server cannot load it."""


class ModelNonsense(ModelError):
    """The reply fits no schema, even after one repair. `kept` is what was sound in it, claims for instance."""

    def __init__(self, message: str, next_step: str = "", *, kept: tuple = ()) -> None:
        super().__init__(message, next_step)
        self.kept = kept
