"""The authentication backend: passwords as Django checks them, permissions from the table of duties alone."""

from typing import Any

from django.contrib.auth.backends import ModelBackend


class DutyBackend(ModelBackend):
    """Knows no stored permission and no group: `Officer.has_perm` asks the duties."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return bool(user_obj.is_active and perm in user_obj.permissions())

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return {str(permission) for permission in user_obj.permissions()} if user_obj.is_active else set()
