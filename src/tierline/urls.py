"""Every address of the site: pages and, below ``/api``, the machine interface."""

from django.urls import URLPattern, URLResolver, include, path

from tierline.api.v1 import api
from tierline.api.webhooks import webhook

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    path("api/webhooks/<slug:account>", webhook),
    path("", include("tierline.web.urls")),
]

handler400 = "tierline.web.boundary.unreadable"
handler404 = "tierline.web.boundary.not_found"
handler500 = "tierline.web.boundary.broken"
