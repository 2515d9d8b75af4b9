"""The pure core: signals, knowledge of machines, condition, advice, and the fold that puts them together.

Nothing here knows a clock, a network, a file or Kafka; nothing here imports `stream`.
"""
