"""What the engine promises, tried at every boundary: `python -m tests.faults`.

cells.py        the axes of the matrix and the names of its cells
rules.py        which combinations are left out, each with its reason
remote.py       the recording stand-in whose log is the truth
kinds.py        the kinds of jobs that are run
play.py         runs one cell, in processes forked for it
real.py         cells that need a real worker tree or a real web process
checker.py      reads the stand-in's log and the ledger, and finds what is wrong
slots.py        runs cells side by side, each slot on a database of its own
report.py       the table
mutations.py    removes one safeguard at a time; the named cell must go red
flow_level.py   where the cells above the engine are named
flow_cells.py   cells in which a whole flow takes part
"""
