"""How Tierline writes its log: one JSON line an event, on standard error.

Refuses to log request bodies, text of cases and the messages of exceptions, which may repeat either.
"""

import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

import structlog


def configure(options: Mapping[str, object]) -> None:
    """Set up logging. ``options["level"]`` names the lowest level written."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where_it_broke,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(str(options.get("level", "INFO")))
    logging.getLogger("procrastinate").setLevel("WARNING")
    logging.getLogger("httpx").setLevel("WARNING")  # it would write down every address it asks


def _where_it_broke(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """The kind of an exception and the lines it came through. Its message stays out: it may hold somebody's words."""
    told = event.pop("exc_info", None)
    if told is True:
        told = sys.exc_info()
    trouble = told[1] if isinstance(told, tuple) else told
    if isinstance(trouble, BaseException):
        event["exception"] = type(trouble).__name__
        event["through"] = [
            f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(trouble.__traceback__)
        ]
    return event


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now, not to what it was when logging was set up."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Where the line goes."""
        return sys.stderr
