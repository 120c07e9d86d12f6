"""How a row with a table of moves changes its state. Nobody assigns `.state` elsewhere."""

from typing import Any, ClassVar

from django.db import models, transaction

from integrations.models import StateChange
from quotes.actors import Actor
from quotes.errors import MoveNotAllowed
from quotes.states import Moves


class Moving(models.Model):
    """A row whose `state` moves by the table MOVES."""

    MOVES: ClassVar[Moves]
    SUBJECT: ClassVar[str]

    state = models.CharField(max_length=20)  # its choices come with each table

    class Meta:
        abstract = True

    def can(self, move: str, actor: Actor) -> bool:
        """Whether the table lets this actor make the move now; services have further rules."""
        known = self.MOVES[move]
        return self.state in known.sources and actor.who in known.by

    def refuse(self, move: str, actor: Actor) -> None:
        """Raises MoveNotAllowed when the table does not hold the move; changes nothing."""
        if not self.can(move, actor):
            raise MoveNotAllowed(self, move, self._why_not(move, actor))

    def move(self, move: str, actor: Actor, *, reason: str = "", **stamp: Any) -> None:
        """Makes the move if the row is still in the state we saw, with its history row.

        Raises MoveNotAllowed for anything the table does not hold, and when somebody else
        moved the row first.
        """
        seen = self.state
        self.refuse(move, actor)
        target = self.MOVES[move].target
        with transaction.atomic():
            rows = type(self)._default_manager.filter(pk=self.pk, state=seen)
            if rows.update(state=target, **stamp) != 1:
                raise MoveNotAllowed(self, move, "somebody else was faster; look at it again.")
            StateChange.objects.create(
                subject=self.SUBJECT,
                subject_id=self.pk,
                before=seen,
                after=target,
                actor=actor.name[:120],
                reason=reason,
            )
        self.state = target
        for name, value in stamp.items():
            setattr(self, name, value)

    def _why_not(self, move: str, actor: Actor) -> str:
        known, verb = self.MOVES[move], move.replace("_", " ")
        if self.state not in known.sources:
            label = self._state_label().lower()
            return f"it cannot be moved by “{verb}” because it is {label}."
        return f"“{verb}” is not for the {str(actor.who).replace('_', ' ')}."

    def _state_label(self) -> str:
        return str(dict(self._meta.get_field("state").flatchoices)[self.state])  # type: ignore[union-attr]
