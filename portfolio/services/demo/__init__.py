from portfolio.services.demo.load import DEMO_EMAIL, DEMO_PASSWORD, DemoReport, load_demo

__all__ = ["DEMO_EMAIL", "DEMO_PASSWORD", "DemoReport", "load_demo"]
