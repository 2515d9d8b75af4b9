"""Options of the charts; pure."""
