"""The validator: is each claim supported by what it cites?"""

from agent.validator.case import Places
from agent.validator.conflicts import conflicts
from agent.validator.decision import LAYERS, repair, validate
from agent.validator.repair import requoted
from agent.validator.spans import Span
from agent.validator.vision import Looks, Seen

__all__ = ["LAYERS", "Looks", "Places", "Seen", "Span", "conflicts", "repair", "requoted", "validate"]
