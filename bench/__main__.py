"""`python -m bench [PREFIX]`: measures what begins with the prefix; exits 1 when a bound does not hold."""

from __future__ import annotations

import sys

from bench import dues, exports, filing, five, imports, life, load, pages, scale

GROUPS = (
    pages.lines,
    exports.lines,
    imports.lines,
    load.lines,
    life.lines,
    dues.lines,
    five.lines,
    filing.lines,
    scale.lines,
)


def main() -> int:
    """Run the groups that can give a wanted figure; print each as it comes."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    held = True
    for measured in GROUPS:
        for line in measured(wanted):
            print(line, flush=True)
            held = held and line.holds is not False
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
