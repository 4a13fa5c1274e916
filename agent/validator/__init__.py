"""The validator: is each claim supported by what it cites?"""

from agent.validator.case import Places
from agent.validator.conflicts import conflicts
from agent.validator.decision import validate
from agent.validator.opinion import Asked, Opinion, Opinions
from agent.validator.pictures import Looks, Seen
from agent.validator.spans import Span

__all__ = ["Asked", "Looks", "Opinion", "Opinions", "Places", "Seen", "Span", "conflicts", "validate"]
