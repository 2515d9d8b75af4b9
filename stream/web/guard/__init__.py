"""What stands before the page: security headers, places for viewers, bounds of requests and connections."""
