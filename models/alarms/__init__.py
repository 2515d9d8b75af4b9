"""Alarms (ISA-18.2): symptoms and their degree, alarms, the history of alerts, and the classifier of false ones."""
