"""A simulated fleet over months: faults, harmless disturbances, a crew that looks, and what findings change."""
