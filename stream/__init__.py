"""The shell: moves messages between Kafka, the fold, the stores and people. No physics in here."""
