"""How a worker is: what it counts and times, how far behind it is, and whether somebody should look at it."""
