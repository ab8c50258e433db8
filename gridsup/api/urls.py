"""Routes of the API; addresses are accepted with and without a closing slash."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from assessment.api.overview import OverviewView
from assessment.api.reports import ReportViewSet
from assessment.api.scores import ScorecardViewSet
from assessment.api.staffing import StaffingViewSet
from complaints import api as complaints
from complaints.clock_api import ClockViewSet
from complaints.public_api import FollowView, RateView
from grids import api as grids
from grids import support_api
from grids.letter_api import LetterViewSet
from gridsup.api.jobs import JobViewSet
from gridsup.api.views import Unknown
from inspections import api as inspections
from subjects import api as subjects
from subjects.area_api import AreaChangeViewSet
from subjects.book_api import BookView, LedgerExportViewSet
from subjects.geometry import api as geometry

router = DefaultRouter()
router.trailing_slash = "/?"
router.include_format_suffixes = False
router.register("bureaus", grids.BureauViewSet)
router.register("stations", grids.StationViewSet)
router.register("grids", grids.GridViewSet)
router.register("area-changes", AreaChangeViewSet)
router.register("localities", grids.LocalityViewSet)
router.register("officers", grids.OfficerViewSet)
router.register("postings", grids.PostingViewSet)
router.register("letters", LetterViewSet)
router.register("linked-cadres", support_api.LinkedCadreViewSet)
router.register("service-stations", support_api.ServiceStationViewSet)
router.register("ledger-files", LedgerExportViewSet)
router.register("trades", subjects.TradeViewSet)
router.register("tiers", subjects.TierViewSet)
router.register("subjects", subjects.SubjectViewSet)
router.register("premises", subjects.PremisesViewSet)
router.register("geometry-faults", geometry.FaultViewSet)
router.register("coverage", geometry.CoverageViewSet)
router.register("tasks", inspections.TaskViewSet)
router.register("plans", inspections.PlanViewSet)
router.register("complaints", complaints.ComplaintViewSet)
router.register("clocks", ClockViewSet)
router.register("reports", ReportViewSet)
router.register("visits", inspections.VisitViewSet)
router.register("findings", inspections.FindingViewSet)
router.register("credit-reviews", inspections.CreditReviewViewSet)
router.register("scorecards", ScorecardViewSet)
router.register("staffing", StaffingViewSet, basename="staffing")
router.register("jobs", JobViewSet)

# The one place of the API that shows a page: Swagger UI writes style attributes as it draws.
docs = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(
    login_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))
)

# JSON unless YAML is asked for, so that a refusal is JSON too
FORMATS = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^v1/auth/token/?$", grids.TokenView.as_view(), name="api-token"),
    re_path(r"^v1/ledgers/(?P<name>[a-z]+)/?$", BookView.as_view(), name="api-ledger"),
    re_path(r"^v1/public/follow/?$", FollowView.as_view(), name="api-public-follow"),
    re_path(r"^v1/public/rate/?$", RateView.as_view(), name="api-public-rate"),
    re_path(r"^v1/overview/?$", OverviewView.as_view(), name="api-overview"),
    path("v1/", include(router.urls)),
    re_path(r"^schema/?$", SpectacularAPIView.as_view(renderer_classes=FORMATS), name="api-schema"),
    re_path(r"^docs/?$", docs, name="api-docs"),
    re_path(r"", Unknown.as_view(), name="api-unknown"),
]
