"""How good is it: cases, questions, measures."""

import tools  # noqa: F401  # first: it turns telemetry off
