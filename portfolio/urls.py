"""The pages of portfolios and instruments. Whatever belongs to one portfolio has its id as `portfolio_id`."""

from django.urls import URLPattern, URLResolver, include, path

from portfolio.views import (
    dashboard,
    holdings,
    imports,
    instrument,
    instrument_forms,
    portfolios,
    shared,
    sharing,
    transaction_entry,
    transactions,
)

app_name = "portfolio"

transaction_patterns = [
    path("", transactions.show_transactions, name="transactions"),
    path("new/", transaction_entry.create_transaction, name="transaction_create"),
    path("<uuid:transaction_id>/", transaction_entry.change_transaction, name="transaction_update"),
    path("<uuid:transaction_id>/delete/", transactions.remove_transaction, name="transaction_delete"),
    path("<uuid:transaction_id>/restore/", transactions.undo_removal, name="transaction_restore"),
]

import_patterns = [
    path("", imports.show_imports, name="imports"),
    path("uploads/<uuid:upload_id>/", imports.preview_upload, name="import_preview"),
    path("uploads/<uuid:upload_id>/discard/", imports.discard_upload, name="import_discard"),
    path("<uuid:import_id>/undo/", imports.take_back_import, name="import_undo"),
]

settings_patterns = [
    path("", portfolios.change_settings, name="settings"),
    path("delete/", portfolios.remove_portfolio, name="delete"),
    path("accounts/new/", portfolios.add_account, name="account_create"),
    path("accounts/<uuid:account_id>/", portfolios.change_account, name="account_update"),
    path("accounts/<uuid:account_id>/delete/", portfolios.remove_account, name="account_delete"),
]

sharing_patterns = [
    path("", sharing.show_sharing, name="sharing"),
    path("people/", sharing.add_person, name="share_person"),
    path("links/", sharing.add_link, name="share_link"),
    path("<uuid:share_id>/", sharing.change_share, name="share_update"),
    path("<uuid:share_id>/revoke/", sharing.remove_share, name="share_delete"),
]

portfolio_patterns: list[URLPattern | URLResolver] = [
    path("", holdings.show_holdings, name="detail"),
    path("period/", dashboard.show_period, name="period"),
    path("allocation/", dashboard.show_allocation, name="allocation"),
    path("transactions/", include(transaction_patterns)),
    path("imports/", include(import_patterns)),
    path("settings/", include(settings_patterns)),
    path("sharing/", include(sharing_patterns)),
]

instrument_patterns = [
    path("", instrument.show_instruments, name="instruments"),
    path("new/", instrument_forms.add_instrument, name="instrument_create"),
    path("options/", transaction_entry.suggest_instruments, name="instrument_options"),
    path("<str:symbol>/", instrument.show_instrument, name="instrument"),
    path("<str:symbol>/edit/", instrument_forms.change_instrument, name="instrument_update"),
    path("<str:symbol>/delete/", instrument_forms.remove_instrument, name="instrument_delete"),
    path("<str:symbol>/prices/new/", instrument_forms.add_price, name="price_create"),
]

urlpatterns = [
    path("", dashboard.show_dashboard, name="dashboard"),
    path("portfolios/new/", portfolios.open_portfolio, name="create"),
    path("portfolios/summaries/", dashboard.show_summaries, name="summaries"),
    path("portfolios/<uuid:portfolio_id>/", include(portfolio_patterns)),
    path("shared/<str:token>/", shared.show_shared, name="shared"),
    path("imports/templates/<str:name>/", imports.download_template, name="import_template"),
    path("instruments/", include(instrument_patterns)),
]
