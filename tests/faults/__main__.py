"""python -m tests.faults: the matrix, the mutation proof, the flow level and the nemesis.

    --only PATTERN      cells whose name holds this glob, and no other section; repeatable
    --subset ci         the cells that run with the tests, and no other section
    --mutation NAME     these mutations, and no other section; `all` for every one
    --jobs N            how many cells run side by side
    --seed N            the nemesis's seed; --nemesis SECONDS is how long it runs
    --rules             which combinations are left out and why; tries those that cannot occur

Exits with 2 when a cell fails, a mutation is not noticed or the nemesis finds something,
and with 1 when less ran than was planned.
"""

import sys

from tests.faults import command

if __name__ == "__main__":
    sys.exit(command.main(sys.argv[1:]))
