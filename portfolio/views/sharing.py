"""To whom a portfolio is open: people and links, added, changed and taken back by its owner."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common.errors import DomainError
from portfolio.forms.sharing import GrantForm, LinkForm, ShareForm
from portfolio.models import Portfolio, Share
from portfolio.selectors.access import get_share, list_access_reasons, list_shares
from portfolio.services.sharing import change_grant, create_share_link, grant_access, revoke_access
from portfolio.views.answers import PageRequest, answer_done, answer_refused, page
from portfolio.views.selection import find_managed, remember_portfolio

REFUSED = 422


@require_GET
@page
def show_sharing(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    portfolio = find_managed(request, portfolio_id)
    remember_portfolio(request, portfolio)
    return _show(request, portfolio)


@require_POST
@page
def add_person(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    """Open the portfolio to an address; the answer is the same whether it has an account."""
    portfolio = find_managed(request, portfolio_id)
    form = GrantForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            share = grant_access(actor=request.user, portfolio=portfolio, **form.read_values())
        except DomainError as error:
            form.add_service_error(error)
        else:
            return answer_done(request, f"{portfolio.name} is open to {share.email}.", url=_url(portfolio))
    return _show(request, portfolio, grant=form)


@never_cache
@require_POST
@page
def add_link(request: PageRequest, portfolio_id: UUID) -> HttpResponse:
    """Make a link. Its address is on this one answer and nowhere else, so there is no redirect."""
    portfolio = find_managed(request, portfolio_id)
    form = LinkForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        ends = timezone.now() + dt.timedelta(days=values["days"])
        try:
            share, token = create_share_link(actor=request.user, portfolio=portfolio, role=values["role"], label=values["label"], expires_at=ends)
        except DomainError as error:
            form.add_service_error(error)
        else:
            address = request.build_absolute_uri(reverse("portfolio:shared", args=[token]))
            return _show(request, portfolio, new_link=address, new_share=share)
    return _show(request, portfolio, link=form)


@require_POST
@page
def change_share(request: PageRequest, portfolio_id: UUID, share_id: UUID) -> HttpResponse:
    portfolio = find_managed(request, portfolio_id)
    share = get_share(portfolio=portfolio, share_id=share_id)
    form = ShareForm(request.POST, share=share, user=request.user)
    if form.is_valid():
        try:
            change_grant(actor=request.user, share=share, **form.read_changes())
        except DomainError as error:
            form.add_service_error(error)
        else:
            return answer_done(request, "Changed. It holds from the next page on.", url=_url(portfolio))
    return _show(request, portfolio, changed=form)


@require_POST
@page
def remove_share(request: PageRequest, portfolio_id: UUID, share_id: UUID) -> HttpResponse:
    portfolio = find_managed(request, portfolio_id)
    share = get_share(portfolio=portfolio, share_id=share_id)
    try:
        revoke_access(actor=request.user, share=share)
    except DomainError as error:
        return answer_refused(request, error, url=_url(portfolio))
    done = "The link does not work any more." if share.kind == Share.Kind.LINK else f"{share.email} cannot see {portfolio.name} any more."
    return answer_done(request, done, url=_url(portfolio))


def _show(
    request: PageRequest,
    portfolio: Portfolio,
    *,
    grant: GrantForm | None = None,
    link: LinkForm | None = None,
    changed: ShareForm | None = None,
    **more: Any,
) -> HttpResponse:
    """The page; of its forms, the one that was sent comes with its errors."""
    forms = [
        changed if changed and changed.share.pk == row.pk else ShareForm(share=row, user=request.user) for row in list_shares(portfolio=portfolio)
    ]
    context = {
        "portfolio": portfolio,
        "people": [form for form in forms if form.share.kind == Share.Kind.PERSON],
        "links": [form for form in forms if form.share.kind == Share.Kind.LINK],
        "grant": grant or GrantForm(user=request.user),
        "link": link or LinkForm(),
        "reasons": list_access_reasons(portfolio=portfolio),
        **more,
    }
    has_errors = any(sent is not None and sent.errors for sent in (grant, link, changed))
    return render(request, "portfolio/sharing.html", context, status=REFUSED if has_errors else 200)


def _url(portfolio: Portfolio) -> str:
    return reverse("portfolio:sharing", args=[portfolio.pk])
