"""Read the web politely and without trusting it: requests, limits, the address guard, named failures."""
