"""`python -m evaluation.compare REVISION`: whether another revision says the same, byte for byte."""
