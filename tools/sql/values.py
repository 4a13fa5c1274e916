"""Which values of a query are evidence. Evidence is what sources say, so a value may come only from cells.

- Functions that pick a cell (min, first, coalesce, CASE with columns), aggregates, ranks and arithmetic over columns
  are. Conditions are true or false, and what only chooses rows (WHERE, HAVING, ORDER BY, LIMIT) is no value.
- A constant is not: the query says it. A few are conventions: the digits of ROUND; 0 and 1 within SUM and AVG, where
  they count rows; 1 as a factor; 100 and 1 beside a ratio of two columns (percent, change); n under a sum of n columns
  (their mean). A factor of the question's own, such as "the price of 12", belongs into the claim and not into a source.
- Functions that cut or join texts are not: they can make any text of any cells.

Expressions have cells in place of columns: `Var`s whose meta names the column (see `lineage`).
"""

import re
from collections.abc import Iterator

from sqlglot import exp

from tools.errors import ToolError

HIDDEN = "…"
"""Stands in a title for what the query brought in."""
MAX_TITLE = 200
"""Characters."""
ADVICE = "Select columns as they stand, aggregates and arithmetic over them; constants belong into WHERE."
SEPARATORS = (", ", "; ", " | ")
"""Between cells that are listed in one; others could make numbers of digits."""
SAME_UNIT = frozenset(
    "min max first last anyvalue argmax argmin mode arrayagg firstvalue lastvalue nthvalue lag lead nullif upper lower "
    "trim abs neg round ceil floor trunc sum avg median percentilecont percentiledisc stddev stddevpop stddevsamp "
    "paren cast trycast filter distinct order window ignorenulls respectnulls groupconcat".split()
)
"""Made of their first argument; the others choose, order or round. Names are sqlglot's."""
OTHER_UNIT = frozenset(("variance", "variancepop", "sqrt", "ln"))
EACH = frozenset(("coalesce", "greatest", "least", "corr"))
"""Made of all their arguments."""
ARITHMETIC = frozenset(("add", "sub", "mul", "div", "intdiv", "mod"))
COUNTS = frozenset(
    "count countif rownumber rank denserank percentrank cumedist ntile logicaland logicalor null".split()
)
"""Made of no cell's value, but of how many there are."""
TYPES = exp.DataType.NUMERIC_TYPES | exp.DataType.TEXT_TYPES | {exp.DataType.Type.BOOLEAN, exp.DataType.Type.DATE}
UNIT = re.compile(r"\s*(?:[(\[][^)\]]*[)\]]|,\s[^,]*$|\bin\s\S+$)")
"""Of a header such as "Torque (N·m)", "Mass, kg" or "Width in mm"."""


def check(node: exp.Expr | None, row_number: str, counted: bool = False) -> None:
    """Raises ToolError unless the value comes from cells. `counted`: within SUM or AVG, where 0 and 1 count rows."""
    if node is None or node.key in COUNTS or isinstance(node, (exp.Predicate, exp.Connector, exp.Not)):
        return
    if "column" in node.meta:
        if node.meta["column"] == row_number:
            raise ToolError(f"{row_number} is the number of a row and no cell.", ADVICE)
    elif isinstance(node, (exp.Literal, exp.Boolean)):
        if not (counted and _number(node) in (0, 1)):
            raise ToolError(f"The query brings in {_sql(node)}, and no cell says it.", ADVICE)
    elif _alters(node):
        raise ToolError(f"The query makes a value with {_sql(node)}, and no cell says it.", ADVICE)
    else:
        passed_on = counted and not isinstance(node, exp.AggFunc)
        for part in _made_of(node):
            check(part, row_number, passed_on or isinstance(node, (exp.Sum, exp.Avg)))


def _made_of(node: exp.Expr) -> Iterator[exp.Expr | None]:
    """The parts that a value is made of."""
    if isinstance(node, exp.Case):
        yield from (*node.args["ifs"], node.args.get("default"))
    elif isinstance(node, exp.If):
        yield from (node.args["true"], node.args.get("false"))
    elif node.key in ARITHMETIC:
        yield from _operands(node)
    elif node.key in EACH or isinstance(node, exp.Distinct):
        yield from (node.args.get("this"), node.args.get("expression"), *node.expressions)
    else:
        yield from (node.this, node.args.get("default"))  # the default is LAG's


