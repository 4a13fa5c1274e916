"""The console entry point `exhibit`, and `python -m agent`."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Another package called `tools` on the path would be imported instead of ours, and fail obscurely."""
    import tools

    here = Path(__file__).resolve().parents[1]
    found = Path(tools.__file__ or "?").resolve().parents[1]
    if found != here:
        print(f"exhibit: another package named 'tools' in {found} hides Exhibit's own in {here}.", file=sys.stderr)
        print("         Install Exhibit in a virtual environment of its own.", file=sys.stderr)
        sys.exit(1)
    from agent.interfaces.cli import app

    os.umask(0o077)  # documents and conversations are nobody else's: folders 0700, files 0600
    app.main()


if __name__ == "__main__":
    main()
