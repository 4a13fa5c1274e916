"""A search while documents are replaced sees each as it was or as it is, never both and never neither."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
TRIES = 20


def steady(search: Callable[P, R]) -> Callable[P, R]:
    """Asks again where the catalogue let something go meanwhile: the points that were found may be of what has gone,
    and those of what came instead may not have been there yet. While nothing goes, points and catalogue agree: new
    points are there before their items are, and old ones until after theirs have left (see `ingest.put`)."""

    @wraps(search)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        library: Any = args[0]
        for _ in range(TRIES):
            before = library.catalog.changes
            found = search(*args, **kwargs)
            if library.catalog.changes == before:
                break
        return found

    return again
