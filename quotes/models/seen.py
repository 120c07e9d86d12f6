"""Which requests and quotes a member of staff sees. Every screen asks here and nowhere else.

Whoever may see all sees all; others see what is theirs and what is nobody's yet, and quotes
that they are asked to approve.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from integrations.models import User

SEE_ALL = "quotes.see_all_quotes"


class SeenQuerySet(models.QuerySet[Any]):
    """Rows of one table; `mine` says which are this person's or nobody's."""

    def seen_by(self, user: User) -> Self:
        """The rows that this member of staff may see."""
        return self if user.has_perm(SEE_ALL) else self.filter(self.mine(user))

    def mine(self, user: User) -> Q:
        raise NotImplementedError


class RfqQuerySet(SeenQuerySet):
    def mine(self, user: User) -> Q:
        return Q(assigned_to=user) | Q(assigned_to=None)


class QuoteQuerySet(SeenQuerySet):
    def mine(self, user: User) -> Q:
        return Q(owner=user) | Q(owner=None)


class VersionQuerySet(SeenQuerySet):
    def mine(self, user: User) -> Q:
        approvals = self.model._meta.get_field("approvals").related_model._default_manager
        asked = approvals.filter(_asked_of(user), version=OuterRef("pk"))
        return Q(quote__owner=user) | Q(quote__owner=None) | Q(Exists(asked))


class ApprovalQuerySet(SeenQuerySet):
    def mine(self, user: User) -> Q:
        of_quote = Q(version__quote__owner=user) | Q(version__quote__owner=None)
        return of_quote | _asked_of(user)


def _asked_of(user: User) -> Q:
    """Approvals that this person, or a group of theirs, is or was asked for."""
    return Q(delegated_to=user) | Q(group__in=user.groups.values("pk"))
