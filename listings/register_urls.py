"""Addresses of imports and registers."""

from django.urls import path, re_path

from listings import importing_views as importing
from listings import register_api as api
from listings import register_views as views

IMPORT = "imports/<public_id:public_id>/"
urlpatterns = [
    path("imports/", importing.jobs, name="imports"),
    path("imports/new/", importing.upload, name="import-new"),
    path("imports/template/<slug:kind>/", importing.template, name="import-template"),
    path(IMPORT, importing.job, name="import"),
    path(f"{IMPORT}progress/", importing.progress, name="import-progress"),
    path(f"{IMPORT}rows/<int:number>/", importing.row, name="import-row"),
    path(f"{IMPORT}confirm/", importing.act, {"name": "confirm"}, name="import-confirm"),
    path(f"{IMPORT}drop/", importing.act, {"name": "drop"}, name="import-drop"),
    path(f"{IMPORT}again/", importing.act, {"name": "again"}, name="import-again"),
    path("opportunities/export/", views.export, {"kind": "opportunity"}, name="opportunities-export"),
    path("capabilities/export/", views.export, {"kind": "capability"}, name="capabilities-export"),
    path("registers/", views.start, name="registers"),
    path("registers/codes/", views.codes, name="codes"),
    path("registers/codes/<slug:name>/new/", views.code_new, name="code-new"),
    re_path(r"^registers/codes/(?P<name>[a-z_]+)/(?P<code>[^/]{1,40})/$", views.code_edit, name="code-edit"),
    path("batches/", views.batches, name="batches"),
    path("batches/new/", views.batch_form, name="batch-new"),
    path("batches/<public_id:public_id>/", views.batch, name="batch"),
    path("batches/<public_id:public_id>/edit/", views.batch_form, name="batch-edit"),
    path("batches/<public_id:public_id>/export/", views.batch_export, name="batch-export"),
    path("programmes/", views.programmes, name="programmes"),
    path("programmes/new/", views.programme_form, name="programme-new"),
    path("programmes/<public_id:public_id>/", views.programme, name="programme"),
    path("programmes/<public_id:public_id>/edit/", views.programme_form, name="programme-edit"),
    path("programmes/<public_id:public_id>/take-out/", views.programme_take_out, name="programme-take-out"),
]
api_urlpatterns = [
    path("codes/", api.CodeList.as_view(), name="api-codes"),
    path("batches/", api.BatchList.as_view(), name="api-batches"),
    path("batches/<public_id:public_id>/", api.BatchDetail.as_view(), name="api-batch"),
]
