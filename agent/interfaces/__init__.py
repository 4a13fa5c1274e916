"""The doors: command line, LangGraph server."""
