"""Makes one PDF and ends: template, then data, as two lines of JSON on stdin, the file on stdout.

A process of its own, because the compiler keeps what it read of its last ten papers: half a gigabyte after long ones.
So memory and time end with the paper, whatever it holds, and the web process never loads the compiler.
"""

import json
import resource
import sys
from pathlib import Path

MOST_MEMORY = 2 * 1024**3  # bytes of address space; the longest statements take a fifth of it
MOST_SECONDS = 10  # of processor time


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    import typst  # within the limits

    template, data = json.loads(sys.stdin.buffer.readline()), sys.stdin.buffer.readline().decode()
    made = typst.compile(
        template.encode(),
        format="pdf",
        root=str(Path(__file__).parent),
        font_paths=typst.Fonts(include_system_fonts=False),
        sys_inputs={"data": data},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    assert isinstance(made, bytes)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
