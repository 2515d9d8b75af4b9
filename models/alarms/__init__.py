"""ISA-18.2: how far gone a symptom is, the alarm, the history of alerts and how false ones are told apart."""
