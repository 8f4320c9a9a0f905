"""No address of the account takes a POST without the token of its page."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from qa_portal.accounts.models import User
from tests.url_matrix import ACCOUNT, ADMIN, ENTRANCE, MATRIX

pytestmark = pytest.mark.django_db
NAMES = sorted(ENTRANCE | ACCOUNT | ADMIN)


@pytest.mark.parametrize("name", NAMES)
def test_post_without_a_token_is_refused(applicant: User, name: str) -> None:
    from django.urls import reverse

    row = MATRIX[name]
    arguments = dict(row.fixed) | ({row.arg: 1} if set(row.cases) != {""} else {})
    client = Client(enforce_csrf_checks=True)
    client.force_login(applicant)
    response = client.post(reverse(name, kwargs=arguments), {"email": "a@example.com"})
    assert response.status_code == 403
    assert "_auth_user_id" in client.session


def test_no_view_is_exempt() -> None:
    root = Path(settings.BASE_DIR)
    exempt = []
    for folder in ("qa_portal", "submissions", "reviews", "reports"):
        for path in (root / folder).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            if "csrf_exempt" in names:
                exempt.append(path.relative_to(root).as_posix())
    assert exempt == []
