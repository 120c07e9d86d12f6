"""People who may look around in a sandbox portal."""

from dataclasses import dataclass

from django.contrib.auth.models import Group

from integrations.models import User
from integrations.models.roles import AUDITOR, SUPPORT

PASSWORD = "demo-password"  # noqa: S105 of a portal on 127.0.0.1 that is thrown away


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    username: str
    password: str
    may: str


def add_sign_ins() -> list[SignIn]:
    """An administrator, an operator and an auditor. Never for a portal that others reach."""
    User.objects.create_superuser("admin", "admin@portal.test", PASSWORD)
    for username, role in (("operator", SUPPORT), ("auditor", AUDITOR)):
        person = User.objects.create_user(
            username, f"{username}@portal.test", PASSWORD, is_staff=True
        )
        person.groups.add(Group.objects.get(name=role))
    return [
        SignIn(username="operator", password=PASSWORD, may="works on what is stuck"),
        SignIn(username="admin", password=PASSWORD, may="everything"),
        SignIn(username="auditor", password=PASSWORD, may="looks, changes nothing"),
    ]
