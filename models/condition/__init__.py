"""State detection (ISO 13374): baselines, operating regimes and state, the anomaly score, a machine's state."""
