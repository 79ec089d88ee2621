"""Takes the figures of docs/measurements.md, "SMS through Kannel", in four minutes: python -m tests.kannel.measure"""

import sys
import tempfile
from pathlib import Path

from tests.kannel import inside


def main() -> int:
    with tempfile.TemporaryDirectory() as directory:
        outcomes = inside.run("traffic.py", directory=Path(directory), timeout=590)
    for one in outcomes.values():
        for name, value in one.measured.items():
            print(f"| {name} | {value} |")
    wrong = "".join(one.wrong for one in outcomes.values())
    print(wrong, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
