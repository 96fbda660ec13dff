"""The errors a user may see. Each says what went wrong and where; a hint says what to do next, a code names it.

KioskError
├── UsageError          the command was called wrongly            exit 2
├── NotRunning          no display answers on this data folder    exit 3
├── AlreadyRunning      the data folder is in use by another process
├── DataFolderError     the data folder cannot be used (read-only, full, foreign)
├── BadPicture          a picture from outside was refused
├── BadGenome           a genome does not parse or has values out of range
├── ServerUnreachable   no answer, or an answer that is not ours
└── ServerRefused       the server said no (carries the HTTP status)
"""


class KioskError(Exception):
    """A fault with one clear line for the user; never shown with a traceback."""

    code = "error"
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(KioskError):
    """The command was called wrongly."""

    code = "usage"
    exit_code = 2


class NotRunning(KioskError):
    """Nothing answers where a running display was expected."""

    code = "not_running"
    exit_code = 3


class AlreadyRunning(KioskError):
    """Another process holds the data folder."""

    code = "already_running"


class DataFolderError(KioskError):
    """The data folder cannot be used: it cannot be written, is full, or is not a folder."""

    code = "data_folder"


class BadPicture(KioskError):
    """A picture from outside was refused; the message is the reason shown to the operator."""

    code = "bad_picture"


class BadGenome(KioskError):
    """A genome does not parse, or a value of it is out of its range."""

    code = "bad_genome"


class ServerUnreachable(KioskError):
    """The server did not answer, or what answered is not a kiosk server (a captive portal, for one)."""

    code = "server_unreachable"


class ServerRefused(KioskError):
    """The server answered and said no.

    `status` is the HTTP status (400-599), `detail` its reason, `retry_after_s` the seconds it asked us to wait or None.
    """

    code = "server_refused"

    def __init__(
        self,
        message: str,
        *,
        status: int,
        detail: str = "",
        retry_after_s: float | None = None,
        hint: str = "",
        code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.detail = detail or message
        self.status = status
        self.retry_after_s = retry_after_s
