"""What alerts and verdicts say, in both languages."""
