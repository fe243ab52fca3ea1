"""What is added to Locust's web UI: the Comparison tab, its page and files, a checked start form."""
