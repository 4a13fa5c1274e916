"""tools/look: which picture or page is to be read; what reads it is the model in charge."""

from datetime import UTC, datetime

import pytest

from tools import look
from tools.errors import ToolError
from tools.library.evidence import Passage, Record, Region
from tools.tool import Context

PASSAGE = Passage(
    id="p", source_id="0" * 64, heading="", text="It holds 4 litres.", regions=(Region(page=3, boxes=()),)
)
RECORD = Record(id="r", url="http://parts.test/1", text="stock: 7", retrieved_at=datetime(2026, 11, 1, tzinfo=UTC))


def run(key: int) -> list:
    tool = look.tool(None)  # type: ignore[arg-type]
    return tool.run(tool.args(key=key, question="Which colour?"), Context({1: PASSAGE, 2: RECORD}, None))


def test_it_names_what_is_to_be_read() -> None:
    assert [hit.item for hit in run(1)] == [PASSAGE]


@pytest.mark.parametrize("key", [2, 9])
def test_what_has_no_picture_and_no_page_is_refused(key: int) -> None:
    with pytest.raises(ToolError, match=rf"\[{key}\] cannot be looked at"):
        run(key)
