"""Puts our own site in place of Django's."""

from django.contrib.admin.apps import AdminConfig


class SiteConfig(AdminConfig):
    """The admin whose entry is our own login page and whose permissions are duties."""

    default_site = "gridsup.backoffice.site.Site"
    default = False
