"""A thin, typed client of Dateline."""

from . import contract, problems
from .client import AsyncDateline, Dateline, Page
from .etags import ETags
from .operations import VERSION
from .problem import DatelineError, DatelineProblem, UnexpectedAnswer
from .session import Session

__all__ = ["AsyncDateline", "Dateline", "DatelineError", "DatelineProblem", "ETags", "Page", "Session", "UnexpectedAnswer", "VERSION", "contract", "problems"]
