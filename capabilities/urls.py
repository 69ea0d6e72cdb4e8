"""Addresses of this room."""

from rest_framework.routers import SimpleRouter

from capabilities.api import CapabilityViews
from listings.routes import pages

router = SimpleRouter()
router.register("capabilities", CapabilityViews, basename="api-capability")
urlpatterns = pages("capability", "capabilities")
api_urlpatterns = router.urls
