"""WSGI entry point: `granian --interface wsgi erp_portal.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp_portal.settings")

application = get_wsgi_application()
