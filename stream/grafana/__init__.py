"""Grafana: its HTTP API, and the dashboards that are brought into one that is already there."""
