"""Which part of a ledger has changed."""

from django.db import models
from django.db.models import UniqueConstraint

from portfolio.models.portfolio import Portfolio


class LedgerRevision(models.Model):
    """When the entries of one instrument (None: of no instrument) last changed: what is computed of them alone holds until then.

    Written by triggers of the transactions' table only, so that no way to change an entry can forget it; removed with the portfolio by
    the database. `revision` comes from one sequence and never returns to an earlier number.
    """

    portfolio = models.ForeignKey(Portfolio, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    instrument_id = models.UUIDField(null=True)
    revision = models.BigIntegerField()

    class Meta:
        constraints = [UniqueConstraint(fields=["portfolio", "instrument_id"], nulls_distinct=False, name="ledgerrevision_portfolio_instrument")]

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.instrument_id} {self.revision}"
