"""People who sign in: staff today, buyers too."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Our own from the first migration, so that later needs do not ask for a swap."""

    def __str__(self) -> str:
        return self.get_full_name() or self.username
