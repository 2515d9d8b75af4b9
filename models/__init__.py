"""The pure core: models of signals, machines, their condition and health, and the fold that puts them together.

Nothing here knows a clock, a network, a file or Kafka; nothing here imports `stream`.
"""
