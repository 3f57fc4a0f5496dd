"""Which part of a ledger, and whose exchange rates, have changed. Written by triggers only; the numbers come from one sequence."""

from django.db import models
from django.db.models import UniqueConstraint

from portfolio.models.portfolio import Portfolio


class LedgerRevision(models.Model):
    """When the entries of one instrument (None: of no instrument) last changed: what is computed of them alone holds until then.

    No way to change an entry can forget it; removed with the portfolio by the database.
    """

    portfolio = models.ForeignKey(Portfolio, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    instrument_id = models.UUIDField(null=True)
    revision = models.BigIntegerField()

    class Meta:
        constraints = [UniqueConstraint(fields=["portfolio", "instrument_id"], nulls_distinct=False, name="ledgerrevision_portfolio_instrument")]

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.instrument_id} {self.revision}"


class RatesRevision(models.Model):
    """When the exchange rates of one owner (None: the shared ones) last changed. Whoever uses the same rates can share what is read."""

    owner_id = models.UUIDField(null=True)
    revision = models.BigIntegerField()

    class Meta:
        constraints = [UniqueConstraint(fields=["owner_id"], nulls_distinct=False, name="ratesrevision_owner")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.revision}"