def _alters(node: exp.Expr) -> bool:
    """Whether it may make of cells what none says: an unknown function, or one with letters of its own."""
    if isinstance(node, exp.Cast):
        return node.to.this not in TYPES
    if isinstance(node, exp.Trim):
        return node.args.get("expression") is not None
    if isinstance(node, exp.GroupConcat):
        separator = node.args.get("separator")
        return separator is not None and not (isinstance(separator, exp.Literal) and separator.name in SEPARATORS)
    return node.key not in SAME_UNIT | OTHER_UNIT | EACH | ARITHMETIC | {"case", "if"}


def _sql(node: exp.Expr) -> str:
    return f"'{node.sql('duckdb')[:60]}'"


# constants in arithmetic


def _operands(node: exp.Expr) -> Iterator[exp.Expr]:
    """Both, or the one beside a constant that is a convention."""
    left, right = node.this, node.expression
    if not _is_convention(node, right, left):
        yield right
    if not _is_convention(node, left, right) or isinstance(node, exp.Div):
        yield left


def _is_convention(node: exp.Expr, constant: exp.Expr, other: exp.Expr) -> bool:
    number = _number(constant)
    if isinstance(node, exp.Mul):
        return number == 1 or number == 100 and (_is_ratio(other) or _is_change(other) or _is_numerator(node))
    if isinstance(node, exp.Div):
        return number == 1 or number == len(_terms(other))
    return isinstance(node, exp.Sub) and number == 1 and _is_ratio(other)


def _is_ratio(node: exp.Expr) -> bool:
    """One thing by another, neither of them a constant, and not yet in percent."""
    bare = _bare(node)
    if not isinstance(bare, exp.Div) or any(_number(each) == 100 for each in bare.find_all(exp.Literal)):
        return False
    return _number(bare.this) is None and _number(bare.expression) is None


def _is_change(node: exp.Expr) -> bool:
    """a / b - 1, or 1 - a / b."""
    bare = _bare(node)
    if not isinstance(bare, exp.Sub):
        return False
    left, right = bare.this, bare.expression
    return _number(right) == 1 and _is_ratio(left) or _number(left) == 1 and _is_ratio(right)


def _is_numerator(node: exp.Expr) -> bool:
    """100 * a in 100 * a / b."""
    while isinstance(node.parent, (exp.Paren, exp.Cast)):
        node = node.parent
    return isinstance(node.parent, exp.Div) and node.arg_key == "this" and _number(node.parent.expression) is None


def _terms(node: exp.Expr) -> list[exp.Expr]:
    """a, b and c of a + b + c."""
    bare = _bare(node)
    if isinstance(bare, exp.Add):
        return [*_terms(bare.this), *_terms(bare.expression)]
    return [bare] if _number(bare) is None else []


def _number(node: exp.Expr) -> float | None:
    bare = _bare(node)
    return float(bare.name) if isinstance(bare, exp.Literal) and not bare.is_string else None


def _bare(node: exp.Expr) -> exp.Expr:
    while isinstance(node, (exp.Paren, exp.Cast, exp.Round, exp.Abs)):
        node = node.this
    return node


# titles


def title(value: exp.Expr) -> str:
    """The expression in the words of the source. Hidden are constants and names that the query gives, and the unit of a
    column where the value is of another one, such as a count or a product, or of several columns."""
    units = {cell.name for cell in value.find_all(exp.Var) if _has_its_unit(cell)}

    def shown(node: exp.Expr) -> exp.Expr:
        if isinstance(node, (exp.Literal, exp.Identifier)):
            return exp.Var(this=HIDDEN)
        if "column" in node.meta and not (len(units) == 1 and _has_its_unit(node)):
            return exp.Var(this=UNIT.sub("", node.name) or node.name)
        return node

    return value.transform(shown).sql("duckdb")[:MAX_TITLE]


def _has_its_unit(node: exp.Expr) -> bool:
    """Whether the whole value is of the cell's unit."""
    while parent := node.parent:
        key = node.arg_key
        if isinstance(parent, (exp.Case, exp.If)):
            kept = key != "this"
        elif parent.key in EACH or isinstance(parent, (exp.Add, exp.Sub, exp.Distinct)):
            kept = not isinstance(parent, exp.Corr)
        else:
            kept = parent.key in SAME_UNIT and key == "this"
        if not kept:
            return False
        node = parent
    return True
