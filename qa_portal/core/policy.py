"""Deny by default: every view states the policy function that opens it.

A policy function takes the signed-in user (or AnonymousUser) and answers True or False. It is the same
function that querysets, files, exports, commands and templates ask. Views state it with
`@requires(may_…)`; third-party views are listed in `OPEN_VIEWS` by view name, each with its policy.
"""

from collections.abc import Callable
from typing import Any

Policy = Callable[[Any], bool]


def anyone(user: Any) -> bool:
    """Pages that need no sign-in: sign-in itself, language switch, health."""
    return True


def signed_in(user: Any) -> bool:
    """Pages of one's own account, whatever the role."""
    return bool(user.is_authenticated and user.is_active)


def requires(policy: Policy) -> Callable[[Any], Any]:
    """State the policy of a view function; the middleware enforces it before the view runs."""

    def mark(view: Any) -> Any:
        view.policy = policy
        return view

    return mark


# Views of libraries cannot carry the mark; what is not listed here is refused.
OPEN_VIEWS: dict[str, Policy] = {
    "account_change_password": signed_in,
    "account_confirm_email": anyone,
    "account_email": signed_in,
    "account_email_verification_sent": anyone,
    "account_inactive": anyone,
    "account_login": anyone,
    "account_logout": anyone,  # also ends a sign-in that waits for its second factor
    "account_reauthenticate": signed_in,
    "account_reset_password": anyone,
    "account_reset_password_done": anyone,
    "account_reset_password_from_key": anyone,
    "account_reset_password_from_key_done": anyone,
    "account_set_password": signed_in,
    "account_signup": anyone,
    "mfa_activate_totp": signed_in,
    "mfa_add_webauthn": signed_in,
    "mfa_authenticate": anyone,  # the second step of a sign-in
    "mfa_deactivate_totp": signed_in,
    "mfa_download_recovery_codes": signed_in,
    "mfa_edit_webauthn": signed_in,
    "mfa_generate_recovery_codes": signed_in,
    "mfa_index": signed_in,
    "mfa_list_webauthn": signed_in,
    "mfa_login_webauthn": anyone,
    "mfa_reauthenticate": signed_in,
    "mfa_reauthenticate_webauthn": signed_in,
    "mfa_remove_webauthn": signed_in,
    "mfa_view_recovery_codes": signed_in,
    "set_language": anyone,
    "usersessions_list": signed_in,
}


def policy_of(view: Any, view_name: str) -> Policy | None:
    """The stated policy of a view, or None: then the middleware refuses."""
    stated: Policy | None = getattr(view, "policy", None) or getattr(getattr(view, "view_class", None), "policy", None)
    return stated or OPEN_VIEWS.get(view_name)
