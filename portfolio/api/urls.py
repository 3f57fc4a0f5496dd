"""Below /api/v1/."""

from django.urls import path

from portfolio.api import export, figures, imports, instruments, market, portfolios, shares, transactions

BOOK = "portfolios/<uuid:portfolio_id>"

urlpatterns = [
    path("instruments", instruments.InstrumentsView.as_view()),
    path("instruments/<str:symbol>", instruments.InstrumentView.as_view()),
    path("instruments/<str:symbol>/quote", instruments.QuoteView.as_view()),
    path("instruments/<str:symbol>/prices", market.InstrumentPricesView.as_view()),
    path("instruments/<str:symbol>/prices/<str:date>", market.PriceView.as_view()),
    path("prices", market.PricesView.as_view()),
    path("fx-rates", market.FxRatesView.as_view()),
    path("portfolios", portfolios.PortfoliosView.as_view()),
    path(BOOK, portfolios.PortfolioView.as_view()),
    path(f"{BOOK}/accounts", portfolios.AccountsView.as_view()),
    path(f"{BOOK}/accounts/<uuid:account_id>", portfolios.AccountView.as_view()),
    path(f"{BOOK}/transactions", transactions.TransactionsView.as_view()),
    path(f"{BOOK}/transactions/<uuid:transaction_id>", transactions.TransactionView.as_view()),
    path(f"{BOOK}/imports", imports.ImportsView.as_view()),
    path(f"{BOOK}/imports/<uuid:import_id>", imports.ImportView.as_view()),
    path(f"{BOOK}/shares", shares.SharesView.as_view()),
    path(f"{BOOK}/shares/<uuid:share_id>", shares.ShareView.as_view()),
    path(f"{BOOK}/holdings", figures.HoldingsView.as_view()),
    path(f"{BOOK}/performance", figures.PerformanceView.as_view()),
    path(f"{BOOK}/lots", figures.LotsView.as_view()),
    path(f"{BOOK}/allocation", figures.AllocationView.as_view()),
    path(f"{BOOK}/export", export.ExportView.as_view()),
]
