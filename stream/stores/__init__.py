"""Where results are kept: one interface (`store.Store`), two stores (InfluxDB, and SQLite embedded)."""
