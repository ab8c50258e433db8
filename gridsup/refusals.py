"""How refusals are logged."""

import logging


class InOneLine(logging.Filter):
    """Takes the traceback off what a page refuses: among many of them nobody would see that of a real error."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            record.exc_info = None
        return True
