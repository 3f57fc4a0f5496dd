"""News from the ledger, sent after the commit. Upper apps listen in their receivers.

ledger_changed(portfolio): its transactions or settings changed.
prices_changed(instruments): a list of Instrument whose closes changed.
fx_rates_changed(owner): the user whose own rates changed, None for the shared ones.
"""

from django.dispatch import Signal

ledger_changed = Signal()
prices_changed = Signal()
fx_rates_changed = Signal()
