from portfolio.services.seeding.load import SeedPlan, SeedReport, seed_load

__all__ = ["SeedPlan", "SeedReport", "seed_load"]
