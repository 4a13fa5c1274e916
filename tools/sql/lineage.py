"""What each output column of a query is made of: its columns are followed to the cells of tables.

Rows come from tables too, and not from the query: VALUES, unnest, a SELECT without FROM and recursion are refused, for
rows can be counted. What is run is the tree that was checked, written out again: no second reading of it can differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from tools.errors import ToolError
from tools.sql import values

Titles = Mapping[str, Mapping[str, str]]
"""table → column → what stands in the header of its source."""


@dataclass(frozen=True)
class Output:
    """A column of the result. Its title is in the words of the source: a name that the query gives is no evidence.
    `shown` is False for the number of the row, which no source prints."""

    title: str
    computed: bool
    shown: bool = True


@dataclass(frozen=True)
class QueryPlan:
    """`sql` is what is run. The rows of the one table that it rests on: where `numbered`, their numbers are a last
    column of the result; else `rows` selects them, or is "" where that cannot be said."""

    sql: str
    outputs: tuple[Output, ...]
    numbered: bool
    rows: str


def plan(sql: str, tables: Titles, row_number: str) -> QueryPlan:
    """Raises ToolError for what is no single SELECT over the tables, or for a column that is no evidence, and
    SqlglotError for what cannot be read. `row_number` is the column with the number of the row."""
    trees = sqlglot.parse(sql, dialect="duckdb")
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise ToolError("Only one SELECT is allowed.", "Write it without ';' and without any other statement.")
    tree = trees[0]
    _check_rows(tree, tables)
    schema: dict[str, object] = {table: dict.fromkeys(columns, "TEXT") for table, columns in tables.items()}
    tree = qualify(tree, schema=schema, dialect="duckdb")
    root = build_scope(tree)
    if root is None:
        raise ToolError("Only one SELECT is allowed.", values.ADVICE)
    tracer = _Tracer(root, tables, row_number)
    outputs = tuple(tracer.output(column) for column in tracer.columns(root))
    if not any(output.shown for output in outputs):
        raise ToolError(f"{row_number} is the number of a row and no cell.", values.ADVICE)
    return _with_rows(tree, outputs, row_number)


def _check_rows(tree: exp.Expr, tables: Titles) -> None:
    """Rows come from tables of the library and from nowhere else."""
    named = {name.lower() for name in (*tables, *(cte.alias for cte in tree.find_all(exp.CTE)))}
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or table.db or table.name.lower() not in named:
            raise ToolError(f"SQL: there is no table {table.sql('duckdb')}.", f"There are: {', '.join(tables)}.")
        if table.alias_column_names or table.args.get("pivots"):
            raise ToolError("SQL: columns of a table cannot be renamed or pivoted.", "Use their own names.")
    for node in tree.walk():
        if _makes_rows(node):
            raise ToolError(f"SQL: '{node.sql('duckdb')[:60]}' makes rows that no table has.", "Select from tables.")


def _makes_rows(node: exp.Expr) -> bool:
    if isinstance(node, exp.Select):
        return not node.args.get("from_")
    if isinstance(node, (exp.From, exp.Join)):
        return not isinstance(node.this, (exp.Table, exp.Subquery))
    return isinstance(node, exp.UDTF) or isinstance(node, exp.With) and bool(node.recursive)


@dataclass(frozen=True)
class _Column:
    """One output column of a query: its expressions (more than one in a UNION), each with where its names are known."""

    sources: Sequence[tuple[exp.Expr, Scope]]


class _Tracer:
    """Follows columns through subqueries and WITH to the cells of tables."""

    def __init__(self, root: Scope, tables: Titles, row_number: str) -> None:
        self._tables = tables
        self._row_number = row_number
        self._subqueries = dict(enumerate(inner for scope in root.traverse() for inner in scope.subquery_scopes))
        for number, inner in self._subqueries.items():
            inner.expression.meta["number"] = number  # it stays with a copy

    def columns(self, scope: Scope) -> list[_Column]:
        query = scope.expression
        if isinstance(query, exp.SetOperation) and not query.args.get("by_name"):
            left, right = (self.columns(side) for side in scope.set_operation_scopes)
            return [_Column([*one.sources, *other.sources]) for one, other in zip(left, right)]
        if not isinstance(query, exp.Select):
            raise ToolError("SQL: the parts of this query cannot be told apart.", "Write it as one plain SELECT.")
        return [_Column([(column, scope)]) for column in query.selects]

    def output(self, column: _Column) -> Output:
        traced = self._traced(column).unnest()
        if column_name := traced.meta.get("column"):
            return Output(traced.name, computed=False, shown=column_name != self._row_number)
        values.check(traced, self._row_number)
        return Output(values.title(traced), computed=True)

    def _traced(self, column: _Column) -> exp.Expr:
        """The expression, with cells in place of its columns, or the expressions over cells that they stand for."""
        found = [source.unalias().transform(self._followed, scope) for source, scope in column.sources]
        different = {each.sql("duckdb"): each for each in found}
        return found[0] if len(different) == 1 else exp.Coalesce(this=found[0], expressions=found[1:])

    def _followed(self, node: exp.Expr, scope: Scope) -> exp.Expr:
        if isinstance(node, exp.Column):
            return self._origin(node, scope)
        if isinstance(node, exp.Subquery):  # of which the first column is the value
            inner = self._subqueries[node.unnest().meta["number"]]
            return exp.Paren(this=self._traced(self.columns(inner)[0]))
        return exp.Var(this=values.HIDDEN) if isinstance(node, exp.Query) else node

    def _origin(self, column: exp.Column, scope: Scope | None) -> exp.Expr:
        while scope and column.table not in scope.sources:
            scope = scope.parent
        source = scope.sources[column.table] if scope else None
        if isinstance(source, exp.Table):
            cell = exp.Var(this=self._tables[source.name][column.name])
            cell.meta["column"] = column.name
            return cell
        query = source.expression if source else None
        names = [each.alias_or_name for each in query.selects] if isinstance(query, exp.Query) else []
        if source is None or names.count(column.name) != 1:
            raise ToolError(
                f"SQL: it is not clear where {column.sql('duckdb')} comes from.", "Give it a name of its own."
            )
        return exp.Paren(this=self._traced(self.columns(source)[names.index(column.name)]))


# the rows that were used


def _with_rows(tree: exp.Query, outputs: tuple[Output, ...], row_number: str) -> QueryPlan:
    """Of a query over one table: the rows that it returns, or those that its WHERE lets through where it adds up."""
    sql = tree.sql("duckdb")
    table = tree.args["from_"].this if isinstance(tree, exp.Select) else None
    parts = len(list(tree.find_all(exp.Select, exp.Table, exp.TableSample)))
    if not isinstance(table, exp.Table) or parts != 2:
        return QueryPlan(sql, outputs, False, "")
    number = exp.column(row_number, table=table.alias_or_name, quoted=True)
    merges = any(tree.args.get(part) for part in ("group", "having", "qualify", "distinct"))
    if merges or any(column.find(exp.AggFunc, exp.Window) for column in tree.selects):
        rows = exp.select(number).from_(table.copy())
        where = tree.args.get("where")
        return QueryPlan(sql, outputs, False, (rows.where(where.this.copy()) if where else rows).sql("duckdb"))
    return QueryPlan(tree.copy().select(number).sql("duckdb"), outputs, True, "")
