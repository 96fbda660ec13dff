"""Why a picture gives no print: the exception that becomes a `Refusal` at the door of the process."""

from kiosk.imaging.orders import Fault


class NoPrint(Exception):
    """An order cannot be carried out; the message says what is wrong, in one line."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
