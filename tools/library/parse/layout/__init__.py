"""The geometry of a page: lines, tables, figures."""
