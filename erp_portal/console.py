"""The operator's console: Django's admin in unfold's clothes, with a first page of its own.

What the first page says is filled in by `erp_portal.first_page`, named in the settings: the
site is made while the screens are still being registered on it.
"""

from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):
    """The one admin site."""

    index_template = "console/first_page.html"
    enable_nav_sidebar = True
