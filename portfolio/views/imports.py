"""The import wizard: a file or pasted text, a look at what would become of it, the import; and the imports so far, with undo."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.errors import DomainError, NotFoundError
from portfolio.forms.imports import PreviewOptionsForm, UploadForm
from portfolio.models import ImportUpload, Portfolio
from portfolio.selectors.transactions import get_import, list_imports
from portfolio.selectors.uploads import get_upload
from portfolio.services.imports import undo_import
from portfolio.services.uploads import UploadOutcome, commit_upload, drop_upload, review_upload, store_upload
from portfolio.views.answers import PageRequest, answer_done, answer_refused, page
from portfolio.views.import_help import TEMPLATES, list_guides
from portfolio.views.selection import find_editable, remember_portfolio

REFUSED = 422
SHOWN_IMPORTS = 50


@require_http_methods(["GET", "POST"])
@page
def show_imports(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    """Step 1: choose a file or paste; below it the imports so far. A POST keeps the file and goes on to step 2."""
    portfolio = find_editable(request, portfolio_id)
    form = UploadForm(request.POST or None, request.FILES or None) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            upload = store_upload(
                actor=request.user, portfolio=portfolio, content=form.cleaned_data["content"], file_name=form.cleaned_data["file_name"]
            )
        except NotFoundError:
            raise
        except DomainError as error:
            form.add_service_error(error)
        else:
            return _go_to(request, reverse("portfolio:import_preview", args=[portfolio.pk, upload.pk]))
    remember_portfolio(request, portfolio)
    batches = list_imports(portfolio=portfolio)[:SHOWN_IMPORTS]
    context = {"portfolio": portfolio, "form": form, "batches": batches, "guides": list_guides(), "step": 1}
    return render(request, "portfolio/imports.html", context, status=REFUSED if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page
def preview_upload(request: PageRequest, portfolio_id: UUID, upload_id: UUID) -> HttpResponse:
    """Step 2: what would be booked, what is there already, what cannot be taken. A POST imports."""
    portfolio = find_editable(request, portfolio_id)
    upload = get_upload(user=request.user, portfolio=portfolio, upload_id=upload_id)
    options = _read_options(request)
    if request.method == "POST":
        return _commit(request, portfolio, upload, options)
    return _show_preview(request, portfolio, upload, options)


@require_POST
@page
def discard_upload(request: PageRequest, portfolio_id: UUID, upload_id: UUID) -> HttpResponse:
    portfolio = find_editable(request, portfolio_id)
    drop_upload(actor=request.user, upload=get_upload(user=request.user, portfolio=portfolio, upload_id=upload_id))
    return redirect("portfolio:imports", portfolio.pk)


@require_POST
@page
def take_back_import(request: PageRequest, portfolio_id: UUID, import_id: UUID) -> HttpResponse:
    portfolio = find_editable(request, portfolio_id)
    batch = get_import(portfolio=portfolio, import_id=import_id)
    url = reverse("portfolio:imports", args=[portfolio.pk])
    try:
        undo_import(actor=request.user, batch=batch)
    except NotFoundError:
        raise
    except DomainError as error:
        return answer_refused(request, error, url=url)
    return answer_done(request, f"The import of {batch} is undone.", url=url)


@require_GET
@page
def download_template(request: PageRequest, name: str) -> HttpResponse:
    """A small file to begin with: the header and example lines."""
    text = TEMPLATES.get(name)
    if text is None:
        raise Http404("There is no such template.")
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse(text.encode("utf-8-sig"), content_type="text/csv; charset=utf-8", headers=headers)


def _read_options(request: PageRequest) -> dict[str, bool]:
    form = PreviewOptionsForm(request.POST if request.method == "POST" else request.GET)
    return {"create_instruments": False, "partial": False} | (form.cleaned_data if form.is_valid() else {})


def _commit(request: PageRequest, portfolio: Portfolio, upload: ImportUpload, options: dict[str, bool]) -> HttpResponse:
    try:
        outcome = commit_upload(actor=request.user, upload=upload, **options)
    except NotFoundError:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return _go_to(request, reverse("portfolio:imports", args=[portfolio.pk]))
    if not outcome.is_stored:
        return _show_preview(request, portfolio, upload, options, is_refused=True)
    messages.success(request, _describe(outcome), extra_tags=_undo_tag(portfolio, outcome))
    target = "portfolio:transactions" if outcome.kind == "transactions" else "portfolio:imports"
    return _go_to(request, reverse(target, args=[portfolio.pk]))


def _show_preview(
    request: PageRequest, portfolio: Portfolio, upload: ImportUpload, options: dict[str, bool], *, is_refused: bool = False
) -> HttpResponse:
    review = review_upload(actor=request.user, upload=upload, create_instruments=options["create_instruments"])
    context: dict[str, Any] = {"portfolio": portfolio, "upload": upload, "review": review, "options": options, "is_refused": is_refused, "step": 2}
    template = "portfolio/_import_review.html" if request.htmx and not is_refused else "portfolio/import_preview.html"
    return render(request, template, context, status=REFUSED if is_refused else 200)


def _describe(outcome: UploadOutcome) -> str:
    one, many = {"transactions": ("transaction", "transactions"), "prices": ("price", "prices"), "fx_rates": ("exchange rate", "exchange rates")}[
        outcome.kind
    ]
    text = f"{outcome.created:,} {one if outcome.created == 1 else many} imported."
    if outcome.unchanged:
        text += f" {outcome.unchanged:,} were there already."
    if outcome.skipped:
        text += f" {outcome.skipped:,} line{'s' if outcome.skipped > 1 else ''} left out."
    return text


def _undo_tag(portfolio: Portfolio, outcome: UploadOutcome) -> str:
    if outcome.batch is None or not outcome.created:
        return ""
    return "undo:" + reverse("portfolio:import_undo", args=[portfolio.pk, outcome.batch.pk])


def _go_to(request: PageRequest, url: str) -> HttpResponse:
    """Lead the browser on: HTMX does not follow a redirect to another page by itself."""
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else redirect(url)
