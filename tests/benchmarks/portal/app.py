"""The portal as it is served, with the addresses of `urls`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp_portal.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.ROOT_URLCONF = "tests.benchmarks.portal.urls"
application = get_wsgi_application()
