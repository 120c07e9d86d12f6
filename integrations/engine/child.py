"""What the supervisor starts: `python -m integrations.engine.child beat|<lane> …`.

A child whose supervisor died ends by itself, as after SIGTERM; otherwise a new supervisor
would run beside leftovers of the old one.
"""

import ctypes
import os
import signal
import sys

SUPERVISOR = "ENGINE_SUPERVISOR"  # the variable with the supervisor's process id
BEAT = "beat"
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Runs the beat for the lanes that follow its name, or the cluster of one lane."""
    _end_with_supervisor()
    import django

    django.setup()
    name, *lanes = arguments
    if name == BEAT:
        from integrations.engine.beat import Beat

        Beat(lanes).run_forever()
    else:
        from integrations.engine.queue import run_cluster
        from integrations.engine.tasks import start_pool

        run_cluster(name, on_spawn=start_pool)


def _end_with_supervisor() -> None:
    """Asks Linux for SIGTERM when the parent dies; elsewhere there is no such thing."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(os.environ[SUPERVISOR]):
        sys.exit("The supervisor has ended already.")


if __name__ == "__main__":
    main(sys.argv[1:])
