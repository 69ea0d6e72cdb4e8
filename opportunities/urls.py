"""Addresses of this room."""

from rest_framework.routers import SimpleRouter

from listings.routes import pages
from opportunities.api import OpportunityViews

router = SimpleRouter()
router.register("opportunities", OpportunityViews, basename="api-opportunity")
urlpatterns = pages("opportunity", "opportunities")
api_urlpatterns = router.urls
