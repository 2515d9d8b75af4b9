"""State detection (ISO 13374 SD): baselines, operating regimes and states, the anomaly model, sensor faults."""
