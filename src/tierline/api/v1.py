"""Version 1 of the machine interface, as one object that ``urls.py`` mounts. Refuses every call without a token."""

from ninja import NinjaAPI

api = NinjaAPI(title="Tierline", version="1", urls_namespace="api-v1", openapi_url="/openapi.json", docs_url=None)
