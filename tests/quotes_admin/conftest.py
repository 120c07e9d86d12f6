"""The sales people, signed in, and the two things they press: actions and the editor's form."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integrations.models import User
from quotes.models import Version
from tests import factories as make

SignedIn = Callable[[User], Client]


@pytest.fixture
def sam() -> User:
    return make.sales_rep()


@pytest.fixture
def rita() -> User:
    return make.UserFactory(username="rita.rep", role="Sales")


@pytest.fixture
def mia() -> User:
    return make.sales_manager()


@pytest.fixture
def signed_in() -> SignedIn:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def press(signed_in: SignedIn) -> Callable[..., Any]:
    """Presses an action of a list for rows; what a person enters on the asking page in `said`."""

    def pressed(user: User, action: str, *rows: Any, **said: Any) -> Any:
        model = rows[0]._meta.model_name
        address = reverse(f"admin:quotes_{model}_changelist") + "?revisions=all" * (
            model == "version"
        )
        sent = {"action": action, "_selected_action": [row.pk for row in rows], **said}
        if said:
            sent["confirmed"] = "1"
        return signed_in(user).post(address, sent, follow=True)

    return pressed


@pytest.fixture
def entered() -> Callable[..., dict[str, Any]]:
    """What the editor's form sends for the version as it is, with some of it changed."""

    def form_of(version: Version, **changed: Any) -> dict[str, Any]:
        lines = list(version.lines.all())
        sent: dict[str, Any] = {
            "edits": version.edits,
            "valid_until": version.valid_until.strftime("%Y-%m-%dT%H:%M"),
            "discount_percent": "0",
            "freight_net": "0",
            "freight_tax_percent": "0",
            "lines-TOTAL_FORMS": len(lines) + 1,
            "lines-INITIAL_FORMS": len(lines),
            f"lines-{len(lines)}-unit": "pcs",
            f"lines-{len(lines)}-discount_percent": "0",
        }
        for n, line in enumerate(lines):
            sent |= {
                f"lines-{n}-line_id": line.pk,
                f"lines-{n}-place": line.n,
                f"lines-{n}-sku": line.sku,
                f"lines-{n}-title": line.title,
                f"lines-{n}-quantity": line.quantity,
                f"lines-{n}-unit": line.unit,
                f"lines-{n}-unit_price": line.unit_price,
                f"lines-{n}-discount_percent": line.discount_percent,
                f"lines-{n}-tax_percent": line.tax_percent,
            }
        return sent | changed

    return form_of
