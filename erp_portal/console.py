"""The operator's console: Django's admin in unfold's clothes, with a first page of its own."""

from unfold.sites import UnfoldAdminSite


class ConsoleSite(UnfoldAdminSite):
    """The one admin site."""
