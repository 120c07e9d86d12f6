"""Signs between a worker tree and its supervisor: files in a folder of their own.

Files, because they need no database: a tree can be judged and stopped while it is away.
Each child of the supervisor has a folder in the tree's folder, named for it. Outside a tree
(tests, commands, web) nothing happens here.
"""

import os
from pathlib import Path

TREE = "ENGINE_TREE"  # the variable with the tree's folder, set by the supervisor
CHILD = "ENGINE_CHILD"  # the variable with this child's name
ALIVE, ASKED, BROKEN, STOP = "alive", "asked", "broken", "stop"


def alive() -> None:
    """This child got something done."""
    _give(ALIVE, os.environ.get(CHILD, ""))


def asked(child: str) -> None:
    """A canary was sent to that child."""
    _give(ASKED, child)


def broken() -> None:
    """This child lost a part without which it cannot go on."""
    _give(BROKEN, os.environ.get(CHILD, ""))


def is_stopping() -> bool:
    """Whether the supervisor wants this tree to end after the step at hand."""
    tree = os.environ.get(TREE)
    return tree is not None and os.path.exists(os.path.join(tree, STOP))


def seen(folder: Path, sign: str) -> float:
    """When a child's sign was last given, in seconds of the epoch; 0 for never."""
    try:
        return (folder / sign).stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _give(sign: str, child: str) -> None:
    tree = os.environ.get(TREE)
    if tree is not None and os.path.isdir(os.path.join(tree, child)):
        Path(tree, child, sign).touch()
