"""Texts of alerts, verdicts and forecasts, in both languages."""
