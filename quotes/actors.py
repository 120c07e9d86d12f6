"""Who does something to a request or a quote, and in what capacity."""

from dataclasses import dataclass

from integrations.models import Buyer, User
from quotes.states import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """`name` is what histories show; `user_id` and `buyer_id` say who it was exactly."""

    who: Who
    name: str
    user_id: int | None = None
    buyer_id: int | None = None


SYSTEM = Actor(who=Who.SYSTEM, name="portal")


def staff(user: User, who: Who = Who.REP) -> Actor:
    return Actor(who=who, name=str(user), user_id=user.pk)


def buyer(person: Buyer, who: Who = Who.BUYER) -> Actor:
    return Actor(who=who, name=person.email, user_id=person.user_id, buyer_id=person.pk)
