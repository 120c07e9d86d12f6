"""Starts a program that ends when we do, even if we are killed: `tied.py <our pid> <command …>`.

Run as a file, so that it needs nothing of ours on the path. Linux sends the signal; elsewhere
a killed demo leaves its programs behind.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("The program that wanted this has ended already.")
    os.execvp(command[0], command)  # noqa: S606 our own programs, no shell


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
