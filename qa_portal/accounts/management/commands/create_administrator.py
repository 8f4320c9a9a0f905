"""`python manage.py create_administrator EMAIL --role ROLE`: the first people of an installation."""

from argparse import ArgumentParser
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from qa_portal.accounts.enums import ADMINISTRATORS, GrantState, Role
from qa_portal.accounts.models import RoleGrant, User
from qa_portal.accounts.operations import create_person, request_role
from qa_portal.core.commands import PortalCommand


class Command(PortalCommand):
    help = (
        "Create one of the three administrators and print the link with which that person chooses a password. "
        "Later ones are given their role in the portal, where another person approves it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--role", required=True, choices=[str(role) for role in ADMINISTRATORS])
        parser.add_argument("--name", default="", help="how the person is called in the portal")
        parser.add_argument("--reason", default="", help="why, when there is an administrator of this role already")

    def handle(self, *args: Any, **options: Any) -> None:
        email, role = options["email"].strip().lower(), Role(options["role"])
        reason = options["reason"].strip()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not an e-mail address.") from error
        if not settings.IS_DEMONSTRATION and not settings.PORTAL_URL.startswith("https://"):
            raise CommandError("PORTAL_URL must be the https address of the portal: the link leads there.")
        with transaction.atomic():
            if User.objects.filter(email=email).exists():
                raise CommandError(f"{email} has an account already.")
            there = RoleGrant.objects.filter(role=role, state=GrantState.ACTIVE, user__is_active=True)
            if there.exists() and not reason:
                raise CommandError(
                    f"There is an active {role} already. Give the role in the portal, or say why not with --reason."
                )
            person = create_person(email, None, name=options["name"], is_verified=True)
            request_role(person, role, by=None, reason=reason or "installation")
        key = default_token_generator.make_token(person)
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stdout.write(f"{role}: {email}")
        self.stdout.write(f"Choose a password within {hours} hours; the link works once:")
        self.stdout.write(f"{settings.PORTAL_URL.rstrip('/')}{path}")
