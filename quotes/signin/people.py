"""Which user a buyer signs in as. Staff never get in this way: they have passwords."""

from collections.abc import Iterable

from django.db import transaction

from integrations.models import Buyer, User
from quotes import languages
from quotes.signin import policies


def is_known(email: str) -> bool:
    """Whether a code sent to this address could sign somebody in."""
    buyers = Buyer.objects.filter(email__iexact=email, is_active=True).select_related("user")
    users = [buyer.user for buyer in buyers]
    if not users:
        return False
    found = [user for user in users if user is not None]
    if not found:
        found = list(User.objects.filter(username=policies.username_of(email)))
    return not found or any(may_sign_in(user) for user in found)


def may_sign_in(user: User) -> bool:
    """Active and not staff."""
    return user.is_active and not (user.is_staff or user.is_superuser)


@transaction.atomic
def user_of_address(*, email: str) -> User | None:
    """The user of whoever reads this mailbox; made if its buyers have none.

    Buyers of this address without a user are given this one, for all their accounts. None
    for an address of no buyer, and where the user is staff or switched off.
    """
    buyers = list(
        Buyer.objects.select_for_update(of=("self",))
        .filter(email__iexact=email, is_active=True)
        .select_related("user")
        .order_by("id")
    )
    if not buyers:
        return None
    known = [buyer.user for buyer in buyers if buyer.user is not None]
    user = next(filter(may_sign_in, known), None) if known else _named_after(email)
    if user is None or not may_sign_in(user):
        return None
    unbound = [buyer.pk for buyer in buyers if buyer.user is None]
    Buyer.objects.filter(pk__in=unbound).update(user=user)
    return user


@transaction.atomic
def user_of_buyer(*, buyer: Buyer) -> User | None:
    """The user of one buyer whose identity the storefront vouches for; made if there is none.

    Only this buyer is given it: the storefront does not prove who reads the mailbox.
    """
    locked = Buyer.objects.select_for_update(of=("self",)).select_related("user").get(pk=buyer.pk)
    user = locked.user or _named_after(policies.normal_email(locked.email))
    if not may_sign_in(user):
        return None
    if locked.user is None:
        Buyer.objects.filter(pk=locked.pk).update(user=user)
    return user


def note_language(buyers: Iterable[Buyer], language: str) -> None:
    """Has mails to these buyers written in the language that they use now."""
    spoken = languages.known(language)
    changed = [buyer.pk for buyer in buyers if spoken and buyer.language != spoken]
    if changed:
        Buyer.objects.filter(pk__in=changed).update(language=spoken)


def note_first_language(buyer: Buyer, language: str) -> None:
    """The same, for one who has not used the portal yet: what they chose there counts."""
    if not buyer.language:
        note_language([buyer], language)


def _named_after(email: str) -> User:
    user, is_new = User.objects.get_or_create(
        username=policies.username_of(email), defaults={"email": email}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
