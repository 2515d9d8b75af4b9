"""A plant's own pack."""

OWN = """
[[pack]]
id = "press"
name = { en = "stamping press", zh = "冲床" }
kinds = ["冲床", "pump"]
scope = { en = "Presses of hall 2.", zh = "二车间冲床。" }
"""
